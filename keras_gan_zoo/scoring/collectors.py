"""What is kept of the samples' outputs as they stream by, and the scores from it.

A collector takes outputs in pieces of any size. Each piece has the number of its first
sample, so that batches, shards and their order change no score beyond rounding.
Collectors of disjoint shards can be merged.
"""

import itertools
import os
import tempfile
from typing import Any

import numpy as np

from keras_gan_zoo import metrics
from keras_gan_zoo.metrics.checks import refuse_probabilities
from keras_gan_zoo.scoring.moments import Moments

GROUPS = 20  # of the jackknife
WIDE_GROUPS = 10  # if each covariance takes tens of megabytes
WIDE = 512  # dimensions from which that is so
KERNEL_ROWS = 1000  # per block of the kernel distance
DTYPES = {"labels": "int64", "images": "uint8"}  # of rows; all others are float32
SPILL = 256 * 2**20  # bytes; a larger matrix goes into a temporary file


class ClassSums:
    """Inception Score: sums of p and of its entropy, by split and jackknife group.

    A group has a part of every split, so that leaving one out shortens all splits
    equally: part g of the first, g - 1 of the second, and so on, or else each group
    would have the same few of labels that come in turn. Halves of IS-infinity are
    groups, too.
    """

    output = "logits"

    def __init__(self, plan: Any, reference: Any = None) -> None:
        del reference
        self.wanted = plan.metrics
        self.edges = np.arange(plan.splits + 1) * plan.count // plan.splits
        self.groups = min(GROUPS, plan.count // (2 * plan.splits)) or 1
        self.sums: Any = None

    def update(self, start: int, logits: np.ndarray) -> None:
        refuse_probabilities(logits)
        values = metrics.class_sums(logits)
        if self.sums is None:
            cells = (len(self.edges) - 1, self.groups)
            self.sums = np.zeros((*cells, values.shape[1]))
        rows = np.arange(start, start + len(values))
        split = np.searchsorted(self.edges, rows, side="right") - 1
        low, high = self.edges[split], self.edges[split + 1]
        part = (rows - low) * self.groups // (high - low)
        group = (part + split) % self.groups
        np.add.at(self.sums, (split, group), values)

    def merge(self, other: Any) -> None:
        if other.sums is not None:
            self.sums = other.sums if self.sums is None else self.sums + other.sums

    def scores(self, without: int | None = None) -> dict[str, float]:
        groups = [g for g in range(self.groups) if g != without]
        scores = metrics.score_of_sums(self.sums[:, groups].sum(axis=1))
        found = {"is": scores.mean()}
        if len(scores) > 1:
            found["is_std"] = scores.std()
        if "is_infinity" in self.wanted:
            found["is_infinity"], found["is_slope"] = metrics.limit_of_halves(
                self._single(groups), [self._single(half) for half in halves(groups)]
            )
        return found

    def _single(self, groups):
        """The score of a single split of some groups, and their number of samples."""
        sums = self.sums[:, groups].sum(axis=(0, 1))
        return metrics.score_of_sums(sums), int(sums[0])


def halves(groups: list[int]) -> tuple[list[int], list[int]]:
    """Halves by the Thue-Morse sequence: what comes in turn is in both, as labels do.

    Of every other block of 500 samples with 1000 labels in turn, each half would have
    half of the labels.

    Example:

    >>> halves([0, 1, 2, 3, 4, 5, 6, 7])
    ([0, 3, 5, 6], [1, 2, 4, 7])
    """
    sides: tuple[list[int], list[int]] = ([], [])
    for group in groups:
        sides[group.bit_count() % 2].append(group)
    return sides


class BlockMoments:
    """Frechet distance: moments of consecutive blocks, the groups of the jackknife.

    Halves of FID-infinity are blocks, too.
    """

    name, output = "fid", "features"

    def __init__(self, plan: Any, reference: Any) -> None:
        self.wanted = plan.metrics
        self.count, self.real = plan.count, reference.moments_of(self.output)
        self.groups = 0
        self.blocks: Any = None

    def __getstate__(self) -> dict[str, Any]:  # a shard travels without the reference
        return {**vars(self), "real": None}

    def update(self, start: int, rows: np.ndarray) -> None:
        if self.blocks is None:
            self._begin(rows.shape[1])
        cuts = np.clip(self.edges - start, 0, len(rows))
        for block, (a, b) in zip(self.blocks, itertools.pairwise(cuts), strict=True):
            if b > a:
                block.update(rows[a:b])

    def _begin(self, width):
        if width != self.real.mean.size:
            raise ValueError(
                "The reference must come from the same extractor, and from images of "
                "the same size if that does not resize them. Received: "
                f"{self.output} of {width} dimensions, and a reference of "
                f"{self.real.mean.size}"
            )
        groups = GROUPS if width <= WIDE else WIDE_GROUPS
        self.groups = min(groups, self.count // 4) or 1
        self.edges = np.arange(self.groups + 1) * self.count // self.groups
        self.blocks = [Moments() for _ in range(self.groups)]

    def merge(self, other: Any) -> None:
        if other.blocks is None:
            return
        if self.blocks is None:
            self._begin(self.real.mean.size)
        for block, more in zip(self.blocks, other.blocks, strict=True):
            block.merge(more)

    def scores(self, without: int | None = None) -> dict[str, float]:
        groups = [g for g in range(self.groups) if g != without]
        whole = self._distance(groups)
        found = {self.name: whole[0]}
        if f"{self.name}_infinity" in self.wanted:
            value, slope = metrics.limit_of_halves(
                whole, [self._distance(half) for half in halves(groups)]
            )
            found |= {f"{self.name}_infinity": value, f"{self.name}_slope": slope}
        return found

    def _distance(self, groups):
        """The distance of some groups, and their number of samples."""
        fake, real = Moments(), self.real
        for group in groups:
            fake.merge(self.blocks[group])
        distance = metrics.frechet_distance_from_moments(
            fake.mean, fake.covariance, real.mean, real.covariance
        )
        return distance, fake.count


class SpatialMoments(BlockMoments):
    """Spatial Frechet distance."""

    name, output = "sfid", "spatial"


class KernelBlocks:
    """Kernel distance: the unbiased estimate of each block of about 1000 samples.

    The blocks are disjoint, and each is compared with as many rows of the reference,
    drawn with the seed. Their spread gives an honest error of the mean (as in TF-GAN).
    """

    output = "features"

    def __init__(self, plan: Any, reference: Any) -> None:
        self.real = reference.features
        self.size = min(KERNEL_ROWS, len(self.real))
        blocks = max(plan.count // self.size, 1)
        self.edges = np.arange(blocks + 1) * plan.count // blocks
        self.order = np.random.default_rng(plan.seed).permutation(len(self.real))
        self.values: dict[int, float] = {}
        self.parts: dict[int, dict[int, np.ndarray]] = {}

    def __getstate__(self) -> dict[str, Any]:  # a shard travels without the reference
        return {**vars(self), "real": None}

    def update(self, start: int, rows: np.ndarray) -> None:
        cuts = np.clip(self.edges - start, 0, len(rows))
        for block, (a, b) in enumerate(itertools.pairwise(cuts)):
            if b > a:
                self.parts.setdefault(block, {})[start + a] = np.array(rows[a:b])
                self._finish(block)

    def merge(self, other: Any) -> None:
        self.values |= other.values
        for block, parts in other.parts.items():
            self.parts.setdefault(block, {}).update(parts)
            self._finish(block)

    def _finish(self, block):
        parts = self.parts[block]
        wanted = self.edges[block + 1] - self.edges[block]
        if sum(map(len, parts.values())) < wanted:
            return
        fake = np.concatenate([parts[start] for start in sorted(parts)])
        real = self.real_rows(block)
        self.values[block], _ = metrics.kernel_distance(fake, real, subsets=None)
        del self.parts[block]

    def real_rows(self, block: int) -> np.ndarray:
        """The rows of the reference that a block is compared with."""
        places = np.arange(block * self.size, (block + 1) * self.size)
        return self.real[np.sort(self.order.take(places, mode="wrap"))]

    @property
    def groups(self) -> int:
        return len(self.values)

    def scores(self, without: int | None = None) -> dict[str, float]:
        values = [self.values[b] for b in sorted(self.values) if b != without]
        spread = {"kid_std": float(np.std(values))} if len(values) > 1 else {}
        return {"kid": float(np.mean(values)), **spread}


class ClassCounts:
    """Mode coverage: how many samples the classifier puts into each class."""

    output, groups = "logits", 1

    def __init__(self, plan: Any, reference: Any = None) -> None:
        del plan, reference
        self.counts: Any = 0

    def update(self, start: int, logits: np.ndarray) -> None:
        del start
        found = np.bincount(logits.argmax(axis=1), minlength=logits.shape[1])
        self.counts = self.counts + found

    def merge(self, other: Any) -> None:
        self.counts = self.counts + other.counts

    def scores(self, without: int | None = None) -> dict[str, float]:
        del without
        return metrics.mode_coverage_of_counts(self.counts)


class Rows:
    """All rows of an output, in a temporary file if they take much memory.

    Args:
        output: str.
        count: int, the number of all samples.
        shard: bool: keep only the pieces that come, to be sent and merged elsewhere.
    """

    groups = 1

    def __init__(self, output: str, count: int, shard: bool = False) -> None:
        self.output, self.count, self.shard = output, count, shard
        self.matrix: Any = None
        self.pieces: list[tuple[int, np.ndarray]] = []

    def __getstate__(self) -> dict[str, Any]:  # travels without the rows that it lacks
        return {**vars(self), "matrix": None, "shard": True}

    def update(self, start: int, rows: np.ndarray) -> None:
        if not self.shard:
            if self.matrix is None:
                self.matrix = _matrix(self.output, self.count, rows.shape[1])
            place = np.asarray(self.matrix[start : start + len(rows)])
            place[:] = rows
            rows = place
        self.pieces.append((start, rows))

    def merge(self, other: Any) -> None:
        for start, rows in other.pieces:
            self.update(start, rows)


def _matrix(output, rows, columns):
    dtype = np.dtype(DTYPES.get(output, "float32"))
    size = dtype.itemsize * rows * columns
    if size <= SPILL:
        return np.empty((rows, columns), dtype)
    folder = tempfile.gettempdir()
    with tempfile.TemporaryFile(dir=folder) as file:  # the map keeps it alive
        try:
            file.truncate(size)
            if hasattr(os, "posix_fallocate"):  # a full disk is an error here
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            raise OSError(
                error.errno,
                f"All rows of `{output}` need a temporary file of {size / 1e6:,.0f} "
                "MB, for which there is no room. Set TMPDIR to a folder with room, or "
                "leave out the metrics that need every row, and `verify`. Received: "
                f"{rows} rows of {columns} numbers, {os.strerror(error.errno)}",
                folder,
            ) from error
        return np.memmap(file, dtype, "r+", shape=(rows, columns))
