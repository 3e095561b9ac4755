"""Both players' optimizers as one."""

import keras
import numpy as np
import pytest
from keras import ops


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
