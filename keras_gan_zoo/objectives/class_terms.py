"""Terms that teach the discriminator which class an image is of, beside real or fake.

`y` is an image's label, `K` the number of classes; means are over the batch. Where
images are compared with each other, those are the images of the batch (of a replica's
part of it under `tf.distribute`).
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.objectives.auxiliaries import Auxiliary, cross_entropy
from keras_gan_zoo.objectives.classes import check_classes
from keras_gan_zoo.typing import Draw, Tensor

__all__ = [
    "ConditionalContrastive",
    "DataToDataCrossEntropy",
    "DiscriminativeClassification",
    "TwinClassification",
]

PACKAGE = "keras_gan_zoo"
LOWEST = -1e9  # a similarity that adds nothing to a sum of exponentials


def unit(vectors: Tensor) -> Tensor:
    """Vectors `(n, dim)`, each divided by its length."""
    return ops.normalize(vectors, axis=1, order=2, epsilon=1e-12)


def similarities(of: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Cosines of each embedding with its label's proxy `(n, 1)`, and all `(n, n)`."""
    embedding, proxy = unit(of["embedding"]), unit(of["proxy"])
    with_proxy = ops.sum(embedding * proxy, axis=1, keepdims=True)
    return with_proxy, ops.matmul(embedding, ops.transpose(embedding))


@keras.saving.register_keras_serializable(package=PACKAGE)
class TwinClassification(Auxiliary):
    """TAC-GAN: the generator fools a second classifier, that of its own images.

    The output `classes` learns the labels of real images, `twin_classes` those of
    generated ones. The generator minimises CE(classes, y) - CE(twin_classes, y), which
    restores the conditional entropy of labels that ACGAN's loss lacks (Gong et al.
    2019, section 3). arXiv:1907.02690.

    Args:
        weight: float.
        name: str.

    Example:

    >>> TwinClassification().reads
    ('classes', 'twin_classes')
    """

    label = "twin_classification"
    reads = ("classes", "twin_classes")

    def check(self, gan: Any) -> None:
        check_classes(gan, self, gan.num_classes)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * (
            cross_entropy(of_real["classes"], real.labels)
            + cross_entropy(of_fake["twin_classes"], fake.labels)
        )

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.weight * (
            cross_entropy(of_fake["classes"], fake.labels)
            - cross_entropy(of_fake["twin_classes"], fake.labels)
        )


@keras.saving.register_keras_serializable(package=PACKAGE)
class DiscriminativeClassification(Auxiliary):
    """ADC-GAN: the classifier tells each class's real images from its generated ones.

    The output `classes` has 2K logits: 2y for real and 2y + 1 for generated images of
    class y. The discriminator minimises CE(2y) on real and CE(2y + 1) on generated
    images, the generator CE(2y) - CE(2y + 1) (Hou et al. 2022). arXiv:2107.10060.

    Args:
        weight: float.
        name: str.

    Example:

    >>> DiscriminativeClassification().reads
    ('classes',)
    """

    label = "discriminative_classification"
    reads = ("classes",)

    def check(self, gan: Any) -> None:
        check_classes(gan, self, gan.num_classes and 2 * gan.num_classes)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * (
            cross_entropy(of_real["classes"], 2 * real.labels)
            + cross_entropy(of_fake["classes"], 2 * fake.labels + 1)
        )

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.weight * (
            cross_entropy(of_fake["classes"], 2 * fake.labels)
            - cross_entropy(of_fake["classes"], 2 * fake.labels + 1)
        )


class Embedded(Auxiliary):
    """Base class of terms on embeddings and their labels' proxies.

    The outputs `embedding` and `proxy` are `(n, dim)`, of any length. The discriminator
    learns from real images, the generator is held to the same for its own.

    Args:
        weight: float.
        temperature: float, what similarities are divided by.
        name: str.
    """

    reads = ("embedding", "proxy")

    def __init__(
        self, weight: float = 1.0, temperature: float = 1.0, name: str | None = None
    ) -> None:
        super().__init__(weight, name)
        self.temperature = check_real("temperature", temperature, above=0)

    def check(self, gan: Any) -> None:
        check_classes(gan, self)

    def value(self, labels: Tensor, of: dict[str, Tensor]) -> Tensor:
        """The term without its weight: a scalar."""
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * self.value(real.labels, of_real)

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.weight * self.value(fake.labels, of_fake)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}


@keras.saving.register_keras_serializable(package=PACKAGE)
class ConditionalContrastive(Embedded):
    """ContraGAN's 2C loss: images of a class attract each other and its proxy.

    With s the cosine similarity divided by the temperature, the mean over images i of
    -log (e^s(i, proxy) + sum e^s(i, j), j of i's class) / (e^s(i, proxy) + sum
    e^s(i, j), all j), without j = i (Kang and Park 2020). arXiv:2006.12681.

    Args:
        weight: float, lambda.
        temperature: float.
        name: str.

    Example:

    >>> ConditionalContrastive().reads
    ('embedding', 'proxy')
    """

    label = "contrastive"

    def value(self, labels: Tensor, of: dict[str, Tensor]) -> Tensor:
        with_proxy, mutual = (s / self.temperature for s in similarities(of))
        same = labels[:, None] == labels[None, :]
        others = ops.logical_not(ops.eye(ops.shape(labels)[0], dtype="bool"))

        def total(chosen):
            kept = ops.where(chosen, mutual, LOWEST)
            return ops.logsumexp(ops.concatenate([with_proxy, kept], axis=1), axis=1)

        return ops.mean(total(others) - total(ops.logical_and(same, others)))


@keras.saving.register_keras_serializable(package=PACKAGE)
class DataToDataCrossEntropy(Embedded):
    """ReACGAN's D2D-CE loss: near one's proxy, far from images of other classes.

    With cosine similarities s, margin m and temperature t, the mean over images i of
    a + log(e^-a + sum e^(relu((s(i, j) + m - 1) / t) - r)), where a = relu((m - s(i,
    proxy)) / t), and j runs over the images of other classes (Kang et al. 2021). As in
    the authors' code, r is the largest (s(i, j) + m - 1) / t over j != i, before the
    relu and a constant to the gradient. arXiv:2111.01118.

    Args:
        weight: float, lambda.
        temperature: float.
        margin: float, m: easy positives and negatives beyond it add nothing.
        name: str.

    Example:

    >>> DataToDataCrossEntropy().margin
    0.98
    """

    label = "data_to_data"

    def __init__(
        self,
        weight: float = 1.0,
        temperature: float = 0.5,
        margin: float = 0.98,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, temperature, name)
        self.margin = check_real("margin", margin, least=-1, most=1)

    def value(self, labels: Tensor, of: dict[str, Tensor]) -> Tensor:
        with_proxy, mutual = similarities(of)
        attraction = ops.relu((self.margin - with_proxy[:, 0]) / self.temperature)
        mutual = (mutual + self.margin - 1.0) / self.temperature
        itself = ops.eye(ops.shape(labels)[0], dtype="bool")
        least = (self.margin - 2.0) / self.temperature  # of opposite embeddings
        highest = ops.max(ops.where(itself, least, mutual), axis=1, keepdims=True)
        other_class = ops.cast(labels[:, None] != labels[None, :], "float32")
        repulsion = other_class * ops.exp(ops.relu(mutual) - ops.stop_gradient(highest))
        total = ops.exp(-attraction) + ops.sum(repulsion, axis=1)
        return ops.mean(attraction + ops.log(total))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "margin": self.margin}
