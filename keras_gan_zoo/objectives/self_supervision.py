"""Terms that need no labels: rotations (SSGAN), mutual information (InfoMax-GAN)."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.objectives.auxiliaries import PACKAGE, Auxiliary, cross_entropy
from keras_gan_zoo.objectives.classes import check_single
from keras_gan_zoo.typing import Draw, Tensor

__all__ = ["InfoMax", "Rotations", "info_nce", "rotate"]


def rotate(images: Tensor) -> tuple[Tensor, Tensor]:
    """Each quarter of a batch turned by 0, 90, 180 and 270 degrees.

    Args:
        images: `(n, height, width, channels)`; turned ones are stretched to this size
            if they are not square.

    Returns:
        The images, and by how many quarter turns each was turned, `(n,)`: image `i` by
        `4 i // n`.
    """
    n, (height, width) = ops.shape(images)[0], images.shape[1:3]
    quarter = ops.flip(ops.swapaxes(images, 1, 2), axis=1)
    if height != width:
        quarter = ops.image.resize(
            quarter, (height, width), data_format="channels_last"
        )
    turned = [images, quarter]
    turned += [ops.flip(ops.flip(x, axis=1), axis=2) for x in turned]
    turns = ops.arange(n, dtype="int32") * 4 // n
    by = [ops.cast(turns == i, images.dtype)[:, None, None, None] for i in range(4)]
    return sum(share * x for share, x in zip(by, turned, strict=True)), turns


@keras.saving.register_keras_serializable(package=PACKAGE)
class Rotations(Auxiliary):
    """SSGAN: the discriminator names the angle of rotated images (Chen et al. 2019).

    The cross entropy of the output `rotations`, logits `(n, 4)`: of rotated real images
    for the discriminator, of rotated generated ones for the generator (section 3). The
    adversarial loss sees upright images alone. Each image is turned by one angle, a
    quarter of the batch by each, as in mimicry; the authors' code turns a part of the
    batch by all four. arXiv:1811.11212.

    Args:
        weight: float, beta of the discriminator's term.
        generator_weight: float, alpha of the generator's.
        name: str.

    Example:

    >>> Rotations().reads
    ('rotations',)
    """

    label = "rotations"
    reads = ("rotations",)

    def __init__(
        self,
        weight: float = 1.0,
        generator_weight: float = 0.2,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, name)
        self.generator_weight = check_real(
            "generator_weight", generator_weight, least=0
        )

    def check(self, gan: Any) -> None:
        check_single(gan, self.name)

    def _cross_entropy(self, judge, batch):
        images, turns = rotate(batch.images)
        logits = judge(batch._replace(images=images))["rotations"]
        return cross_entropy(logits, turns)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * self._cross_entropy(judge, real)

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.generator_weight * self._cross_entropy(judge, fake)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "generator_weight": self.generator_weight}


def info_nce(local: Tensor, pooled: Tensor) -> Tensor:
    """InfoNCE of local and global features (Lee et al. 2021, section 3).

    Each place of an image is to be found, by its inner product with the image's global
    features, among all places of the other images. The image's own places are among
    these with a product of -10, as in the authors' code. arXiv:2007.04589.

    Args:
        local: `(n, rows, columns, size)`.
        pooled: `(n, size)`, the global features.

    Returns:
        A scalar.
    """
    n, size = ops.shape(pooled)[0], pooled.shape[-1]
    local = ops.reshape(local, (n, -1, size))
    positive = ops.einsum("nps,ns->np", local, pooled)
    others = ops.einsum("mps,ns->nmp", local, pooled)
    images = ops.arange(n)
    own = ops.cast(images[:, None] == images[None], "float32")[:, :, None]
    others = ops.reshape(others * (1.0 - own) - 10.0 * own, (n, -1))
    total = ops.logaddexp(positive, ops.logsumexp(others, axis=1, keepdims=True))
    return ops.mean(total - positive)


@keras.saving.register_keras_serializable(package=PACKAGE)
class InfoMax(Auxiliary):
    """InfoMax-GAN: local and global features of an image know of each other.

    `info_nce` of the outputs `local` and `global`, of real images for the
    discriminator, of generated ones for the generator (Lee et al. 2021, section 3).
    arXiv:2007.04589.

    Args:
        weight: float, alpha and beta.
        name: str.

    Example:

    >>> InfoMax().reads
    ('local', 'global')
    """

    label = "info_max"
    reads = ("local", "global")

    def __init__(self, weight: float = 0.2, name: str | None = None) -> None:
        super().__init__(weight, name)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * info_nce(of_real["local"], of_real["global"])

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.weight * info_nce(of_fake["local"], of_fake["global"])
