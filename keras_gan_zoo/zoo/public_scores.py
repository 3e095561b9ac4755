"""The scores of public checkpoints beside those that were published with them."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import datasets
from keras_gan_zoo.files import named, write_json, write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.scoring import ScoreReport, score
from keras_gan_zoo.scoring.references import title_of
from keras_gan_zoo.typing import PathLike

NUM_IMAGES = 50_000
METRICS = ("is", "fid")
HEAD = (
    *("checkpoint", "source", "data set", "metric", "published", "here"),
    *("95 % interval", "against", "samples", "published protocol", "licence", "note"),
)


def planned(
    rows: Mapping[str, Mapping[str, Any]],
    only: Iterable[str] | None = None,
    references: Mapping[str, str] | None = None,
) -> dict[str, str | None]:
    """What each checkpoint is scored against.

    Args:
        rows: dict of checkpoint -> dict with `dataset`, as the index of public
            checkpoints has it, and perhaps a `reference` of its own.
        only: names of checkpoints; all by default.
        references: dict of data set -> reference, see `score`, for those that the
            package does not have, or in place of its training images.

    Returns:
        dict of checkpoint -> reference, None where there is none.

    Raises:
        ValueError: there is no such checkpoint.

    Example:

    >>> rows = {"a": {"dataset": "cifar10"}, "b": {"dataset": "ffhq"}}
    >>> planned(rows, references={"ffhq": "ffhq_256.npz"})
    {'a': 'cifar10:train', 'b': 'ffhq_256.npz'}
    """
    names = list(rows) if only is None else list(only)
    for name in names:
        if name not in rows:
            raise ValueError(
                f"{did_you_mean(name, rows)}The public checkpoints are "
                f"{', '.join(rows)}. Received: {name}"
            )
    known = {name: f"{name}:train" for name in datasets.CATALOGUE}
    return {
        name: (references or {}).get(rows[name].get("dataset") or "")
        or rows[name].get("reference")
        or known.get(rows[name].get("dataset") or "")
        for name in names
    }


def score_public(
    out: PathLike,
    rows: Mapping[str, Mapping[str, Any]],
    only: Iterable[str] | None = None,
    num_images: int = NUM_IMAGES,
    references: Mapping[str, str] | None = None,
    load: Callable[[str], Any] | None = None,
    again: bool = False,
    verbose: str | int = "auto",
    say: Callable[[str], None] = print,
) -> dict[str, dict[str, Any]]:
    """Score public checkpoints in one table, which is rewritten after each of them.

    A row that is done is kept, so that a run that was stopped goes on. One that fails
    says why, and is tried again by the next run; one without a reference waits for it.

    Args:
        out: path without a suffix: `.json` holds the rows, `.md` the table.
        rows: dict of checkpoint -> dict of `source`, `dataset`, `scores` (published:
            `fid`, `is`, `protocol`), `licence` and `verified`.
        only: see `planned`.
        num_images: int, the samples of each.
        references: see `planned`.
        load: function of a checkpoint's name that returns a GAN; by default
            `GAN.from_preset`, which pulls it.
        again: bool: score anew what is done.
        verbose: see `score`.
        say: is called with a line for each checkpoint.

    Returns:
        dict of checkpoint -> what the JSON has of it: `against`, and `report` or
        `error`.
    """
    out = named(out)
    wanted = planned(rows, only, references)
    done = read_public(out)
    for name, reference in wanted.items():
        # Tables are published: no paths.
        title = reference and title_of(*datasets.split_name(reference, None))
        if _is_done(done.get(name), title, num_images) and not again:
            say(f"{name}: done before")
            continue
        say(f"{name}: against {reference}" if reference else f"{name}: no reference")
        report, problem = None, None
        try:
            if reference is not None:
                gan = (load or GAN.from_preset)(name)
                report = score(
                    gan, reference, METRICS, num_images=num_images, verbose=verbose
                ).to_dict()
        except Exception as error:  # the others are scored all the same
            problem = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            say(f"{name}: {problem}")
        found = {"against": title, "report": report, "error": problem}
        done[name] = found
        write_json(out.with_suffix(".json"), done)
        write_text(out.with_suffix(".md"), public_table(done, rows))
    return {name: done[name] for name in wanted}


def read_public(out: PathLike) -> dict[str, dict[str, Any]]:
    """What `score_public` wrote: checkpoint -> `against`, `report` and `error`."""
    path = Path(out).with_suffix(".json")
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def public_table(
    done: Mapping[str, Mapping[str, Any]], rows: Mapping[str, Mapping[str, Any]]
) -> str:
    """A Markdown table of scores, the published figure beside ours."""
    lines = [HEAD, ("---",) * len(HEAD)]
    for name, found in done.items():
        row = rows.get(name, {})
        report = found["report"] and ScoreReport.from_dict(found["report"])
        for metric in METRICS:
            lines.append(_line(name, row, found, report, metric))
    text = "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)
    return (
        f"{text}\n\n"
        "Published figures are those of the checkpoint's own source, under the "
        "protocol that it names; ours are of averaged generators and samples of seed "
        "0. Compare two figures only where samples and references are the same.\n"
    )


def _line(name, row, found, report, metric):
    published = row.get("scores") or {}
    notes = [
        None if row.get("verified") else "not verified",
        None if found["against"] else f"no reference for {row.get('dataset')}",
        found["error"],
    ]
    given = published.get(metric)
    start = [f"`{name}`", row.get("source"), row.get("dataset")]
    end = [
        published.get("protocol"),
        row.get("licence"),
        "; ".join(filter(None, notes)),
    ]
    if report is None:
        label, ours, samples = metric.upper(), [None, None], None
    else:
        label, samples = report.shown(metric), report.conditions["num_fake"]
        interval = report.intervals.get(metric)
        shown = "{:.2f} to {:.2f}".format(*interval) if interval else None
        ours = [f"{report[metric]:.2f}", shown]
    return [*start, label, given, *ours, found["against"], samples, *end]


def _plain(value):
    """A cell: one line, without what would end it."""
    if value in (None, ""):
        return "-"
    return " ".join(f"{value}".split()).replace("|", "\\|")


def _is_done(found, reference, num_images):
    if not found or not found["report"] or found["against"] != reference:
        return False
    facts = found["report"]["conditions"]
    return (facts["num_fake"], facts["backend"]) == (num_images, keras.config.backend())
