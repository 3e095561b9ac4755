"""Facts about a preset, and about the whole zoo, as plain data."""

from typing import Any

from keras_gan_zoo import presets
from keras_gan_zoo.cards.facts import labels_of, latents_of, loss_of, terms_of
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets import files, index, together
from keras_gan_zoo.presets.loading import read_gan
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.schedules import readable
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.typing import PathLike


def list_entries() -> dict[str, dict[str, Any]]:
    """List the zoo's entries.

    Returns:
        dict, name -> `family`, `data`, `images` (such as "28x28x1"), `classes` (None
        without labels), `parameters` and `scores` (by their labels).
    """
    return {name: _listed(name, entry) for name, entry in presets.read_index().items()}


def _listed(name, entry):
    folder = index.zoo_folder() / name
    config = files.read_json(folder, files.TASK, folder)["config"]
    return {
        "family": entry["class_name"].rpartition(">")[2],
        "data": entry["metadata"]["dataset"],
        "images": "x".join(map(str, config["image_shape"])),
        "classes": config.get("num_classes"),
        "parameters": entry["metadata"]["params"],
        "scores": _scores(folder) or entry["scores"],
    }


def describe(
    preset: PathLike,
    revision: str | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe a preset: networks, training, files, scores and their conditions.

    Args:
        preset: a zoo entry's name, a Hub handle, or a folder.
        revision: str, of a Hub handle.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.

    Returns:
        dict, ready for JSON.
    """
    source = locate(preset, revision)
    gan, folder = read_gan(GAN, source, custom_objects=custom_objects), source.folder
    metadata = files.read_json(folder, files.METADATA, folder)
    recipe, scores = (
        files.read_json(folder, name, folder) if (folder / name).is_file() else {}
        for name in (files.RECIPE, files.SCORES)
    )
    strays = together.strays(folder, gan.preset_origin.weights_sha256)
    return {
        "preset": str(preset),
        "from": gan.preset_source,
        "family": type(gan).__name__,
        "paper": f"{gan.paper.title}, arXiv:{gan.paper.arxiv}",
        "images": "x".join(map(str, gan.image_shape)),
        "latents": latents_of(gan),
        "labels": labels_of(gan),
        "generator parameters": gan.ema_generator.count_params(),
        "discriminator parameters": (
            gan.discriminator and gan.discriminator.count_params()
        ),
        "loss": loss_of(gan),
        "terms": ", ".join(terms_of(gan)) or None,
        "critic steps": gan.critic_steps,
        "ema half-life": readable(gan.ema_half_life),
        "saved": metadata.get("date_saved"),
        "weights sha256": gan.preset_origin.weights_sha256,
        "warning": " ".join(strays) or None,
        "license": recipe.get("license"),
        "recipe": {key: recipe[key] for key in recipe if key not in index.FACTS},
        "files": {
            path.name: f"{path.stat().st_size:,} bytes"
            for path in sorted(folder.iterdir())
            if path.is_file()
        },
        "scores": _scores(folder),
        "conditions": scores.get("conditions", {}),
    }


def _scores(folder):
    path = folder / files.SCORES
    if not path.is_file():
        return {}
    report = ScoreReport.load(path)
    return {report.label(metric): report[metric] for metric in report.metrics}
