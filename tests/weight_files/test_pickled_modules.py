"""Pickles of whole modules, whose classes are nowhere."""

import numpy as np
import pytest
from weight_files.pickled_files import nvidia, r3gan, save

from keras_gan_zoo.weight_files import read_weights


def part(weights, prefix):
    return {
        name.removeprefix(prefix): np.asarray(weights[name])
        for name in weights
        if name.startswith(prefix)
    }


def assert_equal(arrays, state):
    assert set(arrays) == set(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(arrays[name], tensor.numpy(), strict=True)


def test_r3gan():
    ema, data = r3gan()
    weights = read_weights(data)
    assert_equal(part(weights, "G_ema."), ema.state_dict())
    assert {name.partition(".")[0] for name in weights} == {"G", "D", "G_ema"}
    found = weights.settings
    assert found["training_set_kwargs.resolution"] == 256
    assert (found["cur_nimg"], found["G_ema.z_dim"]) == (10_000, 64)
    assert found["G_ema.MainLayers.0.DataType"] == "bfloat16"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_nvidia(protocol):
    ema, data = nvidia(protocol)
    weights = read_weights(data)
    assert_equal(part(weights, "G_ema."), ema.state_dict())
    found = weights.settings
    assert found["G_ema.init_kwargs.z_dim"] == 512
    assert found["G_ema.init_kwargs.channel_max"] == 64
    assert found["G_ema.init_kwargs.mapping_kwargs.num_layers"] == 2
    assert found["G_ema.synthesis.init_args"] == (4,)
    assert found["G_ema.synthesis.init_kwargs.resolution"] == 4
    assert found["G_ema.synthesis.scale"] == 1.5
    assert found["training_set_kwargs.xflip"] is True
    assert not any("os.abort" in str(value) for value in found.values())


def test_a_configuration_object_beside_the_weights():
    """pytorch_GAN_zoo's files hold one."""
    import torch
    from weight_files.pickled_files import modules

    class Config:
        pass

    config = Config()
    config.scales, config.inner = [4, 8], Config()
    config.inner.depth = 3
    with modules(models__utils__config=[Config]):
        data = save({"config": config, "avgG": {"a.module.weight": torch.ones(2)}})
    weights = read_weights(data)
    assert list(weights) == ["avgG.a.module.weight"]
    assert weights.settings == {"config.scales": (4, 8), "config.inner.depth": 3}
