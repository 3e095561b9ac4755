"""Settings by name: what may vary, and the recipes that come of it."""

import numpy as np
import pytest

from keras_gan_zoo import recipes
from keras_gan_zoo.tuning import space

BASE = {
    "family": "WGANGP",
    "data": "digits:train[:8000]",
    "arguments": {"latent_dim": 4},
    "epochs": 1,
}


def weights(recipe):
    found = recipe["arguments"]["penalties"]
    return {row["class_name"]: row["config"]["weight"] for row in found}


def test_texts_are_choices_and_ranges():
    texts = ["loss=hinge, wasserstein", "r1=0.01..10", "batch-size=32,64"]
    assert space.parse(texts) == {
        "loss": ["hinge", "wasserstein"],
        "r1": (0.01, 10),
        "batch_size": [32, 64],
    }
    assert space.parse([]) == {}
    assert space.parse(["generator_widths=8,4;16,8", "discriminator_widths=8;4"]) == {
        "generator_widths": [[8, 4], [16, 8]],
        "discriminator_widths": [[8], [4]],
    }


def test_numbers_of_two_kinds_are_floats():
    found = space.parse(["r1=0,0.1"])
    assert found == {"r1": [0.0, 0.1]}
    assert {type(value) for value in found["r1"]} == {float}
    assert space.check({"r1": (1, 0.5e1), "b": [True, False]})["b"] == [True, False]


@pytest.mark.parametrize("values", ["8,4", "4..8"])
def test_widths_are_lists(values):
    with pytest.raises(ValueError, match=r"generator_widths=8,4;16,8.*Received"):
        space.parse([f"generator_widths={values}"])


@pytest.mark.parametrize(
    ("family", "betas"), [("DCGAN", ["beta_1"]), ("WGAN", []), ("wgan_gp", ["beta_1"])]
)
def test_what_is_searched_by_default_fits_the_optimizers(family, betas):
    found = space.default_of({"family": family})
    assert [name for name in found if name.startswith("beta")] == betas
    assert len(found) == 3 + len(betas)
    descent = {"class_name": "SGD", "config": {}}
    other = {"family": family, "compile": {"generator_optimizer": descent}}
    assert "beta_1" not in space.default_of(other)


@pytest.mark.parametrize(
    "text",
    ["loss", "=1,2", "r1=", "r1=2", "r1=1..0.1", "r1=0..1", "loss=a..b", "r1=1..2..3"],
)
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="Received"):
        space.parse([text])


def test_a_range_of_numbers_of_numpy():
    low, high = np.logspace(-2, 1, 2).astype("float32")
    assert space.check({"r1": (low, high)}) == {"r1": (low, high)}


@pytest.mark.parametrize(
    "given", [{}, {"r1": "hinge"}, {"loss": ["hinge", "hinge"]}, {"r1": (1, 2, 3)}]
)
def test_a_space_has_choices(given):
    with pytest.raises(ValueError, match="Received"):
        space.check(given)


def test_options_of_train_are_settings():
    values = {"batch_size": 16, "loss": "hinge", "generator_learning_rate": 0.01}
    made = space.applied(BASE, {**values, "critic_steps": 2})
    assert made["batch_size"] == 16
    assert made["arguments"]["loss"] == "hinge"
    assert made["arguments"]["critic_steps"] == 2
    optimizer = made["compile"]["generator_optimizer"]
    assert optimizer["config"]["learning_rate"] == 0.01
    assert "compile" not in BASE
    assert "loss" not in BASE["arguments"]


def test_a_penalty_takes_the_place_of_its_kind():
    assert weights(space.applied(BASE, {"gradient_penalty": 3.0})) == {
        "GradientPenalty": 3.0
    }
    both = space.applied(BASE, {"r1": 0.5})
    assert weights(both) == {"GradientPenalty": 10.0, "R1": 0.5}
    assert weights(space.applied(both, {"gradient_penalty": 0})) == {"R1": 0.5}
    assert weights(both) == {"GradientPenalty": 10.0, "R1": 0.5}


def test_betas_are_of_both_optimizers():
    made = space.applied(BASE, {"beta_1": 0.25, "beta_2": 0.5})
    for optimizer in made["compile"].values():
        assert (optimizer["config"]["beta_1"], optimizer["config"]["beta_2"]) == (
            0.25,
            0.5,
        )
    assert recipes.build(made).optimizer.generator_optimizer.beta_1 == 0.25


def test_an_optimizer_without_betas():
    with pytest.raises(ValueError, match="no `beta_1`"):
        space.applied({**BASE, "family": "WGAN"}, {"beta_1": 0.5})


def test_augmentations_have_names():
    made = space.applied(BASE, {"augmentation": "diff_augment"})
    assert made["arguments"]["augmentation"]["class_name"] == "DiffAugment"
    made = space.applied(made, {"augmentation": "none"})
    assert made["arguments"]["augmentation"] is None
    with pytest.raises(ValueError, match="diff_augment"):
        space.applied(BASE, {"augmentation": "diff"})


def test_a_setting_that_there_is_not():
    with pytest.raises(ValueError, match="latent_dim"):
        space.applied(BASE, {"latent_dims": 3})
