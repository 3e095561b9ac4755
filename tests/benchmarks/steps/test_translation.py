import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz

torch = pytest.importorskip("torch")

WIDTHS = {"generator_widths": (8, 8, 8), "discriminator_widths": (8, 8, 8)}
NETWORKS = {
    "projection": kgz.ProjectionGAN.networks,
    "sngan": kgz.SNGAN.networks,
    "biggan": kgz.BigGAN.networks,
    "stylegan2": kgz.StyleGAN2.networks,
    "r3gan": kgz.R3GAN.networks,
}
CLASSES = {"projection", "biggan"}


@pytest.fixture
def translation(benchmark_module):
    return benchmark_module("steps.translation")


def shaken(network):
    """Nothing is left at 0 or 1, where a mistake would not show."""
    random = np.random.default_rng(0)
    for variable in network.trainable_variables:
        moved = ops.convert_to_numpy(variable)
        moved = moved + 0.1 * random.standard_normal(moved.shape)
        variable.assign(moved.astype("float32"))
    return network


@pytest.mark.parametrize("name", NETWORKS)
def test_a_translated_network_is_the_same_function(translation, name):
    size = (16, 16, 3)
    classes = {"num_classes": 10} if name in CLASSES else {}
    more = {"mapping_width": 8, "latent_dim": 8} if name == "stylegan2" else {}
    generator, discriminator = NETWORKS[name](size, **WIDTHS, **classes, **more)
    random = np.random.default_rng(1)
    labels = random.integers(0, 10, 4).astype("int32")
    latents = random.standard_normal((4, _latent_dim(generator))).astype("float32")
    images = random.uniform(-1, 1, (4, *size)).astype("float32")
    for network, array in ((generator, latents), (discriminator, images)):
        network = shaken(network)
        inputs = [array, labels] if classes else [array]
        named = dict(zip((_first(network), "labels"), inputs, strict=False))
        expected = network(named if classes else array, training=False)
        expected = ops.convert_to_numpy(expected)
        module = translation.Translated(network).eval()
        tensors = [torch.tensor(_channels_first(x)) for x in inputs]
        with torch.no_grad():
            found = module(*tensors).numpy()
        np.testing.assert_allclose(
            found,
            _channels_first(expected),
            rtol=0,
            atol=1e-4 * np.abs(expected).max(),
        )
        weights = sum(p.numel() for p in module.parameters())
        assert weights == sum(np.prod(v.shape) for v in network.trainable_variables)


def _latent_dim(generator):
    (latents,) = (x for x in generator.inputs if x.name == "latents")
    return latents.shape[1]


def _first(network):
    return next(x.name for x in network.inputs if x.name != "labels")


def _channels_first(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)) if x.ndim == 4 else x


def test_an_unknown_layer_is_refused(translation):
    x = keras.Input((8, 8, 3))
    model = keras.Model(x, layers.Conv2D(4, 4, 2, "same", name="odd")(x))
    with pytest.raises(NotImplementedError, match="odd"):
        translation.Translated(model)
    model = keras.Model(x, layers.GaussianNoise(0.1)(x))
    with pytest.raises(NotImplementedError, match="GaussianNoise"):
        translation.Translated(model)
