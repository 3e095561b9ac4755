"""`Collection`: everything that a plan's metrics keep of the samples."""

from typing import Any, Self

import numpy as np

from keras_gan_zoo.metrics.checks import check_finite
from keras_gan_zoo.scoring import collectors
from keras_gan_zoo.scoring.measures import METRICS


class Collection:
    """Streamed sums and whole rows; collections of different samples can be merged.

    Args:
        plan: `Plan`.
        reference: `Reference`, or None if no metric needs one.
        shard: bool: it has only some of the samples, and will be merged elsewhere.
    """

    def __init__(self, plan: Any, reference: Any = None, shard: bool = False) -> None:
        kinds = dict.fromkeys(m.collector for m in plan.measures.values())
        self.plan, self.reference = plan, reference
        self.streams = [kind(plan, reference) for kind in kinds if kind]
        self.rows = {
            output: collectors.Rows(output, plan.count, shard) for output in plan.whole
        }

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "reference": None}

    def update(self, start: int, outputs: dict[str, np.ndarray]) -> None:
        """Add the outputs of the samples `start` to `start + n`."""
        for output, rows in outputs.items():
            check_finite(rows, output, "sample", start)
        for collector in (*self.streams, *self.rows.values()):
            collector.update(start, outputs[collector.output])

    def merge(self, other: Any) -> Self:
        """Add the collection of other samples. Returns `self`."""
        for mine, theirs in zip(self.streams, other.streams, strict=True):
            mine.merge(theirs)
        for output, rows in self.rows.items():
            rows.merge(other.rows[output])
        return self

    def scores(self) -> dict[str, float]:
        """A dict of floats: each metric's, and extras such as `is_std` or `fid/3`."""
        found: dict[str, float] = {}
        for stream in self.streams:
            found |= stream.scores()
        rows = {output: kept.matrix for output, kept in self.rows.items()}
        measures = self.plan.measures.values()
        for function in dict.fromkeys(measure.function for measure in measures):
            if function:
                found |= function(rows, self.reference, self.plan.seed)
        unasked = set(METRICS) - set(self.plan.metrics)
        unasked |= {extra for name in unasked for extra in METRICS[name].extras}
        return {k: float(v) for k, v in found.items() if k not in unasked}

    def replicates(self) -> dict[str, list[float]]:
        """For each streamed metric, its scores with one group left out at a time."""
        found: dict[str, list[float]] = {}
        for stream in self.streams:
            if stream.groups > 1:
                runs = [stream.scores(without=group) for group in range(stream.groups)]
                found |= {name: [float(run[name]) for run in runs] for name in runs[0]}
        return found
