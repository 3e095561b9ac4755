"""What a preset would build is checked before it is allocated."""

import resource

import keras
import pytest

import keras_gan_zoo as kgz
from presets.spoilers import edit, layer, refuses

SPOILERS = {
    "a billion units": (layer(units=10**9), "shapes in `model.weights.h5`|not a GAN"),
    "1e300 units": (layer(units=10**300), ""),
    "other width": (layer(units=9), ""),
    "other output": (
        edit(
            "config.json",
            lambda v: v["config"]["layers"][-1]["config"].update(
                target_shape=[4, 9, 1]
            ),
        ),
        "discriminator",
    ),
    "discriminator of a million": (
        edit(
            "task.json",
            lambda v: v["config"]["discriminator"]["config"]["layers"][2][
                "config"
            ].update(units=10**6),
        ),
        "task.weights.h5",
    ),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_spoilt_preset(preset, name):
    refuses(preset, *SPOILERS[name])


def test_family_sizes_are_checked_before_anything_is_made(wgan_preset):
    edit("task.json", lambda v: v["config"].update(latent_dim=10**8))(wgan_preset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="is not the one that `WGAN` builds"):
        kgz.GAN.from_preset(wgan_preset)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 500_000  # kilobytes; the weights would be 10^8 x 192 floats


@pytest.mark.parametrize("load_weights", [True, False])
def test_nothing_is_allocated_for_a_giant(preset, load_weights):
    layer(units=10**9)(preset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="cannot be loaded"):
        kgz.GAN.from_preset(preset, load_weights=load_weights)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_giant_that_declares_itself_is_refused_without_weights(preset):
    """`load_weights=False` has no weights file to compare with."""
    layer(units=10**8)(preset)
    count = 10**8 * (4 + 4 + 36) + 36  # into it, its batch norm, out of it
    edit("metadata.json", lambda v: v.update(parameter_count=count))(preset)
    with pytest.raises(ValueError, match=r"it has 4,4\d\d,\d\d\d,\d\d\d parameters"):
        kgz.GAN.from_preset(preset, load_weights=False)


@pytest.mark.parametrize(
    "wrong", [{"latent_dim": 5}, {"image_shape": [9, 9, 1]}, {"image_shape": None}]
)
def test_sizes_must_be_those_of_the_stored_generator(wgan_preset, wrong):
    edit("task.json", lambda v: v["config"].update(wrong))(wgan_preset)
    with pytest.raises(ValueError, match="is not the one that `WGAN` builds"):
        kgz.GAN.from_preset(wgan_preset)


def test_a_refusal_leaves_nothing_behind(preset, saved):
    """Keras would make the weights of a refused config at its next chance."""
    layer(units=10**7)(preset)
    with pytest.raises(ValueError, match="cannot be loaded"):
        kgz.GAN.from_preset(preset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with keras.StatelessScope():
        pass
    kgz.GAN.from_preset(saved / "gan")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
