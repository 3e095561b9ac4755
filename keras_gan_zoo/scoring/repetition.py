"""Repeats a report: the same scores under the same conditions, and how far apart."""

import contextlib
import dataclasses
from collections.abc import Collection
from typing import Any

from keras_gan_zoo.report_files import is_inside
from keras_gan_zoo.scoring import conditions, tables
from keras_gan_zoo.scoring.comparison import protocol_of
from keras_gan_zoo.scoring.conditions import NotRepeatableError
from keras_gan_zoo.scoring.measures import METRICS, SLOPE, needs_of
from keras_gan_zoo.scoring.preparation import prepare
from keras_gan_zoo.scoring.report import ScoreReport
from keras_gan_zoo.scoring.score import interval_method, score

#: what a repetition of the same samples may be off by: a share of the score, or of half
#: its interval, whichever is more (benchmarks/repetition.py)
SHARE, SHARE_OF_INTERVAL, SHARE_OF_EXTRAS = 1e-3, 1e-2, 1e-2
#: half an interval at 99.9 % in halves of one at 95 %, of the normal distribution
WIDER = 1.68
UNREACHABLE = (ValueError, TypeError, OSError, ImportError, RuntimeError)


@dataclasses.dataclass(frozen=True)
class Repetition:
    """What came of repeating a report.

    Attributes:
        report: `ScoreReport` of what was repeated, or None.
        refused: dict, metric -> why it could not be repeated.
        left_out: dict, metric -> why a check with fewer images does not tell.
        num_images: int or None: of how many images, if not of as many as the report.
    """

    report: ScoreReport | None
    refused: dict[str, str]
    left_out: dict[str, str]
    num_images: int | None = None


def repeat(
    report: ScoreReport,
    gan: Any,
    metrics: Collection[str] | None = None,
    num_images: int | None = None,
    reference: Any = None,
    extractor: Any = None,
    batch_size: int | None = None,
    verbose: bool | int | str = "auto",
) -> Repetition:
    """Repeat the scores of a report, under the conditions that it states.

    Nothing is taken from the report but numbers, and names that this package knows:
    neither paths nor addresses.

    Args:
        report: `ScoreReport`, whoever wrote it.
        gan: the `GAN` that it is of.
        metrics: which of its scores; all by default.
        num_images: int, for a quicker check: the first so many of the report's images,
            and one set of them.
        reference: the real images, if they are no named data set; see `score`.
        extractor: the extractor, if it is none of this package's; see `score`.
        batch_size, verbose: see `score`.

    Returns:
        `Repetition`.
    """
    try:
        settings = conditions.settings_of(report, num_images)
        conditions.check_samples(gan, report)
    except NotRepeatableError as error:
        return Repetition(
            None, dict.fromkeys(metrics or report.metrics, _why(error)), {}
        )
    partial = settings["num_images"] < report.conditions["num_fake"]
    refused: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for metric in metrics or report.metrics:
        why = _why_not(metric, report, settings["infinity_method"])
        if why:
            refused[metric] = why
        elif partial and METRICS[metric].limit is None:
            into = refused if metrics else left_out
            into[metric] = "it depends on the number of images: check it with all"
    wanted = [m for m in metrics or report.metrics if m not in {**refused, **left_out}]
    if partial:
        limits = [METRICS[metric].limit or metric for metric in wanted]
        wanted = list(dict.fromkeys([*wanted, *limits]))
    more: dict[str, Any] = {"batch_size": batch_size or 250, "verbose": verbose}
    asked = {**more, "image_shape": gan.image_shape, "labels": settings["labels"]}
    prepared, why_not = _prepared(report, wanted, reference, extractor, asked)
    refused |= {k: why for k, why in why_not.items() if k in report}
    found = None
    if prepared:
        try:
            found = score(gan, verify=False, **settings, **prepared, **more)
        except UNREACHABLE as error:
            why_not = dict.fromkeys(prepared["metrics"], _why(error))
            refused |= {k: why for k, why in why_not.items() if k in report}
    return Repetition(
        found, refused, left_out, settings["num_images"] if partial else None
    )


def bounds(
    report: ScoreReport, repetition: Repetition, metric: str
) -> tuple[float, float, float]:
    """Where a repeated score lies, and between what it has to, to hold.

    What it may be off by comes from the repeated report: the stated one may be a
    stranger's, and its interval as wide as they like.

    A whole repetition has the report's own samples, but for the rounding of another
    backend, device or version. So the noise that an interval allows for is not in it:
    it holds within a thousandth of the score, or a hundredth of half the interval, and
    within the `slack` of the metric, whatever is most.

    Fewer images are some of the report's own, so that the two scores are no further
    apart than the noise of the fewer, at 99.9 %, or than rounding. The bias of their
    number is carried over to as many images as the report's, along the line in 1 / N to
    its limit (`METRICS[metric].limit`).

    Returns:
        `(repeated, low, high)`, floats.

    Raises:
        NotRepeatableError: of so few images the score has no interval.
    """
    stated, found = report[metric], repetition.report
    assert found is not None
    if repetition.num_images is None:
        reach = reach_of_rounding(found, metric)
        return found[metric], stated - reach, stated + reach
    limit: Any = METRICS[metric].limit
    if not (found.intervals.get(metric) and found.intervals.get(limit)):
        raise NotRepeatableError("of so few images it has no interval")
    share = 0.0
    if limit != metric:
        share = 1 - repetition.num_images / report.conditions["num_fake"]
    value = found[metric] + share * (found[limit] - found[metric])
    noise = (1 - share) * _half(found, metric) + share * _half(found, limit)
    reach = max(WIDER * noise, reach_of_rounding(found, metric))
    return value, stated - reach, stated + reach


