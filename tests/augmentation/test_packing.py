"""PacGAN's packing."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import Packing

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


def build(channels=2, **settings):
    return kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=4, widths=(8,)),
        kgz.networks.dense_discriminator((8, 8, channels), widths=(8,), dropout=0),
        augmentation=Packing(2),
        **settings,
    )


def test_a_wider_discriminator_trains_and_evaluates(noise):
    gan = build(penalties=[kgz.R1(1.0)])
    gan.compile()
    history = gan.fit(noise(15), batch_size=5, verbose=0).history
    logs = gan.evaluate(noise(15), return_dict=True, verbose=0)
    assert np.isfinite([*logs.values(), *(v[0] for v in history.values())]).all()


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
