"""A picture of the same latents after each epoch."""

from pathlib import Path

import keras
import numpy as np

from keras_gan_zoo.images import grid, save_png

MOST_ROWS = 20


def sheet(gan, rows=None, columns=8, seed=0):
    """One image of many samples; of a conditional GAN, a row shows one class.

    Args:
        gan: a `GAN`.
        rows: int; by default 8, or a row a class, up to 20. Where there are more rows
            than classes, these begin anew.
        columns: int.
        seed: int, see `GAN.generate`.

    Returns:
        uint8 array `(height, width, channels)`, see `keras_gan_zoo.images.grid`.
    """
    classes = gan.num_classes
    if rows is None:
        rows = min(classes, MOST_ROWS) if classes else 8
    labels = {}
    if classes:
        labels = {"labels": np.repeat(np.arange(rows) % classes, columns)}
    return grid(gan.generate(rows * columns, seed=seed, **labels), columns=columns)


class SampleGrid(keras.callbacks.Callback):
    """Write a PNG of fixed latents during training.

    `epoch_0000.png` shows the model before training, `epoch_0001.png` the one after
    the first epoch. Of a conditional GAN each row shows one class. The numbers are
    Keras' own, so a resumed run goes on counting (`fit(initial_epoch=...)`,
    `BackupAndRestore`) and leaves earlier files as they are.

    Args:
        folder: where the files go; made if missing.
        rows: int, of images; by default 8, or a row a class, up to 20.
        columns: int, images in a row.
        every: int, epochs between two files.
        seed: int, names the latents: see `GAN.generate`.

    Example:

    ```python
    gan.fit(images, epochs=20, callbacks=[SampleGrid("samples", every=5)])
    ```
    """

    def __init__(self, folder, rows=None, columns=8, every=1, seed=0):
        super().__init__()
        counts = {"columns": columns, "every": every}
        if rows is not None:
            counts["rows"] = rows
        for name, value in counts.items():
            if int(value) != value or value < 1:
                raise ValueError(
                    f"`{name}` must be a whole number, 1 or more, for example 8. "
                    f"Received: {name}={value!r}"
                )
        self.folder = Path(folder)
        self.rows = None if rows is None else int(rows)
        self.columns = int(columns)
        self.every = int(every)
        self.seed = seed

    def set_model(self, model):
        if not hasattr(model, "generate"):
            raise ValueError(
                "`SampleGrid` needs a model with `generate`, such as `GAN`. "
                f"Received: model={model!r}"
            )
        super().set_model(model)

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 0:
            self.save(0)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            self.save(epoch + 1)

    def save(self, epoch):
        """Write the grid of the model as it is now; returns the path."""
        # `Callback.model` brings the weights back from the device on JAX
        made = sheet(self.model, self.rows, self.columns, self.seed)
        return save_png(self.folder / f"epoch_{epoch:04d}.png", made)
