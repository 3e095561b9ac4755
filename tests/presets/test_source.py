"""What a preset is called."""

import pytest

import keras_gan_zoo as kgz


@pytest.mark.parametrize("name", ["nowhere", "./nowhere", "kaggle://a/b/keras/c"])
def test_unknown_preset_lists_the_choices(name):
    with pytest.raises(ValueError, match=r"(?s)1\) a built-in.*2\).*3\).*Received"):
        kgz.GAN.from_preset(name)


def test_preset_must_be_a_name():
    with pytest.raises(ValueError, match="must be a string"):
        kgz.GAN.from_preset(3)


def test_revision_is_for_the_hub(saved):
    with pytest.raises(ValueError, match="`revision` is for a Hub handle"):
        kgz.GAN.from_preset(str(saved / "gan"), revision="v1")
