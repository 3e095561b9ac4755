"""The scores of all entries: one table, as JSON, as Markdown and in the README.

`zoo_scores.json` is `{entry: ScoreReport.to_dict()}`; what those scores lie between, a
floor and ceilings of each data set, is in `zoo_cards/anchors.json`, see
`keras_gan_zoo.scoring.anchors`. The Markdown has both, a table for each data set.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import datasets, presets
from keras_gan_zoo.files import named, write_json, write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.scoring import ScoreReport, score
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.protocol import protocol_of
from keras_gan_zoo.zoo.score_table import score_table


def settings_of_scores(
    gan: GAN,
    data: str,
    reference: str | None = None,
    num_images: int | None = None,
    metrics: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The arguments of `score` for an entry.

    Args:
        gan: a `GAN`.
        data: what it was trained on, such as `"mnist:train[:55000]"`.
        reference: see `score`; by default the test split of the data.
        num_images: int, to score one set of so many samples; by default what the data
            set's table has.
        metrics: names of metrics; by default those of the table.

    Returns:
        dict of `reference`, `metrics`, `num_images` and `repeats`.
    """
    reference = reference or f"{datasets.split_name(data)[0]}:test"
    dataset = datasets.split_name(reference)[0]
    row = datasets.CATALOGUE.get(dataset)
    classes = gan.num_classes
    by_class = classes is not None and (row is None or row.num_classes == classes)
    given: dict[str, Any] = {"metrics": tuple(metrics)} if metrics else {}
    given |= {"num_images": num_images, "repeats": 1} if num_images else {}
    return {"reference": reference, **protocol_of(dataset, by_class), **given}


def score_zoo(
    out: PathLike,
    entries: Sequence[str] | None = None,
    reference: str | None = None,
    num_images: int | None = None,
    resume: bool = False,
    metrics: Sequence[str] | None = None,
    verbose: str | int = "auto",
) -> dict[str, ScoreReport]:
    """Score entries of the zoo in one table, which is rewritten after each entry.

    Args:
        out: path without a suffix: `.json` holds the reports, `.md` the table.
        entries: list of names; all by default.
        reference, num_images, metrics: see `settings_of_scores`.
        resume: bool: keep the reports of the same weights and settings that the file
            has already.
        verbose: see `score`.

    Returns:
        dict, name -> `ScoreReport`.
    """
    out = named(out)
    index = presets.read_index()
    old = read_scores(out) if resume and out.with_suffix(".json").is_file() else {}
    reports = {}
    for name in check_entries(entries, index):
        gan = GAN.from_preset(name)
        data = index[name]["metadata"]["dataset"]
        settings = settings_of_scores(gan, data, reference, num_images, metrics)
        if _is_same(old.get(name), gan, settings):
            reports[name] = old[name]
        else:
            reports[name] = score(name, verbose=verbose, **settings)
        # Entries that have not been scored again yet stay in the file.
        write_scores(out, {**old, **reports})
    return reports


def check_entries(
    entries: Sequence[str] | None, index: Mapping[str, Any]
) -> Sequence[str]:
    """The names of entries; all of the index by default.

    Raises:
        ValueError: there is no such entry.
    """
    unknown = sorted(set(entries or ()) - set(index))
    if unknown:
        raise ValueError(
            f"The entries of the zoo are: {', '.join(index) or 'none'}. "
            f"Received: {', '.join(unknown)}"
        )
    return entries or list(index)


def write_scores(out: PathLike, reports: dict[str, ScoreReport]) -> None:
    """Write the reports as JSON, and their table with its anchors as Markdown."""
    out = Path(out)
    found = {name: report.to_dict() for name, report in reports.items()}
    write_json(out.with_suffix(".json"), found)
    table = score_table(reports, presets.read_index())
    write_text(out.with_suffix(".md"), table)


def read_scores(out: PathLike) -> dict[str, ScoreReport]:
    """The reports that `score_zoo` wrote, by name."""
    found = json.loads(Path(out).with_suffix(".json").read_text("utf-8"))
    return {name: ScoreReport.from_dict(values) for name, values in found.items()}


def _is_same(report, gan, settings):
    if report is None:
        return False
    facts, reference = report.conditions, settings["reference"]
    extractor = pick_extractor(None, reference, settings["metrics"], gan.image_shape)
    return (
        facts["generator_sha256"] == presets.weights_sha256(gan.ema_generator)
        and facts["extractor_sha256"] == extractor.sha256
        and facts["reference"] == reference
        and tuple(facts["metrics"]) == tuple(settings["metrics"])
        and (facts["num_fake"], facts["repeats"])
        == (settings["num_images"], settings["repeats"])
        and facts["backend"] == keras.config.backend()
    )
