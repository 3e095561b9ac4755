"""Truncation against SciPy and NumPy: of latents, and of styles within a class."""

import numpy as np
import pytest
from keras import ops
from scipy import stats

import keras_gan_zoo as kgz
from keras_gan_zoo.latents import draw_latents

LABELS = np.array([0, 2, 1, 2], "int32")


def uniform(n, dim, seed):
    """The numbers in (0, 1) that a seed stands for: whole blocks of Philox4x64's."""
    bits = np.random.Philox(key=seed).random_raw(n * -(-dim // 4) * 4)
    return ((bits.reshape(n, -1)[:, :dim] >> np.uint64(11)) + 0.5) / 2**53


def to_uint8(images):
    images = ops.convert_to_numpy(ops.stop_gradient(images))
    return np.clip(np.round((images + 1) * 127.5), 0, 255)


def same_images(found, expected):
    assert found.dtype == "uint8"
    assert found.std() > 1
    np.testing.assert_allclose(found.astype(int), expected, atol=1)


# === Latents ===


@pytest.mark.once
@pytest.mark.parametrize("truncation", [0.2, 1.0, 2.0])
def test_moments_of_truncated_latents(truncation):
    latents = draw_latents(8000, 5, seed=3, truncation=truncation).ravel()
    law = stats.truncnorm(-truncation, truncation)
    for order in (1, 2, 4):
        error = np.sqrt(law.moment(2 * order) - law.moment(order) ** 2)
        off = np.mean(latents.astype("float64") ** order) - law.moment(order)
        assert abs(off) < 4 * error / np.sqrt(latents.size)


@pytest.mark.once
def test_biggan_makes_images_of_a_class_from_truncated_latents():
    sizes = {"chunk_dim": 2, "generator_widths": (8, 8), "discriminator": False}
    gan = kgz.BigGAN((8, 8, 1), num_classes=3, **sizes)
    latents = stats.truncnorm.ppf(uniform(4, gan.latent_dim, 7), -0.5, 0.5)
    np.testing.assert_allclose(
        gan.sample_latents(4, seed=7, truncation=0.5), latents, rtol=1e-5
    )
    made = gan.generator({"latents": latents.astype("float32"), "labels": LABELS})
    found = gan.generate(4, labels=LABELS, seed=7, truncation=0.5)
    same_images(found, to_uint8(made))


@pytest.mark.once
def test_biggan_deep_is_told_of_the_truncation():
    """Latents within [-2, 2] times the truncation, as pytorch-pretrained-biggan."""
    generator = kgz.networks.biggan_deep_generator(
        (8, 8, 1),
        latent_dim=4,
        widths=(8, 8, 8),
        num_classes=3,
        statistics="interpolated",
    )
    gan = kgz.GAN(generator, None, num_classes=3)
    latents = 0.4 * stats.truncnorm.ppf(uniform(4, 4, 7), -2, 2)
    np.testing.assert_allclose(
        gan.sample_latents(4, seed=7, truncation=0.4), latents, rtol=1e-5
    )
    made = generator(
        {
            "latents": latents.astype("float32"),
            "labels": LABELS,
            "truncation": np.full(4, 0.4, "float32"),
        }
    )
    found = gan.generate(4, labels=LABELS, seed=7, truncation=0.4)
    same_images(found, to_uint8(made))


# === Styles ===


def unit(x):
    """Of unit mean square."""
    return x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-8)


def mapped(gan, latents, labels):
    """w of latents and labels, from the weights of StyleGAN2's mapping network."""
    mapping = gan.generator.get_layer("mapping")
    weights = {layer.name: layer.get_weights() for layer in mapping.layers}
    (table,), (bias,) = weights["embedding"], weights["embedding_bias"]
    of_label = table[labels] / np.sqrt(len(table)) + bias
    x = np.concatenate([unit(latents), unit(of_label)], axis=1)
    for i in range(2):
        kernel, bias = weights[f"map_{i}"]
        x = x @ (0.01 * kernel / np.sqrt(len(kernel))) + 0.01 * bias
        x = np.sqrt(2) * np.where(x > 0, x, 0.2 * x)
    return x


@pytest.mark.parametrize("truncation", [np.nan, np.inf])
def test_styles_are_truncated_by_a_finite_number(truncation):
    """The images would be NaN, as if training had diverged."""
    sizes = {"latent_dim": 5, "generator_widths": (4, 4), "mapping_width": 6}
    gan = kgz.StyleGAN2((8, 8, 1), **sizes)
    with pytest.raises(ValueError, match=r"`truncation` .* a finite number"):
        gan.generate(1, seed=0, truncation=truncation)
    with pytest.raises(ValueError, match=r"`truncation` .* a finite number"):
        gan.interpolate(0, 1, 3, truncation=truncation)


@pytest.mark.parametrize("towards", ["average", "class"])
def test_styles_of_stylegan2_move_towards_the_mean_of_mapped_latents(towards):
    gan = kgz.StyleGAN2(
        (8, 8, 1),
        num_classes=3,
        latent_dim=5,
        generator_widths=(4, 4),
        mapping_width=6,
        ema_half_life=None,
    )
    seen = {"latents": draw_latents(9, 5, seed=1), "labels": np.arange(9) % 3}
    gan.generator(seen, training=True)
    if towards == "average":  # of all that was seen, which training follows from 0
        centre = 0.005 * mapped(gan, *seen.values()).mean(axis=0)
    else:  # of the class: of 1,000 latents
        latents = stats.norm.ppf(uniform(1000, 5, 0))
        centres = [
            mapped(gan, latents, np.full(1000, k)).mean(axis=0) for k in range(3)
        ]
        centre = np.stack(centres)[LABELS]
        assert np.abs(centre[0] - centre[1]).max() > 0.1
    w = mapped(gan, stats.norm.ppf(uniform(4, 5, 7)), LABELS)
    w = centre + 0.3 * (w - centre)
    made = gan.generator.get_layer("synthesis")(
        np.repeat(w[:, None], 4, axis=1).astype("float32")
    )
    settings = {"labels": LABELS, "truncation": 0.3, "towards": towards}
    same_images(gan.generate(4, seed=7, **settings), to_uint8(made))
