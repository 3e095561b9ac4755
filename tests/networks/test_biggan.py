"""BigGAN's and BigGAN-deep's networks; `tests/references` has the published ones."""

import numpy as np
import pytest
from keras import ops
from undrawn import undrawn

from keras_gan_zoo import networks
from keras_gan_zoo.layers import SpectralNormalization
from keras_gan_zoo.networks import biggan_deep_discriminator as deep_discriminator
from keras_gan_zoo.networks import biggan_deep_generator as deep_generator
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.networks.biggan import default_generator_widths

GENERATORS = (biggan_generator, deep_generator)
DISCRIMINATORS = (biggan_discriminator, deep_discriminator)


def numpy(x):
    return ops.convert_to_numpy(x)


def attended(network):
    """The grid that attention sees."""
    return tuple(network.get_layer("attention").output.shape[1:3])


@pytest.mark.parametrize(
    ("size", "attention", "expected"),
    [(32, 64, 16), (128, 64, 64), (128, 32, 32)],
)
def test_where_attention_stands(size, attention, expected):
    shape = (size, size, 3)
    found = undrawn(
        lambda: [
            attended(make(shape, attention=attention))
            for make in (biggan_generator, biggan_discriminator)
        ]
    )
    assert found == [(expected, expected)] * 2


def test_no_attention():
    for make in (*GENERATORS, *DISCRIMINATORS):
        names = undrawn(
            lambda make=make: [
                layer.name
                for layer in make((8, 8, 1), widths=(8, 8), attention=None).layers
            ]
        )
        assert "attention" not in names


@pytest.mark.once
@pytest.mark.parametrize("line", [0, 1])
def test_any_size(line):
    shape = (21, 17, 3)
    labels = np.array([0, 2], "int32")
    generator = GENERATORS[line](shape, 6, (8, 8, 8), 3, embedding_dim=4)
    size = generator.input["latents"].shape[-1]
    latents = np.random.default_rng(0).normal(size=(2, size)).astype("float32")
    images = generator.predict_on_batch({"latents": latents, "labels": labels})
    assert images.shape == (2, *shape)
    discriminator = DISCRIMINATORS[line](shape, (8, 8, 8), num_classes=3)
    logits = discriminator.predict_on_batch({"images": images, "labels": labels})
    assert logits.shape == (2, 1)
    assert np.isfinite(logits).all()
    both = np.repeat(latents[:1], 2, axis=0)
    images = generator.predict_on_batch({"latents": both, "labels": labels})
    assert np.abs(images[0] - images[1]).max() > 1e-6  # the class matters
    latents = np.concatenate([both[:1], both[:1] + np.eye(size, dtype="float32")[-1]])
    labels = labels[:1].repeat(2)
    images = generator.predict_on_batch({"latents": latents, "labels": labels})
    assert np.abs(images[0] - images[1]).max() > 1e-6  # and so does the last latent


def test_what_has_spectral_norm():
    """All kernels, but not the shared embedding (Brock et al. 2019, appendix B)."""
    generator = biggan_generator((8, 8, 1), widths=(8, 8), num_classes=3)
    inside = SpectralNormalization
    plain = [
        layer.name
        for layer in generator.layers
        if layer.trainable_variables and not isinstance(layer, inside)
    ]
    assert sorted(plain) == ["attention", "embedding", "norm"]
    assert generator.get_layer("attention").spectral
    kernel = numpy(generator.get_layer("up_0_conv_1").layer.kernel).reshape(-1, 8)
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(8), atol=1e-5)


def test_sizes():
    assert default_generator_widths((512, 512, 3), 1) == (16, 16, 8, 8, 4, 2, 1, 1)
    assert default_generator_widths((1024, 1024, 3), 1)[-3:] == (1, 1, 1)
    assert undrawn(lambda: biggan_generator((128, 128, 3)).input_shape) == (None, 120)


def test_a_head_of_ones_own():
    for make in DISCRIMINATORS:
        found = undrawn(
            lambda make=make: make((8, 8, 1), (8, 8), head=heads.classifier(5)).output
        )
        assert sorted(found) == ["classes", "logits"]


def test_errors():
    with pytest.raises(ValueError, match="`widths` must not grow"):
        deep_generator((8, 8, 1), widths=(4, 8))
    with pytest.raises(ValueError, match="`widths` must not shrink"):
        networks.biggan_deep_discriminator((8, 8, 1), widths=(8, 4))


@pytest.mark.parametrize("build", [biggan_discriminator, deep_discriminator])
def test_bad_downsample(build):
    with pytest.raises(ValueError, match="`downsample` must say for each block"):
        build((8, 8, 1), widths=(4, 4, 4, 4), downsample=(True,))
