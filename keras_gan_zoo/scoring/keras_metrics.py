"""`FrechetDistance` and `InceptionScore` as `keras.metrics`, for images in batches.

They are for models and loops of your own: an autoencoder's `compile(metrics=)`, or a
custom training loop that has images at hand anyway. For a `GAN` use `callbacks.Score`,
and for images that can be read again `score`, which also reports what a score depends
on. The state is float64 moments in NumPy, so these metrics run outside of compiled
graphs: by themselves, or in a model that was compiled with `run_eagerly=True`.
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.backend.keras_internals import in_symbolic_scope
from keras_gan_zoo.images import uint8_images
from keras_gan_zoo.metrics import (
    class_sums,
    frechet_distance_from_moments,
    score_of_sums,
)
from keras_gan_zoo.metrics.checks import refuse_probabilities
from keras_gan_zoo.scoring.measures import METRICS
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.scoring.references import load_reference
from keras_gan_zoo.typing import Tensor, ValueRange


class _OfImages(keras.metrics.Metric):
    """What both metrics have in common: images in, a float out."""

    reads: tuple[str, ...]  # outputs of the extractor
    state: tuple[str, ...]  # attributes

    def __init__(self, metric, reference, extractor, value_range, name):
        super().__init__(name=name, dtype="float32")
        self.value_range = None if value_range is None else tuple(value_range)
        self._given = {"reference": reference, "extractor": extractor}
        self.extractor = pick_extractor(extractor, reference, (metric,))
        self._direction = "up" if METRICS[metric].higher else "down"  # Keras' name
        self.reset_state()

    def update_state(
        self, y_true: Any, y_pred: Any = None, sample_weight: Any = None
    ) -> None:
        """Add images.

        Args:
            y_true: images `(n, height, width, channels)`, uint8, or floats in
                `value_range`. With `y_pred`, as Keras calls it, it is ignored.
            y_pred: the images, as a model returns them.
            sample_weight: must be None.
        """
        if in_symbolic_scope():  # Keras only wants shapes: there are no images yet
            return
        if sample_weight is not None:
            raise ValueError(
                f"`{type(self).__name__}` gives all images the same weight. "
                "Received: sample_weight, which must be None"
            )
        images = _to_numpy(y_true if y_pred is None else y_pred, type(self).__name__)
        images = uint8_images(images, self.value_range)
        with ThreadPoolExecutor(1) as thread:  # outside of the running step's scopes
            outputs = thread.submit(self.extractor.extract, images, outputs=self.reads)
            self.add(outputs.result())

    def __reduce__(self) -> tuple:  # unlike the config, with arrays, models and state
        config = {**self.get_config(), "extractor": self.extractor}
        if "reference" in config:
            config["reference"] = self.reference
        state = {name: vars(self)[name] for name in self.state}
        state["_given"] = dict(self._given)
        return functools.partial(type(self), **config), (), state

    def result(self) -> Tensor:
        """The score of the images so far, a float32 scalar; NaN for too few."""
        return ops.convert_to_tensor(np.float32(self.value()))

    def get_config(self) -> dict[str, Any]:
        """The config; arrays and models are not saved, and become None."""
        given = {
            key: os.fspath(value) if isinstance(value, str | os.PathLike) else None
            for key, value in self._given.items()
        }
        return {"name": self.name, "value_range": self.value_range, **given}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FrechetDistance(_OfImages):
    """Frechet distance between a reference and images that come in batches.

    Heusel et al. 2017, arXiv:1706.08500; `keras_gan_zoo.score` calls it `"fid"`.
    Moments are streamed, so memory does not grow. In `fit` and `evaluate` of a model
    that returns images, such as an autoencoder, it scores `y_pred`:

    ```python
    fid = FrechetDistance("mnist:test", value_range=(0, 1))
    model.compile("adam", "mse", metrics=[fid], run_eagerly=True)
    model.fit(x, x, validation_data=(v, v), callbacks=[
        keras.callbacks.ModelCheckpoint("best.keras", monitor="val_fid")])
    ```

    It must be `run_eagerly=True`, because there is no NumPy in a compiled graph. Keras
    asks for the result after each batch, which takes about a second with 2048 features.
    For a `GAN`, `callbacks.Score` does the same without these limits.

    Args:
        reference: as in `keras_gan_zoo.score`, for example `"mnist:test"`.
        extractor: as in `keras_gan_zoo.score`.
        value_range: `(black, white)` of float images, such as `(0, 1)`; they are
            rounded to uint8. None accepts only uint8.
        name: str.

    Raises:
        ValueError: an unknown reference or extractor; images that the extractor was
            not made for, or that are in a compiled graph.

    Example:

    >>> from keras_gan_zoo import datasets
    >>> fid = FrechetDistance("mnist:test")
    >>> fid.update_state(datasets.load("digits", "test")[0])
    >>> 0 < float(fid.result()) < 3
    True
    """

    reads, state = ("features",), ("moments",)

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
        self.reference = load_reference(
            reference, self.extractor, value_range=value_range
        )

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
    """The Inception Score of images that come in batches; see `FrechetDistance`.

    Salimans et al. 2016, arXiv:1606.03498. The number of images is not known
    beforehand, so splits are not consecutive parts: of every `splits` images each split
    gets one, in a new random order.

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

    reads, state = ("logits",), ("count", "sums")

    def __init__(
        self,
        extractor: Any,
        splits: int = 10,
        value_range: ValueRange | None = None,
        name: str = "is",
    ) -> None:
        self.splits = check_count("splits", splits)
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
        """The split of each image; random, because classes may come in turn."""
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
    except Exception as error:  # each backend has its own error for graph tensors
        raise ValueError(
            f"`{name}` keeps its state in NumPy, so it can't run in a compiled graph: "
            "use `model.compile(..., run_eagerly=True)`. "
            f"Received: {type(images).__name__}, {error}"
        ) from error
