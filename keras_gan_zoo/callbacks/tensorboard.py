"""The numbers and the samples of a run for TensorBoard, on every backend."""

import math
import time
import warnings
from typing import Any

import keras

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.callbacks.checks import check_generates
from keras_gan_zoo.callbacks.progress_bar import images_seen
from keras_gan_zoo.callbacks.sample_grid import sheet
from keras_gan_zoo.files import path_of
from keras_gan_zoo.images import NotFiniteError
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike


class TensorBoard(keras.callbacks.Callback):
    """Write each epoch's logs and a grid of samples for TensorBoard.

    Works on every backend without TensorFlow, which Keras' own `TensorBoard` needs, and
    adds the pictures. Losses, scores (of a `Score` that is listed before it), both
    learning rates and `images_per_second` are scalars under their own names, over
    epochs; `samples` are images. A resumed run goes on in the same folder.

    Needs `pip install 'keras-gan-zoo[tensorboard]'`.

    Args:
        log_dir: path of the folder to write to; created if missing.
        every: int, epochs between two grids of samples; 0 for none.
        rows: int, see `SampleGrid`.
        columns: int, images per row.
        seed: int, the seed of the latents: see `GAN.generate`.

    Raises:
        ImportError: the package that writes the files is not installed.

    Example:

    ```python
    gan.fit(images, epochs=20, callbacks=[kgz.callbacks.TensorBoard("logs")])
    # and in a shell: tensorboard --logdir logs
    ```
    """

    def __init__(
        self,
        log_dir: PathLike = "logs",
        every: int = 1,
        rows: int | None = None,
        columns: int = 8,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.log_dir = path_of(log_dir)
        self.every = check_count("every", every, 0)
        self.grid = {
            "rows": check_count("rows", rows, optional=True),
            "columns": check_count("columns", columns),
            "seed": check_count("seed", seed, 0),
        }
        self._writer: Any = None
        _writer_class()  # before hours of training, not after

    def set_model(self, model: Any) -> None:
        check_generates(
            model,
            "`TensorBoard` is for a `GAN`; other models have "
            "`keras.callbacks.TensorBoard`.",
        )
        super().set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.on_train_end()  # a run before this one may have been interrupted

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._writer is None:
            self._writer = _writer_class()(
                str(self.log_dir),
                # What was written of this epoch before a stop is shown no more.
                purge_step=epoch + 1 if epoch else 0,
                # Files of one second would have one name.
                filename_suffix=f".{len(list(self.log_dir.glob('events.*')))}",
                write_to_disk=is_first(),
            )
            if self.every and epoch == 0:
                self._show_samples(0)
        self._before, self._start = images_seen(self.model), time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        seconds = max(time.perf_counter() - self._start, 1e-9)
        images = images_seen(self.model) - self._before
        rates = self.model.optimizer.learning_rates
        values = {
            **dict(zip(("learning_rate", "d_learning_rate"), rates, strict=True)),
            "images_per_second": images / seconds,
            **{name: float(value) for name, value in (logs or {}).items()},
        }
        for name, value in values.items() if is_first() else ():
            if math.isfinite(value):
                self._writer.add_scalar(name, value, epoch + 1)
        if self.every and (epoch + 1) % self.every == 0:
            self._show_samples(epoch + 1)
        if is_first():
            self._writer.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _show_samples(self, epoch):
        try:
            picture = sheet(self.model, **self.grid)
        except NotFiniteError as error:
            warnings.warn(f"No samples of epoch {epoch}. {error}", stacklevel=3)
            return
        if picture.shape[-1] == 2:  # grey with alpha
            picture = picture[..., :1]
        if is_first():  # all processes have made them together
            self._writer.add_image("samples", picture, epoch, dataformats="HWC")


def _writer_class():
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise ImportError(
            "`TensorBoard` writes its files with tensorboardX, which is not installed: "
            "`pip install 'keras-gan-zoo[tensorboard]'`."
        ) from None
    return SummaryWriter
