"""What a demo says of its preset, as HTML in which every stranger's word is text."""

import contextlib
import functools
from pathlib import Path
from typing import Any

from keras_gan_zoo.cards.facts import labels_of
from keras_gan_zoo.cards.render import local_address
from keras_gan_zoo.cards.results import is_standard
from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.presets import client, files, readme, together
from keras_gan_zoo.presets.index import read_index
from keras_gan_zoo.presets.origin import data_of, public_name, read_recipe
from keras_gan_zoo.presets.source import Source
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.typing import PathLike

TEMPLATE = Path(__file__).with_name("facts.html.jinja")
LONGEST = 300  # characters of a word of a stranger's


def facts_of(gan: Any, source: Source) -> dict[str, Any]:
    """Which model a demo shows, its licence and its scores, from its card.

    Args:
        gan: the `GAN` of the preset.
        source: where it came from.
    """
    folder, handle = source.folder, source.handle
    recipe = read_recipe(folder) or {}
    data = data_of(recipe)[0] if isinstance(recipe.get("data"), str) else None
    known = CATALOGUE.get(data or "")
    table, why = _scores(folder, gan.preset_origin.weights_sha256)
    return {
        "title": _title(handle),
        "address": address_of(source),
        "home": _home(handle),
        "description": _text(recipe.get("description")),
        "family": type(gan).__name__,
        "paper": gan.paper,
        "shape": "x".join(map(str, gan.image_shape)),
        "parameters": f"{gan.ema_generator.count_params():,}",
        "data": known.title if known else data,
        "labels": labels_of(gan),
        "license": license_of(folder),
        "table": table,
        "why": why,
    }


def address_of(source: Source) -> str:
    """What loads a preset: its name, its handle, or a folder beside the reader.

    The handle has the commit, which is what the demo shows.
    """
    handle = source.handle
    if handle.startswith("hf://"):
        return handle
    return handle if handle in read_index() else local_address(source.folder)


def license_of(folder: PathLike) -> str | None:
    """The licence that a preset's card names, or else its recipe."""
    found = license_facts(folder)
    name = found.get("license")
    if name == "other":
        name = found.get("license_name", name)
    return _text(", ".join(name) if isinstance(name, list) else name)


def license_facts(folder: PathLike) -> dict[str, Any]:
    """What a preset's card, or else its recipe, says of the licence, for metadata.

    Returns:
        dict of `license`, an identifier of the Hub or a list of them, and, for
        `"other"`, what the card has of `license_name` and `license_link`.
    """
    path, data = Path(folder) / files.README, {}
    if path.is_file() and path.stat().st_size <= files.MAX_JSON:
        # Metadata that are not YAML tell nothing.
        with contextlib.suppress(ValueError):
            data = readme.split(readme.read(path, errors="replace"))[0]
    if not data.get("license"):
        data = {"license": (read_recipe(folder) or {}).get("license")}
    name = data["license"]
    several = isinstance(name, list)
    name = [_text(one) for one in name if _text(one)] if several else _text(name)
    found = {"license": name}
    if name == "other":
        found |= {key: _text(data.get(key)) for key in ("license_name", "license_link")}
    return {key: value for key, value in found.items() if value}


def header(facts: dict[str, Any]) -> str:
    """The top of the page, as HTML."""
    return _template().module.header(facts)


def scores(facts: dict[str, Any]) -> str:
    """The scores, as HTML."""
    return _template().module.scores(facts)


@functools.cache
def _template():
    import jinja2

    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).from_string(TEMPLATE.read_text("utf-8"))


def _title(handle):
    return (
        client.parse(handle).id if handle.startswith("hf://") else public_name(handle)
    )


def _home(handle):
    """The preset's page on the Hub, or None."""
    if not handle.startswith("hf://"):
        return None
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/{client.parse(handle).id}"


def _scores(folder, digest):
    """The rows of the scores and None, or None and a sentence why there are none."""
    if not (folder / files.SCORES).is_file():
        return None, "It was not scored."
    try:
        found = files.read_json(folder, files.SCORES, folder)
        together.check_scores(found, digest)
        report = ScoreReport.from_dict(found)
        rows = [row[:4] for row in report.rows()[1:]]
        count, reference = (
            report.conditions.get(key) for key in ("num_fake", "reference")
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, "Its scores are of other weights, or can't be read."
    said = f"{count:,}" if isinstance(count, int) else count
    return {
        "rows": rows,
        "conditions": f"{said} samples against {reference}.",
        "standard": is_standard(report.conditions),
    }, None


def _text(value):
    """A stranger's value as a text of reasonable length, or None."""
    if value in (None, "", []):
        return None
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
