"""PacGAN's packing."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import auxiliaries, penalties
from keras_gan_zoo.augmentation import Packing
from keras_gan_zoo.latents import Latents
from keras_gan_zoo.losses import MultiHinge

IMAGES = np.random.default_rng(0).normal(size=(7, 4, 3, 2)).astype("float32")


@pytest.mark.parametrize(("size", "packs"), [(1, 7), (2, 4), (3, 3), (7, 1), (9, 1)])
def test_images_lie_on_each_other_in_the_channels(size, packs):
    packed = ops.convert_to_numpy(Packing(size)(IMAGES, draw=None))
    assert packed.shape == (packs, 4, 3, 2 * size)
    assert Packing(size).compute_output_shape(IMAGES.shape) == packed.shape
    # The last pack is filled up with the first images, from the start again.
    filled = np.concatenate([IMAGES, IMAGES])
    for i in range(packs):
        for j in range(size):
            np.testing.assert_array_equal(
                packed[i, :, :, 2 * j : 2 * j + 2], filled[size * i + j]
            )


def build(channels=2, generator=None, discriminator=None, **settings):
    judging = kgz.networks.dense_discriminator((8, 8, channels), (8,), dropout=0)
    return kgz.GAN(
        generator or kgz.networks.dense_generator((8, 8, 1), 4, widths=(8,)),
        discriminator or judging,
        augmentation=Packing(2),
        **settings,
    )


def test_a_wider_discriminator_trains_and_evaluates(noise):
    gan = build(penalties=[kgz.R1(1.0)])
    gan.compile()
    history = gan.fit(noise(15), batch_size=5, verbose=0).history
    logs = gan.evaluate(noise(15), return_dict=True, verbose=0)
    assert np.isfinite([*logs.values(), *(v[0] for v in history.values())]).all()


class Recorded(kgz.GradientPenalty):
    def points(self, real, fake, draw):
        found = super().points(real, fake, draw)
        self.of = [ops.convert_to_numpy(x.images) for x in (real, fake, found)]
        return found


def linear(norm):
    """A discriminator of packs whose gradient has this norm everywhere."""
    kernel = np.random.default_rng(1).normal(size=(128, 1)).astype("float32")
    kernel *= norm / np.linalg.norm(kernel)
    network = keras.Sequential(
        [keras.Input((8, 8, 2)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    network.set_weights([kernel, np.zeros(1)])
    return network


PENALTIES = {
    kgz.GradientPenalty: 4.0,  # (3 - 1)^2
    penalties.ZeroCenteredGradientPenalty: 9.0,
    penalties.MaxGradientPenalty: 9.0,
    penalties.DRAGAN: 4.0,
    kgz.R1: 4.5,
    penalties.R2: 4.5,
    penalties.RealGradientPenalty: 4.0,
}


@pytest.mark.parametrize("n", [4, 5])
def test_a_gradient_is_that_of_a_pack(noise, n):
    """The discriminator's input is a pack, an incomplete one with images twice."""
    terms = [penalty(weight=1.0) for penalty in PENALTIES]
    gan = build(discriminator=linear(3.0), penalties=terms)
    gan.compile()
    logs = gan.evaluate(noise(n), return_dict=True, verbose=0)
    found = [logs[term.name] for term in terms]
    np.testing.assert_allclose(found, list(PENALTIES.values()), rtol=1e-4)
    trained = gan.fit(noise(n), batch_size=n, verbose=0).history
    found = [trained[term.name][0] for term in terms]
    np.testing.assert_allclose(found, list(PENALTIES.values()), rtol=1e-4)


def test_a_pack_has_one_share_of_real_and_fake(noise):
    recorded = Recorded()
    gan = build(penalties=[recorded])
    gan.compile(run_eagerly=True)
    gan.evaluate(noise(6), verbose=0)
    real, fake, between = recorded.of
    assert between.shape == (3, 8, 8, 2)
    shares = (between - fake) / (real - fake)
    spread = np.ptp(shares.reshape(3, -1), axis=1)
    assert spread.max() < 1e-2 < np.ptp(shares)


def test_a_discriminator_that_is_not_wider():
    with pytest.raises(ValueError, match=r"after the augmentation.*Received"):
        build(channels=1)


@pytest.mark.parametrize("size", [0, 1.5, "2"])
def test_bad_size(size):
    with pytest.raises(ValueError, match=r"`size` must be .*Received: size="):
        Packing(size)


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(Packing(3))
    assert keras.saving.deserialize_keras_object(config).size == 3


def heads(labels=False, **widths):
    """A discriminator of packs with a logit and other outputs, perhaps of labels."""
    inputs = {"images": keras.Input((8, 8, 2), name="images")}
    x = keras.layers.Flatten()(inputs["images"])
    if labels:
        inputs["labels"] = keras.Input((), dtype="int32", name="labels")
        embedded = keras.layers.Embedding(3, 4)(inputs["labels"])
        x = keras.layers.Concatenate()([x, embedded])
    outputs = {name: keras.layers.Dense(n)(x) for name, n in widths.items()}
    return keras.Model(inputs, {"logits": keras.layers.Dense(1)(x), **outputs})


@pytest.mark.parametrize(
    ("discriminator", "settings", "what"),
    [
        (lambda: heads(labels=True), {"num_classes": 3}, "labels"),
        (
            lambda: heads(classes=3),
            {"num_classes": 3, "auxiliaries": [auxiliaries.Classification()]},
            "classification",
        ),
        (lambda: heads(classes=4), {"num_classes": 3, "loss": MultiHinge()}, "Multi"),
        (
            lambda: heads(codes=2),
            {
                "latents": Latents(uniform=4),
                "auxiliaries": [auxiliaries.Information(2)],
            },
            "information",
        ),
        (
            lambda: heads(rotations=4),
            {"auxiliaries": [auxiliaries.Rotations()]},
            "rotations",
        ),
    ],
)
def test_what_each_image_has_a_pack_has_not(discriminator, settings, what):
    with pytest.raises(ValueError, match=rf"{what}.*several images.*Received: "):
        build(discriminator=discriminator(), **settings)


def test_a_generator_may_have_labels(noise):
    latents, labels = (
        keras.Input((4,), name="latents"),
        keras.Input((), name="labels", dtype="int32"),
    )
    embedded = keras.layers.Embedding(3, 4)(labels)
    x = keras.layers.Concatenate()([latents, embedded])
    x = keras.layers.Dense(64, "tanh")(x)
    generator = keras.Model(
        {"latents": latents, "labels": labels}, keras.layers.Reshape((8, 8, 1))(x)
    )
    gan = build(generator=generator, num_classes=3)
    gan.compile()
    history = gan.fit(noise(6), np.arange(6) % 3, batch_size=3, verbose=0).history
    assert np.isfinite(history["d_loss"]).all()
