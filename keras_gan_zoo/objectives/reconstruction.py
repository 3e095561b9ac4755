"""FastGAN's and Lightweight GAN's decoders of the discriminator's features."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import Input, Model, initializers, layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.arguments import check_count, check_counts
from keras_gan_zoo.layers import GLU, BatchNormalization, SpectralNormalization
from keras_gan_zoo.objectives.auxiliaries import Auxiliary
from keras_gan_zoo.typing import Draw, Tensor

__all__ = ["PlainReconstruction", "Reconstruction"]

#: where a quarter begins: at the top or the bottom, on the left or the right
QUARTERS = ((0, 0), (0, 1), (1, 0), (1, 1))


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Reconstruction(Auxiliary):
    """FastGAN: real images must be found again in what the discriminator made of them.

    Three decoders, trained with the discriminator, rebuild a real image, as it was
    augmented, from `features`, from `small_features`, and a random quarter of it from
    that quarter of `middle_features` (Liu et al. 2021, eq. 2). Theirs is a perceptual
    distance (LPIPS), whose weights this package does not have: here it is the mean
    squared difference of pixels. arXiv:2101.04775.

    Args:
        weight: float.
        widths: channels of the decoders' stages, each of which doubles the map; as many
            are used as lead to the size of the image.
        name: str.

    Example:

    >>> Reconstruction().reads
    ('features', 'small_features', 'middle_features', 'seen')
    """

    label = "reconstruction"
    reads: tuple[str, ...] = ("features", "small_features", "middle_features", "seen")

    def __init__(
        self,
        weight: float = 1.0,
        widths: Sequence[int] = (128, 64, 64, 32),
        name: str | None = None,
    ) -> None:
        super().__init__(weight, name)
        self.widths = check_counts("widths", widths)
        self.built = False

    def build(self, outputs_shape: dict[str, tuple]) -> None:
        shapes = {name: tuple(outputs_shape[name])[1:] for name in self.reads}
        rows, columns, _ = shapes["features"]
        height, width, channels = shapes["seen"]
        doublings = math.floor(math.log2(max(height / rows, width / columns)))
        widths = self.widths[:doublings]
        middle = shapes["middle_features"]
        part = (_half(middle[0]), _half(middle[1]), middle[2])
        self.whole = _decoder(shapes["features"], widths, channels, "whole")
        self.small = _decoder(shapes["small_features"], widths, channels, "small")
        self.part = _decoder(part, widths, channels, "part")

    def get_build_config(self) -> None:
        """The GAN builds it, from its discriminator."""

    def _difference(self, network, features, images):
        if self.training:
            found = backend.call_in_training(network, features)
        else:
            found = network(features, training=False)
        found = ops.cast(found, "float32")
        for axis in (1, 2):  # the nearest pixel, as the authors' code has it
            old, new = images.shape[axis], found.shape[axis]
            images = ops.take(images, np.arange(new) * old // new, axis=axis)
        return ops.mean(ops.square(found - images))

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        images = ops.stop_gradient(of_real["seen"])
        loss = self._difference(self.whole, of_real["features"], images)
        if "small_features" in self.reads:
            loss = loss + self._difference(
                self.small, of_real["small_features"], images
            )
        if "middle_features" in self.reads:
            at = ops.cast(ops.floor(4.0 * draw((1,), "uniform")), "int32")[0]
            of_part, part = (
                ops.take(ops.stack(_quarters(x)), at, axis=0)
                for x in (of_real["middle_features"], images)
            )
            loss = loss + self._difference(self.part, of_part, part)
        return self.weight * loss

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "widths": self.widths}


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class PlainReconstruction(Reconstruction):
    """Lightweight GAN: as `Reconstruction`, by decoders without any norm.

    One rebuilds real images from `features`, the other a random quarter of them from
    that quarter of `middle_features`; both make maps twice as large and half as wide in
    each stage. What they make has no activation but GLU, so `seen` may be in [0, 1].

    Args:
        weight: float.
        parts: bool, whether there is the second one.
        doublings: int, stages of a decoder.
        name: str.

    Example:

    >>> PlainReconstruction().reads
    ('features', 'middle_features', 'seen')
    """

    reads: tuple[str, ...] = ("features", "middle_features", "seen")

    def __init__(
        self,
        weight: float = 1.0,
        parts: bool = True,
        doublings: int = 4,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, name=name)
        self.parts = parts
        self.doublings = check_count("doublings", doublings)
        if not parts:
            self.reads = ("features", "seen")

    def build(self, outputs_shape: dict[str, tuple]) -> None:
        channels = outputs_shape["seen"][-1]
        rows, columns, width = tuple(outputs_shape["features"])[1:]
        self.whole = _plain_decoder(
            (rows, columns, width), self.doublings, channels, "whole"
        )
        if self.parts:
            rows, columns, width = tuple(outputs_shape["middle_features"])[1:]
            part = _half(rows), _half(columns), width
            self.part = _plain_decoder(part, self.doublings, channels, "part")

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "parts": self.parts}
        del config["widths"]
        return {**config, "doublings": self.doublings}


def _plain_decoder(shape, doublings, channels, name):
    """A map `(n, rows, columns, channels)` -> images, by 3x3 convolutions and GLU."""
    x = features = Input(shape, name="features")
    for i in range(doublings):
        x = layers.UpSampling2D(2, data_format="channels_last", name=f"{name}_up_{i}")(
            x
        )
        width = max(x.shape[-1] // 2, 1) if i < doublings - 1 else channels
        x = layers.Conv2D(
            2 * width,
            3,
            padding="same",
            kernel_initializer=initializers.VarianceScaling(
                2.0, "fan_in", "untruncated_normal"
            ),
            data_format="channels_last",
            name=f"{name}_conv_{i}",
        )(x)
        x = GLU(name=f"{name}_glu_{i}")(x)
    return Model(features, x, name=name)


def _decoder(shape, widths, channels, name):
    """A map `(n, rows, columns, channels)` -> images, twice as large for each width."""

    def convolution(x, width, label):
        layer = layers.Conv2D(
            width,
            3,
            padding="same",
            use_bias=False,
            kernel_initializer=initializers.RandomNormal(stddev=0.02),
            data_format="channels_last",
            name=label,
        )
        return SpectralNormalization(layer, name=label)(x)

    x = features = Input(shape, name="features")
    for i, width in enumerate(widths):
        up = layers.UpSampling2D(2, data_format="channels_last", name=f"{name}_up_{i}")
        x = convolution(up(x), 2 * width, f"{name}_conv_{i}")
        gain = initializers.RandomNormal(1.0, 0.02)
        x = BatchNormalization(
            momentum=0.9, epsilon=1e-5, gamma_initializer=gain, name=f"{name}_norm_{i}"
        )(x)
        x = GLU(name=f"{name}_glu_{i}")(x)
    x = convolution(x, channels, f"{name}_to_image")
    images = layers.Activation("tanh", name=f"{name}_images")(x)
    return Model(features, images, name=name)


def _half(size):
    return max(size // 2, 1)


def _quarters(x):
    """The four quarters of maps or images; without the middle of an odd size."""
    rows, columns = _half(x.shape[1]), _half(x.shape[2])
    tops = (slice(0, rows), slice(x.shape[1] - rows, None))
    lefts = (slice(0, columns), slice(x.shape[2] - columns, None))
    return [x[:, tops[i], lefts[j]] for i, j in QUARTERS]
