"""Which transforms each image gets, and how strong they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

from keras_gan_zoo.typing import Draw, Tensor

#: how many uniform and normal numbers an image takes for each transform, in the order
#: of the published code, the choice of who gets it included
NUMBERS = {
    "xflip": (2, 0),
    "rotate90": (2, 0),
    "xint": (3, 0),
    "scale": (1, 1),
    "rotate": (4, 0),
    "aniso": (1, 1),
    "xfrac": (1, 2),
    "brightness": (1, 1),
    "contrast": (1, 1),
    "lumaflip": (2, 0),
    "hue": (2, 0),
    "saturation": (1, 1),
    "imgfilter": (4, 4),
    "noise": (1, 1),
    "cutout": (3, 0),
}


class Draws:
    """Random numbers for the transforms of `n` images, drawn at once.

    Args:
        draw: function of a shape and `"normal"` or `"uniform"`.
        n: int, images.
        multipliers: what `p` is multiplied by for each transform; those missing are
            left out.
        p: scalar tensor, the probability.
    """

    def __init__(
        self, draw: Draw, n: Any, multipliers: Mapping[str, float], p: Tensor
    ) -> None:
        self.n, self.p, self.multipliers = n, p, multipliers
        needed = [NUMBERS[name] for name in multipliers]
        self._uniform = _columns(draw, n, "uniform", sum(u for u, _ in needed))
        self._normal = _columns(draw, n, "normal", sum(v for _, v in needed))

    def __contains__(self, name: str) -> bool:
        return name in self.multipliers

    def uniform(self) -> Tensor:
        """`(n,)` in [0, 1)."""
        return next(self._uniform)

    def normal(self) -> Tensor:
        """`(n,)`, N(0, 1)."""
        return next(self._normal)

    def choose(
        self, name: str, value: Tensor, neutral: float, chance: Any = None
    ) -> Tensor:
        """`value` for the images that get the transform, `neutral` for the others."""
        return self.choose_all(name, [value], neutral, chance)[0]

    def choose_all(
        self, name: str, values: list[Tensor], neutral: float, chance: Any = None
    ) -> list[Tensor]:
        """The same for several values of one transform, which come together."""
        chance = self.multipliers[name] * self.p if chance is None else chance
        chosen = self.uniform() < chance
        return [ops.where(chosen, value, neutral) for value in values]


def _columns(draw: Draw, n: Any, distribution: str, count: int) -> Iterator[Tensor]:
    if not count:
        return iter(())
    drawn = draw((n, count), distribution)
    return (drawn[:, i] for i in range(count))
