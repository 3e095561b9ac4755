"""A GAN that grows while it is trained."""

import keras
import numpy as np
import pytest
from families.contract import EAGER, weights
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers import FadeIn

WIDTHS = {"generator_widths": (4, 4, 4), "discriminator_widths": (4, 4, 4)}


def build(phase):
    """Without its penalty, whose second derivative takes long to compile."""
    sizes = {**WIDTHS, "growing": phase, "penalties": ()}
    return kgz.ProgressiveGAN((8, 8, 1), 3, **sizes, seed=1)


def alphas(network):
    layers = [layer for layer in network.layers if isinstance(layer, FadeIn)]
    return [float(f.alpha) for f in sorted(layers, key=lambda layer: layer.start)]


def test_real_images_are_as_coarse_as_generated_ones(noise):
    gan, enlarge = build(10), np.ones((1, 2, 2, 1))
    images = noise(3).astype("float32")
    halved = images.reshape(3, 4, 2, 4, 2, 1).mean(axis=(2, 4))
    smallest = halved.reshape(3, 2, 2, 2, 2, 1).mean(axis=(2, 4))
    shares = {0: (0, 0), 10: (0, 0), 15: (0.5, 0), 25: (1, 0), 32: (1, 0.2), 40: (1, 1)}
    for seen, (first, second) in shares.items():
        gan.growth.begin(seen)
        expected = (1 - first) * np.kron(smallest, enlarge) + first * halved
        expected = (1 - second) * np.kron(expected, enlarge) + second * images
        found = ops.convert_to_numpy(gan.growth.as_grown(images))
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_it_grows_by_the_images_seen_and_resumes_exactly(noise, tmp_path):
    gan = build(4)
    gan.compile(run_eagerly=EAGER)
    later = {"grid_2_1", "grid_2_2", "to_image", "from_image", "down_0_1", "down_0_2"}

    def to_come():
        return {
            layer.name: [w.tolist() for w in layer.get_weights()]
            for network in (gan.generator, gan.discriminator)
            for layer in network.layers
            if layer.name in later
        }

    new = to_come()
    assert set(new) == later
    gan.fit(noise(12), batch_size=4, verbose=0)  # the last step began after 8 images
    networks = gan.generator, gan.ema_generator, gan.discriminator
    assert [alphas(network) for network in networks] == [[1.0, 0.0]] * 3
    assert to_come() == new  # what has not begun is not trained
    shown = gan.generate(4, seed=7)
    np.testing.assert_array_equal(shown[:, ::2, ::2], shown[:, 1::2, 1::2])

    gan.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    for each in (gan, resumed):
        each.fit(noise(12), batch_size=4, verbose=0)
        assert alphas(each.discriminator) == [1.0, 1.0]  # after 20 images
    for one, other in zip(weights(gan), weights(resumed), strict=True):
        np.testing.assert_array_equal(one, other)
    assert all(to_come()[name] != new[name] for name in later)


@pytest.mark.once
def test_a_network_of_ones_own_is_halved_as_often_as_it_doubles():
    latents = keras.Input((3,))
    small = keras.layers.Reshape((5, 5, 1))(keras.layers.Dense(25)(latents))
    images = FadeIn(0, 5)(small, small)
    shown = keras.Input((5, 5, 1))
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(shown))
    with pytest.raises(ValueError, match=r"multiples of 2.*images of 5x5"):
        kgz.GAN(keras.Model(latents, images), keras.Model(shown, logits))
