"""What stands on the pooled features of a discriminator.

A head is a function of the features `(n, width)`, the labels `(n,)`, or None where the
network takes none, and the `Style` of the network's layers. It returns logits `(n, 1)`,
or a dict of outputs that includes `logits`.
"""

from collections.abc import Callable
from typing import Any

from keras import Model, layers, ops

from keras_gan_zoo.networks.blocks import Style, labels_input
from keras_gan_zoo.typing import Tensor

Head = Callable[[Tensor, Tensor | None, Style], Any]


def logit(features: Tensor, labels: Tensor | None, style: Style) -> Tensor:
    """psi(phi): one number for an image."""
    return style.dense(features, 1, "logit", dtype="float32")


def projection(num_classes: int) -> Head:
    """psi(phi) + <embed(label), phi> (Miyato and Koyama 2018, eq. 8).

    arXiv:1802.05637.
    """

    def head(features, labels, style):
        plain = logit(features, labels, style)
        embedded = style.embedding(
            labels, num_classes, features.shape[-1], "embedding", dtype="float32"
        )
        inner = layers.Dot(1, dtype="float32", name="projection")([embedded, features])
        return layers.Add(dtype="float32", name="logits")([plain, inner])

    return head


def classifier(classes: int, twin: bool = False) -> Head:
    """A logit, and as `classes` the logits of so many classes, without biases.

    `twin` adds a second classifier, `twin_classes` (ACGAN as in PyTorch-StudioGAN,
    TAC-GAN; ADC-GAN with twice as many classes as labels).
    """
    names = ("classes", "twin_classes") if twin else ("classes",)

    def head(features, labels, style):
        heads = {
            name: style.dense(features, classes, name, use_bias=False, dtype="float32")
            for name in names
        }
        return {"logits": logit(features, labels, style), **heads}

    return head


def class_embedding(num_classes: int, width: int) -> Head:
    """A logit, `embedding` of the image and `proxy` of its label, of unit length.

    Both are `(n, width)` (ContraGAN, ReACGAN).
    """

    def head(features, labels, style):
        found = {
            "embedding": style.dense(features, width, "embedding", dtype="float32"),
            "proxy": style.embedding(
                labels, num_classes, width, "proxy", dtype="float32"
            ),
        }
        units = {
            name: layers.UnitNormalization(dtype="float32", name=f"unit_{name}")(x)
            for name, x in found.items()
        }
        return {"logits": logit(features, labels, style), **units}

    return head


def own_logit(num_classes: int) -> Head:
    """A logit for each class, of which the label's is returned (MDGAN)."""

    def head(features, labels, style):
        each = style.dense(features, num_classes, "logit", dtype="float32")
        return ops.take_along_axis(each, ops.expand_dims(labels, 1), axis=1)

    return head


def multi_class(num_classes: int) -> Head:
    """`classes`, K + 1 logits of which the last is for generated images (MHGAN).

    `logits` is by how much the largest other one exceeds it; `features` too are
    returned.
    """

    def head(features, labels, style):
        classes = style.dense(features, num_classes + 1, "classes", dtype="float32")
        real, generated = ops.split(classes, [num_classes], axis=1)
        logits = ops.max(real, axis=1, keepdims=True) - generated
        return {"logits": logits, "classes": classes, "features": features}

    return head


def information(num_codes: int, head: Head | None = None, places: int = 1) -> Head:
    """What `head` has, and `codes` `(n, num_codes)` of the image, without biases.

    `head` is a logit by default. The codes are read from the mean of features that are
    summed over so many `places` (InfoGAN as in PyTorch-StudioGAN).
    """

    def with_codes(features, labels, style):
        found = (head or logit)(features, labels, style)
        found = found if isinstance(found, dict) else {"logits": found}
        mean = layers.Rescaling(1.0 / places, dtype="float32", name="mean")(features)
        codes = style.dense(mean, num_codes, "codes", use_bias=False, dtype="float32")
        return {**found, "codes": codes}

    return with_codes


def rotations(features: Tensor, labels: Tensor | None, style: Style) -> dict[str, Any]:
    """A logit, and `rotations`: by how many quarter turns an image is turned, 4 logits.

    Chen et al. 2019. arXiv:1811.11212.
    """
    turns = style.dense(features, 4, "rotations", dtype="float32")
    return {"logits": logit(features, labels, style), "rotations": turns}


def with_head(
    images: Tensor,
    features: Tensor,
    head: Head | None,
    num_classes: int | None,
    style: Style,
    name: str,
) -> Model:
    """A discriminator from its input, its features and what stands on them.

    Args:
        images: the input.
        features: tensor `(n, width)`, float32.
        head: None for one logit, with classes the projection.
        num_classes: int or None. With classes the model takes a dict of `images` and
            `labels`, and the head gets the labels.
        style: of the head's layers.
        name: str, of the model.

    Returns:
        A functional `keras.Model`.
    """
    if num_classes is None:
        return Model(images, (head or logit)(features, None, style), name=name)
    labels = labels_input()
    outputs = (head or projection(num_classes))(features, labels, style)
    return Model({"images": images, "labels": labels}, outputs, name=name)
