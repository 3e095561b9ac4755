"""Both players' optimizers as one."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz


def test_learning_rate_schedules_and_named_optimizers(tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    schedule = keras.optimizers.schedules.PolynomialDecay(1e-3, 5, 0.0)
    gan.compile(keras.optimizers.Adam(schedule), "rmsprop")
    gan.fit(noise(), batch_size=8, verbose=0)
    assert float(ops.convert_to_numpy(gan.optimizer.learning_rate)) == 0.0


def test_two_players_need_two(tiny_gan):
    one = keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"need two optimizers.*same optimizer twice"):
        tiny_gan().compile(one, one)


def test_keras_sees_one(tiny_gan, noise, tmp_path):
    gan = tiny_gan(critic_steps=2, compiled=False)
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.RMSprop(1e-4))
    gan.fit(noise(24), batch_size=4, epochs=2, verbose=0)
    # `iterations` and `learning_rate` are the generator's.
    assert int(ops.convert_to_numpy(gan.optimizer.iterations)) == 6
    critic = gan.optimizer.discriminator_optimizer
    assert int(ops.convert_to_numpy(critic.iterations)) == 12
    gan.optimizer.learning_rate = 5e-4
    assert float(ops.convert_to_numpy(gan.optimizer.learning_rate)) == np.float32(5e-4)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras").optimizer
    assert isinstance(again.discriminator_optimizer, keras.optimizers.RMSprop)
    for a, b in zip(gan.optimizer.variables, again.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (a, b)))


def test_it_is_built_by_compile_alone(tiny_gan):
    with pytest.raises(ValueError, match=r"is built by `GAN.compile`"):
        tiny_gan().optimizer.build([])


def test_the_norms_of_recent_gradients(tiny_gan):
    gan = tiny_gan(compiled=False)
    gan.compile(keras.optimizers.RMSprop(rho=0.0), keras.optimizers.SGD())
    assert gan.optimizer.gradient_norms == [0.0, None]
    squares = gan.optimizer.generator_optimizer.variables
    squares = [v for v in squares if "velocity" in v.path]
    for variable in squares:
        variable.assign(np.full(variable.shape, 4.0))
    count = sum(np.prod(v.shape) for v in squares)
    assert gan.optimizer.gradient_norms[0] == pytest.approx(2 * count**0.5)


# === Learning rates ===


def rates(gan):
    return np.array(gan.optimizer.learning_rates)


@pytest.fixture
def two_rates(tiny_gan):
    """A GAN whose players learn at 1e-3 and 4e-3."""

    def build(policy=None, **kwargs):
        gan = tiny_gan(compiled=False, **kwargs)
        pair = [keras.optimizers.Adam(rate) for rate in (1e-3, 4e-3)]
        if policy == "float16":
            pair = [keras.optimizers.LossScaleOptimizer(one) for one in pair]
        gan.compile(*pair)
        return gan

    return build


@pytest.mark.parametrize("policy", [None, "float16"])
def test_a_rate_that_is_set_moves_both_players(policy, two_rates):
    gan = two_rates(policy)
    gan.optimizer.learning_rate = 5e-4
    np.testing.assert_allclose(rates(gan), [5e-4, 2e-3], rtol=1e-6)
    gan.optimizer.learning_rate = ops.convert_to_tensor(1e-3)
    np.testing.assert_allclose(rates(gan), [1e-3, 4e-3], rtol=1e-6)
    # Each player's own can be set too, and the new ratio is kept.
    gan.optimizer.discriminator_optimizer.learning_rate = 1e-3
    gan.optimizer.generator_optimizer.learning_rate = 2e-3
    gan.optimizer.learning_rate = 2e-4
    np.testing.assert_allclose(rates(gan), [2e-4, 1e-4], rtol=1e-6)


@pytest.mark.parametrize("policy", [None, "float16"])
def test_a_rate_that_is_assigned_moves_both_players(policy, two_rates):
    gan = two_rates(policy)
    rate = gan.optimizer.learning_rate
    rate.assign(5e-4)
    np.testing.assert_allclose(rates(gan), [5e-4, 2e-3], rtol=1e-6)
    rate.assign(rate / 5)
    np.testing.assert_allclose(rates(gan), [1e-4, 4e-4], rtol=1e-6)
    rate.assign_add(1e-4)
    rate.assign_sub(5e-5)
    np.testing.assert_allclose(rates(gan), [1.5e-4, 6e-4], rtol=1e-6)
    gan.optimizer.learning_rate = 1e-3
    np.testing.assert_allclose(rates(gan), [1e-3, 4e-3], rtol=1e-6)
    # What was read before is still the rate, in every form.
    assert float(rate) == rate.numpy() == np.array(rate) == np.float32(1e-3)
    found = [
        ops.convert_to_numpy(2 * rate),
        ops.convert_to_numpy(ops.multiply(rate, 2)),
    ]
    np.testing.assert_allclose(found, 2e-3, rtol=1e-6)
    assert (rate.shape, rate.dtype) == ((), "float32")
    assert "0.001" in repr(rate)


def test_a_callback_may_assign_the_rate(two_rates, noise):
    class Halve(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            rate = self.model.optimizer.learning_rate
            rate.assign(rate * 0.5)

    gan = two_rates()
    gan.fit(noise(24), batch_size=8, verbose=0, callbacks=[Halve()])
    np.testing.assert_allclose(rates(gan), [1.25e-4, 5e-4], rtol=1e-6)


def test_the_rate_is_read_inside_of_a_scope(two_rates):
    gan = two_rates()
    rate = gan.optimizer.learning_rate
    with keras.StatelessScope([(gan.optimizer.generator_optimizer.learning_rate, 0.5)]):
        assert float(ops.convert_to_numpy(rate)) == 0.5


def test_a_rate_is_not_assigned_beside_a_schedule(tiny_gan):
    gan = tiny_gan(compiled=False)
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 1, 0.5)
    gan.compile("adam", keras.optimizers.Adam(schedule))
    before = rates(gan)
    with pytest.raises(TypeError, match="follow a schedule"):
        gan.optimizer.learning_rate.assign(1e-4)
    np.testing.assert_array_equal(rates(gan), before)


def test_a_rate_of_0_does_not_lose_the_ratio(two_rates):
    gan = two_rates()
    for value in (0.0, 0.0, 1e-2):
        gan.optimizer.learning_rate = value
    np.testing.assert_allclose(rates(gan), [1e-2, 4e-2], rtol=1e-6)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_schedule_is_not_overwritten(player, tiny_gan):
    gan = tiny_gan(compiled=False)
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 1, 0.5)
    both = {"generator": 2e-3, "discriminator": 2e-3, player: schedule}
    gan.compile(*map(keras.optimizers.Adam, both.values()))
    before = rates(gan)
    with pytest.raises(TypeError, match=r"follow a schedule.*Received: learning_rate"):
        gan.optimizer.learning_rate = 1e-4
    np.testing.assert_array_equal(rates(gan), before)


def test_a_schedule_is_for_one_player(two_rates):
    gan = two_rates()
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 1, 0.5)
    with pytest.raises(TypeError, match=r"schedule for each to `compile`. Received"):
        gan.optimizer.learning_rate = schedule


#: and the generator's rate after three epochs
CALLBACKS = {
    "by factors": (
        lambda: keras.callbacks.LearningRateScheduler(
            lambda epoch, rate: rate * (0.1 if epoch else 1.0)
        ),
        1e-5,
    ),
    "absolute": (
        lambda: keras.callbacks.LearningRateScheduler(
            lambda epoch: 1e-4 if epoch else 1e-3
        ),
        1e-4,
    ),
    "on a plateau": (
        lambda: keras.callbacks.ReduceLROnPlateau(
            "d_loss", factor=0.1, patience=1, min_delta=100, mode="min", min_lr=1e-4
        ),
        1e-4,
    ),
}


@pytest.mark.parametrize("name", CALLBACKS)
@pytest.mark.parametrize("listed", [True, False])
def test_callbacks_move_both_rates_and_both_are_logged(
    name, listed, two_rates, noise, tmp_path
):
    gan = two_rates()
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    make, last = CALLBACKS[name]
    callbacks = [logger, make()]
    if not listed:
        callbacks = keras.callbacks.CallbackList(callbacks, True, model=gan)
    history = gan.fit(
        noise(), batch_size=20, epochs=3, verbose=0, callbacks=callbacks
    ).history
    np.testing.assert_allclose(rates(gan), [last, 4 * last], rtol=1e-5)
    found = np.array([history["learning_rate"], history["d_learning_rate"]])
    np.testing.assert_allclose(found[1], 4 * found[0], rtol=1e-5)
    assert "d_learning_rate" in (tmp_path / "log.csv").read_text()


def test_rates_are_not_logged_unless_a_callback_is_about_them(two_rates, noise):
    history = two_rates().fit(noise(), batch_size=20, verbose=0).history
    assert set(history) == {"loss", "d_loss", "g_loss"}


# === Schedules ===


@pytest.mark.parametrize(("critic_steps", "generator_steps"), [(3, 1), (2, 2)])
def test_schedules_of_both_players_count_iterations(
    critic_steps, generator_steps, tiny_gan, noise, tmp_path
):
    gan = tiny_gan(
        critic_steps=critic_steps, generator_steps=generator_steps, compiled=False
    )
    decay = keras.optimizers.schedules.PiecewiseConstantDecay
    pair = (keras.optimizers.Adam(decay([4], [1e-3, 1e-6])) for _ in range(2))
    gan.compile(*pair, run_eagerly=keras.backend.backend() == "tensorflow")
    assert gan.fit(noise(8 * critic_steps), batch_size=2, verbose=0)  # 4 iterations
    np.testing.assert_allclose(rates(gan), 1e-3, rtol=1e-6)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_allclose(rates(loaded), 1e-3, rtol=1e-6)
    for again in (gan, loaded):
        again.fit(noise(2 * critic_steps), batch_size=2, verbose=0)  # the fifth
        np.testing.assert_allclose(rates(again), 1e-6, rtol=1e-6)


def test_an_optimizer_compiled_again_counts_its_iterations_once(tiny_gan):
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 1, 0.5)
    config = keras.optimizers.serialize(keras.optimizers.Adam(schedule))
    for steps in (3, 1, 2):
        gan = tiny_gan(critic_steps=steps, compiled=False)
        gan.compile("adam", config)
        config = gan.get_compile_config()["discriminator_optimizer"]
        gan.optimizer.discriminator_optimizer.iterations.assign(6)
        np.testing.assert_allclose(rates(gan)[1], 1e-3 * 0.5 ** (6 // steps), rtol=1e-6)


# === Averages of Keras' own ===


def numbers(variables):
    return [np.array(ops.convert_to_numpy(v)) for v in variables]


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_use_ema_leaves_the_averages_as_in_keras(player, tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    averaging = keras.optimizers.SGD(1e-2, use_ema=True, ema_momentum=0.9)
    both = {"generator": "sgd", "discriminator": "sgd", player: averaging}
    gan.compile(*both.values())
    # The average, written out: as Keras' does, it starts after the first update.
    expected = None
    network = getattr(gan, player)

    class Follow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            nonlocal expected
            now = numbers(getattr(self.model, player).trainable_variables)
            momentum = 0.0 if expected is None else 0.9
            before = now if expected is None else expected
            expected = [
                momentum * a + (1 - momentum) * b
                for a, b in zip(before, now, strict=True)
            ]

    gan.fit(noise(), batch_size=8, verbose=0, callbacks=[Follow()])
    for a, b in zip(numbers(network.trainable_variables), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_swap_ema_weights_swaps_for_an_evaluation(tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    gan.compile(
        keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9),
        keras.optimizers.SGD(0.1),
    )
    averages = gan.optimizer.generator_optimizer._model_variables_moving_average
    seen = []

    class Look(keras.callbacks.Callback):
        def on_test_end(self, logs=None):
            weights = numbers(self.model.generator.trainable_variables)
            seen.append((weights, numbers(averages)))

    swap = keras.callbacks.SwapEMAWeights()
    gan.fit(
        noise(),
        batch_size=8,
        epochs=2,
        validation_data=noise(8),
        verbose=0,
        callbacks=[Look(), swap],
    )
    before = numbers(gan.generator.trainable_variables)
    gan.evaluate(noise(8), verbose=0, callbacks=[Look(), swap])
    assert len(seen) == 3
    # During the evaluation the average held the weights, and the other way round.
    for a, b in zip(seen[-1][1], before, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(numbers(gan.generator.trainable_variables), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(*seen[0], strict=True))


def test_swap_ema_weights_without_an_average_says_what_it_needs(tiny_gan, noise):
    with pytest.raises(ValueError, match="`use_ema=True` is set on the optimizer"):
        tiny_gan().evaluate(
            noise(), verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()]
        )


# === Accumulated gradients ===


def test_lazy_terms_count_each_batch_of_an_accumulated_gradient(tiny_gan, noise):
    gan = tiny_gan(penalties=[kgz.R1(2.0, every=4)], compiled=False)
    several = {"gradient_accumulation_steps": 2}
    gan.compile(*(keras.optimizers.SGD(0.1, **several) for _ in range(2)))
    sums = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            sums.append(logs["r1_penalty"] * (batch + 1))

    gan.fit(noise(48), batch_size=8, verbose=0, callbacks=[Watch()])
    due = np.diff(sums, prepend=0.0) > 1e-6
    np.testing.assert_array_equal(due, [True, False, False, False, True, False])
    assert int(ops.convert_to_numpy(gan.images_seen)) == 48
    assert int(ops.convert_to_numpy(gan.optimizer.iterations)) == 3


def test_lazy_terms_of_the_generator_with_accumulated_gradients(tiny_gan, noise):
    term = kgz.generator_penalties.ModeSeeking(1.0, every=2)
    gan = tiny_gan(generator_penalties=[term], compiled=False)
    scaler = keras.optimizers.LossScaleOptimizer
    pair = [keras.optimizers.Adam(gradient_accumulation_steps=3) for _ in range(2)]
    gan.compile(*map(scaler, pair))
    history = gan.fit(noise(), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite([*history.values()]).all()
