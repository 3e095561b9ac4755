"""The metrics that `score` knows: one row each, with all that the package needs.

The rows stand in one file, however many they are, so that no other lists them.
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np

from keras_gan_zoo import metrics
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.scoring import accuracy, collectors

BOTH = ("tfgan", "torch_fidelity")
SLOPE = "slope in 1/N"  #: an extra, which has the unit of its score times N


@dataclasses.dataclass(frozen=True)
class Metric:
    """A row of the table.

    Attributes:
        label: str, its printed name.
        reads: tuple, what it reads of samples: outputs of an extractor (`"features"`,
            `"logits"`, `"spatial"`), and `"labels"` and `"images"`, which come from the
            source.
        real: tuple, what it needs from a `Reference`: `"moments"`, `"spatial"`,
            `"features"`, `"labels"`, `"images"`.
        collector: a class in `collectors`, for a metric that streams.
        function: `function(rows, reference, seed) -> dict of scores`, for a metric that
            needs all rows at once; `rows` is a dict of what it reads. The score of a
            single class has a name like `"fid/3"`.
        higher: bool, higher is better.
        protocol: str, what else the score depends on, for reports.
        extras: dict, the scores that come with it -> what they are.
        scale: float, the factor by which tables, like papers, multiply the score;
            reports don't.
        least: function of the number of splits: how many samples it needs.
        conditions: tuple, the conditions of a report, besides those for all metrics,
            that must be equal to compare two scores.
        methods: dict of other methods, name -> `(function, protocol)`, which replace
            `collector` or `function`; see `by`.
        limit: the metric whose value it nears as samples get more, or itself if their
            number does not matter; None if nothing tells.
        per_class: the name of the scores of single classes that it is the mean of.
        slack: function of the number of samples: how far two computations of the same
            samples may be apart, if more than rounding is in it: a count that flips, a
            network that is trained.
        opinions: tuple, the modules of `second_opinion` that compute it.
        hub: `(type, name)` in a model index if the extractor is the network of the
            literature's scores. By default the metric's key.
        general: the same for any other extractor, so that nobody mistakes one for the
            other.
    """

    label: str
    reads: tuple
    real: tuple = ()
    collector: type | None = None
    function: Callable | None = None
    higher: bool = False
    protocol: str = ""
    extras: dict = dataclasses.field(default_factory=dict)
    scale: float = 1
    least: Callable = lambda splits: 2  # a covariance's
    conditions: tuple = ()
    methods: dict = dataclasses.field(default_factory=dict)
    limit: str | None = None
    per_class: str | None = None
    slack: Callable = lambda n: 0.0
    opinions: tuple = ()
    hub: tuple | None = None
    general: tuple | None = None

    def by(self, method: str) -> Self:
        """The row by another method, if it knows one of that name."""
        if method not in self.methods:
            return self
        function, protocol = self.methods[method]
        return dataclasses.replace(
            self, collector=None, function=function, protocol=protocol
        )


def _fid_infinity(rows, reference, seed):
    real = reference.moments
    value, slope = metrics.frechet_distance_infinity(
        rows["features"], (real.mean, real.covariance), seed, method="paper"
    )
    return {"fid_infinity": value, "fid_slope": slope}


def _is_infinity(rows, reference, seed):
    del reference
    value, slope = metrics.inception_score_infinity(
        rows["logits"], seed, method="paper"
    )
    return {"is_infinity": value, "is_slope": slope}


def _neighbours(rows, reference, seed):
    del seed
    return metrics.neighbour_scores(rows["features"], reference.features)


def _cmmd(rows, reference, seed):
    del seed
    return {"cmmd": metrics.cmmd(_unit(rows["features"]), _unit(reference.features))}


def _sliced_wasserstein(rows, reference, seed):
    value = metrics.sliced_wasserstein(rows["features"], reference.features, seed=seed)
    return {"swd": value}


def _unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)


def _class_fid(rows, reference, seed):
    del seed
    found = metrics.class_frechet_distances(
        rows["features"], rows["labels"][:, 0], reference.features, reference.labels
    )
    mean = found.pop("mean")
    return {"class_fid": mean, **{f"fid/{label}": v for label, v in found.items()}}


def _accuracy(rows, reference, seed):
    del seed
    images = rows["images"].reshape(-1, *reference.images.shape[1:])
    found = accuracy.classification_accuracy(
        images, rows["labels"][:, 0], reference.images, reference.labels
    )
    mean = found.pop("mean")
    return {"cas": mean, **{f"cas/{label}": v for label, v in found.items()}}


def _label_accuracy(rows, reference, seed):
    del reference, seed
    found = metrics.label_accuracy(rows["logits"], rows["labels"][:, 0])
    mean = found.pop("mean")
    by_class = {f"label_accuracy/{label}": v for label, v in found.items()}
    return {"label_accuracy": mean, **by_class}


def _flips(n):
    """The share of 10 samples, whose counts may flip; of few samples 5 %."""
    return min(10 / n, 0.05)


_HALVES = "2 times the score of all samples, less the mean score of disjoint halves"
_LINE = "a line over 1 / N through 15 values of N, from 5000 or half of the samples on"
_NEIGHBOURS: dict[str, Any] = {
    "reads": ("features",),
    "real": ("features",),
    "function": _neighbours,
    "higher": True,
    "least": lambda splits: 6,
    "slack": _flips,
}

METRICS = {
    "is": Metric(
        "IS",
        reads=("logits",),
        collector=collectors.ClassSums,
        higher=True,
        protocol="mean of exp over consecutive splits, natural logarithm",
        extras={"is_std": "std over splits"},
        least=lambda splits: max(splits, 2),
        conditions=("is_splits",),
        limit="is_infinity",
        opinions=BOTH,
        hub=("inception_score", "Inception Score"),
        general=("classifier_score", "Classifier score"),
    ),
    "fid": Metric(
        "FID",
        reads=("features",),
        real=("moments",),
        collector=collectors.BlockMoments,
        protocol="covariances with ddof 1, float64, no epsilon",
        limit="fid_infinity",
        opinions=BOTH,
        hub=("fid", "FID"),
        general=("frechet_distance", "Frechet distance"),
    ),
    "kid": Metric(
        "KID",
        reads=("features",),
        real=("features",),
        collector=collectors.KernelBlocks,
        protocol="(x.y / d + 1)^3, unbiased, mean over disjoint blocks of about "
        f"{collectors.KERNEL_ROWS} samples, each against as many real ones",
        extras={"kid_std": "std over blocks"},
        scale=1e3,
        limit="kid",
        opinions=BOTH,
        hub=("kid", "KID"),
        general=("kernel_distance", "Kernel distance"),
    ),
    "sfid": Metric(
        "sFID",
        reads=("spatial",),
        real=("spatial",),
        collector=collectors.SpatialMoments,
        protocol="as FID, of the output `spatial`",
        opinions=BOTH,
        hub=("sfid", "sFID"),
        general=("spatial_frechet_distance", "Spatial Frechet distance"),
    ),
    "precision": Metric(
        "precision", protocol="k = 3", opinions=("torch_fidelity",), **_NEIGHBOURS
    ),
    "recall": Metric(
        "recall", protocol="k = 3", opinions=("torch_fidelity",), **_NEIGHBOURS
    ),
    "density": Metric("density", protocol="k = 5", **_NEIGHBOURS),
    "coverage": Metric("coverage", protocol="k = 5", **_NEIGHBOURS),
    "fid_infinity": Metric(
        "FID-infinity",
        reads=("features",),
        real=("moments",),
        collector=collectors.BlockMoments,
        protocol=_HALVES,
        methods={"paper": (_fid_infinity, _LINE)},
        least=lambda splits: 16,  # 4 groups
        conditions=("infinity_method",),
        limit="fid_infinity",
        extras={"fid_slope": SLOPE},
        hub=("fid_infinity", "FID-infinity"),
        general=("frechet_distance_infinity", "Frechet distance, infinity"),
    ),
    "is_infinity": Metric(
        "IS-infinity",
        reads=("logits",),
        collector=collectors.ClassSums,
        higher=True,
        protocol=_HALVES,
        methods={"paper": (_is_infinity, _LINE)},
        least=lambda splits: 8 * splits,  # 4 groups
        conditions=("infinity_method",),
        limit="is_infinity",
        extras={"is_slope": SLOPE},
        hub=("inception_score_infinity", "Inception Score, infinity"),
        general=("classifier_score_infinity", "Classifier score, infinity"),
    ),
    "cmmd": Metric(
        "CMMD",
        reads=("features",),
        real=("features",),
        function=_cmmd,
        protocol="Gaussian kernel, sigma = 10, rows scaled to length 1",
        general=("mmd_gaussian", "Gaussian MMD"),
    ),
    "swd": Metric(
        "SWD",
        reads=("features",),
        real=("features",),
        function=_sliced_wasserstein,
        protocol="Wasserstein-1, mean over 512 directions of the seed",
    ),
    "modes": Metric(
        "modes",
        reads=("logits",),
        collector=collectors.ClassCounts,
        higher=True,
        protocol="classes of at least one sample",
        slack=lambda n: 1,
    ),
    "reverse_kl": Metric(
        "reverse KL",
        reads=("logits",),
        collector=collectors.ClassCounts,
        protocol="of the samples' classes from equal shares, natural logarithm",
        slack=_flips,
    ),
    "class_fid": Metric(
        "class FID",
        reads=("features", "labels"),
        real=("features", "labels"),
        function=_class_fid,
        protocol="as FID, of each class by itself; unweighted mean over classes",
        per_class="fid",
        conditions=("labels",),
        hub=("class_fid", "Class-conditional FID"),
        general=("class_frechet_distance", "Class-conditional Frechet distance"),
    ),
    "cas": Metric(
        "CAS",
        reads=("images", "labels"),
        real=("images", "labels"),
        function=_accuracy,
        higher=True,
        protocol=accuracy.PROTOCOL,
        per_class="cas",
        slack=lambda n: 0.02,
        conditions=("labels",),
    ),
    "label_accuracy": Metric(
        "label accuracy",
        reads=("logits", "labels"),
        function=_label_accuracy,
        higher=True,
        protocol="share of samples whose largest logit is that of their label",
        per_class="label_accuracy",
        slack=_flips,
        conditions=("labels",),
    ),
}


def check_metrics(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return one or several names as a tuple of keys of `METRICS`, without repeats."""
    is_one = isinstance(names, str) or not isinstance(names, Iterable)
    given: list[Any] = [names] if is_one else list(names)
    unknown = [n for n in given if not (isinstance(n, str) and n in METRICS)]
    if unknown or not given:
        raise ValueError(
            f"{''.join(did_you_mean(name, METRICS) for name in unknown)}"
            f"`metrics` must be one or more of {list(METRICS)}. "
            f"Received: metrics={given}"
        )
    return tuple(dict.fromkeys(given))


def needs_of(names: Iterable[str]) -> set[str]:
    """What these metrics need from a reference; empty if they need none."""
    return {need for name in names for need in METRICS[name].real}


def extras() -> dict[str, tuple[str, str]]:
    """Scores that come with metrics: a dict of name -> (the metric, what it is)."""
    return {
        extra: (name, what)
        for name, metric in METRICS.items()
        for extra, what in metric.extras.items()
    }


def scale_of(name: str) -> float:
    """The factor by which tables multiply a score."""
    return METRICS[name].scale if name in METRICS else 1
