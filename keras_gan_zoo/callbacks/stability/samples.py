"""How generated images differ from each other, and from real ones."""

from typing import NamedTuple

import numpy as np

from keras_gan_zoo.callbacks.stability.real_sample import small
from keras_gan_zoo.metrics.nearest import RARE, distances, nearness

MOST = 512  # real images whose distances to each other are taken
DRAWS = 20  # subsets of real images
COMPONENTS = 16
COARSE = 8  # the side of the images whose components are taken


class Diversity(NamedTuple):
    """Distances among generated images, as shares of those among as many real ones.

    `pixels` and `components`, the real images' first principal components, are means
    over all pairs; `nearest` is the median distance to the nearest other image.
    `spread` is the relative deviation of `pixels` over subsets of real images.
    """

    pixels: float
    components: float
    nearest: float
    spread: float


class Reference:
    """Real images, with what their distances to each other tell.

    Args:
        real: `(m, height, width, channels)`, m > 1.
        seed: int, of what is drawn from them.

    Example:

    >>> import numpy as np
    >>> real = np.random.default_rng(0).normal(size=(64, 8, 8, 1))
    >>> alike = real[:1] + 0.1 * real[:32]
    >>> round(Reference(real).diversity(alike).pixels, 1)
    0.1
    >>> Reference(real).copies(0.9 * real[:16])[0]
    1.0
    """

    def __init__(self, real: np.ndarray, seed: int = 0) -> None:
        self._seed = seed
        flat = _flat(real)
        self._centre = flat.mean(axis=0)
        flat -= self._centre
        rows = np.random.default_rng(seed).permutation(len(real))[:MOST]
        coarse = _flat(small(real[rows], COARSE))
        self._coarse_centre = coarse.mean(axis=0)
        self._turn = _components(coarse - self._coarse_centre)
        turned = (coarse - self._coarse_centre) @ self._turn
        self._among = [distances(x, x) for x in (flat[rows], turned)]
        self._expected: dict[int, np.ndarray] = {}
        self._pixels = np.unique(flat, axis=0)  # what is there twice is no copy
        self._limit = self._nearness()

    def _nearness(self):
        """The ratio of two distances of which all but few real images have more."""
        if len(self._pixels) < 3:
            return 0.0
        rng = np.random.default_rng(self._seed)
        rows = rng.permutation(len(self._pixels))[:MOST]
        found = distances(self._pixels[rows], self._pixels)
        found[np.arange(len(rows)), rows] = np.inf
        return float(np.quantile(nearness(found), RARE))

    def _of_real(self, n):
        """For subsets of `n`: mean distance, its deviation, nearest; in both forms."""
        if n not in self._expected:
            rng = np.random.default_rng(self._seed)
            size = len(self._among[0])
            subsets = [rng.permutation(size)[:n] for _ in range(DRAWS)]
            self._expected[n] = np.array([_of_subsets(x, subsets) for x in self._among])
        return self._expected[n]

    def diversity(self, generated: np.ndarray) -> Diversity:
        """Compare distances among generated images with those among real ones.

        Args:
            generated: `(n, height, width, channels)`; if there are fewer real images,
                as many as those.
        """
        generated = generated[: len(self._among[0])]
        flat = _flat(generated) - self._centre
        turned = (_flat(small(generated, COARSE)) - self._coarse_centre) @ self._turn
        (pixels, near), (components, near_turned) = (
            self._beside_real(x, *real)
            for x, real in zip((flat, turned), self._of_real(len(flat)), strict=True)
        )
        mean, deviation, _ = self._of_real(len(flat))[0]
        spread = _share(deviation, mean)
        return Diversity(pixels, components, max(near, near_turned), spread)

    def _beside_real(self, rows, mean, _, nearest):
        own = distances(rows, rows)
        return _share(_mean(own), mean), _share(_nearest(own), nearest)

    def copies(self, generated: np.ndarray) -> tuple[float, float]:
        """The share of generated images that are all but copies of a real one.

        One is if the nearest real image is so much nearer than the second nearest as it
        is for a hundredth of real images among themselves.

        Args:
            generated: `(n, height, width, channels)`.

        Returns:
            The share, and the ratio of the two distances below which an image counts.
        """
        if not self._limit:
            return 0.0, 0.0
        found = nearness(distances(_flat(generated) - self._centre, self._pixels))
        return float(np.mean(found < self._limit)), self._limit


def _components(coarse):
    """What turns images into their first principal components, of variance 1."""
    _, sizes, rows = np.linalg.svd(coarse, full_matrices=False)
    sizes, rows = sizes[:COMPONENTS], rows[:COMPONENTS]
    kept = sizes > 1e-3 * max(sizes[0], 1e-12)
    return (rows[kept] / sizes[kept, None]).T * np.sqrt(len(coarse))


def _flat(images):
    return images.reshape(len(images), -1).astype("float32")


def _of_subsets(among, subsets):
    drawn = [among[np.ix_(rows, rows)] for rows in subsets]
    means = [_mean(one) for one in drawn]
    return np.mean(means), np.std(means), np.mean([_nearest(one) for one in drawn])


def _mean(square):
    n = len(square)
    return square.sum() / max(n * (n - 1), 1)


def _nearest(square):
    return np.median((square + np.diag(np.full(len(square), np.inf))).min(axis=1))


def _share(value, whole):
    return float(value / whole) if whole > 1e-9 else 1.0
