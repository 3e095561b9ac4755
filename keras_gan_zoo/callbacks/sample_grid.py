"""A picture of the same latents after each epoch."""

from pathlib import Path

import keras

from keras_gan_zoo.images import grid, save_png


class SampleGrid(keras.callbacks.Callback):
    """Write a PNG of fixed latents during training.

    `epoch_0000.png` shows the model before training, `epoch_0001.png` the one after
    the first epoch. The numbers are Keras' own, so a resumed run goes on counting
    (`fit(initial_epoch=...)`, `BackupAndRestore`) and leaves earlier files as they are.

    Args:
        folder: where the files go; made if missing.
        rows, columns: int, the size of the grid in images.
        every: int, epochs between two files.
        seed: int, names the latents: see `GAN.generate`.

    Example:

    ```python
    gan.fit(images, epochs=20, callbacks=[SampleGrid("samples", every=5)])
    ```
    """

    def __init__(self, folder, rows=8, columns=8, every=1, seed=0):
        super().__init__()
        for name, value in (("rows", rows), ("columns", columns), ("every", every)):
            if int(value) != value or value < 1:
                raise ValueError(
                    f"`{name}` must be a whole number, 1 or more, for example 8. "
                    f"Received: {name}={value!r}"
                )
        self.folder = Path(folder)
        self.rows, self.columns = int(rows), int(columns)
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
        images = self.model.generate(self.rows * self.columns, seed=self.seed)
        path = self.folder / f"epoch_{epoch:04d}.png"
        return save_png(path, grid(images, columns=self.columns))
