"""`verify`: does what a card says hold? Repeats its scores and compares."""

from collections.abc import Collection, Mapping
from typing import Any

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.cards.checks import (
    FAILS,
    HOLDS,
    LEFT_OUT,
    NOT_REPEATED,
    Check,
    Verification,
)
from keras_gan_zoo.cards.statements import misstatements
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.presets import files, together
from keras_gan_zoo.presets.loading import read_gan
from keras_gan_zoo.presets.origin import public_name
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.report_files import FORMAT
from keras_gan_zoo.scoring import ScoreReport, repetition, tables
from keras_gan_zoo.scoring.conditions import NotRepeatableError
from keras_gan_zoo.scoring.sentences import place
from keras_gan_zoo.typing import PathLike


def verify(
    preset: PathLike,
    *,
    metrics: str | Collection[str] | None = None,
    num_images: int | None = None,
    reference: Any = None,
    extractor: Any = None,
    revision: str | None = None,
    custom_objects: dict[str, Any] | None = None,
    batch_size: int | None = None,
    verbose: bool | int | str = "auto",
) -> Verification:
    """Repeat the scores of a card under its own conditions, and say whether they hold.

    Checked is, of a preset whoever published it: that the weights are those that were
    scored, by their sha256; that the card's metadata and table say what `scores.json`
    says; and each score of `scores.json` with its interval, by computing it again: the
    same samples (seed and number of images, repeats, labels, average), real images,
    extractor and protocol. Nothing of the preset can run code.

    **When a score holds.** Its 95 % interval tells how far other samples would move it.
    A repetition has the same samples, but for a grey level here and there where another
    backend, device or machine rounds otherwise, so it must be much nearer: within a
    thousandth of the score or a hundredth of half its interval: that of the repetition,
    with which the card's must agree. Counts may flip (precision, recall, density,
    coverage and reverse KL by 10 samples, or 5 % of fewer than 200, modes by 1), and
    `cas` trains a network, whose weights another backend draws otherwise, and may move
    by 0.02. Measured on a CPU, three backends are a hundredth of that apart at most,
    counts a tenth, and `cas` a fifth (`benchmarks/results/repetition.md`); a GPU, which
    rounds more, was not at hand.

    With `num_images` lower than the card's, a quick check: the first of its samples, of
    one repeat. The score is carried over to the card's number of images by its line in
    1 / N, and compared within the noise of so few, at 99.9 %. Intervals are not
    checked. Scores that depend on the number in other ways, such as recall, are left
    out, and the result says so.

    Args:
        preset: a zoo entry's name, `"hf://user/repo[@revision]"`, or a folder.
        metrics: names of the scores to repeat; all of the card's by default.
        num_images: int, for a quick check.
        reference: the real images, where the card's are no named data set: the same
            ones, by their fingerprint; see `score`. Those of a folder are prepared as
            the card's were.
        extractor: the extractor, where it is none of this package's; see `score`.
        revision: str, branch, tag or commit of a Hub handle.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.
        batch_size, verbose: see `score`.

    Returns:
        `Verification`, with `verdict` and `exit_code`. A score whose conditions can't
        be had here is `"not repeated"`, and says why.

    Raises:
        ValueError: the preset is unknown or malformed, was written by a newer version,
            or has no scores; the card has no such metric.
        FileNotFoundError, PermissionError, ConnectionError: see `GAN.from_preset`.

    Example:

    >>> from keras_gan_zoo import verify
    >>> verify("dcgan_mnist", metrics="is", num_images=500, verbose=0).verdict
    'holds'
    """
    check_count("num_images", num_images, optional=True)
    name = public_name(preset)
    try:
        source = locate(preset, revision)
        gan = read_gan(GAN, source, custom_objects=custom_objects)
    except files.CorruptError as error:
        return Verification(name, [], [str(error)], [])
    scores = read_scores(source)
    reports = reports_of(scores)
    asked = _check_metrics(metrics, reports)
    digest = gan.preset_origin.weights_sha256
    problems = together.strays(source.folder, digest)
    problems += misstatements(source.folder, scores)
    checks, repeated = [], []
    for report in reports:
        wanted = [name for name in report.metrics if asked is None or name in asked]
        found = repetition.Repetition(None, {}, {})
        if wanted and report.conditions.get("generator_sha256") == digest:
            found = repetition.repeat(
                report,
                gan,
                wanted if asked else None,
                num_images,
                reference,
                extractor if report is reports[0] else None,
                batch_size,
                verbose,
            )
        repeated.append(found)
        checks += [_check(metric, report, found, asked) for metric in report.metrics]
    return Verification(
        public_name(source),
        checks,
        problems,
        _notes(source.folder, reports[0], scores, repeated),
        [found.report for found in repeated if found.report is not None],
    )


