"""Published GANs, one a file: networks, loss, penalties, optimizers, critic steps."""

from keras_gan_zoo.families.dcgan import DCGAN
from keras_gan_zoo.families.mlp_gan import MLPGAN
from keras_gan_zoo.families.wgan import WGAN
from keras_gan_zoo.families.wgan_gp import WGANGP

__all__ = ["DCGAN", "MLPGAN", "WGAN", "WGANGP"]
