"""The GAN: a Keras model of two networks, whose `fit` trains both."""

import os
import random

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend, losses
from keras_gan_zoo.latents import DISTRIBUTIONS, draw_latents
from keras_gan_zoo.paper import Paper
from keras_gan_zoo.training import step
from keras_gan_zoo.training.optimizer import AdversarialOptimizer

UPDATES = ("alternating", "simultaneous")


class _Presets:
    """`GAN.presets`: the zoo's entries of this class, name -> description."""

    def __get__(self, instance, owner):
        from keras_gan_zoo import presets

        return presets.presets_of(owner)


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class GAN(backend.Trainer, keras.Model):
    """A generator and a discriminator, trained against each other by `fit`.

    Any two built Keras models under a published objective (Goodfellow et al. 2014,
    arXiv:1406.2661). One step of `fit` is one GAN iteration: `critic_steps`
    discriminator updates, each on `batch_size` fresh images, then one generator
    update. Steps, schedules and the `History` count iterations.

    Args:
        generator: built `keras.Model`, latents `(n, latent_dim)` -> images
            `(n, height, width, channels)` in [-1, 1].
        discriminator: built `keras.Model`, such images -> logits `(n, 1)`.
        loss: `"minimax"`, `"non_saturating"`, `"wasserstein"`, `"least_squares"`,
            `"hinge"` or a `keras_gan_zoo.losses.AdversarialLoss`. Kept as the
            attribute `objective`.
        penalties: list of penalties on the discriminator, such as `R1(weight=10)`.
        critic_steps: int, discriminator updates an iteration.
        ema_half_life: float or None. Half-life in images of an exponential moving
            average of the generator's weights, batch-norm statistics included.
            `generate`, `predict`, scores and presets use it.
        update: `"alternating"`, or `"simultaneous"`: both players move at once, from
            one shared forward pass.
        latent_distribution: `"normal"` N(0, 1) or `"uniform"` U(-1, 1).
        seed: int or None. Governs latents, penalties and the order of the data.
            `None` draws one from Keras' global generator.
        name: str.

    Raises:
        ValueError: where the networks don't fit each other or a setting is unknown.

    Example:

    >>> import keras, numpy as np
    >>> from keras_gan_zoo import GAN, networks
    >>> gan = GAN(
    ...     networks.dense_generator((8, 8, 1), latent_dim=4, widths=(16,)),
    ...     networks.dense_discriminator((8, 8, 1), widths=(16,)),
    ... )
    >>> gan.compile()
    >>> history = gan.fit(np.zeros((32, 8, 8), "uint8"), batch_size=16, verbose=0)
    >>> sorted(history.history)
    ['d_loss', 'g_loss']
    >>> gan.generate(2, seed=7).shape
    (2, 8, 8, 1)
    """

    paper = Paper(
        "Generative Adversarial Nets",
        "Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing and "
        "Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, "
        "Yoshua",
        2014,
        "1406.2661",
    )

    def __init__(
        self,
        generator,
        discriminator,
        *,
        loss="non_saturating",
        penalties=(),
        critic_steps=1,
        ema_half_life=None,
        update="alternating",
        latent_distribution="normal",
        seed=None,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        _check_networks(generator, discriminator)
        if critic_steps < 1:
            raise ValueError(
                "`critic_steps` must be 1 or more. "
                f"Received: critic_steps={critic_steps}"
            )
        if update not in UPDATES:
            raise ValueError(
                f"`update` must be one of {UPDATES}. Received: update={update!r}"
            )
        if update == "simultaneous" and critic_steps > 1:
            raise ValueError(
                "`update='simultaneous'` moves both players once an iteration, so it "
                f"needs `critic_steps=1`. Received: critic_steps={critic_steps}"
            )
        if ema_half_life is not None and not ema_half_life > 0:
            raise ValueError(
                "`ema_half_life` must be a positive number of images, for example "
                f"10_000, or None. Received: ema_half_life={ema_half_life}"
            )
        if latent_distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"`latent_distribution` must be one of {DISTRIBUTIONS}. "
                f"Received: latent_distribution={latent_distribution!r}"
            )

        # === Networks ===
        self.generator = generator
        self.discriminator = discriminator
        if ema_half_life is None:
            self._average = None
        else:
            self._average = keras.models.clone_model(generator)
            self._average.set_weights(generator.get_weights())
            self._average.trainable = False

        # === State ===
        self.seed = random.randrange(2**31) if seed is None else int(seed)
        self._training_seed = keras.random.SeedGenerator(self.seed)
        self._evaluation_seed = keras.random.SeedGenerator(self.seed)
        self.epochs_seen = self._counter("epochs_seen", "int32")
        self.images_seen = self._counter("images_seen", "float32")

        # === Config ===
        self.objective = losses.get(loss)
        self.penalties = [_get_penalty(penalty) for penalty in penalties]
        self.critic_steps = int(critic_steps)
        self.ema_half_life = ema_half_life
        self.update = update
        self.latent_distribution = latent_distribution
        self._trackers = {
            name: keras.metrics.Mean(name=name) for name in self._log_names()
        }
        self.built = True

    def _counter(self, name, dtype):
        return self.add_weight(
            shape=(), initializer="zeros", dtype=dtype, trainable=False, name=name
        )

    def _log_names(self):
        logits = np.zeros((1, 1), "float32")
        names = ["d_loss", "g_loss", *self.objective.metrics(logits, logits)]
        names += [penalty.name for penalty in self.penalties]
        if len(set(names)) < len(names):
            raise ValueError(
                f"Each penalty needs a `name` of its own. Received: names={names}"
            )
        return names

    @property
    def ema_generator(self):
        """The averaged generator; the generator itself without an average."""
        return self.generator if self._average is None else self._average

    @property
    def latent_dim(self):
        """Size of one latent."""
        return self.generator.input_shape[-1]

    @property
    def image_shape(self):
        """`(height, width, channels)` of one image."""
        return tuple(self.generator.output_shape[1:])

    # === Compiling ===

    def default_optimizers(self):
        """The generator's and the discriminator's, where `compile` names none."""
        return tuple(
            keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for _ in range(2)
        )

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
        **unsupported,
    ):
        """Prepare for training.

        Args:
            generator_optimizer: a Keras optimizer, its name or its config. By
                default the one that the family was published with.
            discriminator_optimizer: likewise.
            jit_compile: bool or `"auto"`: compile where it pays.
            run_eagerly: bool, as in Keras.
            steps_per_execution: int, as in Keras.
        """
        if "loss" in unsupported:
            raise ValueError(
                "A GAN's loss belongs to its constructor, for example "
                '`GAN(generator, discriminator, loss="hinge")`. '
                f"Received: compile(loss={unsupported['loss']!r})"
            )
        if unsupported:
            raise ValueError(
                "`GAN.compile` takes `generator_optimizer` and "
                "`discriminator_optimizer`; its logs are fixed, and scores come from "
                "`keras_gan_zoo.callbacks.Score`. "
                f"Received: {', '.join(sorted(unsupported))}"
            )
        chosen = (generator_optimizer, discriminator_optimizer)
        pair = [
            default if optimizer is None else keras.optimizers.get(optimizer)
            for optimizer, default in zip(
                chosen, self.default_optimizers(), strict=True
            )
        ]
        if self.generator.dtype_policy.name == "mixed_float16":
            scaler = keras.optimizers.LossScaleOptimizer
            pair = [o if isinstance(o, scaler) else scaler(o) for o in pair]
        self._compile_settings = {
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
        }
        if jit_compile == "auto" and not run_eagerly:
            jit_compile = backend.auto_jit_compile()
        super().compile(
            optimizer=AdversarialOptimizer(*pair),
            auto_scale_loss=False,  # each player scales its own
            **{**self._compile_settings, "jit_compile": jit_compile},
        )
        self._loss_tracker = None  # Keras' own `loss`, which a GAN doesn't have
        self.optimizer.build_players(
            self.generator.trainable_variables, self.discriminator.trainable_variables
        )

    def get_compile_config(self):
        if not self.compiled:
            return {}
        return {
            "generator_optimizer": keras.optimizers.serialize(
                self.optimizer.generator_optimizer
            ),
            "discriminator_optimizer": keras.optimizers.serialize(
                self.optimizer.discriminator_optimizer
            ),
            **self._compile_settings,
        }

    def compile_from_config(self, config):
        if config:
            self.compile(**config)

    # === Training ===

    def draw(self, shape, distribution, training=True):
        """Random numbers of one step: `"normal"`, or `"uniform"` in [0, 1).

        Latents and penalties take all their numbers from here, so that a test can
        feed the same ones to every backend.
        """
        seed = self._training_seed if training else self._evaluation_seed
        sample = {"normal": keras.random.normal, "uniform": keras.random.uniform}
        return backend.replica_rows(
            lambda n: sample[distribution]((n, *shape[1:]), dtype="float32", seed=seed),
            shape[0],
        )

    def draw_latents(self, n, training=True):
        """Latents of one step, shape `(n, latent_dim)`."""
        draws = self.draw((n, self.latent_dim), self.latent_distribution, training)
        return 2.0 * draws - 1.0 if self.latent_distribution == "uniform" else draws

    def train_iteration(self, images):
        return self._track(step.train_iteration(self, images))

    def test_iteration(self, images):
        return self._track(step.test_iteration(self, images))

    def _track(self, logs):
        for name, value in logs.items():
            self._trackers[name].update_state(value)
        return self.get_metrics_result()

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        value_range=None,
    ):
        """Train both networks on images.

        Keras' own `fit`, with two differences: `x` is images alone, and
        `batch_size` is what one discriminator update sees, of which a step takes
        `critic_steps`. Every image is used once an epoch.

        Args:
            x: uint8 images `(n, height, width, channels)` or `(n, height, width)`;
                floats with a `value_range`; the path of an image folder, or a data
                set's name such as `"mnist:train"`; or a `tf.data.Dataset`,
                `PyDataset`, torch `DataLoader` or generator of batches.
            batch_size: int, 32 by default; not for a source that batches itself.
            value_range: `(low, high)` of float images, such as `(0, 1)`.

        Returns:
            A `History` with `d_loss` and `g_loss` (without penalties), each
            penalty under its name, and `wasserstein_distance` for that loss.

        Raises:
            ValueError: where images are not what the networks take.
        """
        labels = {"y": y, "class_weight": class_weight, "sample_weight": sample_weight}
        for name, value in labels.items():
            if value is not None:
                raise ValueError(
                    "An unconditional GAN trains on images alone: `fit(images)`. "
                    f"Received: {name} of type {type(value).__name__}"
                )
        self._assert_compile_called("fit")
        seed = self.seed if shuffle else None
        if validation_split:
            x = self._images(x, value_range)
            cut = len(x) - int(len(x) * validation_split)
            x, validation_data = x[:cut], x[cut:]
            validation_range = (-1, 1) if x.dtype != "uint8" else None
            value_range = validation_range
        else:
            validation_range = value_range
        batches = self._batches(
            x, batch_size, value_range, self.critic_steps, seed, steps_per_epoch
        )
        if validation_data is not None:
            validation_data = self._batches(
                validation_data,
                validation_batch_size or batch_size,
                validation_range,
                steps=validation_steps,
            )
        if not isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks = [_DataOrder(batches), *_as_list(callbacks)]
        return super().fit(
            batches,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            initial_epoch=initial_epoch,
            validation_freq=validation_freq,
        )

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        value_range=None,
        **kwargs,
    ):
        """The logs of `fit` at fixed weights, in inference mode; see `fit`."""
        from keras_gan_zoo.training.batches import ImageBatches

        if not isinstance(x, ImageBatches) and x is not None:
            x = self._batches(x, batch_size, value_range, steps=steps)
        return super().evaluate(
            x, verbose=verbose, callbacks=callbacks, return_dict=return_dict, **kwargs
        )

    def _images(self, x, value_range):
        from keras_gan_zoo import datasets, images

        if isinstance(x, (str, os.PathLike)):
            x, _ = datasets.load(*datasets.split_name(x))
        return images.check_images(x, self.image_shape, value_range)

    def _batches(
        self, x, batch_size, value_range, critic_steps=1, seed=None, steps=None
    ):
        from keras_gan_zoo.datasets import adapters
        from keras_gan_zoo.training.batches import ImageBatches

        if not adapters.is_batched(x):
            size = 32 if batch_size is None else batch_size
            if size < 1:
                raise ValueError(
                    f"`batch_size` must be 1 or more. Received: batch_size={batch_size}"
                )
            return ImageBatches.from_array(
                self._images(x, value_range), size, critic_steps, seed, steps
            )
        if batch_size is not None:
            raise ValueError(
                "`batch_size` is for arrays and folders; a data set batches itself, "
                "and each of its batches is what one update sees. "
                f"Received: batch_size={batch_size} and x of type {type(x).__name__}"
            )
        one_shot = adapters.is_one_shot(x)
        if one_shot and steps is None:
            raise ValueError(
                "A generator can be read once only, so `fit` needs "
                "`steps_per_epoch` (and `evaluate` needs `steps`). "
                f"Received: x of type {type(x).__name__}"
            )
        return ImageBatches.from_batches(
            lambda: adapters.iterate(x, self.image_shape, value_range),
            critic_steps,
            steps,
            one_shot,
            _length(x),
        )

    # === Generating ===

    def call(self, latents, training=False):
        return self.ema_generator(latents, training=False)

    def generate(
        self,
        n,
        *,
        labels=None,
        seed=None,
        truncation=None,
        use_ema=True,
        batch_size=None,
        start=0,
    ):
        """Draw new images.

        Image `i` of a seed is the same for every `n`, batch size, device and
        backend, within one grey level.

        Args:
            n: int, how many.
            labels: for class-conditional models; None here.
            seed: int, or None for other images at each call.
            truncation: float or None: cut the normal latents to
                [-truncation, truncation], for less variety and cleaner images.
            use_ema: bool: the averaged generator, or the raw one.
            batch_size: int or None, images a forward pass.
            start: int, index of the first image of the seed's stream.

        Returns:
            uint8 array `(n, height, width, channels)`.
        """
        from keras_gan_zoo.images import to_uint8

        if labels is not None:
            raise ValueError(
                "This model is unconditional: `generate` takes no labels. "
                f"Received: labels={labels!r}"
            )
        if n < 1:
            raise ValueError(f"`n` must be 1 or more. Received: n={n}")
        seed = random.randrange(2**31) if seed is None else seed
        latents = draw_latents(
            n, self.latent_dim, seed, self.latent_distribution, start, truncation
        )
        network = self if use_ema else self.generator
        size = min(batch_size or 128, n)
        return np.concatenate(
            [
                to_uint8(_forward(network, latents[i : i + size], size))
                for i in range(0, n, size)
            ]
        )

    # === Presets ===

    presets = _Presets()

    @classmethod
    def from_preset(
        cls, preset, load_weights=True, custom_objects=None, revision=None, **kwargs
    ):
        """Load a pretrained GAN.

        Args:
            preset: the name of a zoo entry (see `GAN.presets`), a Hub handle
                `"hf://user/repo"` or `"hf://user/repo@revision"`, or a folder.
            load_weights: bool: False builds it with new weights.
            custom_objects: dict of the caller's own classes, which are trusted.
            revision: str, branch, tag or commit of a Hub handle.
            **kwargs: override settings of the saved configuration.

        Returns:
            An uncompiled model of the class that was saved.

        Example:

        >>> from keras_gan_zoo import GAN
        >>> gan = GAN.from_preset("dcgan_mnist")  # doctest: +SKIP
        """
        from keras_gan_zoo import presets

        return presets.load_gan(
            cls,
            preset,
            load_weights=load_weights,
            custom_objects=custom_objects,
            revision=revision,
            **kwargs,
        )

    def save_to_preset(self, preset_dir, report=None, **kwargs):
        """Save as a preset folder; see `keras_gan_zoo.presets.save_preset`."""
        from keras_gan_zoo import presets

        return presets.save_preset(self, preset_dir, report=report, **kwargs)

    # === Saving ===

    def get_config(self):
        return {
            "name": self.name,
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "loss": losses.serialize(self.objective),
            "penalties": [
                keras.saving.serialize_keras_object(p) for p in self.penalties
            ],
            "critic_steps": self.critic_steps,
            "ema_half_life": self.ema_half_life,
            "update": self.update,
            "latent_distribution": self.latent_distribution,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = {
            key: keras.saving.deserialize_keras_object(value, custom_objects)
            if key in ("generator", "discriminator") and isinstance(value, dict)
            else value
            for key, value in config.items()
        }
        return cls(**config)

    def _own_variables(self):
        """Counters and random states: Keras saves layers' weights, not these."""
        own = [self.epochs_seen, self.images_seen]
        weights = {id(w) for w in self.weights}
        return own + [v for v in self.variables if id(v) not in weights]

    def save_own_variables(self, store):
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = variable

    def load_own_variables(self, store):
        for i, variable in enumerate(self._own_variables()):
            variable.assign(store[str(i)])

    def summary(self, *args, **kwargs):
        """Both networks' summaries."""
        self.generator.summary(*args, **kwargs)
        self.discriminator.summary(*args, **kwargs)


class _DataOrder(keras.callbacks.Callback):
    """Keeps the data order a function of the saved `epochs_seen`.

    First in the list, so that whatever saves the model at the end of an epoch saves
    the new count.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.epoch = int(ops.convert_to_numpy(self.model.epochs_seen))

    def on_epoch_end(self, epoch, logs=None):
        self.model.epochs_seen.assign(self.batches.epoch + 1)


def _forward(network, latents, size):
    """Images of up to `size` latents, filled up to `size` so that it compiles once.

    Not by `predict`: its tf.data pipeline can wait at its end, see `backend.stream`.
    """
    filling = np.zeros((size - len(latents), *latents.shape[1:]), latents.dtype)
    images = network.predict_on_batch(np.concatenate([latents, filling]))
    return images[: len(latents)]


def _length(batches):
    """How many batches a source has; None where it doesn't know."""
    try:
        return len(batches)
    except TypeError:
        return None


def _as_list(callbacks):
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]


