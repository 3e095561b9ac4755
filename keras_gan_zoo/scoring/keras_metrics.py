"""`FrechetDistance` and `InceptionScore` as `keras.metrics`, for images in batches.

They are for models and loops of the user's own: an autoencoder's `compile(metrics=)`,
or a custom training loop that has images at hand anyway. A `GAN` has `callbacks.Score`
instead, and images that can be had again have `score`, which also says what a score
depends on. Their state is float64 moments in NumPy, so they run outside of compiled
graphs: by themselves, or in a model that was compiled with `run_eagerly=True`.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.backend.keras_internals import in_symbolic_scope
from keras_gan_zoo.images import check_images, to_uint8
from keras_gan_zoo.metrics import (
    class_sums,
    frechet_distance_from_moments,
    score_of_sums,
)
from keras_gan_zoo.scoring.collectors import refuse_probabilities
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.scoring.references import load_reference
from keras_gan_zoo.typing import ValueRange


class _OfImages(keras.metrics.Metric):
    """What both have in common: images in, a float out."""

    def __init__(self, metric, reference, extractor, value_range, name):
        super().__init__(name=name, dtype="float32")
        self.value_range = None if value_range is None else tuple(value_range)
        self._given = {"reference": reference, "extractor": extractor}
        self.extractor = pick_extractor(extractor, reference, (metric,))
        self.reset_state()

    def update_state(self, y_true, y_pred=None, sample_weight=None):
        """Add images.

        Args:
            y_true: images `(n, height, width, channels)`, uint8, or floats in
                `value_range`. With `y_pred`, as Keras calls it, it is ignored.
            y_pred: the images, as a model returns them.
            sample_weight: must be None.
        """
        if in_symbolic_scope():  # Keras asks for shapes, with no images yet
            return
        if sample_weight is not None:
            raise ValueError(
                f"`{type(self).__name__}` weighs all images alike. "
                "Received: sample_weight, which must be None"
            )
        images = _to_numpy(y_true if y_pred is None else y_pred, type(self).__name__)
        images = check_images(images, value_range=self.value_range)
        images = images if images.dtype == np.uint8 else to_uint8(images)
        with ThreadPoolExecutor(1) as thread:  # where the running step's scopes end
            outputs = thread.submit(self.extractor.extract, images, outputs=self.reads)
            self.add(outputs.result())

    def result(self):
        """The score of the images so far, a float32 scalar; NaN of too few."""
        return ops.convert_to_tensor(np.float32(self.value()))

    def get_config(self):
        """What names the metric; arrays and models are not written, and are None."""
        given = {
            key: os.fspath(value) if isinstance(value, str | os.PathLike) else None
            for key, value in self._given.items()
        }
        return {"name": self.name, "value_range": self.value_range, **given}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FrechetDistance(_OfImages):
    """Frechet distance of images that come in batches from a reference.

    Heusel et al. 2017, arXiv:1706.08500; what `keras_gan_zoo.score` calls `"fid"`.
    Moments are streamed, so that memory does not grow. In `fit` and `evaluate` of a
    model that returns images, an autoencoder say, it scores `y_pred`:

    ```python
    fid = FrechetDistance("mnist:test", value_range=(0, 1))
    model.compile("adam", "mse", metrics=[fid], run_eagerly=True)
    model.fit(x, x, validation_data=(v, v), callbacks=[
        keras.callbacks.ModelCheckpoint("best.keras", monitor="val_fid", mode="min")])
    ```

    `run_eagerly=True` it must be, for in a compiled graph there is no NumPy; anything
    else is refused. Keras asks for the result after each batch, which takes about a
    second where there are 2048 features. For a `GAN`, `callbacks.Score` does all of
    this without.

    Args:
        reference: as in `keras_gan_zoo.score`, for example `"mnist:test"`.
        extractor: as in `keras_gan_zoo.score`.
        value_range: `(black, white)` of float images, such as `(0, 1)`; they are
            rounded to uint8. None takes uint8 alone.
        name: str.

    Raises:
        ValueError: a reference or an extractor that there is not; images that the
            extractor was not made for, or in a compiled graph.

    Example:

    >>> from keras_gan_zoo import datasets
    >>> fid = FrechetDistance("mnist:test")
    >>> fid.update_state(datasets.load("digits", "test")[0])
    >>> 0 < float(fid.result()) < 3
    True
    """

    reads = ("features",)

    def __init__(
        self,
        reference: Any,
        extractor: Any = None,
        value_range: ValueRange | None = None,
        name: str = "fid",
    ) -> None:
        if reference is None:
            raise ValueError(
                "A Frechet distance needs a `reference`, for example 'mnist:test' (an "
                "array is not saved with a model). Received: reference=None"
            )
        super().__init__("fid", reference, extractor, value_range, name)
        self.reference = load_reference(reference, self.extractor)

    def reset_state(self) -> None:
        self.moments = Moments()

    def add(self, outputs: dict[str, np.ndarray]) -> None:
        self.moments.update(outputs["features"])

    def value(self) -> float:
        if self.moments.count < 2:
            return np.nan
        real = self.reference.moments
        return frechet_distance_from_moments(
            self.moments.mean, self.moments.covariance, real.mean, real.covariance
        )


@keras.saving.register_keras_serializable("keras_gan_zoo")
class InceptionScore(_OfImages):
    """Inception Score of images that come in batches; see `FrechetDistance`.

    Salimans et al. 2016, arXiv:1606.03498. How many images will come is not known
    beforehand, so that they are dealt to the splits, of each `splits` images one to
    each in an order drawn anew, and not in consecutive parts.

    Args:
        extractor: as in `keras_gan_zoo.score`, with logits.
        splits: int.
        value_range: see `FrechetDistance`.
        name: str.

    Example:

    >>> from keras_gan_zoo import datasets
    >>> score = InceptionScore("digits")
    >>> score.update_state(datasets.load("digits", "test")[0])
    >>> 9 < float(score.result()) < 10
    True
    """

    reads = ("logits",)

    def __init__(
        self,
        extractor: Any,
        splits: int = 10,
        value_range: ValueRange | None = None,
        name: str = "is",
    ) -> None:
        if splits < 1:
            raise ValueError(f"`splits` must be 1 or more. Received: splits={splits}")
        self.splits = splits
        super().__init__("is", None, extractor, value_range, name)

    def reset_state(self) -> None:
        self.count = 0
        self.sums: Any = None

    def add(self, outputs: dict[str, np.ndarray]) -> None:
        refuse_probabilities(outputs["logits"])
        values = class_sums(outputs["logits"])
        if self.sums is None:
            self.sums = np.zeros((self.splits, values.shape[1]))
        np.add.at(self.sums, self.split_of(np.arange(len(values)) + self.count), values)
        self.count += len(values)

    def split_of(self, numbers: np.ndarray) -> list[int]:
        """The splits of images: not in turn, for the classes of a data set may be."""
        rounds, places = np.divmod(numbers, self.splits)
        orders = {
            r: np.random.default_rng(r).permutation(self.splits) for r in set(rounds)
        }
        return [orders[r][place] for r, place in zip(rounds, places, strict=True)]

    def value(self) -> float:
        if self.count < self.splits:
            return np.nan
        return float(np.mean(score_of_sums(self.sums)))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("reference")
        return {**config, "splits": self.splits}


def _to_numpy(images, name):
    try:
        return ops.convert_to_numpy(images)
    except Exception as error:  # each backend has its own for a tensor in a graph
        raise ValueError(
            f"`{name}` keeps its state in NumPy, outside of compiled graphs: "
            "`model.compile(..., run_eagerly=True)`. "
            f"Received: {type(images).__name__}, {error}"
        ) from error
