"""Converts a score report to the Hub's `model-index`."""

import math
from collections.abc import Mapping
from typing import Any

from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.scoring.conditions import dataset_of
from keras_gan_zoo.scoring.extractors.inception_weights import SHA256
from keras_gan_zoo.scoring.measures import METRICS

TASK = "unconditional-image-generation"
CONDITIONAL_TASK = "conditional-image-generation"

# The literature's names of scores belong to the network that they were defined with,
# identified by the sha256 of its published file, and to its own resizing. The scores of
# any other extractor get general names, so that nobody mistakes one for the other. Each
# row of `METRICS` has both names.
INCEPTION_2015 = frozenset({SHA256})


def is_standard(conditions: Mapping[str, Any]) -> bool:
    """Whether scores were computed with the literature's network and resizing."""
    return (
        conditions.get("weights_file_sha256") in INCEPTION_2015
        and conditions.get("extractor") == "inception"
    )


def metric_name(metric: str, conditions: Mapping[str, Any]) -> tuple[str, str]:
    """The type and label of a metric on the Hub.

    Such as `("frechet_distance", "Frechet distance (digits)")`.
    """
    row = METRICS.get(metric)
    named = row and (row.hub if is_standard(conditions) else row.general)
    kind, label = named or (metric, metric)
    return kind, f"{label} ({conditions.get('extractor')})"


def other_data(report: ScoreReport, data: str | None) -> str | None:
    """A sentence if a GAN was scored against other data than it was trained on."""
    reference = CATALOGUE.get(dataset_of(report.conditions) or "")
    trained = CATALOGUE.get(data or "")
    if data is None or reference is None or reference is trained:
        return None
    if trained is None:
        return f"The scores compare with {reference.title}, not with its training data."
    if trained.hub_id == reference.hub_id:
        return None
    return (
        f"The scores compare with {reference.title}, and it was trained on "
        f"{trained.title}."
    )


def eval_results(
    report: ScoreReport,
    source: tuple[str, str] | None = None,
    conditional: bool = False,
) -> list[Any] | None:
    """Convert a report to the results of a model index.

    Args:
        report: `ScoreReport`.
        source: `(name, url)` of where the scores come from, or None. All results have
            the same one, because the Hub's client keeps only the first.
        conditional: bool, whether the GAN is class-conditional.

    Returns:
        list of `huggingface_hub.EvalResult`, or None if there are no scores.

    Raises:
        ValueError: a score that is not finite.
    """
    from huggingface_hub import EvalResult

    facts: Any = report.conditions
    task = CONDITIONAL_TASK if conditional else TASK
    name = dataset_of(facts)
    dataset = CATALOGUE.get(name or "")
    title = (dataset and dataset.title) or facts.get("reference") or "none"
    hub_id = (dataset and (dataset.hub_id or name)) or title
    arguments = {
        "extractor": facts.get("extractor"),
        "extractor_sha256": facts.get("extractor_sha256"),
        "num_fake": facts.get("num_fake"),
        "num_real": facts.get("num_real"),
        "repeats": facts.get("repeats"),
        "seed": facts.get("seed"),
        "generator_sha256": facts.get("generator_sha256"),
    }
    results = []
    for metric in report.metrics:
        value = float(report[metric])
        if not math.isfinite(value):
            raise ValueError(
                "A card's scores must be finite. Received: "
                f"{report.label(metric)}={value}"
            )
        kind, _ = metric_name(metric, facts)
        own, row = {}, METRICS.get(metric)
        if row:
            own = {key.removeprefix("is_"): facts.get(key) for key in row.conditions}
            own |= {extra.rpartition("_")[2]: report.get(extra) for extra in row.extras}
        args = {k: v for k, v in {**arguments, **own}.items() if v is not None}
        results.append(
            EvalResult(
                task_type=task,
                task_name=task.replace("-", " ").title(),
                dataset_type=hub_id,
                dataset_name=title,
                dataset_split=facts.get("split"),
                metric_type=kind,
                metric_value=value,
                metric_name=report.label(metric),  # as in the card's table
                metric_args=args,
                source_name=source[0] if source else None,
                source_url=source[1] if source else None,
            )
        )
    return results or None
