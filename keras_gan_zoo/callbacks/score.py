"""Scores of the averaged generator while it trains, and in `evaluate`."""

import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo.images import NotFiniteError


class Score(keras.callbacks.Callback):
    """Score the averaged generator every few epochs, and put the scores in the logs.

    `history.history["fid"]`, the progress bar and other callbacks see them, for
    example `keras.callbacks.ModelCheckpoint(monitor="fid", mode="min",
    save_best_only=True)`, listed after this one. As with Keras' `validation_freq`,
    epochs without a score have no such keys. The scores of a generator that has
    diverged are NaN. Choose checkpoints on a held-out slice
    of the training set, such as `"mnist:train[55000:]"`, and report on the test set.

    After `gan.evaluate(images, callbacks=[score])` the scores are in
    `score.reports["evaluate"]`; they are not part of what `evaluate` returns.

    Args:
        reference: as in `keras_gan_zoo.score`, for example `"mnist:test"`.
        every: int, epochs between two scores.
        metrics: list of names, as in `keras_gan_zoo.score`.
        num_images: int, samples per score. The Frechet distance depends on it.
        extractor: as in `keras_gan_zoo.score`.
        seed: int: each score uses the same latents.
        batch_size: int, images per forward pass.

    Attributes:
        reports: dict of epoch (from 0) -> its `ScoreReport`, with the report of the
            last evaluation under `"evaluate"`.

    Raises:
        ValueError: before training, if the reference or the extractor does not fit
            the GAN.

    Example:

    >>> score = Score("mnist:test", every=5, num_images=2_000)
    """

    def __init__(
        self,
        reference: Any,
        every: int = 1,
        metrics: Sequence[str] = ("is", "fid"),
        num_images: int = 5_000,
        extractor: Any = None,
        seed: int = 0,
        batch_size: int | None = None,
    ) -> None:
        super().__init__()
        if every < 1:
            raise ValueError(f"`every` must be 1 or more. Received: every={every}")
        self.reference = reference
        self.every = every
        self.metrics = metrics
        self.num_images = num_images
        self.extractor = extractor
        self.seed = seed
        self.batch_size = batch_size
        self.reports: dict[int | str, Any] = {}
        self._in_fit = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._prepare()
        self._in_fit = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._in_fit = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if (epoch + 1) % self.every == 0:
            try:
                self._score(epoch, logs)
            except NotFiniteError as error:
                warnings.warn(f"No scores of epoch {epoch + 1}. {error}", stacklevel=2)
                if logs is not None:
                    logs.update(dict.fromkeys(self.metrics, float("nan")))

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self._in_fit:  # not the validation inside of `fit`
            self._prepare()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if not self._in_fit:
            self._score("evaluate", logs)

    def _prepare(self):
        from keras_gan_zoo.scoring import prepare

        self._prepared = prepare(
            self.reference, self.metrics, self.extractor, self.model.image_shape
        )

    def _score(self, when, logs):
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
        if logs is not None:
            logs.update(report)
