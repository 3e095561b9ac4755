"""A player that stands still, wholly or in part."""

import warnings

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz


def values(network):
    return [ops.convert_to_numpy(w).copy() for w in network.weights]


def same(before, network):
    pairs = zip(before, values(network), strict=True)
    return all((a == b).all() for a, b in pairs)


SETTINGS = {
    "plain": {},
    "average": {"ema_half_life": 10},
    "gradient penalty": {"loss": "wasserstein", "penalties": [kgz.GradientPenalty(1)]},
    "lazy R1 and R2": {"penalties": [kgz.R1(1), kgz.penalties.R2(1, every=2)]},
    "critic steps": {"critic_steps": 2},
    "generator steps": {"generator_steps": 2},
    "simultaneous": {"update": "simultaneous"},
    "reversed": {"update": "simultaneous", "loss": "minimax"},
    "latent optimization": {"update": "latent_optimization"},
    "unrolled": {"update": "unrolled_1"},
    "relativistic": {"loss": "relativistic_paired"},
}


CASES = [(settings, "before") for settings in SETTINGS]
CASES += [("plain", "after"), ("simultaneous", "after")]


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize(("settings", "when"), CASES)
def test_a_frozen_player_stands_still_and_the_other_trains(
    settings, player, when, tiny_gan, noise
):
    gan = tiny_gan(compiled=False, **SETTINGS[settings])
    frozen = getattr(gan, player)
    other = {"generator": gan.discriminator, "discriminator": gan.generator}[player]
    if when == "before":
        frozen.trainable = False
    gan.compile()
    frozen.trainable = False
    before = values(frozen), values(other)
    history = gan.fit(noise(16), batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert same(before[0], frozen)
    assert not same(before[1], other)


def test_both(tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    gan.trainable = False
    gan.compile()
    before = values(gan.generator), values(gan.discriminator)
    gan.fit(noise(8), batch_size=4, verbose=0)
    assert same(before[0], gan.generator)
    assert same(before[1], gan.discriminator)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_frozen_layer(player, tiny_gan, noise):
    gan = tiny_gan(compiled=False, penalties=[kgz.R1(1)])
    layer = getattr(gan, player).get_layer("dense_0")
    layer.trainable = False
    gan.compile()
    before = values(layer), values(gan.generator), values(gan.discriminator)
    gan.fit(noise(16), batch_size=4, verbose=0)
    assert same(before[0], layer)
    assert not same(before[1], gan.generator)
    assert not same(before[2], gan.discriminator)


def test_it_moves_again_once_it_may(tiny_gan, noise):
    gan = tiny_gan(compiled=False)
    gan.discriminator.trainable = False
    gan.compile()
    gan.fit(noise(8), batch_size=4, verbose=0)
    gan.discriminator.trainable = True
    gan.compile()
    before = values(gan.discriminator)
    gan.fit(noise(8), batch_size=4, verbose=0)
    assert not same(before, gan.discriminator)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_one_that_is_frozen_as_in_tutorials_is_told(player, tiny_gan):
    gan = tiny_gan(compiled=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gan.compile()
        gan.trainable = False
        gan.compile()  # both: it is only evaluated
    gan.trainable = True
    getattr(gan, player).trainable = False
    with pytest.warns(UserWarning, match=f"The {player} is frozen, so the other"):
        gan.compile()
