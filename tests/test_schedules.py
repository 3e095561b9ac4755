"""Weights of terms."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import schedules

DECAY = keras.optimizers.schedules.ExponentialDecay(8.0, 100, 0.5)


def test_a_number_stays_what_it_is():
    for weight in (0, 10, 0.5, np.float32(2)):
        assert schedules.check_weight(weight) is weight
        assert schedules.weight_at(weight, 5) is weight
        config = schedules.weight_config(weight)
        assert config == weight
        assert type(config) in (int, float)


@pytest.mark.parametrize(
    "settings", [(0, 1, 0), (0, 1, -5), (0, 1, np.nan), (np.nan, 1, 5), (0, np.inf, 5)]
)
def test_a_cosine_goes_somewhere_in_some_images(settings):
    with pytest.raises(ValueError, match=r"`Cosine` must go .*Received: Cosine"):
        schedules.Cosine(*settings)


def test_a_schedule_is_of_the_images_seen():
    for seen, expected in ((0, 8.0), (100, 4.0), (300, 1.0)):
        weight = schedules.weight_at(DECAY, ops.convert_to_tensor(seen, "int32"))
        assert float(ops.convert_to_numpy(weight)) == pytest.approx(expected, rel=1e-5)
        assert keras.backend.standardize_dtype(weight.dtype) == "float32"


def test_a_schedule_survives_its_config():
    copy = schedules.check_weight(schedules.weight_config(DECAY))
    assert copy.get_config() == DECAY.get_config()


def test_where_only_a_number_will_do():
    with pytest.raises(ValueError, match="must be a number"):
        schedules.check_number(DECAY)


def test_every_is_a_whole_number():
    assert schedules.check_every(np.int64(4)) == 4
    with pytest.raises(ValueError, match="must be a whole number of updates"):
        schedules.check_every(4.0)


@pytest.mark.parametrize(("start", "end"), [(2e-4, 5e-5), (0.9, 0.99), (0.0, 0.55)])
def test_cosine(start, end):
    """R3GAN's `cosine_decay_with_warmup`, written out."""
    cosine = schedules.Cosine(start, end, images=400)
    for seen in (0, 1, 100, 200, 399, 400, 4000):
        left = 0.5 * (1 + np.cos(np.pi * seen / 400)) if seen < 400 else 0.0
        found = float(ops.convert_to_numpy(cosine(seen)))
        assert found == pytest.approx(start + (1 - left) * (end - start), rel=1e-5)
    assert schedules.check_weight(schedules.weight_config(cosine)).end == end


def test_readable():
    assert schedules.readable(None) is None
    assert schedules.readable(10_000) == 10_000
    text = schedules.readable(schedules.Cosine(0, 5e6, 2e7))
    assert text == "Cosine(start=0.0, end=5000000.0, images=20000000.0)"
