"""Latents and labels: the same on every machine, backend, device and batch size."""

import itertools
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.arguments import check_count, check_real, whole
from keras_gan_zoo.typing import ArrayLike, Draw, Tensor

DISTRIBUTIONS = ("normal", "uniform")


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Latents:
    """Latents from several distributions, side by side in one tensor.

    First `normal` numbers from N(0, 1), then `uniform` ones from U(-1, 1), then a
    one-hot code for each entry of `categorical`. The codes that a term such as
    `Information` recovers are therefore at the end (Chen et al. 2016, section 5).

    Args:
        normal: int, the number of normal latents.
        uniform: int, the number of uniform ones.
        categorical: the sizes of the codes, such as `(10,)`.

    Example:

    >>> latents = Latents(uniform=64, categorical=(10,))
    >>> latents.dim
    74
    >>> {name: (part.start, part.stop) for name, part in latents.parts.items()}
    {'uniform': (0, 64), 'categorical_0': (64, 74)}
    """

    def __init__(
        self, normal: int = 0, uniform: int = 0, categorical: Sequence[int] = ()
    ) -> None:
        found, codes = whole((normal, uniform), 0), whole(categorical, 2)
        if found is None or codes is None or not sum(found + codes):
            raise ValueError(
                "`Latents` takes the number of latents from each distribution, and "
                "the sizes of its codes, 2 or more each, for example "
                "`Latents(normal=62, categorical=(10,))`. "
                f"Received: normal={normal}, uniform={uniform}, "
                f"categorical={categorical!r}"
            )
        (self.normal, self.uniform), self.categorical = found, codes

    @property
    def dim(self) -> int:
        """The size of one latent."""
        return self.normal + self.uniform + sum(self.categorical)

    @property
    def parts(self) -> dict[str, slice]:
        """The slice of each part: `normal`, `uniform`, `categorical_0`, ..."""
        sizes = {"normal": self.normal, "uniform": self.uniform}
        sizes |= {f"categorical_{i}": k for i, k in enumerate(self.categorical)}
        parts, start = {}, 0
        for name, size in sizes.items():
            if size:
                parts[name] = slice(start, start + size)
            start += size
        return parts

    def draw(self, n: Any, draw: Draw) -> Tensor:
        """`n` latents for a training step, from `draw(shape, distribution)`."""
        found = []
        if self.normal:
            found.append(draw((n, self.normal), "normal"))
        if self.uniform:
            found.append(2.0 * draw((n, self.uniform), "uniform") - 1.0)
        for size in self.categorical:
            found.append(ops.one_hot(draw_whole(draw, n, size), size))
        return ops.concatenate(found, axis=1)

    def get_config(self) -> dict[str, Any]:
        return {
            "normal": self.normal,
            "uniform": self.uniform,
            "categorical": list(self.categorical),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_config() == self.get_config()

    def __hash__(self) -> int:
        return hash((self.normal, self.uniform, self.categorical))

    def __repr__(self) -> str:
        settings = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items() if v)
        return f"Latents({settings})"


def draw_whole(draw: Draw, n: Any, size: int, shares: Tensor = None) -> Tensor:
    """`n` whole numbers below `size` for a training step, int32.

    `shares` are their probabilities, a tensor `(size,)`; None makes all equal.
    """
    uniform = draw((n,), "uniform")
    if shares is None:
        return ops.cast(ops.floor(uniform * size), "int32")
    below = ops.cumsum(shares)[:-1]
    return ops.sum(ops.cast(uniform[:, None] >= below[None], "int32"), axis=1)


def draw_labels(
    n: int,
    num_classes: int,
    seed: int,
    start: int = 0,
    probabilities: ArrayLike | None = None,
) -> np.ndarray:
    """Labels `start` to `start + n` of the stream that `seed` names.

    Labels have a stream of their own: label `i` depends on `(seed, i)` alone, as
    latent `i` does.

    Args:
        n: int, how many.
        num_classes: int.
        seed: int, 0 or more.
        start: int, index of the first sample.
        probabilities: array `(num_classes,)` of shares, which need not add up to
            1; None for equal ones.

    Returns:
        int32 array of shape `(n,)`.

    Example:

    >>> draw_labels(4, 10, seed=7)[2:] == draw_labels(2, 10, seed=7, start=2)
    array([ True,  True])
    """
    uniform = _uniform(n, 1, seed, start, stream=1)[:, 0]
    if probabilities is None or not np.sum(probabilities):
        return (uniform * num_classes).astype("int32")
    edges = np.cumsum(np.asarray(probabilities, "float64"))
    return np.searchsorted(edges[:-1] / edges[-1], uniform, "right").astype("int32")


