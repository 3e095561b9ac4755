"""The base class of gradient penalties, and what they measure gradients with.

A penalty says at which images the gradient is taken, and what it should be there.
"""

from collections.abc import Callable
from typing import Any, Self

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.schedules import (
    Weight,
    check_every,
    check_weight,
    weight_config,
)
from keras_gan_zoo.typing import Draw, Tensor


def squared_norm(gradients: Tensor) -> Tensor:
    """The squared L2 norm of each image's gradient: `(n, h, w, c)` -> `(n,)`."""
    axes = tuple(range(1, len(gradients.shape)))
    return ops.sum(ops.square(ops.cast(gradients, "float32")), axis=axes)


def image_logits(logits: Tensor) -> Tensor:
    """One logit for each image, `(n, 1)`: the mean of its patches'.

    "Averaging all responses to provide the ultimate output of D" (Isola et al. 2017,
    section 3.2.2). arXiv:1611.07004.

    Example:

    >>> import numpy as np
    >>> tuple(image_logits(np.ones((8, 3, 3, 1))).shape)
    (8, 1)
    """
    axes = tuple(range(1, len(logits.shape) - 1))
    return ops.mean(logits, axis=axes) if axes else logits


class Penalty:
    """Base class of penalties.

    Gradients are those of each image's logit, `image_logits`, with respect to the
    images before augmentation, as in StyleGAN2-ADA and R3GAN. Where `Packing` has the
    discriminator judge several images at once, its packs are the images.

    Args:
        weight: float, or a `keras.optimizers.schedules` schedule of the images seen:
            what `value` is multiplied by. The logs show the product, so that `d_loss`
            plus the terms is what the discriminator minimises.
        every: int, discriminator updates from one use to the next; the term is
            multiplied by `every` to make up for the others (lazy regularisation, Karras
            et al. 2020, section 3.1).
        name: str, its name in the logs.
        per_image: bool. False allows batch norm in the discriminator, which mixes the
            gradients of a batch's images: the penalty is not what its paper says then
            (PyTorch-StudioGAN trains so).
    """

    name = "penalty"
    #: `"real"` or `"fake"`: take gradients at those images, from the loss's own forward
    #: pass. None: take them at `points`, in an extra pass.
    at: str | None = None
    #: Whether it penalises each image's own gradient, which batch norm would mix.
    per_image = True

    def __init__(
        self,
        weight: Weight = 10.0,
        every: int = 1,
        name: str | None = None,
        per_image: bool | None = None,
    ) -> None:
        self.weight = check_weight(weight)
        self.every = check_every(every)
        self.name = name or type(self).name
        if per_image is not None:
            self.per_image = per_image

    def points(self, real: Any, fake: Any, draw: Draw) -> Any:
        """The images at which the gradient is taken, a `Batch`.

        `real` and `fake` are batches, with `images` and `labels`;
        `draw(shape, distribution)` draws `"uniform"` numbers in [0, 1) or `"normal"`
        ones.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define `points`, or set `at`."
        )

    def value(self, gradients: Tensor) -> Tensor:
        """A scalar, from gradients of the logits, shape `(n, h, w, c)`."""
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")

    def __call__(
        self,
        judge: Callable,
        real: Any,
        fake: Any,
        draw: Draw,
        gradients_at: Any = None,
    ) -> Tensor:
        """The term without its weight.

        `judge(batch)` gives the discriminator's outputs by name. `gradients_at` has
        functions that return the gradients at `"real"` and at `"fake"` images.
        """
        if self.at is not None:
            return self.value(gradients_at[self.at]())
        points = self.points(real, fake, draw)

        def forward(images):
            found = judge(points._replace(images=images))
            return image_logits(found["logits"]), None

        gradients, _ = backend.input_gradients(forward, points.images)
        return self.value(gradients)

    def get_config(self) -> dict[str, Any]:
        config = {
            "weight": weight_config(self.weight),
            "every": self.every,
            "name": self.name,
        }
        if self.per_image != type(self).per_image:
            config["per_image"] = self.per_image
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(weight={self.weight!r}, every={self.every})"
