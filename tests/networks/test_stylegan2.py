"""StyleGAN2's and progressive GAN's networks: what the fixtures of `references` can't
see."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import StyleGAN2
from keras_gan_zoo.layers import Tap
from keras_gan_zoo.networks import (
    heads,
    progressive_discriminator,
    progressive_generator,
    stylegan2,
    stylegan2_discriminator,
    stylegan2_generator,
)

Z = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
LABELS = np.array([0, 2, 1, 2], "int32")


def numpy(x):
    return ops.convert_to_numpy(ops.stop_gradient(x))


def generator(num_classes=None, shape=(9, 8, 1), **arguments):
    return stylegan2_generator(shape, 5, (6, 4), num_classes, 7, **arguments)


def given(num_classes, name="latents", values=Z):
    values = ops.convert_to_tensor(values)
    if num_classes is None:
        return values
    return {name: values, "labels": ops.convert_to_tensor(LABELS)}


@pytest.mark.once
@pytest.mark.parametrize(
    ("shape", "num_classes", "residual"),
    [((21, 18, 3), None, True), ((5, 3, 2), 3, False)],
)
def test_any_size(shape, num_classes, residual):
    network = generator(num_classes, shape)
    images = network(given(num_classes), training=True)
    assert tuple(images.shape) == (4, *shape)
    critic = stylegan2_discriminator(shape, (4, 6), num_classes, residual)
    logits = critic(given(num_classes, "images", images), training=True)
    assert tuple(logits.shape) == (4, 1)
    assert np.isfinite(numpy(logits)).all()


@pytest.mark.once
@pytest.mark.parametrize("shape", [(21, 18, 3), (5, 3, 2)])
def test_any_size_of_progressive_gan(shape):
    images = progressive_generator(shape, 5, (6, 4))(ops.convert_to_tensor(Z))
    assert tuple(images.shape) == (4, *shape)
    logits = progressive_discriminator(shape, (4, 6))(images)
    assert tuple(logits.shape) == (4, 1)
    assert np.isfinite(numpy(logits)).all()


def test_default_widths():
    for size, base in ((28, 16384), (64, 16384), (256, 16384), (1024, 32768)):
        found = stylegan2.default_widths((size, size, 3))
        assert found[0] == 512
        assert found[-1] == min(512, base // 2 ** int(np.ceil(np.log2(size))))


def test_training_differs_and_is_followed():
    network = generator(shape=(8, 8, 1))
    first, again = (numpy(network(given(None), training=False)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    average = network.get_layer("average").average
    assert not numpy(average).any()
    mixed = [numpy(network(given(None), training=True)) for _ in range(4)]
    w = numpy(network.get_layer("mapping")(ops.convert_to_tensor(Z))).mean(0)
    np.testing.assert_allclose(numpy(average), (1 - 0.995**4) * w, rtol=1e-3)
    assert max(np.abs(one - first).max() for one in mixed) > 1e-3  # another style


def test_without_mixing_and_noise_training_is_inference():
    network = generator(style_mixing=0.0)  # the strength of the noise starts from 0
    found, expected = (
        numpy(network(given(None), training=training)) for training in (True, False)
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_classes_matter():
    network, same = generator(3), np.repeat(Z[:1], 4, axis=0)
    images = numpy(network(given(3, values=same), training=False))
    assert np.abs(images[0] - images[1]).max() > 1e-3
    np.testing.assert_allclose(images[1], images[3], atol=1e-5)
    critic = stylegan2_discriminator((9, 8, 1), (4, 6), 3, group_size=1)
    one = np.repeat(images[:1], 4, axis=0)
    logits = numpy(critic(given(3, "images", one)))
    assert np.abs(logits[0] - logits[1]).max() > 1e-4


def test_what_a_clone_and_a_file_keep(tmp_path):
    network = generator(3)
    network.get_layer("average").average.assign(np.arange(7.0))
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for other in (clone, loaded):
        found, expected = (numpy(m(given(3), training=False)) for m in (other, network))
        np.testing.assert_array_equal(found, expected)
        assert isinstance(other.get_layer("w"), Tap)
        assert other.get_layer("w").inner_shape == (4, 7)
        average = other.get_layer("average").average
        np.testing.assert_array_equal(numpy(average), np.arange(7.0))


def test_a_discriminator_that_compares_embeddings():
    """ReACGAN's: equalized layers on the features, the logit of images alone."""
    network = stylegan2_discriminator(
        (9, 8, 1), (4, 6), 3, head=heads.class_embedding(3, 5)
    )
    features = keras.Model(
        network.input["images"], network.get_layer("dense_activation").output
    )
    images = np.random.default_rng(1).normal(size=(4, 9, 8, 1)).astype("float32")
    given = {"images": images, "labels": LABELS}
    found = {name: numpy(x) for name, x in network(given).items()}
    x = numpy(features(images))

    def linear(name):
        kernel, bias = network.get_layer(name).get_weights()
        return x @ kernel / np.sqrt(6) + bias

    (table,) = network.get_layer("proxy").get_weights()
    embedding, proxy = linear("embedding"), table[LABELS] / np.sqrt(3)
    expected = {"logits": linear("logit")}
    for name, rows in (("embedding", embedding), ("proxy", proxy)):
        expected[name] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=1e-5)


@pytest.mark.once
def test_embeddings_are_of_classes():
    with pytest.raises(ValueError, match=r"`num_classes` too.*Received"):
        StyleGAN2((8, 8, 1), embedding_width=4)
