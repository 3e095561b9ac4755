"""Writes the model card of a preset folder: `README.md` and `samples.png`."""

import json
import re
from pathlib import Path
from typing import Any

from keras_gan_zoo import datasets, images
from keras_gan_zoo.callbacks import sheet
from keras_gan_zoo.cards import facts, results
from keras_gan_zoo.cards.bibtex import bibtex
from keras_gan_zoo.files import write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets import files, weights_sha256
from keras_gan_zoo.presets.saving import check_scores
from keras_gan_zoo.scoring import ScoreReport, tables
from keras_gan_zoo.scoring.extractors import EXTRACTORS
from keras_gan_zoo.scoring.sentences import condition_rows, opinion_sentences
from keras_gan_zoo.typing import PathLike

TEMPLATE = Path(__file__).with_name("card.md.jinja")
SEED = 0


def write_card(
    folder: PathLike,
    handle: str | None = None,
    *,
    license: str | None = None,
    overwrite: bool = False,
    custom_objects: dict[str, Any] | None = None,
) -> Path:
    """Write the model card of a preset folder, ready for the Hugging Face Hub.

    The card presents what is in the folder: samples, how to load it, how it was
    trained (`recipe.json`), its scores with everything they depend on (`scores.json`),
    limitations, versions and the paper to cite. The scores are also in the metadata,
    where the Hub reads them (`model-index`). Writes `README.md` and `samples.png`.

    Args:
        folder: path of a preset, see `GAN.save_to_preset`.
        handle: str, what the card tells readers to load: `"hf://user/repo"` or a
            zoo entry's name. By default the folder.
        license: str, the licence of the weights, one of the Hub's identifiers. By
            default the recipe's, or `"apache-2.0"`.
        overwrite: bool: replace an existing README.md.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.

    Returns:
        `pathlib.Path` of the card.

    Raises:
        FileExistsError: there is a README.md, and `overwrite` is False.
        ValueError: the folder is not a preset, or its scores are of other weights.

    Example:

    >>> from keras_gan_zoo.cards import write_card
    >>> write_card("./my_gan", "hf://me/my_gan")  # doctest: +SKIP
    PosixPath('my_gan/README.md')
    """
    folder = Path(folder)
    readme = folder / files.README
    if readme.exists() and not overwrite:
        raise FileExistsError(
            "There is a card already. Pass `overwrite=True` to replace it. "
            f"Received: folder={str(folder)!r}"
        )
    gan = GAN.from_preset(folder, custom_objects=custom_objects)
    scores = _read(folder, files.SCORES)
    recipe = _read(folder, files.RECIPE) or {}
    if scores:
        check_scores(scores, weights_sha256(gan.ema_generator))
    text = _render(gan, folder, handle, license, recipe, scores)
    images.save_png(folder / files.SAMPLES, sheet(gan, seed=SEED))
    return write_text(readme, text)


def set_handle(folder: PathLike, handle: str) -> None:
    """Replace a local folder in a card by `handle`; leave any other card alone."""
    readme = Path(folder) / files.README
    local = re.escape(_local(folder)) + r"(?![\w.-])"
    text = re.sub(local, lambda _: handle, readme.read_text("utf-8"))
    write_text(readme, text)


def public_recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe that may be published: paths are cut down to the folder's own name.

    Example:

    >>> public_recipe({"data": "/home/me/faces:train"})
    {'data': 'faces:train'}
    """
    name, split = _data_of(recipe)
    if name is None or name in datasets.CATALOGUE:
        return recipe
    return {**recipe, "data": f"{name}:{split}"}


def _data_of(recipe):
    """The data set's name, or only the last part of a path, and its split."""
    if not recipe.get("data"):
        return None, None
    name, split = datasets.split_name(recipe["data"])
    return re.split(r"[\\/]", name.rstrip("\\/"))[-1], split


def _read(folder, name):
    return files.read_json(folder, name, folder) if (folder / name).is_file() else None


def _name(folder):
    """A folder's own name; `keras-gan-zoo train --out my_gan` makes `my_gan/preset`."""
    path = Path(folder).resolve()
    return path.parent.name if path.name == "preset" else path.name


def _local(folder):
    path = Path(folder).resolve()
    return f"./{_name(folder)}/preset" if path.name == "preset" else f"./{path.name}"


