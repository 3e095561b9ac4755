"""APA: reals that are exchanged for fakes."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.augmentation import APA
from keras_gan_zoo.configs import with_state
from keras_gan_zoo.training.batch import Batch

rng = np.random.default_rng(0)
REAL, FAKE = rng.normal(size=(2, 6, 4, 5, 3)).astype("float32")
UNIFORM = np.array([0.0, 0.2, 0.4, 0.6, 0.3, 0.29], "float32")


def mix(layer, real=REAL, fake=FAKE):
    real, fake = (Batch(ops.convert_to_tensor(x), labels=x) for x in (real, fake))
    return layer.mix(real, fake, lambda *_: UNIFORM.reshape(6, 1, 1, 1))


def test_a_real_is_a_fake_with_the_probability():
    real, fake = mix(with_state(APA(p=0.3)))
    expected = np.where((UNIFORM < 0.3)[:, None, None, None], FAKE, REAL)
    np.testing.assert_array_equal(ops.convert_to_numpy(real.images), expected)
    np.testing.assert_array_equal(ops.convert_to_numpy(fake.images), FAKE)
    np.testing.assert_array_equal(real.labels, REAL)  # they stay


def test_the_generator_learns_nothing_from_fakes_shown_as_real():
    def total(fake):
        layer = with_state(APA(p=1.0))
        real = Batch(ops.convert_to_tensor(REAL))
        shown, _ = layer.mix(real, Batch(fake), lambda *_: UNIFORM.reshape(6, 1, 1, 1))
        return ops.sum(shown.images) + 0.0 * ops.sum(fake), None

    with keras.StatelessScope():
        gradient, _ = backend.input_gradients(
            total, ops.convert_to_tensor(FAKE), differentiable=False
        )
    assert not ops.convert_to_numpy(gradient).any()


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_in_a_gan(update, tiny_gan, noise):
    gan = tiny_gan(augmentation=APA(p=0.5), update=update)
    logs = gan.fit(noise(16), batch_size=8, verbose=0).history
    assert np.isfinite(list(logs.values())).all()


def test_config_round_trip():
    layer = APA(p=0.1, target=0.5)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert copy.get_config() == layer.get_config()