def draw_latents(
    n: int,
    dim: int | Latents,
    seed: int,
    distribution: str = "normal",
    start: int = 0,
    truncation: float | None = None,
) -> np.ndarray:
    """Latents `start` to `start + n` of the stream that `seed` names.

    Sample `i` depends on `(seed, i)` alone. The raw integers of NumPy's Philox
    generator are frozen across versions (its normal variates are not), so the
    inverse of the normal distribution is applied here.

    Args:
        n: int, how many.
        dim: int, the size of one latent, or a `Latents`, which names its own
            distributions.
        seed: int, 0 or more.
        distribution: `"normal"` for N(0, 1) or `"uniform"` for U(-1, 1).
        start: int, index of the first sample.
        truncation: float or None. For normal latents only: they come from
            N(0, 1) truncated to [-truncation, truncation] (Brock et al. 2018,
            arXiv:1809.11096, section 3.1).

    Returns:
        float32 array of shape `(n, dim)`.

    Example:

    >>> draw_latents(2, 3, seed=7).shape
    (2, 3)
    >>> bool((draw_latents(4, 3, seed=7)[2:] == draw_latents(2, 3, 7, start=2)).all())
    True
    """
    if isinstance(dim, Latents):
        return _draw_parts(n, dim, seed, start, truncation)
    if distribution not in DISTRIBUTIONS:
        raise ValueError(
            f"`latent_distribution` must be one of {DISTRIBUTIONS}. "
            f"Received: latent_distribution={distribution!r}"
        )
    uniform = _uniform(n, dim, seed, start)
    if distribution == "uniform":
        if truncation is not None:
            raise ValueError(
                "`truncation` is defined for normal latents only. "
                f"Received: truncation={truncation}, latent_distribution='uniform'"
            )
        return (2.0 * uniform - 1.0).astype("float32")
    return _normal(uniform, truncation)


def _draw_parts(n, latents, seed, start, truncation):
    if truncation is not None and not latents.normal:
        raise ValueError(
            "`truncation` is defined for normal latents only. "
            f"Received: truncation={truncation}, latents={latents}"
        )
    first, second = latents.normal, latents.normal + latents.uniform
    count = second + len(latents.categorical)
    uniform = _uniform(n, count, seed, start)
    parts = [_normal(uniform[:, :first], truncation)] if first else []
    parts.append(2.0 * uniform[:, first:second] - 1.0)
    for column, size in enumerate(latents.categorical, start=second):
        code = (uniform[:, column] * size).astype("int64")
        parts.append(np.eye(size)[code])
    return np.concatenate(parts, axis=1).astype("float32")


def check_latents(latents: ArrayLike, dim: int) -> np.ndarray:
    """Return latents as float32 `(n, dim)`, or raise a helpful error."""
    if hasattr(latents, "detach"):  # torch, perhaps on a device
        latents = latents.detach().cpu()
    found = np.asarray(latents)
    good = found.dtype.kind in "iuf" and found.ndim == 2 and found.shape[1] == dim
    if not good or not len(found) or not np.isfinite(found).all():
        raise ValueError(
            f"`latents` must be finite numbers of shape (n, {dim}), for example "
            f"`gan.sample_latents(16, seed=7)`. Received: latents of shape "
            f"{found.shape} and dtype {found.dtype}"
        )
    return found.astype("float32")


def interpolate_latents(
    start: ArrayLike, end: ArrayLike, steps: int, latents: Latents
) -> np.ndarray:
    """Latents on the way from `start` to `end`, both included.

    Normal ones move along a great circle, so that each is as likely as the ends are
    (White 2016, arXiv:1609.04468, section 2.1); uniform ones along a line; a one-hot
    code changes half way.

    Args:
        start, end: arrays `(dim,)`.
        steps: int, 2 or more.
        latents: what the parts of a latent are.

    Returns:
        float32 array `(steps, dim)`.

    Example:

    >>> interpolate_latents([1.0, 0.0], [0.0, 1.0], 3, Latents(normal=2)).round(3)
    array([[1.   , 0.   ],
           [0.707, 0.707],
           [0.   , 1.   ]], dtype=float32)
    """
    start, end = np.asarray(start, "float64"), np.asarray(end, "float64")
    share = np.linspace(0.0, 1.0, steps)[:, None]
    found = np.where(share < 0.5, start, end)
    for name, part in latents.parts.items():
        if name == "normal":
            found[:, part] = _great_circle(start[part], end[part], share)
        elif name == "uniform":
            found[:, part] = (1 - share) * start[part] + share * end[part]
    return found.astype("float32")


def walk_latents(stops: ArrayLike, steps: int, latents: Latents) -> np.ndarray:
    """Latents on the way through `stops`, `(n, dim)`: see `interpolate_latents`.

    Returns:
        float32 array `((n - 1) * (steps - 1) + 1, dim)`.
    """
    stops = np.asarray(stops)
    legs = [
        interpolate_latents(start, end, steps, latents)[:-1]
        for start, end in itertools.pairwise(stops)
    ]
    return np.concatenate([*legs, stops[-1:].astype("float32")])


def _great_circle(start, end, share):
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    angle = np.arccos(np.clip(start @ end / lengths, -1, 1)) if lengths else 0.0
    if np.sin(angle) < 1e-6:  # no circle, or no one in particular, joins them
        return (1 - share) * start + share * end
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(
        angle
    )


def _uniform(n, dim, seed, start, stream=0):
    """float64 `(n, dim)`, strictly inside (0, 1), for the samples from `start` on."""
    start = check_count("start", start, 0)
    blocks = -(-dim // 4)  # Philox counts in blocks of four 64-bit integers
    generator = np.random.Philox(key=int(seed) + (stream << 64))
    bits = generator.advance(start * blocks).random_raw(n * blocks * 4)
    bits = bits.reshape(n, blocks * 4)[:, :dim]
    return ((bits >> np.uint64(11)) + 0.5) * 2.0**-53


def _normal(uniform, truncation):
    from scipy.special import ndtr, ndtri

    if truncation is not None:
        hint = " and in standard deviations, for example 2.0"
        check_real("truncation", truncation, above=0, endless=True, hint=hint)
        low = ndtr(-truncation)
        uniform = low + (1.0 - 2.0 * low) * uniform
    return ndtri(uniform).astype("float32")
