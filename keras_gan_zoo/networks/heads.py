"""What stands on the pooled features of a discriminator.

A head is a function of the features `(n, width)`, the labels `(n,)`, or None where the
network takes none, and the `Style` of the network's layers. It returns logits `(n, 1)`,
or a dict of outputs that includes `logits`.
"""

from collections.abc import Callable
from typing import Any

from keras import Model, layers

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
