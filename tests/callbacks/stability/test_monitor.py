"""Runs that go wrong on purpose are caught, and good ones are not accused."""

import json
import re

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from callbacks.stability import points
from keras_gan_zoo.callbacks import StabilityMonitor
from keras_gan_zoo.callbacks.stability import monitor as monitors
from keras_gan_zoo.callbacks.stability.losses import level_at_chance

QUICK = {"every": 10, "warm_up": 20, "num_images": 32}


def watch(gan, data=None, epochs=10, callbacks=(), batch_size=64, **settings):
    """Train while watched; the monitor, and what it said."""
    monitor = StabilityMonitor(**{**QUICK, **settings})
    images, labels = data or points.ring()
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr(monitors.warnings, "warn", lambda text, **_: said.append(text))
        gan.fit(
            images,
            labels if gan.num_classes else None,
            batch_size=batch_size,
            epochs=epochs,
            verbose=0,
            callbacks=[monitor, *callbacks],
            **({} if images.dtype == "uint8" else points.RANGE),
        )
    assert len(said) == len([r for r in monitor.rows if r["what"] != "rollback"])
    return monitor, said


def causes(monitor):
    return {(row["what"], row["about"]) for row in monitor.rows}


def whats(monitor):
    return {row["what"] for row in monitor.rows}


class Poison(keras.callbacks.Callback):
    """Makes a weight NaN before step `at`."""

    def __init__(self, at, times=1):
        super().__init__()
        self.at, self.times, self.step = at, times, 0

    def on_train_batch_begin(self, batch, logs=None):
        self.step += 1
        if self.step >= self.at and self.times:
            self.times -= 1
            kernel = self.model.discriminator.trainable_variables[0]
            kernel.assign(np.full(kernel.shape, np.nan, "float32"))


# === Runs that go wrong ===


def sgd(rate):
    return keras.optimizers.SGD(rate)


def test_a_run_that_diverges():
    gan = points.gan((30.0, 30.0), optimizer=sgd, loss="wasserstein")
    with pytest.raises(
        FloatingPointError, match=r"diverged: loss is (nan|-?inf).*lower learning"
    ):
        watch(gan)


def test_a_run_that_oscillates():
    """Two players turn around their equilibrium (Mescheder et al. 2018)."""
    turning = points.at_zero(), points.discriminator(depth=0)
    gan = points.gan((0.3, 0.3), turning, sgd, loss="wasserstein")
    monitor, said = watch(gan, points.heap(), epochs=24, every=5)
    row = next(row for row in monitor.rows if row["about"] == "values of d_loss")
    assert 5 < row["numbers"]["period"] < 30  # 2 pi / 0.3 = 21, and half of it
    assert ("oscillation", "weights of the generator") in causes(monitor)
    assert any("go round" in text and "lower learning rates" in text for text in said)


def unequal(**settings):
    """The discriminator learns, the generator does not."""
    networks = points.at_zero(), points.discriminator()
    return points.gan((0.0, 2e-2), networks, **settings)


QUICKER = {"epochs": 10, "warm_up": 4, "every": 4}


@pytest.mark.once
def test_a_discriminator_that_makes_no_errors_and_gradients_that_vanish():
    gan = unequal(loss="minimax")
    monitor, said = watch(gan, points.heap(), vanishing=0.1, **QUICKER)
    assert ("saturated", "") in causes(monitor)
    assert any("without an error" in text for text in said)
    assert ("vanishing_gradients", "generator") in causes(monitor)


@pytest.mark.once
@pytest.mark.parametrize(
    ("loss", "level"),
    [
        ("minimax", 2 * np.log(2)),
        ("hinge", 2.0),
        ("least_squares", 0.5),
        ("relativistic_paired", np.log(2)),
        ("wasserstein", None),  # has no end
    ],
)
def test_the_loss_of_a_discriminator_that_can_not_tell(loss, level):
    found = level_at_chance(kgz.losses.get(loss))
    assert found == (None if level is None else pytest.approx(level, rel=1e-6))


@pytest.mark.once
@pytest.mark.parametrize(("optimizer", "rate"), [(points.adam, 0.1), (sgd, 0.02)])
def test_gradients_that_explode(optimizer, rate):
    networks = points.at_zero(), points.discriminator()
    gan = points.gan((0.0, rate), networks, optimizer, loss="wasserstein")
    monitor, _ = watch(gan, points.heap(), exploding=5.0, **QUICKER)
    assert ("exploding_gradients", "discriminator") in causes(monitor)