def _render(gan, folder, handle, license, recipe, scores):
    from huggingface_hub import ModelCard, ModelCardData

    family = type(gan)
    metadata = files.read_json(folder, files.METADATA, folder)
    data, split = _data_of(recipe)
    known = datasets.CATALOGUE.get(data)
    trained_on = known.title if known else "the author's images"
    report = ScoreReport.from_dict(scores) if scores else None
    name = _name(folder)
    conditional = gan.num_classes is not None
    tags = ["gan", "keras", "keras-gan-zoo", family.__name__.lower(), data]
    tags += [results.CONDITIONAL_TASK] if conditional else []
    card_data = ModelCardData(
        license=license or recipe.get("license") or "apache-2.0",
        library_name="keras",
        # The Hub has no task for class-conditional images.
        pipeline_tag=None if conditional else results.TASK,
        tags=[tag for tag in tags if tag],
        datasets=[known.hub_id] if known and known.hub_id else None,
        model_name=name if report else None,
        eval_results=results.eval_results(report, conditional=conditional)
        if report
        else None,
        ignore_metadata_errors=False,
    )
    card = ModelCard.from_template(
        card_data,
        template_path=str(TEMPLATE),
        title=name,
        summary=recipe.get("description")
        or f"{family.__name__}, trained on {trained_on}.",
        family=family.__name__,
        paper=family.paper,
        bibtex=bibtex(family.paper),
        gan=gan,
        shape="x".join(map(str, gan.image_shape)),
        parameters=f"{metadata['parameter_count']:,}",
        has_raw=_has_raw(folder),
        target=handle or _local(folder),
        recipe=json.dumps(public_recipe(recipe), indent=2) if recipe else None,
        latents=facts.latents_of(gan),
        labels=facts.labels_of(gan),
        method=", ".join([facts.loss_of(gan), *facts.terms_of(gan)]),
        data=data,
        split=split,
        known=known,
        scores=scores,
        report=report,
        table=_score_table(report, scores) if report else None,
        second_opinion=opinion_sentences(report.second_opinion) if report else [],
        conditions=_conditions(report) if report else None,
        repeat=_command(report, handle or _local(folder)) if report else None,
        standard=bool(report and results.is_standard(report.conditions)),
        versions=_versions(metadata, report),
        limitations=recipe.get("limitations"),
        seed=SEED,
    )
    return re.sub(r"\n{3,}", "\n\n", str(card))


def _score_table(report, scores):
    """The report's table, with the values of the last epoch if there are any."""
    rows = [list(row) for row in report.rows()]
    if scores.get("last"):
        last = ScoreReport.from_dict(scores["last"])
        values = {row[0]: row[1] for row in last.rows()}
        rows[0][1] = f"best (epoch {scores['epoch']}), in this folder"
        values["score"] = f"last (epoch {scores['last']['epoch']})"
        for row in rows:
            row.append(values.get(row[0], "-"))
    return tables.markdown(rows)


def _command(report, target):
    """The command that repeats the scores."""
    facts = report.conditions
    options = {"reference": facts.get("reference"), "metrics": ",".join(report.metrics)}
    extractor = facts.get("extractor")
    row = datasets.CATALOGUE.get(facts.get("dataset"))
    if extractor in EXTRACTORS and extractor != (row and row.extractor):
        options["extractor"] = extractor
    options["num-images"] = facts.get("num_fake")
    if (facts.get("repeats") or 1) > 1:
        options["repeats"] = facts["repeats"]
    options["seed"] = facts.get("seed")
    given = (
        f" --{name} {value}" for name, value in options.items() if value is not None
    )
    return f"keras-gan-zoo score {target}{''.join(given)}"


def _conditions(report):
    """All conditions of a report as a table; versions have their own section."""
    facts = {k: v for k, v in report.conditions.items() if k != "versions"}
    return tables.markdown([("condition", ""), *condition_rows(facts)])


def _versions(metadata, report):
    versions = report.conditions.get("versions", {}) if report else {}
    saved = {
        "keras": metadata.get("keras_version"),
        "keras_gan_zoo": metadata.get("keras_gan_zoo_version"),
    }
    return {name: v for name, v in {**saved, **versions}.items() if v}


def _has_raw(folder):
    from keras_gan_zoo.presets.stored import stored_shapes

    shapes = stored_shapes(folder / files.TASK_WEIGHTS, folder)
    return any(path.startswith("generator/") for path in shapes)
