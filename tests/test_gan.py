"""What a user of `fit` sees, on the backend in use."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz


def values(variables):
    return [np.array(ops.convert_to_numpy(v)) for v in variables]


def assert_same(left, right):
    for a, b in zip(values(left), values(right), strict=True):
        np.testing.assert_array_equal(a, b)


def wgan_gp(**kwargs):
    return kgz.WGANGP(
        image_shape=(8, 8, 1),
        latent_dim=4,
        generator_widths=(8,),
        discriminator_widths=(8,),
        **{"seed": 5, "ema_half_life": 100, **kwargs},
    )


def test_wgan_gp_trains_through_fit(noise):
    gan = wgan_gp()
    gan.compile(discriminator_optimizer=keras.optimizers.Adam(1e-2, 0.0, 0.9))
    generator, discriminator = (
        values(gan.generator.weights),
        values(gan.discriminator.weights),
    )
    history = gan.fit(noise(100), batch_size=5, epochs=2, verbose=0).history
    assert set(history) == {
        "loss",
        "d_loss",
        "g_loss",
        "gradient_penalty",
        "wasserstein_distance",
    }
    assert np.isfinite(list(history.values())).all()
    # The estimate grows while the critic learns to tell noise from nothing.
    assert history["wasserstein_distance"][1] > history["wasserstein_distance"][0]
    np.testing.assert_allclose(
        history["wasserstein_distance"], -np.array(history["d_loss"]), rtol=1e-5
    )
    for before, model in (
        (generator, gan.generator),
        (discriminator, gan.discriminator),
    ):
        assert any(
            (a != b).any() for a, b in zip(before, values(model.weights), strict=True)
        )
    # 100 images, 5 critic steps of 5: 4 iterations an epoch.
    assert int(gan.optimizer.iterations) == 8
    assert int(gan.optimizer.discriminator_optimizer.iterations) == 40


class Recorder(kgz.penalties.Penalty):
    """A penalty of 0 that keeps the real images of each update."""

    name = "recorder"

    def __init__(self):
        super().__init__(0.0)
        self.seen = []

    def __call__(self, judge, real, fake, draw, gradients_at=None):
        self.seen.append(np.array(ops.convert_to_numpy(real.images)))
        return ops.zeros(())


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (43, [4, 4, 4, 4, 4, 4, 5, 4, 5, 5]),  # 3 left over: they join the group
        (45, [4] * 10 + [1] * 5),
        (40, [4] * 10),
        (7, [1, 1, 2, 1, 2]),
    ],
)
def test_an_epoch_uses_every_image_once_in_fresh_batches(tiny_gan, n, expected):
    recorder = Recorder()
    gan = tiny_gan(penalties=[recorder], critic_steps=5, compiled=False)
    gan.compile(run_eagerly=True)
    images = np.zeros((n, 8, 8, 1), "uint8")
    images[:, 0, 0, 0] = np.arange(n)
    gan.fit(images, batch_size=4, verbose=0)
    # On JAX the step is traced once more than it is run; the last run counts.
    sizes = [len(batch) for batch in recorder.seen]
    assert sorted(sizes) == sorted(expected)
    pixels = np.concatenate([batch[:, 0, 0, 0] for batch in recorder.seen])
    np.testing.assert_array_equal(np.sort(np.rint((pixels + 1) * 127.5)), np.arange(n))


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_saved_and_loaded_run_goes_on_as_if_uninterrupted(
    update, tiny_gan, noise, tmp_path
):
    settings = {"update": update, "ema_half_life": 100, "penalties": [kgz.R1(1.0)]}
    straight, interrupted = tiny_gan(**settings), tiny_gan(**settings)
    straight.fit(noise(), batch_size=8, epochs=4, verbose=0)

    interrupted.fit(noise(), batch_size=8, epochs=2, verbose=0)
    interrupted.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    resumed.fit(noise(), batch_size=8, epochs=2, verbose=0)

    assert_same(straight.variables, resumed.variables)
    assert_same(straight.optimizer.variables, resumed.optimizer.variables)


def test_backup_and_restore_is_exact(tiny_gan, noise, tmp_path):
    straight = tiny_gan()
    straight.fit(noise(), batch_size=8, epochs=3, verbose=0)

    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(KeyboardInterrupt):
        tiny_gan().fit(
            noise(), batch_size=8, epochs=3, verbose=0, callbacks=[backup(), Crash()]
        )
    resumed = tiny_gan()
    resumed.fit(noise(), batch_size=8, epochs=3, verbose=0, callbacks=[backup()])
    assert_same(straight.variables, resumed.variables)


def test_a_second_fit_goes_on_instead_of_repeating(tiny_gan, noise):
    once, twice = tiny_gan(), tiny_gan()
    once.fit(noise(), batch_size=8, epochs=2, verbose=0)
    twice.fit(noise(), batch_size=8, verbose=0)
    twice.fit(noise(), batch_size=8, verbose=0)
    assert_same(once.variables, twice.variables)


def gradients(update, loss, noise):
    """The generator's gradients of one step: its weights' change under SGD(1)."""
    gan = kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=4, widths=(16,)),
        kgz.networks.dense_discriminator((8, 8, 1), widths=(16,), dropout=0),
        loss=loss,
        penalties=[kgz.R1(1.0)],
        update=update,
        seed=3,
    )
    rng = np.random.default_rng(1)
    for weight in gan.generator.trainable_weights + gan.discriminator.trainable_weights:
        weight.assign(
            0.3 * rng.standard_normal(weight.shape) + ("gamma" in weight.path)
        )
    fixed = ops.convert_to_tensor(rng.standard_normal((8, 4)).astype("float32"))
    gan.draw_latents = lambda n, training=True: fixed
    before = values(gan.generator.trainable_variables)
    # Alternating: a still discriminator, so that both losses are taken at the
    # weights before the update.
    still = 0.0 if update == "alternating" else 1.0
    gan.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(still))
    gan.fit(noise(8), batch_size=8, shuffle=False, verbose=0)
    return [
        a - b
        for a, b in zip(before, values(gan.generator.trainable_variables), strict=True)
    ]


@pytest.mark.parametrize("loss", ["minimax", "wasserstein", "non_saturating", "hinge"])
def test_simultaneous_gradients_equal_the_alternating_ones(loss, noise):
    alternating = gradients("alternating", loss, noise)
    simultaneous = gradients("simultaneous", loss, noise)
    assert any(np.abs(g).max() > 1e-4 for g in alternating)
    for a, b in zip(alternating, simultaneous, strict=True):
        np.testing.assert_allclose(b, a, atol=1e-5, rtol=1e-3)


def test_average_follows_the_half_life_and_batch_norm_statistics(noise, tiny_gan):
    gan = tiny_gan(ema_half_life=16.0)
    images = noise(16)
    # Past the ramp (16 / 0.05 = 320 images) a batch of 16 halves the distance.
    for _ in range(20):
        gan.train_on_batch(images)
    average = values(gan.ema_generator.weights)
    gan.train_on_batch(images)
    raw = values(gan.generator.weights)
    for old, new, weight in zip(
        average, values(gan.ema_generator.weights), raw, strict=True
    ):
        np.testing.assert_allclose(new, 0.5 * old + 0.5 * weight, rtol=1e-4, atol=1e-6)
    assert any("moving_mean" in w.path for w in gan.ema_generator.weights)
    assert (gan.generate(4, seed=1) != gan.generate(4, seed=1, use_ema=False)).any()


def test_a_short_run_does_not_show_its_first_weights(tiny_gan, noise):
    gan = tiny_gan(ema_half_life=1_000_000)
    gan.fit(noise(), batch_size=8, verbose=0)
    for average, raw in zip(
        gan.ema_generator.weights, gan.generator.weights, strict=True
    ):
        np.testing.assert_allclose(*values([average, raw]), atol=0.02)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains(policy, noise):
    keras.config.set_dtype_policy(policy)
    try:
        gan = wgan_gp(critic_steps=2)
    finally:
        keras.config.set_dtype_policy("float32")
    gan.compile()
    # A first float16 step may only lower the loss scale.
    history = gan.fit(noise(), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(history["d_loss"][-1])
    assert gan.discriminator.trainable_variables[0].dtype == "float32"
    assert gan.generate(2, seed=1).dtype == "uint8"


def test_evaluate_gives_the_logs_and_changes_nothing(tiny_gan, noise):
    gan = tiny_gan(penalties=[kgz.R1(1.0)])
    before = values(gan.weights)
    logs = gan.evaluate(noise(), batch_size=8, return_dict=True, verbose=0)
    assert set(logs) == {"loss", "d_loss", "g_loss", "r1_penalty"}
    for a, b in zip(before, values(gan.weights), strict=True):
        np.testing.assert_array_equal(a, b)


def test_validation_and_callbacks_as_in_keras(tiny_gan, noise):
    gan = tiny_gan()
    history = gan.fit(
        noise(),
        batch_size=8,
        epochs=3,
        validation_split=0.25,
        callbacks=[keras.callbacks.EarlyStopping("val_g_loss", mode="min")],
        verbose=0,
    ).history
    logs = {"loss", "d_loss", "g_loss"}
    assert set(history) == logs | {f"val_{name}" for name in logs}


def test_predict_is_float_in_range_and_generate_does_not_depend_on_batches(tiny_gan):
    gan = tiny_gan()
    latents = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")
    images = gan.predict(latents, verbose=0)
    assert images.shape == (5, 8, 8, 1)
    assert images.dtype == "float32"
    assert np.abs(images).max() <= 1
    whole = gan.generate(10, seed=7)
    assert whole.dtype == "uint8"
    np.testing.assert_array_equal(whole, gan.generate(10, seed=7, batch_size=3))
    np.testing.assert_array_equal(whole[6:], gan.generate(4, seed=7, start=6))
    assert (gan.generate(10) != gan.generate(10)).any()


def test_config_round_trip(tiny_gan):
    gan = tiny_gan(loss="hinge", penalties=[kgz.R1(2.0)], ema_half_life=10)
    copy = kgz.GAN.from_config(gan.get_config())
    assert copy.get_config() == gan.get_config()
    copy.generator.set_weights(gan.generator.get_weights())
    np.testing.assert_array_equal(
        copy.generate(2, seed=1, use_ema=False), gan.generate(2, seed=1, use_ema=False)
    )


def test_a_loss_and_a_penalty_of_ones_own(noise, tiny_gan, tmp_path):
    @keras.saving.register_keras_serializable(package="test_training")
    class Squared(kgz.losses.AdversarialLoss):
        def discriminator_loss(self, real_logits, fake_logits):
            return ops.mean(ops.square(real_logits - fake_logits))

        def generator_loss(self, fake_logits):
            return ops.mean(ops.square(fake_logits))

    gan = tiny_gan(loss=Squared())
    gan.fit(noise(), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(loaded.objective, Squared)


def test_seed_none_follows_keras(tiny_gan):
    keras.utils.set_random_seed(4)
    first = tiny_gan(seed=None).seed
    keras.utils.set_random_seed(4)
    assert tiny_gan(seed=None).seed == first
    assert tiny_gan(seed=None).seed != first


def test_summary_shows_both_networks(tiny_gan, capsys):
    tiny_gan().summary()
    text = capsys.readouterr().out
    assert "generator" in text
    assert "discriminator" in text


def test_learning_rate_schedules_and_named_optimizers(tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    schedule = keras.optimizers.schedules.PolynomialDecay(1e-3, 5, 0.0)
    gan.compile(keras.optimizers.Adam(schedule), "rmsprop")
    gan.fit(noise(), batch_size=8, verbose=0)
    assert float(ops.convert_to_numpy(gan.optimizer.learning_rate)) == 0.0
