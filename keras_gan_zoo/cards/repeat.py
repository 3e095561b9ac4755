"""How a reader repeats what a card shows: commands only where they work."""

import shlex
from collections.abc import Mapping
from typing import Any

from keras_gan_zoo import families
from keras_gan_zoo.cards.results import INCEPTION_2015
from keras_gan_zoo.datasets import CATALOGUE, ImagePreparation
from keras_gan_zoo.presets.origin import CONTINUED
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.scoring.conditions import (
    LABELS,
    NotRepeatableError,
    dataset_of,
    named_extractor,
    preparation_of,
)

RECIPE = ("family", "data", "batch_size", "epochs")
#: the arguments of `ImagePreparation` that are options without a value
SWITCHES = {
    "crop_to_aspect_ratio": "crop",
    "pad_to_aspect_ratio": "pad",
    "scale_16_bit": "scale-16-bit",
}


def train_command(recipe: Mapping[str, Any], target: str) -> str | None:
    """The command that repeats a training, or None if none does."""
    whole = all(key in recipe for key in RECIPE) and CONTINUED not in recipe
    if not whole or recipe["family"] not in families.FAMILIES:
        return None
    named = str(recipe["data"]).partition(":")[0] in CATALOGUE
    data = "" if named else " --data FOLDER"
    return f"keras-gan-zoo train {shlex.quote(target)}{data} --out run"


def score_command(report: ScoreReport, target: str) -> str | None:
    """The command that repeats scores, or None if there is none.

    That is so if an object of the author's is needed, or what only Python can ask for.
    `FOLDER` and `FILE` stand for images or weights that the reader brings.
    """
    facts = report.conditions
    extractor, of_extractor = named_extractor(facts)
    row, folder = _row(facts), _folder(facts)
    reference = folder or facts.get("reference")
    asked, prepared = _asked(facts), _prepared(facts)
    known = extractor is not None and (row or reference in (None, folder))
    if not known or prepared is None or "horizontal_flip" in prepared:
        return None
    if "use_ema" in asked or asked.get("labels") == "given":
        return None
    options = {
        "reference": reference,
        **_options(prepared),
        "metrics": ",".join(report.metrics),
        "extractor": None if row and extractor == row.extractor else extractor,
        "extractor-weights": "FILE" if _own_weights(facts) else None,
        "resizer": of_extractor.get("resizer"),
        "num-images": facts.get("num_fake"),
        "repeats": asked.get("repeats"),
        "seed": facts.get("seed"),
        "labels": asked.get("labels"),
        "splits": asked.get("splits"),
        "infinity-method": asked.get("infinity_method"),
    }
    return f"keras-gan-zoo score {shlex.quote(target)}{_words(options)}"


def verify_command(report: ScoreReport, target: str) -> str:
    """The command that repeats scores as `score_command` does, and compares them."""
    facts = report.conditions
    own_weights = _own_weights(facts)
    resizer = named_extractor(facts)[1].get("resizer")
    options = {
        "reference": _folder(facts),
        "extractor-weights": "FILE" if own_weights else None,
        "resizer": resizer if own_weights else None,
    }
    return f"keras-gan-zoo verify {shlex.quote(target)}{_words(options)}"


def score_call(report: ScoreReport) -> str:
    """The Python call that repeats scores, with objects that the author has."""
    facts = report.conditions
    asked = _asked(facts)
    arguments = [
        "gan",
        _reference_in_python(facts),
        f"metrics={report.metrics}",
        f"extractor={_extractor_in_python(facts)}",
        f"num_images={facts.get('num_fake')}",
        f"seed={facts.get('seed')}",
    ]
    for name, value in asked.items():
        given = name == "labels" and value == "given"
        text = f'"{value}"' if isinstance(value, str) else repr(value)
        arguments.append(f"{name}={'labels' if given else text}")
    return f"kgz.score({', '.join(arguments)})"


def _asked(facts):
    """The arguments of `score` that are not its defaults."""
    stated = facts.get("labels")
    known = isinstance(stated, str | None) and stated in LABELS
    labels = LABELS[stated] if known else "given"
    asked = {
        "repeats": facts.get("repeats") if (facts.get("repeats") or 1) > 1 else None,
        "labels": None if labels == "reference" else labels,  # as by default
        "splits": facts.get("is_splits") if facts.get("is_splits") != 10 else None,
        "use_ema": False if facts.get("use_ema") is False else None,
        "infinity_method": "paper" if facts.get("infinity_method") == "paper" else None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _row(facts):
    """The data set of a named reference, or None."""
    return CATALOGUE.get(dataset_of(facts) or "")


def _folder(facts):
    """`FOLDER`, with its split if that is not the usual one, or None."""
    name, split = str(facts.get("reference")), facts.get("split")
    if not name.startswith("folder "):
        return None
    other = split not in (None, "train") and name.endswith(f":{split}")
    return f"FOLDER:{split}" if other else "FOLDER"


def _own_weights(facts):
    """Whether a file of weights is needed that is not the one of everybody."""
    extractor, _ = named_extractor(facts)
    digest = facts.get("weights_file_sha256")
    return extractor == "inception" and digest not in INCEPTION_2015


def _prepared(facts):
    """What is asked of the reference's images, a dict; None if nobody can tell."""
    try:
        config = preparation_of(facts).get_config()
    except NotRepeatableError:
        return None
    usual = ImagePreparation().get_config()
    return {name: value for name, value in config.items() if value != usual[name]}


def _options(prepared):
    """The options of `score` for the arguments of `ImagePreparation`."""
    options = {}
    for name, value in prepared.items():
        if name in SWITCHES:
            options[SWITCHES[name]] = True
        elif name == "image_size":
            height, width = value
            options["image-size"] = height if height == width else f"{height}x{width}"
        elif name == "background":
            options[name] = f"#{bytes(value).hex()}"
        else:
            options[name.replace("_", "-")] = value
    return options


def _words(options):
    """Options as they are typed; those that are None are left out."""
    words = []
    for name, value in options.items():
        if value is True:
            words.append(f" --{name}")
        elif value is not None:
            words.append(f" --{name} {shlex.quote(str(value))}")
    return "".join(words)


def _reference_in_python(facts):
    if _row(facts):
        return f'"{facts["reference"]}"'
    prepared, folder = _prepared(facts), _folder(facts)
    if not (prepared and folder):
        return "reference"
    path, _, split = folder.partition(":")
    given = [f'"{path}"', *([f'split="{split}"'] if split else [])]
    for name, value in prepared.items():
        text = f'"{value}"' if isinstance(value, str) else repr(value)
        given.append(f"{name}={text}")
    return f"kgz.datasets.ImageFolder({', '.join(given)})"


def _extractor_in_python(facts):
    extractor, options = named_extractor(facts)
    if extractor is None:
        return "extractor"
    if _own_weights(facts):
        options = {"weights": "FILE", **options}
    if not options:
        return repr(extractor)
    given = "".join(f', {name}="{value}"' for name, value in options.items())
    return f'kgz.scoring.extractors.get("{extractor}"{given})'