def reports_of(scores: Mapping[str, Any]) -> list[ScoreReport]:
    """The reports of a `scores.json`: the first, and those by other extractors.

    Raises:
        ValueError: they are malformed.
    """
    others = scores.get("others") or []
    if not isinstance(others, list):
        raise ValueError(
            f"The `others` of `{files.SCORES}` must be a list of reports. "
            f"Received: a {type(others).__name__}"
        )
    return [ScoreReport.from_dict(one) for one in (scores, *others)]


def read_scores(source: Any) -> dict[str, Any]:
    """The content of a preset's `scores.json`.

    Raises:
        FileNotFoundError: it has none.
        ValueError: it is malformed, or of a newer version.
    """
    if not (source.folder / files.SCORES).is_file():
        raise FileNotFoundError(
            f"`{source}` has no `{files.SCORES}`, so there is nothing to repeat."
        )
    scores = files.read_json(source.folder, files.SCORES, source)
    version = scores.get("format")
    if type(version) is int and version > FORMAT:
        raise ValueError(
            f"The scores of `{source}` are of a newer version of keras_gan_zoo (format "
            f"{version}; this one reads up to {FORMAT}). Upgrade by `pip install "
            "--upgrade keras-gan-zoo`."
        )
    return scores


def _check(metric, report, found, asked):
    facts = {
        "metric": metric,
        "label": tables.plain(report.shown(metric)),
        "stated": report[metric],
        "interval": report.intervals.get(metric),
        "rounding": min(
            repetition.reach_of_rounding(one, metric)
            for one in (report, found.report)
            if one is not None and metric in one
        ),
    }

    def check(verdict, why="", repeated=None, bounds=None):
        return Check(
            **facts, repeated=repeated, bounds=bounds, verdict=verdict, why=why
        )

    if asked is not None and metric not in asked:
        return check(LEFT_OUT, "not asked for")
    if metric in found.refused:
        return check(NOT_REPEATED, found.refused[metric])
    if metric in found.left_out:
        return check(LEFT_OUT, found.left_out[metric])
    if found.report is None:
        return check(NOT_REPEATED, "the weights are not those that were scored")
    try:
        value, low, high = repetition.bounds(report, found, metric)
    except NotRepeatableError as error:
        return check(LEFT_OUT if asked is None else NOT_REPEATED, str(error))
    verdict, why = FAILS, repetition.beside(report, found, metric)
    if low <= value <= high and not why:
        why = repetition.other_method(report, metric)
        verdict = NOT_REPEATED if why else HOLDS
    return check(verdict, why or "", value, (low, high))


def _notes(folder, report, scores, repeated):
    notes, facts = [], report.conditions
    few = [found.num_images for found in repeated if found.num_images is not None]
    if few:
        notes.append(
            f"A quick check of {max(few):,} images: scores are carried over to the "
            "card's number of them, and intervals are not checked."
        )
    if not (folder / files.README).is_file():
        notes.append(f"There is no `{files.README}` to compare with.")
    if scores.get("last"):
        notes.append(
            "The scores of the last epoch are of weights that are not in the preset."
        )
    computed = [found.report for found in repeated if found.report is not None]
    if computed:
        card, now = (
            tables.plain(place(some.get("backend"), some.get("device")))
            for some in (facts, computed[0].conditions)
        )
        notes.append(f"The card's scores are of {card}, these of {now}.")
    return notes


def _check_metrics(metrics, reports):
    """The names of scores to repeat, each of which a report must have."""
    if metrics is None:
        return None
    names = [metrics] if isinstance(metrics, str) else list(dict.fromkeys(metrics))
    known = list(dict.fromkeys(name for report in reports for name in report.metrics))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValueError(
            f"{''.join(did_you_mean(name, known) for name in unknown)}"
            f"`metrics` must be scores of the card: {', '.join(known)}. "
            f"Received: metrics={names}"
        )
    return names
