"""What the networks are given."""

from typing import Any, NamedTuple

from keras import ops

from keras_gan_zoo.typing import Tensor


class Batch(NamedTuple):
    """Images, a conditional GAN's labels, and the latents of generated images."""

    images: Any
    labels: Any = None
    latents: Any = None


class Packs(Batch):
    """A batch whose images have been packed for the discriminator."""


def packed(batch: Batch, gan: Any) -> Batch:
    """What gradients are by: the images, or packs if one logit is of several."""
    if gan.augmentation is None or not gan.augmentation.packs:
        return batch
    images = gan.augmentation(batch.images, draw=gan.draw)
    return Packs(images, batch.labels, batch.latents)


def part(batch: Batch, i: int, n: int) -> Batch:
    """The `i`-th of `n` equal parts of a batch."""
    if n == 1:
        return batch
    size = ops.shape(batch.images)[0]
    rows = slice(size * i // n, size * (i + 1) // n)
    return Batch(*(None if values is None else values[rows] for values in batch))


def to_model_range(images: Tensor) -> Tensor:
    """uint8 -> float32 in [-1, 1]; floats are in that range already."""
    if images.dtype in ("uint8", ops.convert_to_tensor(0, "uint8").dtype):
        return ops.cast(images, "float32") / 127.5 - 1.0
    return ops.cast(images, "float32")


class Judged(NamedTuple):
    """A batch and the discriminator's outputs for it, a dict.

    `gradients()` gives the logits' gradients with respect to the images, if a penalty
    needs them. `added` is what the discriminator's layers added to its loss.
    """

    batch: Batch
    of: Any
    gradients: Any = None
    added: Any = ()
