"""The GAN: a Keras model of two networks, whose `fit` trains both.

Longer than other modules, because Keras wants one class. Half of it is the signatures
and docstrings of `compile`, `fit` and `evaluate`; the work is elsewhere.
"""

import contextlib
import copy
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import keras

from keras_gan_zoo import augmentation as augmentations
from keras_gan_zoo import backend, schedules
from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.backend.keras_internals import (
    check_compiled,
    drop_loss_tracker,
    keep_random_states,
    prefix_paths,
    saves_legacy_h5,
    uncompiled,
)
from keras_gan_zoo.configs import from_config
from keras_gan_zoo.latents import Latents
from keras_gan_zoo.networks import contract, policies
from keras_gan_zoo.networks.copying import copy_of
from keras_gan_zoo.networks.subclassed import as_functional
from keras_gan_zoo.objectives import auxiliaries as auxiliary_terms
from keras_gan_zoo.objectives import generator_penalties as generator_terms
from keras_gan_zoo.objectives import losses
from keras_gan_zoo.objectives import penalties as penalty_terms
from keras_gan_zoo.paper import Paper
from keras_gan_zoo.sampling import Sampling
from keras_gan_zoo.schedules import Weight
from keras_gan_zoo.training import (
    monitoring,
    reading,
    settings,
    sources,
    state,
    weights_of_others,
)
from keras_gan_zoo.training.average import begin_average
from keras_gan_zoo.training.data_order import DataOrder, first_of
from keras_gan_zoo.training.growth import Growth
from keras_gan_zoo.training.optimizer import AdversarialOptimizer, count_iterations
from keras_gan_zoo.training.replicas import check_joined, is_first
from keras_gan_zoo.training.trainer import AdversarialTrainer, refuse
from keras_gan_zoo.training.whole_files import WholeFiles
from keras_gan_zoo.typing import PathLike, Tensor, ValueRange

NO_H5 = (
    "A GAN is two networks and two optimizers, which Keras' legacy .h5 files do not "
    "hold. Save it as `gan.save('gan.keras')` or by `ModelCheckpoint('gan.keras')`, or "
    "the weights alone as '.weights.h5'. Received: {}"
)