def test_a_generator_that_collapses():
    monitor, said = watch(points.gan((2e-2, 1e-4)), epochs=5)
    assert ("collapse", "") in causes(monitor)
    assert any("nearly all alike" in text and "R1" in text for text in said)
    assert monitor.numbers["pixels"] < 0.25


@pytest.mark.once
def test_a_class_that_collapses():
    networks = points.generator(classes=8, deaf=5), points.discriminator(classes=8)
    gan = points.gan(networks=networks, classes=8, label_names=tuple("abcdefgh"))
    monitor, said = watch(gan, points.ring(spread=0.2), epochs=4, num_images=128)
    assert {cause for cause in causes(monitor) if "collapse" in cause[0]} == {
        ("class_collapse", "f")
    }
    assert [text for text in said if "of class f are" in text]


class Recall(layers.Layer):
    """Gives one of the images that it has learnt by heart."""

    def __init__(self, images):
        super().__init__()
        self.images = images

    def build(self, shape):
        n, size = len(self.images), self.images[0].size
        self.keys = self.add_weight(shape=(shape[-1], n), initializer="random_normal")
        self.values = self.add_weight(shape=(n, size), initializer="zeros")
        self.values.assign(self.images.reshape(n, size))

    def call(self, latents):
        return keras.ops.softmax(1e4 * latents @ self.keys) @ self.values


@pytest.mark.once
def test_a_generator_that_knows_its_training_images():
    digits, _ = kgz.datasets.load("digits", "train[:400]")
    latents = keras.Input((8,))
    x = Recall(digits / 127.5 - 1)(latents)
    generator = keras.Model(latents, layers.Reshape((28, 28, 1))(x))
    discriminator = kgz.networks.dense_discriminator((28, 28, 1), widths=(8,))
    gan = points.gan((1e-5, 1e-4), (generator, discriminator))
    monitor, said = watch(gan, (digits, None), epochs=8, batch_size=40, rollback=True)
    assert whats(monitor) == {"memorisation"}  # which no rollback would mend
    assert "copies of one of 400 training images" in said[0]


# === Runs that go well ===


AVERAGED = {"ema_half_life": 1000.0}
HEALTHY = {
    "dcgan": {"penalties": [kgz.R1(0.1)]},
    "wgan_gp": {"loss": "wasserstein", "penalties": [kgz.GradientPenalty(1.0)]},
    "r3gan": {
        "loss": "relativistic_paired",
        "penalties": [kgz.R1(0.1), kgz.R2(0.1)],
    },
    "conditional": {"classes": 8, "penalties": [kgz.R1(0.02)]},
}


@pytest.mark.once
@pytest.mark.parametrize("name", HEALTHY)
def test_a_good_run_is_not_accused(name):
    gan = points.gan((1e-3, 3e-3), **HEALTHY[name], **AVERAGED)
    monitor, said = watch(gan, points.ring(spread=0.2), epochs=12, warm_up=60)
    assert not said
    assert monitor.numbers["pixels"] > 0.5
    assert monitor.numbers["g_gradient_norm"] > 0


# === What is said and kept ===


@pytest.mark.once
def test_what_is_seen_is_said_once_and_kept(tmp_path, recwarn):
    path = tmp_path / "run" / "monitor.json"
    monitor = StabilityMonitor(**QUICK, log=path)
    images, _ = points.heap()
    gan = unequal()
    settings = {"batch_size": 64, "verbose": 0, "callbacks": [monitor], **points.RANGE}
    history = gan.fit(images, epochs=12, **settings).history
    rows = json.loads(path.read_text())
    assert rows == monitor.rows
    assert len([row for row in rows if row["what"] == "saturated"]) == 1
    for row in rows:
        assert set(row) == {"epoch", "step", "what", "about", "text", "numbers"}
        assert (row["epoch"] - 1) * 8 < row["step"] <= row["epoch"] * 8
        assert re.search(r"\d", row["text"])
    said = [str(one.message) for one in recwarn if "Epoch" in str(one.message)]
    assert [text.partition(": ")[2] for text in said] == [row["text"] for row in rows]
    assert len(history["g_gradient_norm"]) == len(history["d_gradient_norm"]) == 12

    gan.fit(images, epochs=14, initial_epoch=12, **settings)  # goes on
    assert json.loads(path.read_text()) == rows
    row = {**rows[-1], "epoch": 15, "step": 115}
    path.write_text(json.dumps([*rows, row]))  # of what is trained once more
    gan.fit(images, epochs=15, initial_epoch=14, **settings)
    assert json.loads(path.read_text()) == rows


