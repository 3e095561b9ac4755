"""A table of many models' scores, and how far apart two such tables are."""

from collections.abc import Mapping, Sequence
from typing import Any

from keras_gan_zoo.cards.results import is_standard
from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.scoring import ScoreReport, anchors_of, ranking, read_anchors
from keras_gan_zoo.scoring.anchors import FLOOR, SHARED, TITLES, Anchors


def score_table(
    reports: Mapping[str, ScoreReport],
    index: Mapping[str, Any],
    metrics: Sequence[str] | None = None,
    anchors: Anchors | None = None,
) -> str:
    """Format reports as Markdown, with the conditions that they share.

    There is a table for each reference. It begins with real images, its floor, and ends
    with what no GAN should be as bad as, where these were scored under the same
    conditions.

    Args:
        reports: dict, name -> `ScoreReport`.
        index: dict, the zoo's index, for the parameter counts.
        metrics: names, by default all.
        anchors: see `keras_gan_zoo.scoring.read_anchors`; by default the package's own.

    Returns:
        str.
    """
    groups: dict[tuple, dict[str, ScoreReport]] = {}
    for name, report in reports.items():
        facts = report.conditions
        key = tuple(facts.get(fact) for fact in (*SHARED, "repeats"))
        groups.setdefault(key, {})[name] = report
    anchors = read_anchors() if anchors is None else anchors
    tables = [_table(group, index, metrics, anchors) for group in groups.values()]
    if len(tables) == 1:
        return tables[0]
    titles = [f"### {_title(key[0])}\n\n" for key in groups]
    return "\n".join(title + table for title, table in zip(titles, tables, strict=True))


def _title(reference):
    row = CATALOGUE.get(str(reference).partition(":")[0])
    return row.title if row else reference


def _table(reports, index, metrics, anchors):
    some = next(iter(reports.values()))
    beside = anchors_of(some, anchors)
    floor = {TITLES[name]: beside.pop(name) for name in (FLOOR,) if name in beside}
    rest = {TITLES[name]: report for name, report in beside.items()}
    known = list(dict.fromkeys(m for r in reports.values() for m in r.metrics))
    metrics = [name for name in known if metrics is None or name in metrics]
    labels = [label for m in metrics for label in (some.shown(m), "95 % interval")]
    tools = list(dict.fromkeys(t for r in reports.values() for t in r.opinions))
    apart = [f"{tool} differs by" for tool in tools]
    head = ["entry", "parameters", *labels, *apart, "images/s", "on"]
    rows = [head, ["---"] * len(head)]
    for name, report in {**floor, **reports, **rest}.items():
        parameters = index.get(name, {}).get("metadata", {}).get("params")
        row = ranking.row(name, report, parameters)
        rows.append(
            [
                f"`{name}`" if name in reports else name,
                f"{parameters:,}" if parameters else "",
                *(cell for m in metrics for cell in _cells(row.cells.get(m))),
                *(_difference(row.differences.get(tool)) for tool in tools),
                f"{row.images_per_second:,.0f}",
                ", ".join(row.place),
            ]
        )
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", _shared(some), ""])


def _shared(report):
    """The conditions that all rows have in common, a sentence."""
    facts = report.conditions
    repeats = facts.get("repeats") or 1
    sets = f", {repeats} sets of them," if repeats > 1 else ""
    real = f" ({facts['num_real']:,} images)" if facts.get("num_real") else ""
    return (
        f"{facts['num_fake']:,} samples of seed {facts['seed']}{sets} against "
        f"`{facts.get('reference')}`{real}, features and classes of the extractor "
        f"`{facts['extractor']}` (sha256 {facts['extractor_sha256'][:12]}), averaged "
        "generators."
    ) + (
        ""
        if is_standard(facts)
        else " Not comparable with scores of the Inception network."
    )


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
