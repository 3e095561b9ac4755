"""Truncation and mixing of the styles of a generator that has some."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.networks.styles import find_styled

LAYERS, DIM = 3, 2
WIDE = keras.initializers.RandomNormal(stddev=2.0)  # classes look different
AVERAGE = np.array([0.5, -0.25], "float32")


class Average(layers.Layer):
    """What `layers.LatentAverage` is in inference."""

    def build(self, input_shape):
        self.average = self.add_weight((DIM,), trainable=False, name="average")

    def call(self, inputs):
        return inputs


def generator(num_classes=None):
    """Each of three rows of an image is what one layer makes of its style."""
    inputs = latents = keras.Input((DIM,), name="latents")
    features = latents
    if num_classes is not None:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = {"latents": latents, "labels": labels}
        features = layers.Add()(
            [latents, layers.Embedding(num_classes, DIM, WIDE)(labels)]
        )
    w = layers.Dense(DIM, activation="tanh")(features)
    mapping = keras.Model(inputs, w, name="mapping")
    styles = keras.Input((LAYERS, DIM))
    rows = layers.Dense(4, activation="tanh")(styles)
    images = layers.Reshape((LAYERS, 4, 1))(rows)
    synthesis = keras.Model(styles, images, name="synthesis")
    w = Average(name="average")(mapping(inputs))
    return keras.Model(inputs, synthesis(layers.RepeatVector(LAYERS)(w)))


def build(num_classes=None, **settings):
    keras.utils.set_random_seed(3)
    images = keras.Input((LAYERS, 4, 1))
    logits = layers.Dense(1)(layers.Flatten()(images))
    made = generator(num_classes)
    gan = kgz.GAN(
        made, keras.Model(images, logits), num_classes=num_classes, seed=1, **settings
    )
    made.get_layer("average").average.assign(AVERAGE)
    return gan


def by_hand(gan, latents, truncation, labels=None):
    mapping, _, synthesis = find_styled(gan.generator)
    given = latents if labels is None else {"latents": latents, "labels": labels}
    w = ops.convert_to_numpy(mapping(given))
    w = AVERAGE + truncation * (w - AVERAGE)
    images = synthesis(np.repeat(w[:, None], LAYERS, axis=1))
    return kgz.images.to_uint8(ops.convert_to_numpy(images))


def test_styles_are_truncated_towards_their_average():
    gan = build()
    assert gan.has_styles
    latents = gan.sample_latents(5, seed=7)
    whole = gan.generate(5, seed=7)
    for truncation in (0.0, 0.4, 1.0):
        found = gan.generate(5, seed=7, truncation=truncation)
        np.testing.assert_array_equal(found, by_hand(gan, latents, truncation))
        again = gan.generate(latents=latents, truncation=truncation, batch_size=2)
        np.testing.assert_array_equal(again, found)
    np.testing.assert_array_equal(found, whole)
    same = gan.generate(5, seed=7, truncation=0.0)
    assert (same == same[:1]).all()
    assert (whole[0] != whole[1]).any()


def test_labels_and_the_averaged_generator():
    gan = build(num_classes=3, ema_half_life=10)
    gan.ema_generator.get_layer("average").average.assign(AVERAGE)
    latents, labels = gan.sample_latents(3, seed=7), np.array([0, 1, 2])
    found = gan.generate(3, seed=7, labels=labels, truncation=0.4)
    expected = by_hand(gan, latents, 0.4, labels).astype(int)
    np.testing.assert_allclose(found, expected, atol=1)
    for weight in gan.generator.weights:
        weight.assign(2.0 * weight)
    again = gan.generate(3, seed=7, labels=labels, truncation=0.4)
    np.testing.assert_array_equal(again, found)
    raw = gan.generate(3, seed=7, labels=labels, truncation=0.4, use_ema=False)
    assert (raw != found).any()


def test_styles_move_towards_their_class():
    gan = build(num_classes=3)
    labels = np.array([0, 2, 2])
    mapping, _, synthesis = find_styled(gan.generator)
    latents = gan.sample_latents(1000, seed=0)
    centres = [
        ops.convert_to_numpy(
            mapping({"latents": latents, "labels": np.full(1000, label, "int32")})
        ).mean(axis=0)
        for label in labels
    ]
    styles = np.repeat(np.array(centres)[:, None], LAYERS, axis=1)
    expected = kgz.images.to_uint8(ops.convert_to_numpy(synthesis(styles)))
    settings = {"labels": labels, "seed": 7, "towards": "class"}
    found = gan.generate(3, truncation=0.0, **settings)
    np.testing.assert_allclose(found.astype(int), expected, atol=1)
    assert (found[0] != found[1]).any()
    whole = gan.generate(3, labels=labels, seed=7)
    kept = gan.generate(3, truncation=1.0, **settings)
    np.testing.assert_allclose(kept.astype(int), whole, atol=1)
    with pytest.raises(ValueError, match="for a conditional GAN 'class'"):
        build().generate(2, truncation=0.5, towards="class")


def test_styles_are_mixed_at_a_place():
    gan = build()
    one, other = gan.sample_latents(4, seed=1), gan.sample_latents(4, seed=2)
    first, second = gan.generate(latents=one), gan.generate(latents=other)
    for place in range(LAYERS + 1):
        mixed = gan.mix_styles(one, other, place)
        np.testing.assert_array_equal(mixed[:, :place], first[:, :place])
        np.testing.assert_array_equal(mixed[:, place:], second[:, place:])
    truncated = gan.mix_styles(one, other, 1, truncation=0.5)
    expected = gan.generate(latents=other, truncation=0.5)
    np.testing.assert_array_equal(truncated[:, 1:], expected[:, 1:])
    assert gan.mix_styles(1, 2, 1).shape == (1, LAYERS, 4, 1)


def test_a_walk_among_styles():
    gan = build()
    frames = gan.interpolate(seed=7, steps=4, truncation=0.5)
    ends = gan.generate(2, seed=7, truncation=0.5)
    np.testing.assert_array_equal(frames[[0, 3]], ends)


def test_stylegan2_has_styles():
    gan = kgz.StyleGAN2(
        image_shape=(8, 8, 1),
        generator_widths=(4, 4),
        discriminator_widths=(4, 4),
        mapping_width=4,
        seed=1,
    )
    whole = gan.generate(3, seed=7).astype(int)
    kept = gan.generate(3, seed=7, truncation=1.0)
    np.testing.assert_allclose(kept, whole, atol=1)
    assert (
        gan.generate(3, seed=7, truncation=0.0)
        == gan.generate(1, seed=8, truncation=0.0)
    ).all()
    assert gan.mix_styles(1, 2, 2, truncation=0.7).shape == (1, 8, 8, 1)


def test_what_mixing_refuses(tiny_gan):
    with pytest.raises(ValueError, match=r"generators with styles.*Received"):
        tiny_gan().mix_styles(1, 2, 1)
    gan = build()
    with pytest.raises(ValueError, match="`place` must be a layer, from 0 to 3"):
        gan.mix_styles(1, 2, 4)
    with pytest.raises(ValueError, match="1 latents and 2 others"):
        gan.mix_styles(1, gan.sample_latents(2), 1)
