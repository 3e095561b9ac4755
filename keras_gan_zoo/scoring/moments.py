"""The mean and covariance of features, streamed and mergeable."""

from pathlib import Path
from typing import Any, Self

import numpy as np

from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.metrics.checks import check_finite
from keras_gan_zoo.typing import ArrayLike, PathLike


class Moments:
    """Count, mean and covariance of rows that come batch by batch, in float64.

    Each batch is centred on its own mean before its squares are summed, then merged
    by Chan, Golub & LeVeque 1983, equation 2.1. There is no cancellation, however far
    from 0 the features are, and memory is one `(d, d)` matrix, however many rows.

    Example:

    >>> moments = Moments().update([[0.0, 1.0]]).update([[2.0, 1.0], [4.0, 4.0]])
    >>> moments.count, moments.mean, moments.covariance[0, 0]
    (3, array([2., 2.]), np.float64(4.0))
    """

    def __init__(self) -> None:
        self.count = 0
        self._mean: Any = None
        self._scatter: Any = None

    @classmethod
    def from_statistics(
        cls, count: int, mean: ArrayLike, covariance: ArrayLike
    ) -> Self:
        """Moments that were computed before, with a `covariance` of ddof 1."""
        moments = cls()
        moments.count = int(count)
        moments._mean = np.array(mean, dtype="float64")
        moments._scatter = np.array(covariance, dtype="float64") * (moments.count - 1)
        return moments

    def update(self, features: ArrayLike) -> Self:
        """Add rows.

        Args:
            features: array of shape `(n, d)`, any float type, float16 included.

        Returns:
            `self`.

        Raises:
            ValueError: NaN or infinity (the message has the row), a wrong rank, a
                different number of columns than before.
        """
        features = np.asarray(features, dtype="float64")
        if features.ndim != 2:
            raise ValueError(
                "`features` must have shape (n, d), for example (256, 64). "
                f"Received: features of shape {features.shape}"
            )
        check_finite(features, "features", start=self.count)
        if len(features) == 0:
            return self
        mean = features.mean(axis=0)
        centred = features - mean
        return self._add(len(features), mean, centred.T @ centred)

    def merge(self, other: Any) -> Self:
        """Add all rows of `other`, for example from another device. Returns `self`."""
        if other.count == 0:
            return self
        return self._add(other.count, other._mean, other._scatter)

    def _add(self, count, mean, scatter):
        if self.count == 0:
            self._mean, self._scatter = mean.copy(), scatter.copy()
        elif mean.shape != self._mean.shape:
            raise ValueError(
                "Features of one extractor must be equally long. Received: features of "
                f"{mean.size} dimensions after features of {self._mean.size}"
            )
        else:
            gap, total = mean - self._mean, self.count + count
            self._scatter += scatter
            self._scatter += np.outer(gap, gap) * (self.count * count / total)
            self._mean = self._mean + gap * (count / total)
        self.count += count
        return self

    @property
    def mean(self) -> np.ndarray:
        """The mean, float64 of shape `(d,)`."""
        self._require(1, "mean")
        return self._mean.copy()

    @property
    def covariance(self) -> np.ndarray:
        """The covariance with ddof 1, float64 of shape `(d, d)`."""
        self._require(2, "covariance")
        return self._scatter / (self.count - 1)

    def _require(self, count, what):
        if self.count < count:
            raise ValueError(
                f"A {what} needs at least {count} rows of features. "
                f"Received: {self.count} rows"
            )

    def __repr__(self) -> str:
        dimensions = 0 if self._mean is None else self._mean.size
        return f"<Moments count={self.count}, dimensions={dimensions}>"

    def save(self, path: PathLike, **facts: Any) -> Path:
        """Write an `.npz` with count, mean, covariance and facts, atomically."""
        arrays = {
            "count": self.count,
            "mean": self.mean,
            "covariance": self.covariance,
            **facts,
        }
        return write_atomically(path, lambda file: np.savez(file, **arrays))
