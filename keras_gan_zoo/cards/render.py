"""The text of a new model card."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan_zoo import datasets
from keras_gan_zoo.cards import escaping, facts, repeat, results, sentences
from keras_gan_zoo.cards.bibtex import bibtex
from keras_gan_zoo.cards.metadata import metadata_of
from keras_gan_zoo.presets import files, readme, together
from keras_gan_zoo.presets.origin import (
    CONTINUED,
    check_recipe,
    data_of,
    public_data,
    public_name,
    public_recipe,
    source_of,
)
from keras_gan_zoo.presets.stored import stored_shapes
from keras_gan_zoo.scoring import ScoreReport, anchors_of, ranking, tables
from keras_gan_zoo.scoring.anchors import CEILING, FLOOR, TITLES
from keras_gan_zoo.scoring.conditions import dataset_of
from keras_gan_zoo.scoring.sentences import condition_rows, opinion_sentences
from keras_gan_zoo.typing import PathLike

TEMPLATE = Path(__file__).with_name("card.md.jinja")
SEED = 0


def render(
    gan: Any,
    folder: Path,
    handle: str | None = None,
    license: str | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> str:
    """The card of a preset, with a stamp in each part; see `write_card`.

    Args:
        gan: the `GAN` of the folder.
        folder: path of the preset.
        handle: str, what readers load; by default the folder.
        license: str, or None for the recipe's.
        custom_objects: dict of the author's own classes.

    Raises:
        ValueError: the folder has scores of other weights, or a malformed recipe.
    """
    import jinja2

    metadata = files.read_json(folder, files.METADATA, folder)
    recipe, scores = (
        files.read_json(folder, name, folder) if (folder / name).is_file() else None
        for name in (files.RECIPE, files.SCORES)
    )
    if scores is not None:
        together.check_scores(scores, gan.preset_origin.weights_sha256)
    report = ScoreReport.from_dict(scores) if scores else None
    recipe = check_recipe(recipe or {}, folder / files.RECIPE)
    data, split = data_of(recipe)
    target = handle or local_address(folder)
    name = public_name(folder)
    license = license or recipe.get("license") or "apache-2.0"
    environment = jinja2.Environment(keep_trailing_newline=True)
    for show in (escaping.words, escaping.code, readme.quoted):
        environment.filters[show.__name__] = show
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    body = template.render(
        title=name,
        gan=gan,
        family=type(gan).__name__,
        paper=gan.paper,
        bibtex=bibtex(gan.paper),
        shape="x".join(map(str, gan.image_shape)),
        parameters=f"{metadata['parameter_count']:,}",
        latents=facts.latents_of(gan),
        labels=facts.labels_of(gan),
        code=facts.code_of(gan),
        average=facts.average_of(gan),
        method=", ".join([facts.loss_of(gan), *facts.terms_of(gan)]),
        seed=SEED,
        target=target,
        own=", ".join(f'"{key}": {key}' for key in custom_objects or ()),
        has_raw=_has_raw(folder),
        has_log=(folder / files.LOG).is_file(),
        has_curves=(folder / files.CURVES).is_file(),
        recipe=recipe,
        source=source_of(recipe),
        recipe_text=json.dumps(public_recipe(recipe), indent=2),
        continued=recipe.get(CONTINUED),
        train=None if custom_objects else repeat.train_command(recipe, target),
        data=data,
        split=split,
        known=datasets.CATALOGUE.get(data or ""),
        versions=_versions(metadata, report),
        limitations=recipe.get("limitations"),
        tried=recipe.get("tried"),
        pictured=(folder / files.NEIGHBOURS).is_file(),
        report=report,
        **(_scores(report, scores, recipe, target, custom_objects) if report else {}),
    )
    header = metadata_of(gan, name, license, data, report)
    body = readme.stamped(re.sub(r"\n{3,}", "\n\n", body))
    return readme.join(header, f"\n{body.rstrip()}\n")


def local_address(folder: PathLike) -> str:
    """What loads a folder from beside it: `"./my_gan"` or `"./my_run/preset"`."""
    path = Path(folder).resolve()
    name = public_name(folder)
    return f"./{name}/preset" if path.name == "preset" else f"./{name}"


def _scores(report, scores, recipe, target, custom_objects):
    """What the card says of the scores."""
    data, _ = data_of(recipe)
    others = [ScoreReport.from_dict(one) for one in scores.get("others") or ()]
    near = scores.get("neighbours")
    command = None if custom_objects else repeat.score_command(report, target)
    return {
        "epoch": scores.get("epoch"),
        "last": scores.get("last"),
        "selection": _selection(scores.get("selection") or {}),
        "table": _table_with_anchors(report, scores),
        "sets": report.conditions.get("repeats") or 1,
        "second_opinion": [
            *opinion_sentences(report.second_opinion),
            *map(sentences.second_sentence, others),
        ],
        "neighbours": sentences.neighbours_sentences(near) if near else [],
        "near": near,
        "training": sentences.training_sentence(scores.get("training")),
        "reduced": sentences.reduced_sentence(scores.get("parameters"), recipe, target),
        "standard": results.is_standard(report.conditions),
        "other_data": results.other_data(report, data),
        "conditions": _conditions(report),
        "extractor": report.conditions.get("extractor"),
        "repeat": command,
        "verify": repeat.verify_command(report, target),
        "call": repeat.score_call(report),
    }


def _selection(facts):
    """How the weights were chosen, without the path of what they were compared on."""
    reference = facts.get("reference")
    return {**facts, "reference": reference and public_data(reference)}


def score_table(scores: Mapping[str, Any]) -> str:
    """The scores as a Markdown table, with those of the last epoch if there are any."""
    return tables.markdown(_rows(scores))


def _rows(scores):
    rows = [list(row) for row in ScoreReport.from_dict(scores).rows()]
    if scores.get("last"):
        last = ScoreReport.from_dict(scores["last"])
        values = {row[0]: row[1] for row in last.rows()}
        rows[0][1] = f"best (epoch {scores['epoch']}), in this folder"
        values["score"] = f"last (epoch {scores['last']['epoch']})"
        for row in rows:
            row.append(values.get(row[0], "-"))
    return rows


def _table_with_anchors(report, scores):
    """The table, with what its scores lie between if that is known."""
    rows, beside = _rows(scores), anchors_of(report)
    for name in (FLOOR, CEILING):
        if name in beside:
            cells = ranking.row(name, beside[name]).cells
            rows[0].append(TITLES[name])
            for metric, row in zip(report.metrics, rows[1:], strict=True):
                row.append(cells[metric].text() if metric in cells else "-")
    return tables.markdown(rows)


def _conditions(report):
    """All conditions of a report as a table; versions have their own section."""
    facts = {k: v for k, v in report.conditions.items() if k != "versions"}
    facts["dataset"] = dataset_of(facts)
    return tables.markdown([("condition", ""), *condition_rows(facts)])


def _versions(metadata, report):
    versions = report.conditions.get("versions", {}) if report else {}
    saved = {
        "keras": metadata.get("keras_version"),
        "keras_gan_zoo": metadata.get("keras_gan_zoo_version"),
    }
    return {name: v for name, v in {**saved, **versions}.items() if v}


def _has_raw(folder):
    shapes = stored_shapes(folder / files.TASK_WEIGHTS, folder)
    return any(path.startswith("generator/") for path in shapes)
