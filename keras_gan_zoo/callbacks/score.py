"""Scores of the averaged generator while it trains, and in `evaluate`."""

import copy
import warnings
from collections.abc import Sequence
from typing import Any, Self

import keras

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.backend.keras_internals import declare_directions
from keras_gan_zoo.callbacks.checks import check_generates
from keras_gan_zoo.datasets.adapters import is_one_shot
from keras_gan_zoo.images import NotFiniteError
from keras_gan_zoo.typing import ValueRange


class Score(keras.callbacks.Callback):
    """Score the averaged generator every few epochs, and put the scores in the logs.

    `history.history["fid"]`, the progress bar and other callbacks see them if they are
    listed after this one, for example `keras.callbacks.CSVLogger("log.csv")` and
    `keras.callbacks.ModelCheckpoint("best.keras", monitor="fid", save_best_only=True)`.
    Their `mode="auto"` knows in which direction each score gets better. Choose
    checkpoints on a held-out slice of the training set, such as
    `"mnist:train[55000:]"`, and report on the test set.

    An epoch without a score has the last one in its logs, and before the first score
    the worst value that there is, infinity with the sign that no monitor takes for an
    improvement (NaN for what has no direction, such as `is_std`). So each epoch has
    the same keys, as `CSVLogger` needs them, no `ModelCheckpoint` prefers an epoch that
    was not scored, and the `patience` of `EarlyStopping` counts epochs. The
    scores of a generator that has diverged are NaN. `reports` has only what was
    computed.

    After `gan.evaluate(images, callbacks=[score])` the scores are in
    `score.reports["evaluate"]`; they are not part of what `evaluate` returns.

    Copies, as KerasTuner makes them for each trial, and pickles keep the settings and
    the reports, and not the model.

    Args:
        reference: as in `keras_gan_zoo.score`, for example `"mnist:test"`.
        every: int, epochs between two scores.
        metrics: list of names, as in `keras_gan_zoo.score`.
        num_images: int, samples per score. The Frechet distance depends on it.
        extractor: as in `keras_gan_zoo.score`.
        seed: int: each score uses the same latents.
        batch_size: int, images per forward pass.
        value_range: `(black, white)` of the float images of a reference.

    Attributes:
        reports: dict of epoch (from 0) -> its `ScoreReport`, with the report of the
            last evaluation under `"evaluate"`.

    Raises:
        ValueError: before training, if the reference or the extractor does not fit
            the GAN, or a number is wrong.

    Example:

    >>> score = Score("mnist:test", every=5, num_images=2_000)
    """

    def __init__(
        self,
        reference: Any,
        every: int = 1,
        metrics: str | Sequence[str] = ("is", "fid"),
        num_images: int = 5_000,
        extractor: Any = None,
        seed: int = 0,
        batch_size: int | None = None,
        value_range: ValueRange | None = None,
    ) -> None:
        super().__init__()
        self.reference = reference
        self.every = check_count("every", every)
        self.metrics = metrics
        self.num_images = num_images
        self.extractor = extractor
        self.seed = seed
        self.batch_size = batch_size
        self.value_range = value_range
        self.reports: dict[int | str, Any] = {}
        self._in_fit = False
        self._last: dict[str, float] = {}

    def __reduce__(self) -> tuple:
        settings = (
            *(self.reference, self.every, self.metrics, self.num_images),
            *(self.extractor, self.seed, self.batch_size, self.value_range),
        )
        return type(self), settings, {"reports": dict(self.reports)}

    def __deepcopy__(self, memo: dict) -> Self:
        return copy.copy(self)  # reference, extractor and reports are only read

    def set_model(self, model: Any) -> None:
        check_generates(
            model,
            "`Score` scores a `GAN`; any model that returns images can have "
            "`keras_gan_zoo.scoring.FrechetDistance` among its `metrics`.",
        )
        super().set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._prepare()
        self._in_fit = True
        from keras_gan_zoo.scoring.measures import METRICS, check_metrics

        rows = {name: METRICS[name] for name in check_metrics(self.metrics)}
        declare_directions(self.model, {name: r.higher for name, r in rows.items()})
        self._last = {}
        for name, row in rows.items():
            self._last[name] = float("-inf" if row.higher else "inf")
            self._last |= dict.fromkeys(row.extras, float("nan"))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._in_fit = False

    def get_state(self) -> dict[str, float]:
        """The last scores, which a resumed run has until the next."""
        return dict(self._last)

    def set_state(self, state: dict[str, float]) -> None:
        """Go on with the scores of an interrupted run."""
        self._last |= {k: v for k, v in state.items() if k in self._last}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if (epoch + 1) % self.every == 0:
            try:
                self._last |= self._score(epoch)
            except NotFiniteError as error:
                warnings.warn(f"No scores of epoch {epoch + 1}. {error}", stacklevel=2)
                self._last = dict.fromkeys(self._last, float("nan"))
        if logs is not None:
            logs.update(self._last)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self._in_fit:  # not the validation inside of `fit`
            self._prepare()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if not self._in_fit:
            report = self._score("evaluate")
            if logs is not None:
                logs.update(report)

    def _prepare(self):
        from keras_gan_zoo.scoring import prepare
        from keras_gan_zoo.scoring.arguments import check_numbers
        from keras_gan_zoo.scoring.measures import check_metrics

        check_numbers(
            check_metrics(self.metrics),
            self.num_images,
            self.seed,
            self.batch_size,
            endless=True,
        )
        reference, extractor = prepare(
            self.reference,
            self.metrics,
            self.extractor,
            self.model.image_shape,
            value_range=self.value_range,
        )
        if is_one_shot(self.reference):  # a generator can't be read again
            self.reference = reference
        self._prepared = reference, extractor

    def _score(self, when):
        from keras_gan_zoo.scoring import score

        reference, extractor = self._prepared
        report = score(
            self.model,
            reference,
            metrics=self.metrics,
            extractor=extractor,
            num_images=self.num_images,
            seed=self.seed,
            batch_size=self.batch_size,
            verify=False,
            intervals=False,
            verbose=0,
        )
        self.reports[when] = report
        return dict(report)
