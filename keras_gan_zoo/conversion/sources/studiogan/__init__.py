"""PyTorch-StudioGAN's run folders: DCGAN to BigGAN-deep, and StyleGAN2.

`runs` reads the files, `layouts` tells the networks from shapes, `rules` whose variable
a tensor is, `methods` how the run was trained.
"""

from keras_gan_zoo.conversion.sources.studiogan.source import (
    StudioGAN,
    StudioGANStyleGAN2,
)

__all__ = ["StudioGAN", "StudioGANStyleGAN2"]
