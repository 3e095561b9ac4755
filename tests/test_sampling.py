"""Latents of a user's own, and images on the way between two."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.latents import Latents, interpolate_latents, walk_latents


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_generate_from_latents_is_generate_from_their_seed(distribution, tiny_gan):
    gan = tiny_gan(latent_distribution=distribution)
    latents = gan.sample_latents(6, seed=7)
    assert latents.shape == (6, 4)
    assert latents.dtype == "float32"
    images = gan.generate(6, seed=7)
    np.testing.assert_array_equal(gan.generate(latents=latents), images)
    np.testing.assert_array_equal(gan.generate(latents=latents[2:4]), images[2:4])
    np.testing.assert_array_equal(gan.generate(6, latents=latents.tolist()), images)
    np.testing.assert_array_equal(gan.sample_latents(2, seed=7, start=4), latents[4:])
    assert (gan.sample_latents(6) != gan.sample_latents(6)).any()


def test_threads_may_generate_at_once(tiny_gan):
    """As those of a web server do."""
    gan = tiny_gan(ema_half_life=100)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(gan.generate, 32, seed=3) for _ in range(40)]
        found = [future.result() for future in futures]
    images = gan.generate(32, seed=3)
    for other in found:
        np.testing.assert_array_equal(other, images)


def test_truncated_latents(tiny_gan):
    gan = tiny_gan()
    latents = gan.sample_latents(200, seed=1, truncation=0.5)
    assert np.abs(latents).max() <= 0.5
    np.testing.assert_array_equal(
        gan.generate(8, seed=1, truncation=0.5), gan.generate(latents=latents[:8])
    )


def test_latents_of_a_conditional_gan(conditional_gan):
    gan = conditional_gan()
    latents = gan.sample_latents(5, seed=7)
    np.testing.assert_array_equal(
        gan.generate(latents=latents, seed=7), gan.generate(5, seed=7)
    )
    np.testing.assert_array_equal(
        gan.generate(latents=latents, labels=1), gan.generate(5, seed=7, labels=1)
    )


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({}, "`n`"),
        ({"n": 1.5}, "`n` must be"),
        ({"n": 1, "seed": -1}, "`seed` must be a whole number, 0 or more"),
        ({"n": 1, "seed": 2**64}, r"0 or more and below 2\*\*64"),
        ({"n": 1, "seed": 0.5}, "`seed` must be a whole number, 0 or more"),
        ({"n": 1, "seed": True}, "`seed` must be a whole number, 0 or more"),
        ({"n": 3, "latents": np.zeros((2, 4))}, "leave `n` and `truncation` out"),
        (
            {"latents": np.zeros((2, 4)), "truncation": 1.0},
            "leave `n` and `truncation` out",
        ),
        ({"latents": np.zeros((2, 5))}, r"shape \(n, 4\)"),
        ({"latents": np.zeros(4)}, r"shape \(n, 4\)"),
        ({"latents": np.zeros((0, 4))}, r"shape \(n, 4\)"),
        ({"latents": np.full((2, 4), np.nan)}, "finite numbers"),
        ({"latents": [["a"] * 4]}, "finite numbers"),
    ],
)
def test_what_generate_refuses(kwargs, message, tiny_gan):
    with pytest.raises(ValueError, match=rf"{message}.*Received"):
        tiny_gan().generate(**kwargs)


# === Interpolation ===


def test_normal_latents_keep_their_length_on_a_great_circle():
    # A quarter of the unit circle, by its angles.
    found = interpolate_latents([1.0, 0.0], [0.0, 1.0], 4, Latents(normal=2))
    angles = np.radians([0, 30, 60, 90])
    expected = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("end", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
def test_where_no_circle_joins_two_latents_a_line_does(end):
    found = interpolate_latents([1.0, 0.0], end, 3, Latents(normal=2))
    np.testing.assert_allclose(found[1], (np.array([1.0, 0.0]) + end) / 2)


def test_each_part_of_a_latent_moves_in_its_own_way():
    parts = Latents(normal=2, uniform=1, categorical=(3,))
    start, end = [1.0, 0.0, -1.0, 1, 0, 0], [0.0, 1.0, 1.0, 0, 0, 1]
    found = interpolate_latents(start, end, 3, parts)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found[0], start)
    np.testing.assert_allclose(found[1], [half, half, 0.0, 0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(found[2], end, atol=1e-6)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_a_walk_begins_and_ends_at_its_ends(distribution, tiny_gan):
    gan = tiny_gan(latent_distribution=distribution)
    first, last = gan.sample_latents(2, seed=7)
    frames = gan.interpolate(first, last, steps=5)
    assert frames.shape == (5, 8, 8, 1)
    assert frames.dtype == "uint8"
    np.testing.assert_array_equal(frames[[0, 4]], gan.generate(2, seed=7))
    by_seed = gan.interpolate(3, 9, steps=5)
    np.testing.assert_array_equal(by_seed[0], gan.generate(1, seed=3)[0])
    np.testing.assert_array_equal(by_seed[4], gan.generate(1, seed=9)[0])


def test_a_walk_through_codes_and_within_a_class(conditional_gan):
    gan = conditional_gan(latents=Latents(normal=2, categorical=(2,)))
    latents = gan.sample_latents(2, seed=7)
    frames = gan.interpolate(*latents, steps=4, labels=2)
    expected = gan.generate(latents=latents, labels=2)
    np.testing.assert_array_equal(frames[[0, 3]], expected)
    assert gan.interpolate(*latents, steps=3).shape == (3, 8, 8, 1)
    assert gan.interpolate(*latents, steps=3, labels=[0, 1, 2]).shape == (3, 8, 8, 1)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((1, 2, 1), "`steps` must be"),
        ((1, 2, 2.5), "`steps` must be"),
        ((1, -2), "`seed` must be"),
        ((np.zeros(4), np.zeros(3)), "`latents` must be"),
    ],
)
def test_what_a_walk_refuses(args, message, tiny_gan):
    with pytest.raises(ValueError, match=rf"{message}.*Received"):
        tiny_gan().interpolate(*args)


def test_an_untrained_family_can_be_walked_through():
    gan = kgz.MLPGAN(image_shape=(8, 8, 1), generator_widths=(8,))
    assert gan.interpolate(0, 1).shape == (10, 8, 8, 1)


def test_a_walk_of_a_seed_goes_through_its_images(conditional_gan):
    gan = conditional_gan()
    frames = gan.interpolate(seed=7, stops=3, steps=5, labels=[0, 2, 1])
    assert frames.shape == (9, 8, 8, 1)
    expected = gan.generate(3, seed=7, labels=[0, 2, 1])
    np.testing.assert_array_equal(frames[[0, 4, 8]], expected)
    latents = walk_latents(gan.sample_latents(3, seed=7), 5, Latents(normal=4))
    labels = [0, 0, 2, 2, 2, 2, 1, 1, 1]  # they change half way
    np.testing.assert_array_equal(frames, gan.generate(latents=latents, labels=labels))
    one = gan.interpolate(seed=7, steps=2, labels=1, truncation=0.5)
    expected = gan.generate(2, seed=7, labels=1, truncation=0.5)
    np.testing.assert_array_equal(one, expected)


@pytest.mark.parametrize(
    "settings", [{"start": 1}, {"start": 1, "end": 2, "seed": 3}, {"end": 2}]
)
def test_a_walk_has_two_ends_or_a_seed(settings, tiny_gan):
    with pytest.raises(ValueError, match=r"two ends, or a `seed`.*Received"):
        tiny_gan().interpolate(**settings)
