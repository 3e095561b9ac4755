"""PacGAN differs from DCGAN in one layer."""

import keras
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import DiffAugment, Packing


def kernel(gan):
    return tuple(gan.discriminator.get_layer("down_0").kernel.shape)


def test_only_the_first_layer_of_the_discriminator_is_wider():
    settings = {"image_shape": (8, 8, 3), "generator_widths": (4,)}
    plain, packed = kgz.DCGAN(**settings), kgz.PacGAN(**settings)
    assert kernel(packed) == (5, 5, 6, kernel(plain)[3])
    more = packed.discriminator.count_params() - plain.discriminator.count_params()
    assert more == 25 * 3 * kernel(plain)[3]
    assert packed.generator.count_params() == plain.generator.count_params()


def test_how_many_images_are_packed_is_kept(tmp_path):
    settings = {"image_shape": (8, 8, 1), "generator_widths": (4,)}
    gan = kgz.PacGAN(augmentation=Packing(4), **settings)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.augmentation.size == 4
    assert again.discriminator.input_shape == (None, 8, 8, 4)
    one = kgz.PacGAN(augmentation=None, **settings)
    assert one.discriminator.input_shape == (None, 8, 8, 1)


def test_another_augmentation_by_its_name():
    settings = {"image_shape": (8, 8, 1), "generator_widths": (4,)}
    gan = kgz.PacGAN(augmentation="diff_augment", **settings)
    assert isinstance(gan.augmentation, DiffAugment)
    assert gan.discriminator.input_shape == (None, 8, 8, 1)
    with pytest.raises(ValueError, match=r"one of .*Received: 'diff'"):
        kgz.PacGAN(augmentation="diff", **settings)
