"""Gradient penalties, added to the discriminator's loss, in float32."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.configs import instance
from keras_gan_zoo.objectives.penalty import Penalty, image_logits, squared_norm
from keras_gan_zoo.schedules import Weight
from keras_gan_zoo.typing import Draw, Tensor

__all__ = [
    "DRAGAN",
    "PENALTIES",
    "R1",
    "R2",
    "GradientPenalty",
    "MaxGradientPenalty",
    "Penalty",
    "RealGradientPenalty",
    "ZeroCenteredGradientPenalty",
    "get",
    "image_logits",
    "squared_norm",
    "unit_norm_penalty",
    "zero_norm_penalty",
]

PACKAGE = "keras_gan_zoo"


def unit_norm_penalty(gradients: Tensor, one_sided: bool = False) -> Tensor:
    """E[(|gradient| - 1)^2]; if `one_sided`, only of gradients above 1.

    An epsilon keeps the gradient of the square root finite at 0.
    """
    excess = ops.sqrt(squared_norm(gradients) + 1e-12) - 1.0
    return ops.mean(ops.square(ops.relu(excess) if one_sided else excess))


def zero_norm_penalty(gradients: Tensor) -> Tensor:
    """E[|gradient|^2] / 2."""
    return 0.5 * ops.mean(squared_norm(gradients))


@keras.saving.register_keras_serializable(package=PACKAGE)
class GradientPenalty(Penalty):
    """WGAN-GP: unit gradients between real and fake (Gulrajani et al. 2017, eq. 3).

    With one interpolation coefficient per image. arXiv:1704.00028.

    Args:
        weight: float or schedule, lambda.
        every: int.
        name: str.
        one_sided: bool: only gradients above 1 are penalised (WGAN-LP, Petzka et al.
            2018, eq. 8, arXiv:1709.08894).
        per_image: see `Penalty`.

    Example:

    >>> GradientPenalty(weight=10).name
    'gradient_penalty'
    """

    name = "gradient_penalty"

    def __init__(
        self,
        weight: Weight = 10.0,
        every: int = 1,
        name: str | None = None,
        one_sided: bool = False,
        per_image: bool | None = None,
    ) -> None:
        super().__init__(weight, every, name, per_image)
        self.one_sided = one_sided

    def value(self, gradients: Tensor) -> Tensor:
        return unit_norm_penalty(gradients, self.one_sided)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "one_sided": self.one_sided}

    def points(self, real: Any, fake: Any, draw: Draw) -> Any:
        mix = draw((ops.shape(real.images)[0], 1, 1, 1), "uniform")
        return real._replace(images=mix * real.images + (1.0 - mix) * fake.images)


@keras.saving.register_keras_serializable(package=PACKAGE)
class ZeroCenteredGradientPenalty(Penalty):
    """0-GP: zero gradients between real and fake (Thanh-Tung et al. 2019, section 5).

    lambda E[|gradient|^2] at the points of WGAN-GP. arXiv:1902.03984.
    """

    name = "zero_centered_penalty"
    points = GradientPenalty.points

    def value(self, gradients: Tensor) -> Tensor:
        return ops.mean(squared_norm(gradients))


@keras.saving.register_keras_serializable(package=PACKAGE)
class MaxGradientPenalty(Penalty):
    """Max-GP: the largest gradient between real and fake (Zhou et al. 2019).

    lambda times the largest |gradient|^2 of a batch, at the points of WGAN-GP.
    arXiv:1902.05687.
    """

    name = "max_gradient_penalty"
    points = GradientPenalty.points

    def value(self, gradients: Tensor) -> Tensor:
        return ops.max(squared_norm(gradients))


@keras.saving.register_keras_serializable(package=PACKAGE)
class DRAGAN(Penalty):
    """Unit gradients around the real images (Kodali et al. 2017). arXiv:1705.07215.

    As in the authors' code, each pixel moves by up to half the standard deviation of
    the batch, scaled by one uniform number per image.
    """

    name = "dragan_penalty"
    value = staticmethod(unit_norm_penalty)

    def points(self, real: Any, fake: Any, draw: Draw) -> Any:
        images = real.images
        noise = draw(ops.shape(images), "uniform")
        share = draw((ops.shape(images)[0], 1, 1, 1), "uniform")
        return real._replace(images=images + share * 0.5 * ops.std(images) * noise)


@keras.saving.register_keras_serializable(package=PACKAGE)
class R1(Penalty):
    """Zero gradients at the real images (Mescheder et al. 2018, eq. 9).

    `weight` is the paper's gamma: the penalty is gamma / 2 E[|gradient|^2].
    arXiv:1801.04406.

    With finite differences it is gamma / 2 E[(D(x + s e) - D(x))^2] / s^2 for noise e
    from N(0, 1) in each pixel, which is the same as the scale s goes to 0 (the
    approximated R1 of Lin et al. 2025, divided by s^2, arXiv:2501.08316; Hyun et al.
    2025, arXiv:2509.24935). It takes two more forward passes, in one call of the
    discriminator, and no second derivative. Each estimate is noisy: for a linear D its
    standard deviation is sqrt(2) times its mean, divided by the root of the batch size.

    Args:
        weight: float or schedule, gamma.
        every: int.
        name: str.
        method: `"gradient"` or `"finite_difference"`.
        scale: float, s, the noise's standard deviation, for images in [-1, 1]. In half
            precision logits are too coarse for a small one.
    """

    name = "r1_penalty"
    at: str | None = "real"

    def __init__(
        self,
        weight: Weight = 10.0,
        every: int = 1,
        name: str | None = None,
        method: str = "gradient",
        scale: float = 0.01,
    ) -> None:
        super().__init__(weight, every, name)
        self.method = method
        self.scale = check_real("scale", scale, above=0)
        if method not in ("gradient", "finite_difference"):
            raise ValueError(
                "`method` must be 'gradient' or 'finite_difference'. "
                f"Received: method={method!r}"
            )
        if method == "finite_difference":
            self.at = None  # nobody needs gradients

    def value(self, gradients: Tensor) -> Tensor:
        return zero_norm_penalty(gradients)

    def __call__(
        self,
        judge: Callable,
        real: Any,
        fake: Any,
        draw: Draw,
        gradients_at: Any = None,
    ) -> Tensor:
        if self.method == "gradient":
            return super().__call__(judge, real, fake, draw, gradients_at)
        batch = real if type(self).at == "real" else fake
        noise = draw(ops.shape(batch.images), "normal")
        found = judge(batch, moved=batch.images + self.scale * noise)
        before, after = ops.split(image_logits(found["logits"]), 2)
        return 0.5 * ops.mean(ops.square((after - before) / self.scale))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "method": self.method, "scale": self.scale}


@keras.saving.register_keras_serializable(package=PACKAGE)
class R2(R1):
    """Zero gradients at the generated images (Mescheder et al. 2018, eq. 10).

    Takes the arguments of `R1`.
    """

    name = "r2_penalty"
    at = "fake"


@keras.saving.register_keras_serializable(package=PACKAGE)
class RealGradientPenalty(Penalty):
    """Gradients of one size at the real images, as in lucidrains' Lightweight GAN.

    lambda E[(|gradient| - target)^2], WGAN-GP's at other points.

    Args:
        weight: float or schedule, lambda.
        every: int.
        name: str.
        target: float.
    """

    name = "real_gradient_penalty"
    at = "real"

    def __init__(
        self,
        weight: Weight = 10.0,
        every: int = 1,
        name: str | None = None,
        target: float = 1.0,
    ) -> None:
        super().__init__(weight, every, name)
        self.target = float(check_real("target", target, least=0))

    def value(self, gradients: Tensor) -> Tensor:
        size = ops.sqrt(squared_norm(gradients) + 1e-12)
        return ops.mean(ops.square(size - self.target))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target": self.target}


#: by name, with their arguments as published
PENALTIES = {
    "gradient_penalty": GradientPenalty,
    "zero_centered": ZeroCenteredGradientPenalty,
    "max_gradient": MaxGradientPenalty,
    "dragan": DRAGAN,
    "r1": R1,
    "r2": R2,
}


def get(penalty: Any) -> Penalty:
    """Return a penalty, from its name or config if need be."""
    if isinstance(penalty, str) and penalty in PENALTIES:
        return PENALTIES[penalty]()
    return instance(
        penalty,
        Penalty,
        f"`penalties` must be a list of any of {sorted(PENALTIES)} and of penalties, "
        "for example `penalties=[keras_gan_zoo.R1(weight=10)]`.",
    )
