"""Shapes, heads and published sizes of the networks beside the residual ones."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_gan_zoo import networks
from keras_gan_zoo.networks import blocks

SHAPES = [(28, 28, 1), (45, 37, 3), (7, 5, 2)]
LABELS = np.array([0, 2], "int32")


def numpy(x):
    return ops.convert_to_numpy(x)


def test_what_others_call_stays():
    for name in ("dense", "convolutional"):
        generator = getattr(networks, f"{name}_generator")((8, 8, 1), 4, (8,))
        discriminator = getattr(networks, f"{name}_discriminator")((8, 8, 1), (8,))
        assert generator.output_shape == (None, 8, 8, 1)
        assert discriminator.output_shape == (None, 1)


@pytest.mark.once
@pytest.mark.parametrize("shape", SHAPES)
def test_acgan(shape):
    generator = networks.acgan_generator(shape, 3, 5, (8, 4))
    discriminator = networks.acgan_discriminator(shape, 3, (4, 8, 8))
    latents = np.ones((2, 5), "float32")
    images = generator({"latents": latents, "labels": LABELS})
    assert tuple(images.shape) == (2, *shape)
    assert np.abs(numpy(images)[0] - numpy(images)[1]).max() > 0
    outputs = discriminator(images)
    assert {k: tuple(v.shape) for k, v in outputs.items()} == {
        "logits": (2, 1),
        "classes": (2, 3),
    }


def test_acgan_at_32_is_the_papers():
    generator = networks.acgan_generator((32, 32, 3), 10)
    grids = [
        layer.output.shape[1:]
        for layer in generator.layers
        if layer.name == "reshape" or layer.name.startswith(("up", "to_image"))
    ]
    assert grids == [(4, 4, 384), (8, 8, 192), (16, 16, 96), (32, 32, 3)]
    discriminator = networks.acgan_discriminator((32, 32, 3), 10)
    grids = [
        layer.output.shape[1:]
        for layer in discriminator.layers
        if layer.name.startswith("conv")
    ]
    assert grids == [
        (16, 16, 16),
        (16, 16, 32),
        (8, 8, 64),
        (8, 8, 128),
        (4, 4, 256),
        (4, 4, 512),
    ]
    rates = [layer.rate for layer in discriminator.layers if "dropout" in layer.name]
    assert rates == [0.5] * 6


def test_acgan_projects_latents_and_a_one_hot_class():
    generator = networks.acgan_generator((8, 8, 1), 3, 5, (4,))
    z = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    start = keras.Model(generator.input, generator.get_layer("add").output)
    dense, table = generator.get_layer("project"), generator.get_layer("project_labels")
    kernel = np.concatenate([numpy(dense.kernel), numpy(table.embeddings)])
    expected = np.concatenate([z, np.eye(3)[LABELS]], axis=1) @ kernel
    got = numpy(start({"latents": z, "labels": LABELS}))
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.once
@pytest.mark.parametrize("shape", SHAPES)
def test_info_gan(shape):
    generator = networks.info_gan_generator(shape, 7, (8, 4), 16)
    discriminator = networks.info_gan_discriminator(shape, 5, (4, 8), 16, 8)
    images = generator(np.random.default_rng(0).normal(size=(4, 7)).astype("float32"))
    assert tuple(images.shape) == (4, *shape)
    assert np.abs(numpy(images)).max() <= 1.0
    assert numpy(images).min() < 0.0  # a sigmoid alone never is
    outputs = discriminator(images)
    assert {k: tuple(v.shape) for k, v in outputs.items()} == {
        "logits": (4, 1),
        "codes": (4, 5),
    }


def test_info_gan_at_28_is_the_authors():
    generator = networks.info_gan_generator((28, 28, 1))
    # fc 1024, fc 7 * 7 * 128, deconv 64, deconv 1; batch norm after the first three.
    expected = 74 * 1024 + 1024 + 1024 * 6272 + 6272 + 2 * (1024 + 6272)
    expected += 16 * 128 * 64 + 64 + 2 * 64 + 16 * 64 + 1
    assert sum(np.prod(w.shape) for w in generator.trainable_variables) == expected
    discriminator = networks.info_gan_discriminator((28, 28, 1))
    expected = 16 * 64 + 64 + 16 * 64 * 128 + 128 + 2 * 128
    expected += 6272 * 1024 + 1024 + 2 * 1024 + 1024 + 1
    expected += 1024 * 128 + 128 + 2 * 128 + 128 * 12 + 12
    assert sum(np.prod(w.shape) for w in discriminator.trainable_variables) == expected


@pytest.mark.once
@pytest.mark.parametrize("shape", SHAPES)
def test_cgan(shape):
    generator = networks.cgan_generator(shape, 3, 5, 8, 8, 16)
    discriminator = networks.cgan_discriminator(shape, 3, 8, 4, 8)
    latents = np.ones((2, 5), "float32")
    images = generator({"latents": latents, "labels": LABELS})
    assert tuple(images.shape) == (2, *shape)
    assert np.abs(numpy(images)[0] - numpy(images)[1]).max() > 0
    same = np.repeat(numpy(images)[:1], 2, axis=0)
    logits = numpy(discriminator({"images": same, "labels": LABELS}))
    assert logits.shape == (2, 1)
    assert logits[0] != logits[1]


def test_cgan_at_28_is_the_papers():
    discriminator = networks.cgan_discriminator((28, 28, 1), 10)
    widths = {layer.name: layer.output.shape[-1] for layer in discriminator.layers}
    assert widths["dense_images_flatten"] == widths["dense_both_flatten"] == 240
    assert discriminator.get_layer("dense_images").units == 5 * 240
    assert discriminator.get_layer("dense_both").units == 4 * 240
    assert widths["embedding"] == 50
    generator = networks.cgan_generator((28, 28, 1), 10)
    widths = {layer.name: layer.output.shape[-1] for layer in generator.layers}
    assert (widths["dense_latents"], widths["embedding"]) == (200, 1000)
    assert widths["dense_both"] == 1200


def test_maxout():
    x = keras.Input((4,))
    network = keras.Model(x, blocks.maxout(x, 3, 2, "maxout"))
    given = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    linear = given @ numpy(network.get_layer("maxout").kernel)
    expected = linear.reshape(5, 3, 2).max(2)
    np.testing.assert_allclose(numpy(network(given)), expected, atol=1e-5)


@pytest.mark.once
def test_channels_last_whatever_keras_is_set_to():
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        models = [
            networks.convolutional_generator((6, 6, 2), 4, (8,)),
            networks.convolutional_discriminator((6, 6, 2), (8,)),
            networks.resnet_generator((6, 6, 2), 4, (8, 4)),
            networks.resnet_discriminator((6, 6, 2), (8, 4)),
            networks.acgan_generator((6, 6, 2), 3, 4, (8,)),
            networks.acgan_discriminator((6, 6, 2), 3, (8,)),
            networks.info_gan_generator((6, 6, 2), 4, (8,), 8),
            networks.info_gan_discriminator((6, 6, 2), 3, (8,), 8, 8),
            networks.cgan_discriminator((6, 6, 2), 3, 8, 4, 8),
            networks.dense_discriminator((6, 6, 2), (8,)),
        ]
    finally:
        keras.config.set_image_data_format(before)
    for model in models:
        for layer in model._flatten_layers():
            if not isinstance(layer, (keras.Model, layers.Dense)):
                assert getattr(layer, "data_format", "channels_last") == "channels_last"