def reach_of_rounding(report: ScoreReport, metric: str) -> float:
    """How far a score of the same samples may be off on another machine."""
    reach = max(SHARE * abs(report[metric]), SHARE_OF_INTERVAL * _half(report, metric))
    count = report.conditions.get("num_fake")
    if metric in METRICS and type(count) is int and count > 0:
        reach = max(reach, METRICS[metric].slack(count))
    return reach


def beside(report: ScoreReport, repetition: Repetition, metric: str) -> str | None:
    """What is stated along with a score and can't be so, as a sentence, or None.

    Its interval, if it was made in the same way, the scores that come with it, such as
    `is_std`, and those of single classes. The former are nobody's yardstick: they hold
    to a hundredth, or to a hundredth of what rounding may do to the score. A quick
    check tells no more than that an interval does not hold its score.
    """
    found, bounds = repetition.report, report.intervals.get(metric)
    if bounds and not is_inside(report[metric], bounds):
        return f"the card's interval, {_said(bounds)}, does not hold its own score"
    if found is None or repetition.num_images is not None:
        return None
    pairs: dict[str, Any] = {}
    rounding = reach_of_rounding(found, metric)
    for name, what in METRICS[metric].extras.items():
        if name in report:
            again = found.get(name, 0.0)  # the spread of a single split or block
            per_one = found.conditions["num_fake"] if what == SLOPE else 1
            reach = SHARE_OF_EXTRAS * max(abs(again), rounding * per_one)
            pairs[name] = [report[name]], [again], reach
    by_class = _by_class(found, metric)
    for label, value in _by_class(report, metric).items():
        name = f"that of class {tables.plain(label, 40)!r}"
        if label not in by_class:
            return f"{name} is {_said([value])} in the card, and there is none here"
        # As if all that may move the mean were in one class.
        pairs[name] = [value], [by_class[label]], rounding * len(by_class)
    here = found.intervals.get(metric)
    if bounds and not other_method(report, metric):
        if here is None:
            return (
                f"the interval is {_said(bounds)} in the card, and there is none here"
            )
        reach = SHARE_OF_EXTRAS * _half(found, metric) + rounding
        pairs["the interval"] = bounds, here, reach
    for name, (stated, again, reach) in pairs.items():
        if any(abs(a - b) > reach for a, b in zip(stated, again, strict=True)):
            return f"{name} is {_said(stated)} in the card, and {_said(again)} here"
    return None


def other_method(report: ScoreReport, metric: str) -> str | None:
    """Why the interval of a score can't be repeated, as a sentence, or None."""
    ours = interval_method(report.conditions.get("repeats", 1))
    stated = report.conditions.get("interval_method", ours)
    if report.intervals.get(metric) is None or stated == ours:
        return None
    return f"its interval is by another method: {stated!r:.80}, here {ours!r}"


def _by_class(report, metric):
    return report.per_class.get(METRICS[metric].per_class or "", {})


def _said(values):
    return " to ".join(map(tables.number, values))


def _half(report, metric):
    low, high = report.intervals.get(metric) or (0.0, 0.0)
    return abs(high - low) / 2


def _prepared(report, wanted, reference, extractor, asked):
    """The arguments of `score` for as many metrics as can be had, and why not others.

    What has come along, such as moments, may do for some: then each group that needs
    the same of the reference is tried by itself.
    """
    prepared: dict[str, Any] = {}
    why_not: dict[str, str] = {}
    try:
        network = conditions.extractor_of(
            report, extractor, wanted, asked["image_shape"]
        )
    except UNREACHABLE as error:
        return {}, dict.fromkeys(wanted, _why(error))

    def add(metrics):
        nonlocal prepared
        together = [*prepared.get("metrics", ()), *metrics]
        real = None
        if needs_of(together) or asked["labels"] == "reference":
            real = conditions.reference_of(report, reference)
        real, _ = prepare(real, together, network, **asked)
        if real is not None:
            conditions.check_reference(real, report)
        prepared = {"metrics": together, "reference": real, "extractor": network}

    groups: dict[frozenset, list[str]] = {}
    for metric in wanted:
        groups.setdefault(frozenset(needs_of([metric])), []).append(metric)
    with contextlib.suppress(*UNREACHABLE):
        add(wanted)
        return prepared, why_not
    for group in groups.values():
        try:
            add(group)
        except UNREACHABLE as error:
            why_not |= dict.fromkeys(group, _why(error))
    return prepared, why_not


def _why_not(metric, report, method):
    """Why a score can't be repeated by this version of the package, or None."""
    if metric not in METRICS:
        return (
            f"this version of keras_gan_zoo has no metric {metric!r:.40}: "
            "it was made by a newer one, or by hand"
        )
    stated = protocol_of(report.conditions, metric)
    ours = METRICS[metric].by(method).protocol
    if stated is not None and stated != ours:
        return (
            f"it was computed by another protocol: {stated!r:.120}, here {ours!r:.120}"
        )
    return None


def _why(error):
    """An error's text in a table, where what was received is the reader's own."""
    return tables.plain(str(error).partition(" Received: ")[0], 300)
