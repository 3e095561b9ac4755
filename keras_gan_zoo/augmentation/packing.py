from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.augmentation.base import Augmentation
from keras_gan_zoo.typing import Draw, Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Packing(Augmentation):
    """PacGAN: the discriminator judges `size` images at once (Lin et al. 2018).

    They are stacked along the channels, so that a generator without variety gives
    itself away; only the discriminator's input is wider. An incomplete last pack is
    filled with the batch's first images. A penalty on gradients is on those by a pack,
    the discriminator's input. Labels are the generator's alone, for a pack has none.
    arXiv:1712.04086, section 3.

    Args:
        size: int, m of the paper.
        name: str.

    Example:

    >>> Packing(2).compute_output_shape((8, 28, 28, 1))
    (4, 28, 28, 2)
    """

    always = True

    def __init__(self, size: int = 2, name: str = "packing") -> None:
        super().__init__(name)
        self.size: int = check_count("size", size)
        self.packs = self.size > 1

    def call(self, images: Tensor, draw: Draw) -> Tensor:
        _, height, width, channels = images.shape
        n = ops.shape(images)[0]
        full = (n + self.size - 1) // self.size * self.size
        images = ops.take(images, ops.arange(full) % n, axis=0)
        packs = ops.reshape(images, (-1, self.size, height, width, channels))
        packs = ops.transpose(packs, (0, 2, 3, 1, 4))
        return ops.reshape(packs, (-1, height, width, self.size * channels))

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        n, height, width, channels = input_shape
        n = None if n is None else -(-n // self.size)
        return n, height, width, self.size * channels

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}
