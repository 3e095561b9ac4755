"""The contract, family by family."""

import json

import keras
import numpy as np
import pytest
from families.contract import (
    CLASSES,
    EAGER,
    data,
    eagerly,
    families,
    moved,
    small,
    weights,
)
from undrawn import undrawn


@families()
@pytest.mark.once
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (45, 37, 3)])
def test_any_image_size(family, given, shape):
    gan = undrawn(lambda: small(family, shape, **given))
    assert gan.image_shape == shape
    assert tuple(gan.generator.output.shape) == (None, *shape)


@families()
@pytest.mark.once
def test_what_it_declares(family, given):
    assert family.__doc__.strip()
    assert family.paper.arxiv in family.__doc__
    gan = undrawn(lambda: small(family, **given))
    assert len(gan.default_optimizers()) == 2
    config = gan.get_config()
    again = undrawn(lambda: family.from_config(json.loads(json.dumps(config))))
    assert json.dumps(again.get_config()) == json.dumps(config)


@families(both_ways=True)
def test_training_and_storing(family, given, tmp_path):
    """A step, for each kind of networks compiled; what it is then is kept, to the bit.

    One that is loaded goes on as if nothing had happened.
    """
    gan = small(family, ema_half_life=16, **given)
    gan.compile(run_eagerly=eagerly(family, given))
    check_a_step(gan)
    assert moved(weights(gan.generator), gan.ema_generator)

    images = gan.generate(5, seed=3)
    assert images.shape == (5, *gan.image_shape)
    assert images.dtype == np.uint8
    if gan.num_classes is not None:
        labels = np.arange(5) % CLASSES
        for asked in (1, labels):
            assert gan.generate(5, labels=asked, seed=3).shape == images.shape
    else:
        with pytest.raises(ValueError, match="unconditional"):
            gan.generate(5, labels=1)

    gan.save(tmp_path / "gan.keras")
    gan.save_to_preset(tmp_path / "preset")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    for loaded in (resumed, family.from_preset(str(tmp_path / "preset"))):
        assert type(loaded) is family
        np.testing.assert_array_equal(loaded.generate(5, seed=3), images)

    for run in (gan, resumed):
        run.fit(**data(gan, steps=1))
    for name in ("generator", "discriminator", "ema_generator"):
        one, other = (weights(getattr(run, name)) for run in (gan, resumed))
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


@families()
@pytest.mark.skipif(
    keras.config.backend() != "tensorflow",
    reason="each term and scheme on each backend: training/test_dtypes.py. torch on a "
    "CPU has convolutions that fail in bfloat16 (grad_weight must be contiguous)",
)
def test_simultaneous_in_mixed_precision(family, given):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = small(family, update="simultaneous", critic_steps=1, **given)
    finally:
        keras.config.set_dtype_policy("float32")
    gan.compile(run_eagerly=EAGER)
    check_a_step(gan)


def check_a_step(gan):
    """It moves both networks, and nothing is NaN or infinite."""
    before = weights(gan.generator), weights(gan.discriminator)
    history = gan.fit(**data(gan, steps=1)).history
    assert np.isfinite(list(history.values())).all()
    assert moved(before[0], gan.generator)
    assert moved(before[1], gan.discriminator)
