"""Recipes train."""

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, recipes


@pytest.mark.parametrize("name", presets.read_index())
def test_the_recipe_of_each_zoo_entry_can_be_trained_again(name, tmp_path):
    recipe = {**recipes.find(name), "data": "digits:train[:32]", "epochs": 1}
    gan = recipes.train(recipe, tmp_path, verbose=0)
    assert type(gan) is type(kgz.GAN.from_preset(name))
    assert gan.optimizer.generator_optimizer.iterations == 1
    untrained = recipes.build(recipe)
    assert presets.weights_sha256(gan.generator) != presets.weights_sha256(
        untrained.generator
    )
    assert (tmp_path / "snapshots" / "epoch_0001.weights.h5").is_file()
