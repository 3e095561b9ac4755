"""Networks come back with the dtypes that they had, or that are asked for."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.networks.policies import built_with
from presets.tiny_gans import tiny_gan, tiny_wgan


def policies(gan):
    return [
        layer.dtype_policy.name
        for network in (gan.generator, gan.discriminator, gan.ema_generator)
        for layer in (network, *network.layers)
        if not isinstance(layer, keras.layers.InputLayer)
    ]


@pytest.fixture
def mixed():
    with built_with("mixed_bfloat16"):
        yield


@pytest.mark.parametrize("make", [tiny_gan, tiny_wgan])
def test_mixed_precision_comes_back(mixed, make, tmp_path):
    gan = make()
    gan.save_to_preset(tmp_path / "mixed")
    keras.config.set_dtype_policy("float32")
    loaded = kgz.GAN.from_preset(tmp_path / "mixed")
    assert policies(loaded) == policies(gan)
    assert set(policies(gan)) == {"mixed_bfloat16", "float32"}  # outputs
    assert keras.config.dtype_policy().name == "float32"
    np.testing.assert_array_equal(loaded.generate(2, seed=1), gan.generate(2, seed=1))


@pytest.mark.parametrize("name", ["gan", "wgan"])
def test_it_does_not_spread_from_the_process(mixed, saved, name):
    assert set(policies(kgz.GAN.from_preset(saved / name))) == {"float32"}


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "bfloat16", "float64"])
def test_a_dtype_that_is_asked_for(gans, saved, dtype):
    loaded = kgz.GAN.from_preset(saved / "wgan", dtype=dtype)
    assert set(policies(loaded)) == {dtype}
    variable = "float32" if dtype.startswith("mixed") else dtype
    kinds = {weight.dtype for weight in loaded.generator.trainable_weights}
    assert kinds == {variable}
    found = loaded.generate(4, seed=1).astype(int)
    assert np.abs(found - gans["wgan"].generate(4, seed=1)).max() < 20


def test_policies_are_objects_too(saved):
    policy = keras.DTypePolicy("mixed_bfloat16")
    loaded = kgz.GAN.from_preset(saved / "gan", dtype=policy)
    assert set(policies(loaded)) == {policy.name}


def test_outputs_in_float32_stay_so(mixed, tmp_path):
    gan = tiny_gan()
    gan.save_to_preset(tmp_path / "mixed")
    loaded = kgz.GAN.from_preset(tmp_path / "mixed", dtype="float64")
    expected = [name.replace("mixed_bfloat16", "float64") for name in policies(gan)]
    assert policies(loaded) == expected


@pytest.mark.parametrize("dtype", ["int8", "float8", "int8_from_float32", 3])
def test_other_dtypes_are_refused(saved, dtype):
    says = r"`dtype` must be one of float16.*Received: dtype="
    with pytest.raises(ValueError, match=says):
        kgz.GAN.from_preset(saved / "gan", dtype=dtype)


@pytest.mark.parametrize("make", [tiny_gan, tiny_wgan])
def test_frozen_layers_stay_frozen(make, tmp_path):
    gan = make()
    gan.generator.layers[1].trainable = False
    gan.discriminator.layers[-1].trainable = False
    gan.save_to_preset(tmp_path / "frozen")
    loaded = kgz.GAN.from_preset(tmp_path / "frozen")
    for player in ("generator", "discriminator"):
        found, expected = (
            [layer.trainable for layer in getattr(g, player).layers]
            for g in (loaded, gan)
        )
        assert found == expected
        assert not all(found)