@pytest.mark.once
@pytest.mark.filterwarnings("ignore:Epoch")
def test_a_run_that_is_resumed_goes_on_watching(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if (self.model.epochs_seen, batch) == (3, 5):
                raise KeyboardInterrupt

    def fit(name, *callbacks):
        monitor = StabilityMonitor(every=4, warm_up=8, log=tmp_path / f"{name}.json")
        backup = kgz.callbacks.BackupAndRestore(tmp_path / name, save_freq=5)
        settings = {"batch_size": 64, "epochs": 5, "verbose": 0, **points.RANGE}
        keras.utils.set_random_seed(0)
        callbacks = [monitor, *callbacks, backup]
        unequal().fit(points.heap()[0], callbacks=callbacks, **settings)
        return monitor.get_state(), (tmp_path / f"{name}.json").read_text()

    straight = fit("straight")
    with pytest.raises(KeyboardInterrupt):
        fit("stopped", Stop())
    assert fit("stopped") == straight
    assert "saturated" in straight[1]


def test_watching_changes_nothing(tiny_gan, noise):
    def weights(*callbacks):
        gan = tiny_gan(ema_half_life=10.0)
        gan.fit(noise(), batch_size=8, epochs=4, verbose=0, callbacks=callbacks)
        return gan.get_weights()

    watched = weights(StabilityMonitor(every=3, warm_up=0))
    for found, expected in zip(watched, weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


# === Going back ===


class Weights(keras.callbacks.Callback):
    """Keeps the weights after each epoch, and after each step of the last one."""

    def on_train_begin(self, logs=None):
        self.epochs, self.steps = [self.get()], []

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(self.get())

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.get())

    def get(self):
        return self.model.get_weights()


def test_going_back_to_the_last_good_state(tmp_path):
    gan, weights = points.gan(), Weights()
    monitor = StabilityMonitor(
        **QUICK, rollback=True, backup_dir=tmp_path, rate_factor=0.25
    )
    callbacks = [monitor, Poison(at=40), weights]
    with pytest.warns(
        UserWarning, match=r"diverged.* after epoch 2, .*0.00025.*1 of 3"
    ):
        history = gan.fit(
            points.ring()[0],
            batch_size=64,
            epochs=4,
            verbose=0,
            callbacks=callbacks,
            **points.RANGE,
        ).history
    for found, expected in zip(weights.steps[39], weights.epochs[2], strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(gan.optimizer.learning_rates, 2.5e-4)
    assert np.isfinite(history["loss"]).all()  # the poisoned steps are left out
    assert len(history["loss"]) == 4
    assert int(gan.epochs_seen) == 4
    assert [row["what"] for row in monitor.rows] == ["not_finite", "rollback"]


@pytest.mark.once
def test_lower_rates_save_a_run():
    gan = points.gan((30.0, 30.0), optimizer=sgd, penalties=[kgz.R1(0.1)])
    monitor, _ = watch(gan, rollback=True, rate_factor=0.01, epochs=4)
    assert 1 <= len([row for row in monitor.rows if row["what"] == "rollback"]) <= 3
    assert all(np.isfinite(weight).all() for weight in gan.get_weights())


@pytest.mark.once
def test_what_goes_wrong_again_and_again_ends():
    gan = points.gan()
    with pytest.raises(FloatingPointError, match=r"diverged.* after 2 rollbacks"):
        watch(gan, callbacks=[Poison(20, times=9)], rollback=True, max_rollbacks=2)
    gan = points.gan((2e-2, 1e-4))
    with pytest.raises(RuntimeError, match=r"alike.* after 0 rollbacks"):
        watch(gan, rollback=True, max_rollbacks=0)


# === What it refuses ===


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"every": 0}, "`every` must be a whole number, 1 or more"),
        ({"rate_factor": 1.5}, "`rate_factor` must be a share"),
        ({"num_images": 2}, "`num_images` must be a whole number, 8 or more"),
        ({"saturation": 0}, "`saturation` must be a share"),
    ],
)
def test_wrong_arguments(settings, says):
    with pytest.raises(ValueError, match=says):
        StabilityMonitor(**settings)


def test_rates_that_follow_a_schedule_can_not_be_lowered():
    decay = keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9)
    gan = points.gan((1e-3, decay))
    with pytest.raises(ValueError, match=r"discriminator_optimizer with the schedule"):
        watch(gan, rollback=True)


def test_only_a_gan_can_be_watched():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="watches a `GAN`"):
        StabilityMonitor().set_model(model)
