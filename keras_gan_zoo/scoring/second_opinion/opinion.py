"""Second opinions: the same activations through TF-GAN and through torch-fidelity."""

import importlib.metadata
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_gan_zoo.scoring.collectors import KernelBlocks
from keras_gan_zoo.scoring.measures import METRICS
from keras_gan_zoo.scoring.second_opinion import tfgan, torch_fidelity

TOLERANCE = 1e-4  # relative


def outputs(metrics: Sequence[str]) -> tuple[str, ...]:
    """The extractor outputs whose rows `ask` needs for these metrics."""
    tools = {"tfgan"} if torch_fidelity.why_not() else {"tfgan", "torch_fidelity"}
    asked = [name for name in metrics if tools & set(METRICS[name].opinions)]
    return tuple(dict.fromkeys(_output(name) for name in asked))


def ask(ours: dict[str, float], collection: Any, splits: int = 10) -> dict[str, Any]:
    """Ask other tools for scores from the activations that `ours` come from.

    Args:
        ours: dict of this package's scores.
        collection: `Collection` with the rows that they were computed from.
        splits: int, the number of splits for the Inception Score.

    Returns:
        dict, TF-GAN's opinion: `by`, `scores`, `relative_difference` by score,
        `tolerance`, `agrees` (None if it can't tell, with the `reason`),
        `not_compared`, `rounding` (see `opinion_of`), `real_activations` (where those
        of the real images came from), and `others`, a list of such dicts, with
        torch-fidelity's.

    Raises:
        RuntimeError: the scores differ by more than the tolerance.
    """
    slack = _rounding(ours, collection)
    opinion = _ask_tfgan(ours, collection, splits, slack)
    others = (
        []
        if torch_fidelity.why_not()
        else [_ask_fidelity(ours, collection, splits, slack)]
    )
    return {**opinion, "others": others}


def _ask_tfgan(ours, collection, splits, slack):
    rows = {name: kept.matrix for name, kept in collection.rows.items()}
    scores = {}
    if "is" in ours:
        scores["is"] = tfgan.inception_score(rows["logits"], splits)
    for name in {"fid", "sfid"} & ours.keys():
        real = collection.reference.moments_of(_output(name))
        scores[name] = tfgan.frechet_distance(rows[_output(name)], real)
        if _difference(scores[name], ours[name]) > TOLERANCE:
            more = tfgan.left_out(rows[_output(name)], real)
            slack = {**slack, name: slack[name] + more}
    if "kid" in ours:
        scores["kid"] = tfgan.kernel_distance(_blocks(collection, rows["features"]))
    return opinion_of(
        f"tensorflow-gan {importlib.metadata.version('tensorflow-gan')} "
        f"on tensorflow {importlib.metadata.version('tensorflow')}",
        ours,
        scores,
        slack,
        real_activations="rows with exactly the reference's mean and covariance",
    )


def _ask_fidelity(ours, collection, splits, slack):
    rows = {name: kept.matrix for name, kept in collection.rows.items()}
    scores, not_compared = {}, {}
    if "is" in ours:
        scores["is"] = torch_fidelity.inception_score(rows["logits"], splits)
    for name in {"fid", "sfid"} & ours.keys():
        real = collection.reference.moments_of(_output(name))
        scores[name] = torch_fidelity.frechet_distance(rows[_output(name)], real)
    if "kid" in ours:
        blocks = next(s for s in collection.streams if isinstance(s, KernelBlocks))
        if np.ptp(np.diff(blocks.edges)) or blocks.edges[1] != blocks.size:
            not_compared["kid"] = "it takes sets of equal size alone"
        else:
            pairs = _blocks(collection, rows["features"])
            scores["kid"] = torch_fidelity.kernel_distance(pairs)
    wanted = {"precision", "recall"} & ours.keys()
    if wanted:
        scores |= _neighbours(ours, wanted, rows["features"], collection.reference)
    return opinion_of(
        f"torch-fidelity {importlib.metadata.version('torch-fidelity')} "
        f"on torch {importlib.metadata.version('torch')}",
        ours,
        scores,
        slack,
        not_compared,
        real_activations="the reference's, its moments for Frechet distances",
    )


def _output(metric):
    return METRICS[metric].reads[0]


def _blocks(collection, features):
    """The pairs of generated and real rows that the kernel distance averages over."""
    blocks = next(s for s in collection.streams if isinstance(s, KernelBlocks))
    for block, (a, b) in enumerate(itertools.pairwise(blocks.edges)):
        yield features[a:b], blocks.real_rows(block)


