"""Grids of samples from the same latents after each epoch."""

import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.files import path_of
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.images import NotFiniteError, grid, save_png
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike

MOST_ROWS = 20


def sheet(
    gan: GAN, rows: int | None = None, columns: int = 8, seed: int = 0
) -> np.ndarray:
    """Draw a grid of samples; each row of a conditional GAN's grid shows one class.

    Each row of a GAN whose latents have a code, such as InfoGAN's, shows one value of
    the (first) code, and each column the same other latents.

    Args:
        gan: a `GAN`.
        rows: int; by default 8, or one row per class or value of the code, up to 20. If
            there are more rows than these, they repeat.
        columns: int.
        seed: int, see `GAN.generate`.

    Returns:
        uint8 array `(height, width, channels)`, see `keras_gan_zoo.images.grid`.
    """
    classes, codes = gan.num_classes, _codes(gan)
    if rows is None:
        kinds = classes or (codes and len(codes))
        rows = min(kinds, MOST_ROWS) if kinds else 8
    asked: dict[str, Any] = {"n": rows * columns}
    if classes:
        asked["labels"] = np.repeat(np.arange(rows) % classes, columns)
    elif codes:
        latents = np.tile(gan.sample_latents(columns, seed), (rows, 1))
        latents[:, codes] = np.eye(len(codes))[np.arange(rows) % len(codes)].repeat(
            columns, axis=0
        )
        asked = {"latents": latents}
    return grid(gan.generate(seed=seed, **asked), columns=columns)


def _codes(gan):
    """The columns of the first code among the latents, or None."""
    latents = getattr(gan, "latents", None)
    if latents is None or not latents.categorical:
        return None
    part = latents.parts["categorical_0"]
    return list(range(part.start, part.stop))


class SampleGrid(keras.callbacks.Callback):
    """Write a PNG of samples from fixed latents during training.

    `epoch_0000.png` shows the model before training, `epoch_0001.png` the model after
    the first epoch. Each row of a conditional GAN's grid shows one class. Epochs are
    numbered by Keras, so a resumed run continues the count (`fit(initial_epoch=...)`,
    `BackupAndRestore`) and leaves earlier files as they are.

    Args:
        folder: where the files go; created if missing.
        rows: int, rows of images; by default 8, or one per class, up to 20.
        columns: int, images per row.
        every: int, epochs between two files.
        seed: int, the seed of the latents: see `GAN.generate`.

    Example:

    ```python
    gan.fit(images, epochs=20, callbacks=[SampleGrid("samples", every=5)])
    ```
    """

    def __init__(
        self,
        folder: PathLike,
        rows: int | None = None,
        columns: int = 8,
        every: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.folder = path_of(folder)
        self.rows = check_count("rows", rows, optional=True)
        self.columns = check_count("columns", columns)
        self.every = check_count("every", every)
        self.seed = check_count("seed", seed, 0)

    def set_model(self, model: Any) -> None:
        if not hasattr(model, "generate"):
            raise ValueError(
                "`SampleGrid` needs a model with `generate`, such as `GAN`. "
                f"Received: model={model!r}"
            )
        super().set_model(model)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch == 0 and "resumed_at" not in (logs or {}):
            self._try(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if (epoch + 1) % self.every == 0:
            self._try(epoch + 1)

    def _try(self, epoch):
        """Save a grid, unless there is nothing to see: training is not its affair."""
        try:
            self.save(epoch)
        except NotFiniteError as error:
            warnings.warn(f"No samples of epoch {epoch}. {error}", stacklevel=2)

    def save(self, epoch: int) -> Path:
        """Write the grid of the model as it is now; returns the path."""
        # `Callback.model` brings the weights back from the device on JAX
        made = sheet(self.model, self.rows, self.columns, self.seed)
        path = self.folder / f"epoch_{epoch:04d}.png"
        return save_png(path, made) if is_first() else path
