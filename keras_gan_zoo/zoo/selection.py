"""Selects a run's best snapshot, on images that it was not trained on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_gan_zoo import datasets, recipes
from keras_gan_zoo.datasets.folders import folder_sizes
from keras_gan_zoo.files import numbered, sha256, write_json
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets.origin import public_data
from keras_gan_zoo.scoring import METRICS, extractors, prepare, score
from keras_gan_zoo.scoring.arguments import check_numbers
from keras_gan_zoo.scoring.measures import check_metrics
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.scoring.references import dataset_of
from keras_gan_zoo.typing import PathLike


def settings_of(recipe: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `score` that select among the snapshots of a recipe's run.

    What the recipe's `selection` leaves out comes from its data set: the held-out slice
    of the train split, and with it the extractor. For an image folder the recipe must
    name the slice, `{"reference": "train[9000:]"}`, and the extractor.

    Raises:
        ValueError: there is no held-out slice, the GAN was trained on it, the metric or
            extractor is unknown, or there are too few samples.
    """
    settings = {"metrics": ["fid"], "num_images": 5000, **recipe.get("selection", {})}
    metrics = check_metrics(settings["metrics"])
    data, trained_on = datasets.split_name(recipe["data"])
    row = datasets.CATALOGUE.get(data)
    reference = settings.get("reference", row and row.held_out)
    if reference is None:
        raise ValueError(
            "Snapshots are chosen on images that the GAN was not trained on, and this "
            "data set has no slice for that. Name one of its slices in the recipe, and "
            'train on the rest: "data": "faces:train[:9000]", "selection": '
            '{"reference": "train[9000:]", "extractor": "inception"}. '
            f"Received: data={recipe['data']!r}"
        )
    if reference.partition("[")[0] in datasets.SPLITS:
        reference = f"{data}:{reference}"
    name, split = datasets.split_name(reference)
    if name == data:
        shared = datasets.count_shared(trained_on, split, _sizes(data, recipe))
        if shared:
            raise ValueError(
                "Snapshots must be chosen on images that the GAN was not trained on. "
                f"Received: data={recipe['data']!r}, and the reference {reference!r}, "
                f"which shares {shared:,} images with it"
            )
    check_numbers(metrics, settings["num_images"], endless=True)
    shape = recipe.get("arguments", {}).get("image_shape")
    extractor = pick_extractor(settings.get("extractor"), reference, metrics, shape)
    if recipe.get("preparation") and shape:
        extractor.check_shape(tuple(shape))
    return {**settings, "reference": reference, "metrics": list(metrics)}


def _sizes(data, recipe):
    """The number of images in each split, counted as the recipe's data are."""
    if datasets.is_folder(data) and recipe.get("on_error") == "skip":
        return folder_sizes(data, skip=True)
    return datasets.split_sizes(data)


def prepared(settings: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `score` whose reference is prepared as the recipe's own images.

    Args:
        settings: dict with a `reference`, and perhaps an `extractor`; by default that
            of the data set that the reference names.
        recipe: dict, see `keras_gan_zoo.recipes`.
    """
    named = settings["reference"]
    found = recipes.prepared(recipe, named)
    if found is named:
        return settings
    shape = recipe.get("arguments", {}).get("image_shape")
    extractor = settings.get("extractor")
    if extractor is None:
        extractor = extractors.default_of(dataset_of(named), shape)
    return {**settings, "reference": found, "extractor": extractor}


def select(
    gan: GAN,
    recipe: dict[str, Any],
    run: PathLike,
    say: Callable[[Any], object] = print,
) -> dict[str, Any]:
    """Score each snapshot of a run on images that it was not trained on.

    Scores are kept in `selection.json`, so that an interrupted selection can resume.

    Args:
        gan: the run's GAN. Its averaged generator gets the best weights.
        recipe: dict; its `selection` has arguments of `score`, and the first of the
            metrics decides.
        run: path of the run's folder.
        say: function that is given each score, as text.

    Returns:
        dict: `epoch` (the best one), `reference`, `num_images`, `metric` (its label),
        `candidates` and `scores` by epoch.

    Raises:
        ValueError: the run has no snapshots; also see `settings_of`.
    """
    settings = settings_of(recipe)
    snapshots = numbered(Path(run) / "snapshots", "epoch_*.weights.h5")
    if not snapshots:
        raise ValueError(f"The run has no snapshots to choose from. Received: {run}")
    given = dict(prepared(settings, recipe))
    reference, extractor = prepare(
        given["reference"], given["metrics"], given.get("extractor"), gan.image_shape
    )
    given |= {"reference": reference, "extractor": extractor}
    metric = settings["metrics"][0]
    record = Path(run) / "selection.json"
    known = json.loads(record.read_text()) if record.is_file() else {}
    known = known["scores"] if known.get("settings") == settings else {}
    scores = {}
    for (number,), path in snapshots.items():
        epoch, digest = str(number), sha256(path)
        if known.get(epoch, {}).get("sha256") != digest:
            gan.ema_generator.load_weights(path)
            found = score(gan, verify=False, intervals=False, verbose=0, **given)
            known[epoch] = {"sha256": digest, "score": found[metric]}
            known[epoch]["label"] = found.label(metric)
            write_json(record, {"settings": settings, "scores": known})
        scores[number] = known[epoch]["score"]
        say(f"epoch {epoch}: {known[epoch]['label']} {known[epoch]['score']:.3f}")
    better = max if METRICS[metric].higher else min
    best = better(scores, key=lambda epoch: scores[epoch])
    gan.ema_generator.load_weights(snapshots[best,])
    return {
        "epoch": best,
        "reference": public_data(settings["reference"]),
        "num_images": settings["num_images"],
        "metric": known[str(best)]["label"],
        "candidates": len(scores),
        "scores": {str(epoch): value for epoch, value in scores.items()},
    }
