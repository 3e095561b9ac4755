"""Recipes: everything that a training run depends on, as data, and the run itself."""

import copy
import json
import os
from pathlib import Path

import keras

from keras_gan_zoo import datasets, families
from keras_gan_zoo.callbacks import SampleGrid

REQUIRED = ("family", "data", "batch_size", "epochs")


def load(path):
    """Read a recipe (JSON) and check its keys.

    Keys: `family` (a class of `keras_gan_zoo.families`), `arguments` (its
    constructor's), `compile` (optimizer configs), `data` (such as
    `"mnist:train[:55000]"`), `batch_size`, `epochs`, `snapshot_every` (epochs), and
    `selection`, the arguments of `score` that choose the best snapshot.
    """
    try:
        recipe = json.loads(Path(path).read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"A recipe must be JSON. Received: {path}: {error}") from None
    missing = [key for key in REQUIRED if key not in recipe]
    if missing:
        raise ValueError(
            f"A recipe must have the keys {REQUIRED}. "
            f"Received: {path} without {missing}"
        )
    if recipe["family"] not in families.__all__:
        raise ValueError(
            f"A recipe's `family` must be one of {families.__all__}. "
            f"Received: family={recipe['family']!r}"
        )
    return recipe


def build(recipe):
    """The recipe's model, compiled."""
    gan = getattr(families, recipe["family"])(**recipe.get("arguments", {}))
    # A copy, since Keras writes into the configs that it reads ("Adam" -> "adam").
    gan.compile(**copy.deepcopy(recipe.get("compile", {})))
    return gan


class Snapshots(keras.callbacks.Callback):
    """Keeps the weights of the averaged generator each `every` epochs."""

    def __init__(self, folder, every=1):
        super().__init__()
        self.folder = Path(folder)
        self.every = every

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"epoch_{epoch + 1:04d}.weights.h5"
            partial = path.with_name(f".{path.name}")
            self.model.ema_generator.save_weights(partial)
            os.replace(partial, path)


def train(recipe, folder, callbacks=(), verbose="auto"):
    """Train a recipe's model in `folder`; an interrupted run goes on where it was.

    Leaves the log (`log.csv`), a grid of samples each epoch (`samples/`) and the
    averaged generator's weights (`snapshots/`) there.

    Returns:
        The trained model.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    images, _ = datasets.load(*datasets.split_name(recipe["data"]))
    gan = build(recipe)
    gan.fit(
        images,
        batch_size=recipe["batch_size"],
        epochs=recipe["epochs"],
        verbose=verbose,
        callbacks=[
            SampleGrid(folder / "samples"),
            Snapshots(folder / "snapshots", recipe.get("snapshot_every", 1)),
            keras.callbacks.CSVLogger(folder / "log.csv", append=True),
            *callbacks,
            keras.callbacks.BackupAndRestore(
                folder / "backup", delete_checkpoint=False
            ),
        ],
    )
    return gan
