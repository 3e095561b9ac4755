"""How a reader repeats what a card shows: commands only where they work."""

from collections.abc import Mapping
from typing import Any

from keras_gan_zoo import families
from keras_gan_zoo.cards.results import INCEPTION_2015
from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.presets.origin import CONTINUED
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.scoring.conditions import dataset_of, named_extractor

RECIPE = ("family", "data", "batch_size", "epochs")


def train_command(recipe: Mapping[str, Any], target: str) -> str | None:
    """The command that repeats a training, or None if none does."""
    whole = all(key in recipe for key in RECIPE) and CONTINUED not in recipe
    if not whole or recipe["family"] not in families.FAMILIES:
        return None
    named = str(recipe["data"]).partition(":")[0] in CATALOGUE
    data = "" if named else " --data FOLDER"
    return f"keras-gan-zoo train {target}{data} --out run"


def score_command(report: ScoreReport, target: str) -> str | None:
    """The command that repeats scores, or None if an object of the author's is needed.

    `FOLDER` and `FILE` stand for images or weights that the reader brings.
    """
    facts = report.conditions
    extractor, of_extractor = named_extractor(facts)
    reference = facts.get("reference")
    row = CATALOGUE.get(dataset_of(facts) or "")
    folder = row is None and str(reference).startswith("folder ")
    if extractor is None or not (row or folder or reference is None):
        return None
    own_weights = extractor == "inception" and (
        facts.get("weights_file_sha256") not in INCEPTION_2015
    )
    options = {
        "reference": "FOLDER" if folder else reference,
        "metrics": ",".join(report.metrics),
        "extractor": None if row and extractor == row.extractor else extractor,
        "extractor-weights": "FILE" if own_weights else None,
        "resizer": of_extractor.get("resizer"),
        "num-images": facts.get("num_fake"),
        "repeats": facts.get("repeats") if (facts.get("repeats") or 1) > 1 else None,
        "seed": facts.get("seed"),
        "infinity-method": _paper(facts),
    }
    given = (
        f" --{name} {value}" for name, value in options.items() if value is not None
    )
    return f"keras-gan-zoo score {target}{''.join(given)}"


def score_call(report: ScoreReport) -> str:
    """The Python call that repeats scores, with objects that the author has."""
    facts = report.conditions
    named = dataset_of(facts)
    extractor, _ = named_extractor(facts)
    arguments = [
        "gan",
        f'"{facts["reference"]}"' if named else "reference",
        f"metrics={report.metrics}",
        f"extractor={'extractor' if extractor is None else repr(extractor)}",
        f"num_images={facts.get('num_fake')}",
        f"seed={facts.get('seed')}",
    ]
    if _paper(facts):
        arguments.append(f'infinity_method="{_paper(facts)}"')
    return f"kgz.score({', '.join(arguments)})"


def _paper(facts):
    """The method of extrapolation if it is not the default."""
    return "paper" if facts.get("infinity_method") == "paper" else None