def _neighbours(ours, wanted, rows, reference):
    """Precision and recall; by exact distances if they disagree otherwise."""
    for exact in (False, True):
        found = torch_fidelity.precision_recall(rows, reference.features, exact)
        found = {name: found[name] for name in wanted}
        if all(_difference(found[n], ours[n]) <= TOLERANCE for n in wanted):
            break
    return found


def _rounding(ours, collection):
    """The absolute differences that other tools' rounding explains, by score.

    Their Frechet distances are differences of traces, with square roots of eigenvalues
    that rounding moved away from 0: up to 1e-6 of the traces. Their kernels are cubed
    before means are subtracted, which in float64 leaves an error of about 1e-13.
    """
    slack = {}
    for name in {"fid", "sfid"} & ours.keys():
        real = collection.reference.moments_of(_output(name))
        rows = collection.rows[_output(name)].matrix
        spread = np.var(rows, axis=0, ddof=1, dtype="float64").sum()
        gap = np.mean(rows, axis=0, dtype="float64") - real.mean
        slack[name] = 1e-6 * float(spread + np.trace(real.covariance) + gap @ gap)
    if "kid" in ours:
        real = collection.reference.features
        size = np.square(real, dtype="float64").sum(axis=1).mean() / real.shape[1]
        slack["kid"] = 1e-13 * float((size + 1) ** 3)
    return slack


def opinion_of(
    by: str,
    ours: dict[str, float],
    scores: Mapping[str, float],
    rounding: Mapping[str, float] | None = None,
    not_compared: Mapping[str, str] | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """Compare one tool's scores with `ours`.

    Args:
        by: str, the tool and its version.
        ours: dict of this package's scores.
        scores: dict of the tool's scores; NaN, which it returns for logits of +-1000,
            says nothing.
        rounding: dict of score -> the absolute difference that its rounding explains.
        not_compared: dict of score -> why the tool has none.
        **facts: what else to report.

    Raises:
        RuntimeError: the scores differ by more than the tolerance and the rounding.
    """
    not_compared = dict(not_compared or {})
    lost = {name for name, value in scores.items() if not np.isfinite(value)}
    not_compared |= {name: f"it returns {scores[name]} for it" for name in sorted(lost)}
    scores = {name: float(scores[name]) for name in scores if name not in lost}
    difference = {name: _difference(v, ours[name]) for name, v in scores.items()}
    rounding = {name: (rounding or {}).get(name, 0.0) for name in scores}
    apart = [
        name
        for name in scores
        if not difference[name] <= TOLERANCE
        and not abs(scores[name] - ours[name]) <= rounding[name]
    ]
    if apart:
        raise RuntimeError(
            f"A second implementation disagrees by more than {TOLERANCE:g}, so "
            "these scores can't be trusted; please report it. Received: "
            + ", ".join(
                f"{n}: {ours[n]:.8g} here, {scores[n]:.8g} there" for n in apart
            )
            + f" ({by})"
        )
    unsure = {}
    if lost or not scores:
        reason = ", ".join(f"{n}: {why}" for n, why in not_compared.items())
        unsure = {"reason": reason or "it computes none of these metrics"}
    return {
        "by": by,
        "scores": scores,
        "relative_difference": difference,
        "tolerance": TOLERANCE,
        "rounding": {name: value for name, value in rounding.items() if value},
        "agrees": None if unsure else True,
        **unsure,
        **({"not_compared": not_compared} if not_compared else {}),
        **facts,
    }


def _difference(one, other):
    return abs(one - other) / max(abs(one), abs(other), 1e-6)


def combine(opinions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Combine the opinions on repeats: the mean scores, the largest differences."""
    if not opinions:
        return None
    combined = dict(opinions[0])
    joins: dict[str, Any] = {
        "scores": np.mean,
        "relative_difference": np.max,
        "rounding": np.max,
    }
    for key, join in joins.items():
        shared = set.intersection(*(set(opinion[key]) for opinion in opinions))
        combined[key] = {
            name: float(join([opinion[key][name] for opinion in opinions]))
            for name in combined[key]
            if name in shared
        }
    unsure = [opinion for opinion in opinions if opinion["agrees"] is None]
    for opinion in unsure[:1]:
        combined |= {"agrees": None, "reason": opinion["reason"]}
    not_compared: dict[str, str] = {}
    for opinion in opinions:
        not_compared |= opinion.get("not_compared", {})
    if not_compared:
        combined["not_compared"] = not_compared
    if "others" in combined:
        others = zip(*(opinion["others"] for opinion in opinions), strict=True)
        combined["others"] = [combine(list(each)) for each in others]
    return combined
