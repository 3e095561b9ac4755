"""Schedules of the images seen, besides those of `keras.optimizers.schedules`."""

from keras_gan_zoo.objectives.schedules import Cosine

__all__ = ["Cosine"]
