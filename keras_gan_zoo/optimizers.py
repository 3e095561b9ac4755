"""Optimizers that Keras lacks."""

from keras_gan_zoo.training.scheduled_adam import ScheduledAdam

__all__ = ["ScheduledAdam"]
