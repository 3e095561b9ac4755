"""`StabilityMonitor`, and what it sees signs of trouble in."""

from keras_gan_zoo.callbacks.stability.monitor import StabilityMonitor

__all__ = ["StabilityMonitor"]
