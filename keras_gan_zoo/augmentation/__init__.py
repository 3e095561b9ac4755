"""What is done to images before the discriminator sees them."""

from keras_gan_zoo.augmentation.base import Augmentation
from keras_gan_zoo.augmentation.diff_augment import DiffAugment
from keras_gan_zoo.augmentation.packing import Packing

__all__ = ["Augmentation", "DiffAugment", "Packing"]
