"""A table of many models' scores, and how far apart two such tables are."""

from collections.abc import Mapping
from typing import Any

from keras_gan_zoo.cards.results import is_standard
from keras_gan_zoo.scoring import ScoreReport, ranking


def score_table(reports: Mapping[str, ScoreReport], index: Mapping[str, Any]) -> str:
    """Format reports as a Markdown table, with the conditions that they share.

    Args:
        reports: dict, name -> `ScoreReport`.
        index: dict, the zoo's index, for the parameter counts.

    Returns:
        str.
    """
    metrics = list(dict.fromkeys(m for r in reports.values() for m in r.metrics))
    some = next(iter(reports.values()))
    labels = [label for m in metrics for label in (some.shown(m), "95 % interval")]
    tools = list(dict.fromkeys(t for r in reports.values() for t in r.opinions))
    apart = [f"{tool} differs by" for tool in tools]
    head = ["entry", "parameters", *labels, *apart, "images/s", "on"]
    rows = [head, ["---"] * len(head)]
    for name, report in reports.items():
        parameters = index.get(name, {}).get("metadata", {}).get("params")
        row = ranking.row(name, report, parameters)
        rows.append(
            [
                f"`{name}`",
                f"{parameters:,}" if parameters else "",
                *(cell for m in metrics for cell in _cells(row.cells.get(m))),
                *(_difference(row.differences.get(tool)) for tool in tools),
                f"{row.images_per_second:,.0f}",
                ", ".join(row.place),
            ]
        )
    lines = [f"| {' | '.join(row)} |" for row in rows]
    counts = sorted({report.conditions["num_fake"] for report in reports.values()})
    lines += [
        "",
        f"{' or '.join(f'{count:,}' for count in counts)} samples of seed "
        f"{some.conditions['seed']} against `{some.conditions.get('reference')}`"
        + (
            f" ({some.conditions['num_real']:,} images)"
            if some.conditions.get("num_real")
            else ""
        )
        + f", features and classes of the extractor `{some.conditions['extractor']}` "
        f"(sha256 {some.conditions['extractor_sha256'][:12]}), averaged generators."
        + (
            ""
            if is_standard(some.conditions)
            else " Not comparable with scores of the Inception network."
        ),
        "",
    ]
    return "\n".join(lines)


def _cells(cell):
    if cell is None:
        return "-", "-"
    return cell.text("{:.2f}".format), cell.interval("{:.2f}".format) or "-"


def _difference(found):
    return "not asked" if found is None else f"{found:.0e}"


def largest_differences(
    reports: Mapping[str, ScoreReport], others: Mapping[str, ScoreReport]
) -> dict[str, tuple[float, str]]:
    """How far apart the scores of two runs are, for example on a GPU and on a CPU.

    Args:
        reports, others: dicts, name -> `ScoreReport`.

    Returns:
        dict, metric -> `(difference, entry)`, the largest absolute difference and the
        entry that has it.

    Raises:
        ValueError: no entry is in both with equal weights, samples and reference.
    """
    must_match = ("generator_sha256", "num_fake", "reference", "seed")
    found: dict[str, tuple[float, str]] = {}
    for name, report in reports.items():
        other = others.get(name)
        if other is None or any(
            report.conditions[key] != other.conditions[key] for key in must_match
        ):
            continue
        for metric in report.metrics:
            if metric in other:
                apart = abs(report[metric] - other[metric])
                found[metric] = max(found.get(metric, (0.0, name)), (apart, name))
    if not found:
        raise ValueError(
            "Scores can be compared only for entries with the same weights, samples "
            f"and reference. Received: {sorted(reports)} and {sorted(others)}, with "
            "none in common"
        )
    return found
