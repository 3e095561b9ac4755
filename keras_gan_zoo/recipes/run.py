"""A recipe's run: a folder in which it trains, and goes on where it was."""

import os
from pathlib import Path

import keras

from keras_gan_zoo import datasets
from keras_gan_zoo.callbacks import SampleGrid
from keras_gan_zoo.files import write_json
from keras_gan_zoo.presets import files
from keras_gan_zoo.recipes.build import build

# Where these differ, it is another run; more epochs are the same one.
IDENTITY = ("family", "arguments", "compile", "data", "batch_size")


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

    Leaves the recipe (`recipe.json`), the log (`log.csv`), a grid of samples each
    epoch (`samples/`) and the averaged generator's weights (`snapshots/`) there.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`. More epochs than the run had go on
            from its end.
        folder: path of the run's folder; made if missing.
        callbacks: list of more Keras callbacks.
        verbose: see `keras.Model.fit`.

    Returns:
        The trained GAN.

    Raises:
        ValueError: the folder is that of a run of another recipe.
    """
    folder = Path(folder)
    _check_same(recipe, folder)
    write_json(folder / files.RECIPE, recipe)
    gan = build(recipe)
    images, labels = datasets.load(*datasets.split_name(recipe["data"]))
    if gan.num_classes is not None and labels is None:
        raise ValueError(
            f"A GAN of {gan.num_classes} classes learns from labels, and these data "
            f"have none. Received: data={recipe['data']!r}"
        )
    gan.fit(
        images,
        labels if gan.num_classes is not None else None,
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


def _check_same(recipe, folder):
    if not (folder / files.RECIPE).is_file():
        return
    begun = files.read_json(folder, files.RECIPE, folder)
    other = [key for key in IDENTITY if begun.get(key) != recipe.get(key)]
    if other:
        raise ValueError(
            "A folder holds the run of one recipe. Give this one a folder of its "
            f"own, or delete the old run. Received: run={str(folder)!r}, begun with "
            + ", ".join(f"{key}={begun.get(key)!r}" for key in other)
        )
