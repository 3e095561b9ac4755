"""What is done to images before the discriminator sees them."""

from keras_gan_zoo.augmentation.ada import ADA
from keras_gan_zoo.augmentation.adaptive import AdaptiveAugmentation
from keras_gan_zoo.augmentation.apa import APA
from keras_gan_zoo.augmentation.base import Augmentation
from keras_gan_zoo.augmentation.diff_augment import DiffAugment
from keras_gan_zoo.augmentation.named import AUGMENTATIONS, get
from keras_gan_zoo.augmentation.packing import Packing

__all__ = [
    "ADA",
    "APA",
    "AUGMENTATIONS",
    "AdaptiveAugmentation",
    "Augmentation",
    "DiffAugment",
    "Packing",
    "get",
]
