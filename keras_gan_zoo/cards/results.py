"""A score report -> the Hub's `model-index`, and the rows of a card's tables."""

import math

from keras_gan_zoo.datasets import NAMES

TASK = "unconditional-image-generation"

# The names that the literature's scores have belong to the network that they were
# defined with, known by the sha256 of its weights. Every other extractor's scores go
# by the general names, so that nobody takes one for the other.
STANDARD = {"is": ("inception_score", "Inception Score"), "fid": ("fid", "FID")}
GENERAL = {
    "is": ("classifier_score", "Classifier score"),
    "fid": ("frechet_distance", "Frechet distance"),
}
INCEPTION_2015 = frozenset()  # sha256 of the weights of inception-2015-12-05


def metric_name(metric, conditions):
    """`(type, label)` of a metric, for example
    `("frechet_distance", "Frechet distance (digits)")`."""
    standard = conditions.get("extractor_sha256") in INCEPTION_2015
    names = STANDARD if standard else GENERAL
    kind, label = names.get(metric, (metric, metric))
    return kind, f"{label} ({conditions.get('extractor')})"


def eval_results(report, source=None):
    """A report as the results of a model index.

    Args:
        report: `ScoreReport`.
        source: `(name, url)` of where the scores come from, or None. All results have
            the same one, as the Hub's client keeps only the first.

    Returns:
        list of `huggingface_hub.EvalResult`, or None where there are no scores.

    Raises:
        ValueError: a score that is not finite.
    """
    from huggingface_hub import EvalResult

    facts = report.conditions
    dataset = NAMES.get(facts.get("dataset"), {})
    title = dataset.get("title") or facts.get("reference") or "none"
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
    for metric in metrics_of(report):
        value = float(report[metric])
        if not math.isfinite(value):
            raise ValueError(
                "A card's scores must be finite. Received: "
                f"{report.label(metric)}={value}"
            )
        kind, label = metric_name(metric, facts)
        own = {}
        if metric == "is":
            own = {"splits": facts.get("is_splits"), "std": report.get("is_std")}
        args = {k: v for k, v in {**arguments, **own}.items() if v is not None}
        results.append(
            EvalResult(
                task_type=TASK,
                task_name="Unconditional Image Generation",
                dataset_type=dataset.get("hub_id") or facts.get("dataset") or title,
                dataset_name=title,
                dataset_split=facts.get("split"),
                metric_type=kind,
                metric_value=value,
                metric_name=label,
                metric_args=args,
                source_name=source[0] if source else None,
                source_url=source[1] if source else None,
            )
        )
    return results or None


def metrics_of(report):
    """The metrics of a report: its scores without their spreads."""
    return [name for name in report if not name.endswith("_std")]


def score_rows(report):
    """One row a metric for tables: label, value, 95 % interval, TF-GAN's value."""
    opinions = report.second_opinion.get("scores") or {}
    rows = []
    for metric in metrics_of(report):
        spread = report.get(f"{metric}_std")
        bounds = report.intervals.get(metric)
        rows.append(
            {
                "label": report.label(metric),
                "value": f"{report[metric]:.3f}"
                + ("" if spread is None else f" (std {spread:.3f})"),
                "interval": "-"
                if bounds is None
                else f"{bounds[0]:.3f} to {bounds[1]:.3f}",
                "second_opinion": f"{opinions[metric]:.3f}"
                if metric in opinions
                else "-",
            }
        )
    return rows


def second_opinion(report):
    """What a second implementation made of the same activations, in a sentence."""
    opinion = report.second_opinion
    if not opinion.get("by"):
        return f"No second opinion: {opinion.get('reason', 'not asked for')}."
    worst = max(opinion["relative_difference"].values(), default=0.0)
    verdict = "agrees" if opinion["agrees"] else "DISAGREES"
    return (
        f"Second opinion: {opinion['by']} on the same activations {verdict}; largest "
        f"relative difference {worst:.1e} (tolerance {opinion['tolerance']:.0e})."
    )
