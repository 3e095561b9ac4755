"""The metrics that `score` knows: what each reads, keeps and asks of a reference."""

import dataclasses

import numpy as np

from keras_gan_zoo import metrics as pure
from keras_gan_zoo.scoring import collectors


@dataclasses.dataclass(frozen=True)
class Metric:
    """A row of the table.

    Attributes:
        label: str, what is printed.
        output: str, the output of an extractor that it reads.
        real: None, `"moments"` or `"features"`: what it asks of a reference.
        collector: class of `collectors`, for a metric that streams.
        function: `function(rows, reference, seed) -> dict of scores`, for one that
            needs all rows at once.
        higher: bool, higher is better.
        protocol: str, what else the score depends on, for reports.
    """

    label: str
    output: str
    real: str | None = None
    collector: type | None = None
    function: object = None
    higher: bool = False
    protocol: str = ""


def _fid_infinity(rows, reference, seed):
    real = reference.moments_of("features")
    value, slope = pure.frechet_distance_infinity(
        rows, (real.mean, real.covariance), seed, at_least=_fewest(rows)
    )
    return {"fid_infinity": value, "fid_slope": slope}


def _is_infinity(rows, reference, seed):
    del reference
    collectors.refuse_probabilities(rows)
    value, slope = pure.inception_score_infinity(rows, seed, at_least=_fewest(rows))
    return {"is_infinity": value, "is_slope": slope}


def _fewest(rows):
    """Where the line over 1 / N begins: 5000 as published, or half of fewer rows."""
    return min(5000, len(rows) // 2)


def _neighbours(rows, reference, seed):
    del seed
    return pure.neighbour_scores(rows, reference.features)


def _cmmd(rows, reference, seed):
    del seed
    return {"cmmd": pure.cmmd(_unit(rows), _unit(reference.features))}


def _sliced_wasserstein(rows, reference, seed):
    return {"swd": pure.sliced_wasserstein(rows, reference.features, seed=seed)}


def _unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)


_LINE = "a line over 1 / N through 15 values of N, from 5000 or half of the samples on"

METRICS = {
    "is": Metric(
        "IS",
        "logits",
        collector=collectors.ClassSums,
        higher=True,
        protocol="mean of exp over consecutive splits, natural logarithm",
    ),
    "fid": Metric(
        "FID",
        "features",
        "moments",
        collectors.BlockMoments,
        protocol="covariances with ddof 1, float64, no epsilon",
    ),
    "kid": Metric(
        "KID",
        "features",
        "features",
        collectors.KernelBlocks,
        protocol="(x.y / d + 1)^3, unbiased, mean over disjoint blocks of about "
        f"{collectors.KERNEL_ROWS} samples, each against as many real ones",
    ),
    "sfid": Metric(
        "sFID",
        "spatial",
        "moments",
        collectors.SpatialMoments,
        protocol="as FID, of the output `spatial`",
    ),
    "precision": Metric(
        "precision",
        "features",
        "features",
        function=_neighbours,
        higher=True,
        protocol="k = 3",
    ),
    "recall": Metric(
        "recall",
        "features",
        "features",
        function=_neighbours,
        higher=True,
        protocol="k = 3",
    ),
    "density": Metric(
        "density",
        "features",
        "features",
        function=_neighbours,
        higher=True,
        protocol="k = 5",
    ),
    "coverage": Metric(
        "coverage",
        "features",
        "features",
        function=_neighbours,
        higher=True,
        protocol="k = 5",
    ),
    "fid_infinity": Metric(
        "FID-infinity", "features", "moments", function=_fid_infinity, protocol=_LINE
    ),
    "is_infinity": Metric(
        "IS-infinity", "logits", function=_is_infinity, higher=True, protocol=_LINE
    ),
    "cmmd": Metric(
        "CMMD",
        "features",
        "features",
        function=_cmmd,
        protocol="Gaussian kernel, sigma = 10, rows scaled to length 1",
    ),
    "swd": Metric(
        "SWD",
        "features",
        "features",
        function=_sliced_wasserstein,
        protocol="Wasserstein-1, mean over 512 directions of the seed",
    ),
    "modes": Metric(
        "modes",
        "logits",
        collector=collectors.ClassCounts,
        higher=True,
        protocol="classes of at least one sample",
    ),
    "reverse_kl": Metric(
        "reverse KL",
        "logits",
        collector=collectors.ClassCounts,
        protocol="of the samples' classes from equal shares, natural logarithm",
    ),
}


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is scored of how many samples.

    Attributes:
        metrics: tuple of keys of `METRICS`.
        count: int, samples.
        splits: int, of the Inception Score.
        seed: int.
        keep: tuple of outputs whose rows are kept whole for a second opinion.
    """

    metrics: tuple
    count: int
    splits: int = 10
    seed: int = 0
    keep: tuple = ()

    @property
    def outputs(self):
        """The outputs of the extractor that are read."""
        return tuple(dict.fromkeys(METRICS[name].output for name in self.metrics))

    @property
    def whole(self):
        """The outputs whose rows are kept whole."""
        needs = [METRICS[m].output for m in self.metrics if METRICS[m].function]
        return tuple(dict.fromkeys([*needs, *self.keep]))


class Collection:
    """All that a plan's metrics keep of the samples; shards of them merge.

    Args:
        plan: `Plan`.
        reference: `Reference`, or None where no metric asks for one.
        shard: bool: for some of the samples, to be merged elsewhere.
    """

    def __init__(self, plan, reference=None, shard=False):
        kinds = dict.fromkeys(METRICS[m].collector for m in plan.metrics)
        self.plan, self.reference = plan, reference
        self.streams = [kind(plan, reference) for kind in kinds if kind]
        self.rows = {
            output: collectors.Rows(output, plan.count, shard) for output in plan.whole
        }

    def __getstate__(self):
        return {**vars(self), "reference": None}

    def update(self, start, outputs):
        """Add the outputs of the samples `start` to `start + n`."""
        for output, rows in outputs.items():
            finite = np.isfinite(rows).all(axis=1)
            if not finite.all():
                raise ValueError(
                    f"`{output}` must be finite. Received: NaN or infinity in "
                    f"{np.sum(~finite)} of the batch of samples {start} to "
                    f"{start + len(rows) - 1}, the first of them sample "
                    f"{start + np.argmin(finite)}"
                )
        for collector in (*self.streams, *self.rows.values()):
            collector.update(start, outputs[collector.output])

    def merge(self, other):
        """Add the collection of other samples. Returns `self`."""
        for mine, theirs in zip(self.streams, other.streams, strict=True):
            mine.merge(theirs)
        for output, rows in self.rows.items():
            rows.merge(other.rows[output])
        return self

    def scores(self):
        """dict of floats: each metric's, and what comes with it, such as `is_std`."""
        found = {}
        for stream in self.streams:
            found |= stream.scores()
        functions = {
            METRICS[m].function: METRICS[m].output
            for m in self.plan.metrics
            if METRICS[m].function
        }
        for function, output in functions.items():
            rows = self.rows[output].matrix
            found |= function(rows, self.reference, self.plan.seed)
        unasked = set(METRICS) - set(self.plan.metrics)
        return {k: float(v) for k, v in found.items() if k not in unasked}

    def replicates(self):
        """For each streamed metric, its scores with one group left out at a time."""
        found = {}
        for stream in self.streams:
            if stream.groups > 1:
                runs = [stream.scores(without=group) for group in range(stream.groups)]
                found |= {name: [float(run[name]) for run in runs] for name in runs[0]}
        return found
