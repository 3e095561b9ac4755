"""What Keras' `fit` calls, and where a step gets its random numbers."""

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.backend.keras_internals import BeginsMidway
from keras_gan_zoo.latents import Latents, draw_whole
from keras_gan_zoo.objectives.auxiliaries import overrides
from keras_gan_zoo.training import iteration, reading, terms
from keras_gan_zoo.training.batches import check_epoch
from keras_gan_zoo.training.replicas import division_of
from keras_gan_zoo.typing import Tensor, ValueRange

REGULARIZATION = ("d_regularization", "g_regularization")


class AdversarialTrainer(BeginsMidway, backend.Steps):
    """The training part of `GAN`: steps, draws and logs.

    The attributes are those that a step needs; `GAN` sets them.
    """

    generator: Any
    discriminator: Any
    objective: Any
    penalties: list
    auxiliaries: list
    generator_penalties: list
    augmentation: Any
    num_classes: int | None
    label_names: tuple[str, ...] | None
    names_of_data: tuple[str, ...] | None
    label_counts: Any
    critic_steps: int
    generator_steps: int
    ema_half_life: Any
    ema_start: int | None
    update: str
    latents: Latents | None
    latent_distribution: str
    latent_dim: int
    growth: Any
    discriminator_variables: list
    _trackers: dict
    _regularized: set
    _check_settings: Any
    _training_seed: Any
    _evaluation_seed: Any

    def draw(self, shape: tuple, distribution: str, training: bool = True) -> Tensor:
        """Random numbers for one step: `"normal"`, or `"uniform"` in [0, 1).

        Latents and penalties get all their numbers here, so that a test can
        feed the same ones to every backend.
        """
        seed = self._training_seed if training else self._evaluation_seed
        sample = {"normal": keras.random.normal, "uniform": keras.random.uniform}
        return backend.replica_rows(
            lambda n: sample[distribution]((n, *shape[1:]), dtype="float32", seed=seed),
            shape[0],
        )

    def draw_latents(self, n: Any, training: bool = True) -> Tensor:
        """Latents for one step, shape `(n, latent_dim)`."""
        if self.latents is not None:
            return self.latents.draw(n, partial(self.draw, training=training))
        draws = self.draw((n, self.latent_dim), self.latent_distribution, training)
        return 2.0 * draws - 1.0 if self.latent_distribution == "uniform" else draws

    def draw_labels(self, n: Any, training: bool = True) -> Tensor:
        """Labels for one step, int32 `(n,)`; None without classes."""
        if self.num_classes is None:
            return None
        shares = None
        if self.label_counts is not None:
            counts = ops.cast(self.label_counts, "float32") + 1e-9  # equal before any
            shares = counts / ops.sum(counts)
        draw = partial(self.draw, training=training)
        return draw_whole(draw, n, self.num_classes, shares)

    def make_train_function(self, force: bool = False) -> Any:
        """As in Keras; refuses settings that were changed since `compile`."""
        self._check_settings(self)
        return super().make_train_function(force)  # type: ignore[misc]

    def make_test_function(self, force: bool = False) -> Any:
        """As in Keras; refuses settings that were changed since `compile`."""
        self._check_settings(self)
        return super().make_test_function(force)  # type: ignore[misc]

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
        value_range: ValueRange | None = None,
    ) -> Any:
        """One GAN iteration on images and labels that `fit` would take too."""
        refuse(sample_weight=sample_weight, class_weight=class_weight)
        read = reading.read_arrays(self, x, y, value_range, trains=True)
        arrays = tuple(map(np.asarray, read))
        check_epoch(len(arrays[0]), self.critic_steps)
        arrays = division_of(self).share(arrays, self.critic_steps)
        return super().train_on_batch(  # type: ignore[misc]
            *arrays, return_dict=return_dict
        )

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
        value_range: ValueRange | None = None,
    ) -> Any:
        """The logs of `evaluate` for one batch; see `train_on_batch`."""
        refuse(sample_weight=sample_weight)
        arrays = tuple(map(np.asarray, reading.read_arrays(self, x, y, value_range)))
        arrays = division_of(self).share(arrays)
        return super().test_on_batch(  # type: ignore[misc]
            *arrays, return_dict=return_dict
        )

    def train_iteration(
        self, images: Tensor, labels: Tensor = None
    ) -> dict[str, Tensor]:
        labels = self._step_labels(labels)
        if self.label_counts is not None:
            every = backend.all_rows(labels)
            seen = ops.sum(ops.one_hot(every, self.num_classes, dtype="int32"), axis=0)
            self.label_counts.assign(self.label_counts + seen)
        logs = iteration.train_iteration(self, images, labels)
        return self._track(logs, ops.shape(images)[0])

    def test_iteration(
        self, images: Tensor, labels: Tensor = None
    ) -> dict[str, Tensor]:
        logs = iteration.test_iteration(self, images, self._step_labels(labels))
        return self._track(logs, ops.shape(images)[0])

    def _step_labels(self, labels):
        if self.num_classes is None:
            return None
        return ops.cast(labels, "int32")

    def _track(self, logs, n):
        """Averages are over images, whatever the batch sizes."""
        self._regularized.update(set(REGULARIZATION) & set(logs))
        for name, value in backend.mean_logs(logs).items():
            self._trackers[name].update_state(value, sample_weight=n)
        return {name: self._trackers[name].result() for name in logs}

    @property
    def metrics_names(self) -> list[str]:
        """The labels of what `evaluate` returns as a list.

        What a layer adds to the loss by itself, with `add_loss`, is known once it has.
        """
        players = (
            (self.discriminator, self.discriminator_variables),
            (self.generator, self.generator.trainable_variables),
        )
        left_out = {
            name
            for name, (network, variables) in zip(REGULARIZATION, players, strict=True)
            if not (network and terms.is_regularized(network, variables))
        } - set(self._regularized)
        if self.augmentation is not None:
            left_out.update(self.augmentation.logs())  # of training
        names = super().metrics_names  # type: ignore[misc]
        return [name for name in names if name not in left_out]

    def log_names(self) -> list[str]:
        """The names of everything that a step may log."""
        logits = np.zeros((1, 1), "float32")
        names = ["loss", "d_loss", "g_loss", *self.objective.logs(logits, logits)]
        names += [term.name for term in (*self.penalties, *self.generator_penalties)]
        for term in self.auxiliaries:
            for player in ("discriminator", "generator"):
                if overrides(term, f"{player}_loss"):
                    names.append(f"{player[0]}_{term.name}")
        if self.augmentation is not None:
            names += self.augmentation.logs()
        names += REGULARIZATION  # where there is some
        if len(set(names)) < len(names):
            raise ValueError(
                "Each term needs a `name` of its own, for example "
                f'`R1(name="r1_again")`. Received: names={names}'
            )
        return names


def refuse(**arguments: Any) -> None:
    """Raise an error if any of the arguments, weights of images, is given."""
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(
                "A GAN's losses give all images the same weight. "
                f"Received: {name} of type {type(value).__name__}"
            )
