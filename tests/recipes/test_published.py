"""This package's recipes: each trains for two steps, with narrow networks."""

import inspect

import pytest
from families.contract import EAGER, data, moved, settings, weights

from keras_gan_zoo import families, recipes

PUBLISHED = [name for name in recipes.names() if not name.startswith("zoo/")]
LENGTHS = (100_000, 200_000, 400_000, 1_000_000)


@pytest.mark.parametrize("name", PUBLISHED)
def test_two_steps(name):
    recipe = recipes.find(name)
    family = families.find(recipe["family"])
    narrow = {
        key: value
        for key, value in settings(family).items()
        if key.endswith(("_width", "_widths"))
    }
    reduced = {"image_shape": [8, 8, 3], "critic_steps": 1, "seed": 1}
    if "networks" in recipe:
        described = recipe["networks"].items()
        recipe["networks"] = {k: {**v, "widths": (8,) * 4} for k, v in described}
    else:
        reduced |= narrow
    arguments = {**recipe["arguments"], **reduced}
    gan = recipes.build({**recipe, "arguments": arguments})
    gan.compile(**recipe.get("compile", {}), run_eagerly=EAGER)
    before = weights(gan.generator), weights(gan.discriminator)
    gan.fit(**data(gan))
    assert gan.optimizer.generator_optimizer.iterations == 2
    assert moved(before[0], gan.generator)
    assert moved(before[1], gan.discriminator)


def test_names():
    assert "studiogan/sngan_cifar10" in recipes.names()
    assert recipes.find("studiogan/sngan_cifar10")["family"] == "SNGAN"


@pytest.mark.parametrize("name", PUBLISHED)
def test_as_long_as_published(name):
    """100,000 to a million generator steps on CIFAR-10's 50,000 images."""
    recipe = recipes.find(name)
    family = inspect.signature(families.find(recipe["family"]))
    critic_steps = recipe["arguments"].get(
        "critic_steps", family.parameters["critic_steps"].default
    )
    steps = recipe["epochs"] * 50_000 / (recipe["batch_size"] * critic_steps)
    assert min(abs(steps / n - 1) for n in LENGTHS) < 0.002


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"networks": {"generator": {}}}, "`generator` and the `discriminator`"),
        ({"networks": {"generator": {"name": "sndcgan"}, "discriminator": {}}}, "name"),
        ({"arguments": {"normalization": None}}, "give them to its networks"),
    ],
)
def test_wrong_networks(changed, message):
    recipe = {**recipes.find("studiogan/dcgan_cifar10"), **changed}
    with pytest.raises(ValueError, match=message):
        recipes.build(recipe)


def test_batch_norm_under_a_penalty_is_said():
    recipe = recipes.find("studiogan/wgan_gp_cifar10")
    (penalty,) = recipe["arguments"]["penalties"]
    assert penalty["config"].pop("per_image") is False
    with pytest.raises(ValueError, match="must have no batch norm"):
        recipes.build(recipe)
