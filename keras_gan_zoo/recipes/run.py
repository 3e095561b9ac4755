"""The run of a recipe: a folder in which it trains, and resumes if interrupted."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import datasets
from keras_gan_zoo.callbacks import SampleGrid
from keras_gan_zoo.files import write_json
from keras_gan_zoo.presets import files
from keras_gan_zoo.recipes.build import build
from keras_gan_zoo.typing import PathLike

# A recipe that differs in these is another run; one with more epochs is the same.
IDENTITY = ("family", "arguments", "compile", "data", "batch_size")


class Snapshots(keras.callbacks.Callback):
    """Save the weights of the averaged generator every `every` epochs.

    Args:
        folder: where the files go; created if missing.
        every: int, epochs between two files. The last epoch is always saved.
    """

    def __init__(self, folder: PathLike, every: int = 1) -> None:
        super().__init__()
        self.folder = Path(folder)
        self.every = every

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"epoch_{epoch + 1:04d}.weights.h5"
            partial = path.with_name(f".{path.name}")
            self.model.ema_generator.save_weights(partial)
            os.replace(partial, path)


def train(
    recipe: dict[str, Any],
    folder: PathLike,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Any:
    """Train a recipe's model in `folder`; an interrupted run continues.

    Writes the recipe (`recipe.json`), the log (`log.csv`), a grid of samples for each
    epoch (`samples/`) and the averaged generator's weights (`snapshots/`) there.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`. With more epochs than the run had,
            training continues from its end.
        folder: path of the run's folder; created if missing.
        callbacks: list of additional Keras callbacks.
        verbose: see `keras.Model.fit`.

    Returns:
        The trained GAN.

    Raises:
        ValueError: the folder belongs to a run of another recipe.
    """
    folder = Path(folder)
    _check_same(recipe, folder)
    write_json(folder / files.RECIPE, recipe)
    gan = build(recipe)
    images, labels = datasets.load(*datasets.split_name(recipe["data"]))
    if gan.num_classes is not None and labels is None:
        raise ValueError(
            f"A GAN with {gan.num_classes} classes learns from labels, and these data "
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
            f"own, or delete the old run. Received: run={str(folder)!r}, started with "
            + ", ".join(f"{key}={begun.get(key)!r}" for key in other)
        )
