"""The scores of all entries: one table, as JSON, as Markdown and in the README."""

import json
from pathlib import Path

import keras

from keras_gan_zoo import presets
from keras_gan_zoo.files import write_json, write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.scoring import ScoreReport, score
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.zoo.score_table import score_table

NUM_IMAGES = 10_000


def score_zoo(
    out,
    entries=None,
    reference="mnist:test",
    num_images=NUM_IMAGES,
    resume=False,
    verbose="auto",
):
    """Score entries of the zoo, and write one table, after each entry anew.

    Args:
        out: path without an ending: `.json` holds the reports, `.md` the table.
        entries: list of names; all by default.
        reference: see `score`.
        num_images: int.
        resume: bool: keep what is in the file of the same weights and settings.

    Returns:
        dict, name -> `ScoreReport`.
    """
    out = Path(out)
    index = presets.read_index()
    unknown = sorted(set(entries or ()) - set(index))
    if unknown:
        raise ValueError(
            f"Entries of the zoo are: {', '.join(index) or 'none'}. "
            f"Received: {', '.join(unknown)}"
        )
    old = read_scores(out) if resume and out.with_suffix(".json").is_file() else {}
    reports = {}
    for name in entries or index:
        gan = GAN.from_preset(name)
        if _is_same(old.get(name), gan, reference, num_images):
            reports[name] = old[name]
        else:
            reports[name] = score(
                name, reference, num_images=num_images, verbose=verbose
            )
        # What is not scored anew stays in the file until it is.
        written = {**old, **reports}
        found = {key: report.to_dict() for key, report in written.items()}
        write_json(out.with_suffix(".json"), found)
        write_text(out.with_suffix(".md"), score_table(written, index))
    return reports


def read_scores(out):
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