def _get_penalty(penalty):
    from keras_gan_zoo.penalties import Penalty

    if isinstance(penalty, dict):
        penalty = keras.saving.deserialize_keras_object(penalty)
    if isinstance(penalty, Penalty):
        return penalty
    raise ValueError(
        "`penalties` must be a list of penalties, for example "
        f"`penalties=[keras_gan_zoo.R1(weight=10)]`. Received: {penalty!r}"
    )


def _check_networks(generator, discriminator):
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(
                f"`{name}` must be a built Keras model, for example a functional one. "
                f"Received: {name}={network!r}"
            )
    latents, images = generator.input_shape, generator.output_shape
    if len(latents) != 2 or len(images) != 4 or None in images[1:]:
        raise ValueError(
            "`generator` must map latents (n, latent_dim) to images (n, height, "
            "width, channels) of one size. Received: a model from shape "
            f"{latents} to shape {images}"
        )
    if tuple(discriminator.input_shape[1:]) != tuple(images[1:]):
        raise ValueError(
            "`discriminator` must take the images that the generator makes, shape "
            f"{images}. Received: a model of input shape {discriminator.input_shape}"
        )
    if tuple(discriminator.output_shape[1:]) != (1,):
        raise ValueError(
            "`discriminator` must return logits of shape (n, 1), without a sigmoid. "
            f"Received: a model of output shape {discriminator.output_shape}"
        )
