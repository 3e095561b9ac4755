"""Gradient penalties, added to the discriminator's loss, in float32.

A penalty says at which images it looks and what it asks of the gradient there.
"""

import keras
from keras import ops

from keras_gan_zoo import backend

PACKAGE = "keras_gan_zoo"


def squared_norm(gradients):
    """Squared L2 norm of each image's gradient: `(n, h, w, c)` -> `(n,)`."""
    axes = tuple(range(1, len(gradients.shape)))
    return ops.sum(ops.square(ops.cast(gradients, "float32")), axis=axes)


def unit_norm_penalty(gradients):
    """E[(|gradient| - 1)^2].

    The epsilon keeps the gradient of the root finite at 0.
    """
    return ops.mean(ops.square(ops.sqrt(squared_norm(gradients) + 1e-12) - 1.0))


def zero_norm_penalty(gradients):
    """E[|gradient|^2] / 2."""
    return 0.5 * ops.mean(squared_norm(gradients))


class Penalty:
    """Base class of penalties.

    Args:
        weight: float, what `value` is multiplied by. The logs show the product,
            so that `d_loss` plus the penalties is what the discriminator minimises.
    """

    name = "penalty"

    def __init__(self, weight=10.0):
        if not weight >= 0:
            raise ValueError(
                f"`weight` must be 0 or more, for example 10. Received: weight={weight}"
            )
        self.weight = weight

    def points(self, real, fake, draw):
        """Images at which the gradient is taken.

        `draw(shape, distribution)` draws `"uniform"` numbers in [0, 1) or
        `"normal"` ones.
        """
        raise TypeError(f"{type(self).__name__} must define `points`.")

    def value(self, gradients):
        """Scalar from gradients of the logits, shape `(n, h, w, c)`."""
        raise TypeError(f"{type(self).__name__} must define `value`.")

    def __call__(self, discriminator, real, fake, draw):
        points = self.points(real, fake, draw)
        gradients, _ = backend.input_gradients(
            lambda x: (ops.cast(discriminator(x), "float32"), None), points
        )
        return self.weight * self.value(gradients)

    def get_config(self):
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package=PACKAGE)
class GradientPenalty(Penalty):
    """WGAN-GP: unit gradients between real and fake (Gulrajani et al. 2017, eq. 3).

    One interpolation coefficient an image. arXiv:1704.00028.

    Example:

    >>> GradientPenalty(weight=10).name
    'gradient_penalty'
    """

    name = "gradient_penalty"
    value = staticmethod(unit_norm_penalty)

    def points(self, real, fake, draw):
        mix = draw((ops.shape(real)[0], 1, 1, 1), "uniform")
        return mix * real + (1.0 - mix) * fake


@keras.saving.register_keras_serializable(package=PACKAGE)
class DRAGAN(Penalty):
    """Unit gradients around the real images (Kodali et al. 2017), arXiv:1705.07215.

    As in the authors' code, each pixel moves by up to half the standard deviation
    of the batch.
    """

    name = "dragan_penalty"
    value = staticmethod(unit_norm_penalty)

    def points(self, real, fake, draw):
        noise = draw(ops.shape(real), "uniform")
        return real + 0.5 * ops.std(real) * noise


@keras.saving.register_keras_serializable(package=PACKAGE)
class R1(Penalty):
    """Zero gradients at the real images (Mescheder et al. 2018, eq. 9).

    `weight` is the paper's gamma: the penalty is gamma / 2 E[|gradient|^2].
    arXiv:1801.04406.
    """

    name = "r1_penalty"
    value = staticmethod(zero_norm_penalty)

    def points(self, real, fake, draw):
        return real
