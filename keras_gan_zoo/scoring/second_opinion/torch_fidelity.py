"""Scores from the same activations by torch-fidelity's own functions, on the CPU.

torch-fidelity imports torchvision for its data sets and networks, and PyPI's
torchvision can't be imported with another build of torch. Its metrics need neither:
they are imported on their own, with an empty stand-in for the rest, and leave no trace,
so that whoever imports torch-fidelity gets all of it.
"""

import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

NAME = "torch_fidelity"
PACKAGES = {"torch": "torch", NAME: "torch-fidelity", "tqdm": "tqdm"}
ROWS = 1000  # of a matrix of distances in memory at once


def missing(packages: Mapping[str, str]) -> str | None:
    """The first of `packages`, module -> package, that isn't there, as a reason."""
    for module, package in packages.items():
        if importlib.util.find_spec(module) is None:
            return f"{package} is not installed"
    return None


def why_not() -> str | None:
    """Why torch-fidelity can't be asked on this machine; None if it can."""
    return missing(PACKAGES)


@functools.cache
def metric_module(name: str) -> Any:
    """A module of torch-fidelity's metrics, such as `"metric_fid"`."""
    spec: Any = importlib.util.find_spec(NAME)
    (root,) = spec.submodule_search_locations
    others = {key: sys.modules.pop(key) for key in [*sys.modules] if _is_part(key)}
    package = types.ModuleType(NAME)
    rest: Any = types.ModuleType(f"{NAME}.utils")
    package.__path__ = [root]
    rest.__getattr__ = lambda name: None  # what the metrics import and don't call
    sys.modules |= {NAME: package, f"{NAME}.utils": rest}
    try:
        return importlib.import_module(f"{NAME}.{name}")
    finally:
        for key in [*sys.modules]:
            if _is_part(key):
                del sys.modules[key]
        sys.modules |= others


def _is_part(module):
    return module.partition(".")[0] == NAME


def inception_score(logits: np.ndarray, splits: int) -> float:
    """`isc_features_to_metric`, in the given order: the mean over splits."""
    found = metric_module("metric_isc").isc_features_to_metric(
        _tensor(logits), splits, shuffle=False
    )
    return found["inception_score_mean"]


def frechet_distance(generated: np.ndarray, real: Any) -> float:
    """`fid_statistics_to_metric` of rows `(n, d)` and of the reference's `Moments`.

    Its statistics are float64 because the rows are; for float32 rows it would compute a
    float32 mean.
    """
    tool = metric_module("metric_fid")
    found = tool.fid_statistics_to_metric(
        tool.fid_features_to_statistics(_tensor(generated)),
        {"mu": real.mean, "sigma": real.covariance},
        verbose=False,
    )
    return found["frechet_inception_distance"]


def kernel_distance(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> float:
    """`kid_features_to_metric`, one subset of all rows for each pair: the mean.

    Args:
        pairs: iterable of `(generated, real)`, arrays of equal shape `(n, d)`.
    """
    tool = metric_module("metric_kid")
    found = [
        tool.kid_features_to_metric(
            _tensor(generated),
            _tensor(real),
            kid_subsets=1,
            kid_subset_size=len(real),
            verbose=False,
        )["kernel_inception_distance_mean"]
        for generated, real in pairs
    ]
    return float(np.mean(found))


def precision_recall(
    generated: np.ndarray, real: np.ndarray, exact: bool = False
) -> dict[str, float]:
    """`prc_features_to_metric` of rows centred on the real mean: precision, recall.

    Args:
        generated, real: arrays `(n, d)` and `(m, d)`.
        exact: bool: compute distances from differences, which is slow if `d` is large.
            By default `torch.cdist` uses a matrix product, whose rounding decides if
            rows are equal or on a ball's edge.

    Returns:
        dict of floats.
    """
    import torch

    tool = metric_module("metric_prc")
    mode = "donot_use_mm_for_euclid_dist" if exact else "use_mm_for_euclid_dist"
    tool.torch = types.SimpleNamespace(  # in this copy of the module alone
        cdist=functools.partial(torch.cdist, compute_mode=mode),
        cat=torch.cat,
        is_tensor=torch.is_tensor,
    )
    centre = np.mean(real, axis=0, dtype="float64")
    found = tool.prc_features_to_metric(
        _tensor(generated - centre),
        _tensor(real - centre),
        prc_batch_size=ROWS,
        save_cpu_ram=True,
        verbose=False,
    )
    return {name: found[name] for name in ("precision", "recall")}


def _tensor(rows):
    import torch

    return torch.from_numpy(np.array(rows, "float64"))