class _Presets:
    """`GAN.presets`: the zoo's entries for this class, name -> description."""

    def __get__(self, instance, owner):
        from keras_gan_zoo import presets

        return presets.presets_of(owner)


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class GAN(WholeFiles, AdversarialTrainer, Sampling, keras.Model):
    """A generator and a discriminator, trained against each other by `fit`.

    Takes any two built Keras models and a published objective (Goodfellow et al. 2014,
    arXiv:1406.2661). One step of `fit` is one GAN iteration: `critic_steps`
    discriminator updates, each on `batch_size` new images, then one generator update.
    Steps, schedules and the `History` count iterations.

    Args:
        generator: a built `keras.Model`, latents `(n, latent_dim)` -> images
            `(n, height, width, channels)` in [-1, 1]. A conditional one takes a dict of
            `latents` and `labels`, int32 `(n,)`.
        discriminator: a built `keras.Model`, images -> logits `(n, 1)`, without a
            sigmoid, or a dict of outputs that includes `logits`. A PatchGAN's logits
            are `(n, rows, columns, 1)`: losses are means over patches too, and the
            score of an image, whose gradient penalties take, is its patches' mean.
            A conditional one takes a dict of `images` and `labels`. None makes a GAN
            that generates and is not trained, such as one whose generator alone was
            published.
        loss: `"minimax"`, `"non_saturating"`, `"wasserstein"`, `"least_squares"`,
            `"hinge"`, `"relativistic_paired"`, `"relativistic_average"` or a
            `keras_gan_zoo.losses.AdversarialLoss`. Kept as the attribute `objective`.
        penalties: list of penalties on the discriminator, such as `R1(weight=10)`.
        auxiliaries: list of terms that read more than the logits, such as
            `keras_gan_zoo.auxiliaries.Classification()`.
        generator_penalties: list of terms for the generator alone, such as
            `keras_gan_zoo.generator_penalties.PathLength()`.
        augmentation: what is between the images and the discriminator:
            `"diff_augment"`, `"ada"`, `"apa"`, a
            `keras_gan_zoo.augmentation.Augmentation`, or None.
        num_classes: int for a class-conditional GAN, or None.
        label_distribution: `"uniform"`, or `"data"`: generated images have each label
            as often as the training images do.
        label_names: list of `num_classes` str, or None for those of the first folder or
            named data set that it is trained on. Classes of all others are matched by
            name.
        critic_steps: int, discriminator updates per iteration.
        generator_steps: int, generator updates per iteration.
        ema_half_life: float or None. The half-life, in images, of an exponential moving
            average of the generator's weights, batch-norm statistics included.
            `generate`, `predict`, scores and presets use the average, which
            `reset_average` begins anew. A number is ramped up to, a schedule of the
            images seen, such as `keras_gan_zoo.schedules.Cosine`, is taken as it is.
        ema_start: int or None. For so many images the average is a copy of the
            generator, and then has its whole half-life at once (BigGAN). None: the
            half-life grows from the start, at most to a twentieth of the images so
            far (StyleGAN2).
        update: `"alternating"`; `"simultaneous"`: both players move at once, from one
            shared forward pass; `"latent_optimization"`: latents take a step towards
            higher logits first (LOGAN); or `"unrolled"`, `"unrolled_1"`,
            `"unrolled_10"`: the generator looks 5, 1 or 10 steps of the discriminator
            ahead.
        latent_distribution: `"normal"` N(0, 1) or `"uniform"` U(-1, 1).
        latents: a `keras_gan_zoo.latents.Latents` to use in its place, for latents from
            several distributions, such as InfoGAN's codes.
        seed: int or None. Determines latents, penalties and the order of the data.
            `None` draws a seed, which is saved with the weights. Initial weights, and
            layers without a seed of their own, are drawn when the networks are built:
            `keras.utils.set_random_seed` determines them, as in all of Keras.
        name: str.
        dtype: the networks' dtype policy or its name, which they are built with.
        trainable: bool: False freezes both networks.

    Raises:
        ValueError: the networks don't fit each other, or a setting is unknown.

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
    ['d_loss', 'g_loss', 'loss']
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
        generator: keras.Model,
        discriminator: keras.Model | None,
        *,
        loss: str | losses.AdversarialLoss = "non_saturating",
        penalties: Sequence[penalty_terms.Penalty] = (),
        auxiliaries: Sequence[auxiliary_terms.Auxiliary] = (),
        generator_penalties: Sequence[generator_terms.GeneratorPenalty] = (),
        augmentation: str | augmentations.Augmentation | None = None,
        num_classes: int | None = None,
        label_distribution: str = "uniform",
        label_names: Sequence[str] | None = None,
        critic_steps: int = 1,
        generator_steps: int = 1,
        ema_half_life: Weight | None = None,
        ema_start: int | None = None,
        update: str = "alternating",
        latent_distribution: str = "normal",
        latents: Latents | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name)
        # === Config ===
        self.objective = losses.get(loss)
        self.penalties = settings.check_terms("penalties", penalties, penalty_terms.get)
        self.auxiliaries = settings.check_terms(
            "auxiliaries", auxiliaries, auxiliary_terms.get
        )
        self.generator_penalties = settings.check_terms(
            "generator_penalties", generator_penalties, generator_terms.get
        )
        self.augmentation = augmentations.get(augmentation)
        self.num_classes = check_count("num_classes", num_classes, 2, optional=True)
        self.label_distribution = label_distribution
        self.label_names = settings.check_names(label_names)
        self.critic_steps = check_count("critic_steps", critic_steps)
        self.generator_steps = check_count("generator_steps", generator_steps)
        self.ema_half_life = from_config(ema_half_life)
        self.ema_start = check_count("ema_start", ema_start, optional=True)
        self.update = update
        self.latent_distribution = latent_distribution
        self.latents = from_config(latents)

        # === Networks ===
        generator = as_functional("generator", generator)
        contract.check_generator(generator, self.num_classes)
        contract.check_tap(generator, self.generator_penalties)
        if discriminator is not None:
            discriminator = as_functional("discriminator", discriminator)
            contract.check_apart(generator, discriminator)
            contract.check_discriminator(
                discriminator,
                generator,
                self.num_classes,
                self.augmentation,
                self.objective.of_logits,
            )
            contract.check_reads(discriminator, [self.objective, *self.auxiliaries])
            contract.build_terms(discriminator, self.auxiliaries)
            contract.check_per_image(discriminator, self.penalties)
        self.dtype_policy = policies.check(generator, dtype)
        self.generator = generator
        self.discriminator = discriminator
        if not trainable:
            self.trainable = False
        settings.check(self)
        if ema_half_life is None:
            self._average = None
        else:
            self._average = copy_of(generator)
            self._average.trainable = False
            prefix_paths(self._average.variables, "ema_generator")
        prefix_paths(generator.variables, "generator")
        if discriminator is not None:
            prefix_paths(discriminator.variables, "discriminator")
        self.growth = Growth(generator, discriminator, self._average)

        # === State ===
        self.seed = settings.check_seed(seed)
        named = keras.random.SeedGenerator
        self._training_seed = named(self.seed, name="training_seed")
        self._evaluation_seed = named(self.seed, name="evaluation_seed")
        self.epochs_seen = self._counter("epochs_seen")
        self.images_seen = self._counter("images_seen")
        self.images_averaged = self._counter("images_averaged", dtype="float32")
        self.label_counts = None
        if label_distribution == "data":
            self.label_counts = self._counter("label_counts", (self.num_classes,))
        self._trackers = {
            name: keras.metrics.Mean(name=name) for name in self.log_names()
        }
        self._check_settings = lambda gan: None  # nothing is compiled
        self._regularized: set[str] = set()  # names of logs that steps had
        self._said: list[str] = []  # warnings
        self.names_of_data: tuple[str, ...] | None = None  # perhaps fewer than classes
        keep_random_states(self)
        self.built = True

    def _counter(self, name, shape=(), dtype="int32"):
        return self.add_weight(
            shape=shape, initializer="zeros", dtype=dtype, trainable=False, name=name
        )

    @property
    def ema_generator(self) -> keras.Model:
        """The averaged generator, or the generator itself if there is no average."""
        return self.generator if self._average is None else self._average

    @property
    def discriminator_variables(self) -> list[Any]:  # type: ignore[override]
        """The discriminator's trainable weights, and those that auxiliaries bring."""
        network = self.discriminator
        return (network.trainable_variables if network else []) + [
            v for term in self.auxiliaries for v in term.trainable_variables
        ]

    @property
    def latent_dim(self) -> int:  # type: ignore[override]
        """The size of one latent."""
        return contract.main_input(self.generator, "latents").shape[-1]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """The `(height, width, channels)` of one image."""
        return tuple(contract.made_by(self.generator).shape[1:])

    # === Compiling ===

    def default_optimizers(
        self,
    ) -> tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer]:
        """The generator's and the discriminator's optimizers if `compile` gets none."""
        return tuple(
            keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8) for _ in range(2)
        )

    def compile(
        self,
        generator_optimizer: Any = None,
        discriminator_optimizer: Any = None,
        *,
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        **unsupported: Any,
    ) -> None:
        """Prepare for training.

        Args:
            generator_optimizer: a Keras optimizer, its name or its config. By
                default the one that the family was published with.
            discriminator_optimizer: likewise.
            jit_compile: bool or `"auto"`, which compiles where that is faster.
            run_eagerly: bool, as in Keras.
            steps_per_execution: int, as in Keras: callbacks are called once in so
                many steps. On TensorFlow 10 save a dense network a fifth of its time.

        Raises:
            ValueError: the `update` can't work with an optimizer, or a setting is
                unknown.
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
                "`discriminator_optimizer`. Its logs are fixed; for scores use "
                "`keras_gan_zoo.callbacks.Score`. "
                f"Received: {', '.join(sorted(unsupported))}"
            )
        contract.check_trains(self)
        settings.check(self)
        settings.check_terms_are_known(self, self._trackers)
        policies.check_trains(self.generator, self.discriminator)
        monitoring.say_what_is_frozen(self)
        monitoring.say_what_can_not_adapt(self)
        chosen = (generator_optimizer, discriminator_optimizer)
        pair = [
            default if optimizer is None else keras.optimizers.get(optimizer)
            for optimizer, default in zip(
                chosen, self.default_optimizers(), strict=True
            )
        ]
        if policies.computes_in("float16", self.generator, self.discriminator):
            scaler = keras.optimizers.LossScaleOptimizer
            pair = [o if isinstance(o, scaler) else scaler(o) for o in pair]
        settings.check_optimizers(self, *pair)
        for optimizer, updates in zip(
            pair, (self.generator_steps, self.critic_steps), strict=True
        ):
            count_iterations(optimizer, updates)
        # Not as a dict, whose terms Keras would save a second time.
        self._check_settings = partial(
            settings.check_unchanged, settings.of_steps(self)
        )
        self._compile_settings = {
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
        }
        if not run_eagerly:
            jit_compile = backend.jit_compile(jit_compile)
        super().compile(
            optimizer=AdversarialOptimizer(*pair),
            auto_scale_loss=False,  # each player scales its own
            **{**self._compile_settings, "jit_compile": jit_compile},
        )
        drop_loss_tracker(self)
        self.optimizer.build_players(
            self.generator.trainable_variables, self.discriminator_variables
        )

    def get_compile_config(self) -> dict[str, Any]:
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

    def compile_from_config(self, config: dict[str, Any]) -> None:
        if config:
            self.compile(**config)

    # === Training ===

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        value_range: ValueRange | None = None,
    ) -> keras.callbacks.History:
        """Train both networks on images.

        Works like Keras' own `fit`, with two differences: `y` has class labels, for
        conditional GANs, and `batch_size` is what one discriminator update sees; a step
        takes `critic_steps` such batches. Every image is used once per epoch.

        Args:
            x: uint8 images `(n, height, width, channels)` or `(n, height, width)`;
                floats with a `value_range`; the path of an image folder, or a data
                set's name such as `"mnist:train"`; or a `tf.data.Dataset`,
                `PyDataset`, torch `DataLoader` or generator of batches, or of pairs
                (images, labels). Without `steps_per_epoch` a generator is read whole
                and kept.
            y: labels for a conditional GAN, whole numbers `(n,)` or one-hot rows. A
                data set of pairs, a folder with one sub-folder per class and a named
                data set bring their own.
            batch_size: int, 32 by default; not for a source that batches itself.
            value_range: `(low, high)` of float images, such as `(0, 1)`; of those of
                `x` or of `validation_data` alone if the others are uint8.

        Returns:
            A `History` with `d_loss` and `g_loss` (without penalties), every other
            term under its name (an auxiliary's as `d_<name>` and `g_<name>`; what
            regularizers and `add_loss` of the networks add as `d_regularization` and
            `g_regularization`), `loss`, the sum of everything that is minimised, and
            `wasserstein_distance` for that loss.

        Raises:
            ValueError: images or labels are not what the networks take.
        """
        refuse(class_weight=class_weight, sample_weight=sample_weight)
        contract.check_trains(self)
        check_compiled(self, "fit")
        check_joined(self)
        settings.check_run(
            validation_freq,
            batch_size=batch_size,
            epochs=epochs,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
        )
        verbose = verbose if is_first() else 0
        seed = self.seed if shuffle else None
        value_range, its_range = sources.ranges(x, validation_data, value_range)
        with reading.names_taken(self):
            if validation_split and validation_data is None:
                arrays, validation_data = sources.split_off(
                    self, x, y, validation_split, value_range, verbose
                )
                x, y = sources.as_pair(arrays)
                value_range = its_range = None if x.dtype == "uint8" else (-1, 1)
            batches = sources.batches_of(
                self,
                x,
                y,
                batch_size,
                value_range,
                self.critic_steps,
                seed,
                steps_per_epoch,
                verbose,
                trains=True,
            )
            if validation_data is not None:
                validation_data = sources.validation_batches(
                    self,
                    validation_data,
                    validation_batch_size,
                    batch_size,
                    its_range,
                    validation_steps,
                    verbose,
                )
        order = DataOrder(batches, initial_epoch)
        with first_of(callbacks, order, self) as callbacks:
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
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        value_range: ValueRange | None = None,
        **kwargs: Any,
    ) -> Any:
        """Compute the logs of `fit` at fixed weights, in inference mode; see `fit`."""
        refuse(sample_weight=sample_weight)
        contract.check_trains(self)
        check_compiled(self, "evaluate")
        settings.check_run(batch_size=batch_size, steps=steps)
        verbose = verbose if is_first() else 0
        if not isinstance(x, sources.ImageBatches):
            x = sources.batches_of(
                self, x, y, batch_size, value_range, steps=steps, verbose=verbose
            )
        return super().evaluate(
            x,
            verbose=verbose,
            callbacks=callbacks,
            return_dict=return_dict,
            **kwargs,
        )

    # === Generating ===

    def call(self, latents: Any, training: bool = False) -> Tensor:
        return self.ema_generator(latents, training=False)

    def reset_average(self) -> None:
        """Begin the generator's average anew, from the weights that it has now.

        `generate` draws with the average, which follows the generator in training
        alone. Call this after you set the generator's weights yourself. Nothing
        happens without an average.

        Example:

        ```python
        gan.generator.load_weights("mine.weights.h5")
        gan.reset_average()
        images = gan.generate(16)
        ```
        """
        begin_average(self)

    # === Presets ===

    presets = _Presets()

    @classmethod
    def from_preset(
        cls,
        preset: PathLike,
        load_weights: bool = True,
        custom_objects: dict[str, Any] | None = None,
        revision: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Load a pretrained GAN.

        Args:
            preset: the name of a zoo entry (see `GAN.presets`), a Hub handle
                `"hf://user/repo"` or `"hf://user/repo@revision"`, or a folder. A
                folder that has an entry's name is `"./dcgan_mnist"` or a `Path`.
            load_weights: bool: False builds the model with new weights.
            custom_objects: dict of your own classes, which are trusted.
            revision: str, branch, tag or commit of a Hub handle.
            **kwargs: override settings of the saved configuration, or the `dtype`
                policy of both networks, such as `"mixed_bfloat16"`. `num_classes=7`
                prepares a conditional GAN for other classes: their embeddings, tables
                and heads are drawn anew, which a warning lists, all other weights are
                the preset's, and `label_names` are what you give.

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

    def save_to_preset(
        self, preset_dir: PathLike, report: Any = None, **kwargs: Any
    ) -> Path:
        """Save as a preset folder; see `keras_gan_zoo.presets.save_preset`."""
        from keras_gan_zoo import presets

        return presets.save_preset(self, preset_dir, report=report, **kwargs)

    # === Saving ===

    def save(
        self,
        filepath: PathLike,
        overwrite: bool = True,
        zipped: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Save as a `.keras` file, state of training included, as in Keras."""
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(NO_H5.format(f"filepath={str(filepath)!r}"))
        with self._alone():
            super().save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath: PathLike, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super().save_weights(filepath, *args, **kwargs)

    def load_weights(self, filepath: PathLike, *args: Any, **kwargs: Any) -> None:
        """Load what `save_weights` or `save` wrote, as in Keras.

        A GAN with an average, from weights without one, begins it anew. A GAN without
        takes the average of weights that have one for its generator, and says so.
        """
        with self._alone():
            weights_of_others.load(
                self, super().load_weights, filepath, *args, **kwargs
            )

    def _alone(self):
        """Set aside what the networks were compiled with on their own.

        Keras stores an object once, at the first place: an optimizer of a network that
        is also the GAN's would be lost.
        """
        return uncompiled([*contract.networks_of(self).values()])

    def get_config(self) -> dict[str, Any]:
        if saves_legacy_h5():
            raise ValueError(NO_H5.format("a legacy .h5 file"))
        with self._alone():
            networks = {
                name: keras.saving.serialize_keras_object(getattr(self, name))
                for name in ("generator", "discriminator")
            }
        return {
            "name": self.name,
            **networks,
            "loss": losses.serialize(self.objective),
            "penalties": _serialize(self.penalties),
            "auxiliaries": _serialize(self.auxiliaries),
            "generator_penalties": _serialize(self.generator_penalties),
            "augmentation": keras.saving.serialize_keras_object(self.augmentation),
            "num_classes": self.num_classes,
            "label_distribution": self.label_distribution,
            "label_names": self.label_names,
            "critic_steps": self.critic_steps,
            "generator_steps": self.generator_steps,
            "ema_half_life": schedules.weight_config(self.ema_half_life),
            "ema_start": self.ema_start,
            "update": self.update,
            "latent_distribution": self.latent_distribution,
            "latents": keras.saving.serialize_keras_object(self.latents),
            "seed": self.seed,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        # A scope without objects would hide the caller's own.
        own = keras.saving.custom_object_scope(custom_objects)
        with own if custom_objects else contextlib.nullcontext():
            networks = {
                # A copy, because Keras takes out of a config what it reads.
                name: keras.saving.deserialize_keras_object(copy.deepcopy(config[name]))
                for name in ("generator", "discriminator")
                if isinstance(config.get(name), dict)
            }
            return cls(**{**config, **networks})

    def save_own_variables(self, store: Any) -> None:
        from keras_gan_zoo.presets import origin

        state.save(self, store)
        origin.store(self, store)

    def load_own_variables(self, store: Any) -> None:
        from keras_gan_zoo.presets import origin

        state.load(self, store)
        origin.restore(self, store)

    def export(self, filepath: PathLike, *args: Any, **kwargs: Any) -> None:
        """Export the generator, averaged if there is an average, as Keras does.

        Its inputs are latents, and labels of a conditional GAN; its outputs are images
        in [-1, 1].
        """
        self.generate(1, seed=0)  # Keras exports what has been called
        self.ema_generator.export(filepath, *args, **kwargs)

    def summary(self, *args: Any, **kwargs: Any) -> None:
        """Print the summaries of both networks."""
        for network in contract.networks_of(self).values():
            network.summary(*args, **kwargs)


def _serialize(terms):
    return [keras.saving.serialize_keras_object(term) for term in terms]
