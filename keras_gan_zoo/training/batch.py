"""What the networks are shown."""

from typing import Any, NamedTuple

from keras import ops


class Batch(NamedTuple):
    """Images, the labels of a conditional GAN, and generated images' latents."""

    images: Any
    labels: Any = None
    latents: Any = None


def part(batch, i, n):
    """The `i`-th of `n` equal parts of a batch."""
    if n == 1:
        return batch
    size = ops.shape(batch.images)[0]
    rows = slice(size * i // n, size * (i + 1) // n)
    return Batch(*(None if values is None else values[rows] for values in batch))


def to_model_range(images):
    """uint8 -> float32 in [-1, 1]; floats are in that range already."""
    if images.dtype in ("uint8", ops.convert_to_tensor(0, "uint8").dtype):
        return ops.cast(images, "float32") / 127.5 - 1.0
    return ops.cast(images, "float32")


class Judged(NamedTuple):
    """A batch and the discriminator's outputs for it, a dict.

    `gradients()` gives those of the logits by the images, where a penalty asks.
    """

    batch: Batch
    of: Any
    gradients: Any = None
