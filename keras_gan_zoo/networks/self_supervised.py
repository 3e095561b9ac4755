"""The discriminators of SSGAN and InfoMax-GAN: SNGAN's with more outputs."""

from collections.abc import Sequence

from keras import Model, layers

from keras_gan_zoo.networks.blocks import SPECTRAL
from keras_gan_zoo.networks.heads import rotations
from keras_gan_zoo.networks.resnet import resnet_discriminator
from keras_gan_zoo.typing import ImageShape


def ssgan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    downsample: Sequence[bool] | None = None,
    activated: bool = False,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` -> `logits` `(n, 1)` and `rotations` `(n, 4)`.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: see `resnet_discriminator`.
        downsample: see `resnet_discriminator`.
        activated: see `resnet_discriminator`.

    Returns:
        A functional `keras.Model` that returns a dict.

    Example:

    >>> sorted(ssgan_discriminator((45, 37, 3), widths=(8, 8)).output)
    ['logits', 'rotations']
    """
    return resnet_discriminator(
        image_shape,
        widths,
        downsample,
        head=rotations,
        activated=activated,
        name=name,
    )


def info_max_gan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    code_width: int = 1024,
    downsample: Sequence[bool] | None = None,
    activated: bool = False,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` -> `logits` and projected features of two kinds.

    `local` `(n, rows, columns, code_width)` are projected from what the last block
    begins with, after its ReLU, `global` `(n, code_width)` from the pooled features:
    each by a layer, a ReLU and a layer, plus a linear map.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: see `resnet_discriminator`.
        code_width: int, the size of the projected features.
        downsample: see `resnet_discriminator`.
        activated: see `resnet_discriminator`.

    Returns:
        A functional `keras.Model` that returns a dict.

    Example:

    >>> network = info_max_gan_discriminator((32, 32, 3), (8, 8, 8), code_width=16)
    >>> network.output["local"].shape, network.output["global"].shape
    ((None, 8, 8, 16), (None, 16))
    """
    base = resnet_discriminator(image_shape, widths, downsample, activated=activated)
    inner = [x.name for x in base.layers if x.name.endswith("_relu_1")]
    local = base.get_layer(inner[-1] if inner else "relu").output
    pooled = base.get_layer("features").output

    def project(x, linear, name):
        skip = linear(x, code_width, f"{name}_skip")
        x = linear(x, x.shape[-1], f"{name}_hidden")
        x = layers.ReLU(dtype=x.dtype, name=f"{name}_relu")(x)
        x = linear(x, code_width, f"{name}_projected")
        return layers.Add(dtype=x.dtype, name=name)([x, skip])

    def places(x, width, name):
        return SPECTRAL.convolution(x, width, 1, name)

    def vectors(x, width, name):
        return SPECTRAL.dense(x, width, name, dtype="float32")

    outputs = {
        "logits": base.output,
        "local": project(local, places, "local"),
        "global": project(pooled, vectors, "global"),
    }
    return Model(base.input, outputs, name=name)
