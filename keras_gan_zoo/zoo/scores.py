"""The scores of all entries: one table, as JSON, as Markdown and in the README."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import presets
from keras_gan_zoo.files import write_json, write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.scoring import ScoreReport, score
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.score_table import score_table

NUM_IMAGES = 10_000


def score_zoo(
    out: PathLike,
    entries: Sequence[str] | None = None,
    reference: str = "mnist:test",
    num_images: int = NUM_IMAGES,
    resume: bool = False,
    verbose: str | int = "auto",
) -> dict[str, ScoreReport]:
    """Score entries of the zoo in one table, which is rewritten after each entry.

    Args:
        out: path without a suffix: `.json` holds the reports, `.md` the table.
        entries: list of names; all by default.
        reference: see `score`.
        num_images: int.
        resume: bool: keep the reports of the same weights and settings that the file
            has already.
        verbose: see `score`.

    Returns:
        dict, name -> `ScoreReport`.
    """
    out = Path(out)
    index = presets.read_index()
    old = read_scores(out) if resume and out.with_suffix(".json").is_file() else {}
    reports = {}
    for name in check_entries(entries, index):
        gan = GAN.from_preset(name)
        if _is_same(old.get(name), gan, reference, num_images):
            reports[name] = old[name]
        else:
            reports[name] = score(
                name, reference, num_images=num_images, verbose=verbose
            )
        # Entries that have not been scored again yet stay in the file.
        written = {**old, **reports}
        found = {key: report.to_dict() for key, report in written.items()}
        write_json(out.with_suffix(".json"), found)
        write_text(out.with_suffix(".md"), score_table(written, index))
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


def read_scores(out: PathLike) -> dict[str, ScoreReport]:
    """The reports that `score_zoo` wrote, by name."""
    found = json.loads(Path(out).with_suffix(".json").read_text("utf-8"))
    return {name: ScoreReport.from_dict(values) for name, values in found.items()}


def _is_same(report, gan, reference, num_images):
    if report is None:
        return False
    facts = report.conditions
    extractor = pick_extractor(None, reference, report.metrics)
    return (
        facts["generator_sha256"] == presets.weights_sha256(gan.ema_generator)
        and facts["extractor_sha256"] == extractor.sha256
        and facts["reference"] == reference
        and facts["num_fake"] == num_images
        and facts["backend"] == keras.config.backend()
    )
