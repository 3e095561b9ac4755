"""Generators and discriminators: plain Keras models that know nothing of losses.

Images are channels last, in [-1, 1]. A discriminator returns logits `(n, 1)`, or, if it
has more heads, a dict that includes `logits`. Class-conditional networks take a dict by
name: `latents` or `images`, and `labels`, int32 `(n,)`.
"""

from keras_gan_zoo.networks.acgan import acgan_discriminator, acgan_generator
from keras_gan_zoo.networks.auto_encoders import (
    began_discriminator,
    began_generator,
    ebgan_discriminator,
)
from keras_gan_zoo.networks.biggan import biggan_discriminator, biggan_generator
from keras_gan_zoo.networks.biggan_deep import (
    biggan_deep_discriminator,
    biggan_deep_generator,
)
from keras_gan_zoo.networks.cgan import cgan_discriminator, cgan_generator
from keras_gan_zoo.networks.dcgan import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.dense import dense_discriminator, dense_generator
from keras_gan_zoo.networks.fastgan import fastgan_discriminator, fastgan_generator
from keras_gan_zoo.networks.info_gan import (
    info_gan_discriminator,
    info_gan_generator,
)
from keras_gan_zoo.networks.lightweight_gan import (
    lightweight_gan_discriminator,
    lightweight_gan_generator,
)
from keras_gan_zoo.networks.progressive import (
    progressive_discriminator,
    progressive_generator,
)
from keras_gan_zoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from keras_gan_zoo.networks.resnet import resnet_discriminator, resnet_generator
from keras_gan_zoo.networks.self_supervised import (
    info_max_gan_discriminator,
    ssgan_discriminator,
)
from keras_gan_zoo.networks.sndcgan import sndcgan_discriminator, sndcgan_generator
from keras_gan_zoo.networks.stylegan2 import (
    stylegan2_discriminator,
    stylegan2_generator,
)
from keras_gan_zoo.networks.unrolled_gan import (
    unrolled_discriminator,
    unrolled_generator,
)

__all__ = [
    "acgan_discriminator",
    "acgan_generator",
    "began_discriminator",
    "began_generator",
    "biggan_deep_discriminator",
    "biggan_deep_generator",
    "biggan_discriminator",
    "biggan_generator",
    "cgan_discriminator",
    "cgan_generator",
    "convolutional_discriminator",
    "convolutional_generator",
    "dense_discriminator",
    "dense_generator",
    "ebgan_discriminator",
    "fastgan_discriminator",
    "fastgan_generator",
    "info_gan_discriminator",
    "info_gan_generator",
    "info_max_gan_discriminator",
    "lightweight_gan_discriminator",
    "lightweight_gan_generator",
    "progressive_discriminator",
    "progressive_generator",
    "r3gan_discriminator",
    "r3gan_generator",
    "resnet_discriminator",
    "resnet_generator",
    "sndcgan_discriminator",
    "sndcgan_generator",
    "ssgan_discriminator",
    "stylegan2_discriminator",
    "stylegan2_generator",
    "unrolled_discriminator",
    "unrolled_generator",
]
