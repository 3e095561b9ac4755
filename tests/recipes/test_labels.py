"""Recipes of conditional families take classes from their data."""

import numpy as np
import pytest

from keras_gan_zoo import families, images, recipes
from keras_gan_zoo.families import Family

RECIPE = {
    "family": "PetGAN",
    "arguments": {"image_shape": [8, 8, 1], "seed": 1},
    "data": "pets",
    "batch_size": 4,
    "epochs": 1,
}


@pytest.fixture(autouse=True)
def pet_gan(conditional_gan):
    """A conditional family, gone afterwards."""

    class PetGAN(Family):
        """Pets."""

        @staticmethod
        def networks(image_shape=(8, 8, 1), *, num_classes):
            names = [str(i) for i in range(num_classes)]
            gan = conditional_gan(tuple(image_shape), names)
            return gan.generator, gan.discriminator

    yield PetGAN
    del families.FAMILIES["PetGAN"]


@pytest.fixture
def pets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for label, name in enumerate(("cat", "dog")):
        for i in range(4):
            image = np.full((8, 8, 1), 100 * label + i, "uint8")
            images.save_png(tmp_path / "pets" / name / f"{i}.png", image)


@pytest.mark.usefixtures("pets")
def test_a_folder_says_the_classes(tmp_path):
    gan = recipes.train(RECIPE, tmp_path / "run", verbose=0)
    assert (gan.num_classes, gan.label_names) == (2, ("cat", "dog"))
    assert (tmp_path / "run" / "samples" / "epoch_0001.png").is_file()
    assert recipes.load(tmp_path / "run" / "recipe.json") == RECIPE


def test_a_data_set_says_the_classes():
    gan = recipes.build({**RECIPE, "data": "digits:train[:20]"})
    assert gan.num_classes == 10
    assert gan.label_names == tuple("0123456789")


@pytest.mark.usefixtures("pets")
def test_the_recipe_names_the_classes_of_a_folder(tmp_path):
    names = {"num_classes": 3, "label_names": ["ant", "cat", "dog"]}
    recipe = {**RECIPE, "arguments": {**RECIPE["arguments"], **names}}
    assert recipes.train(recipe, tmp_path / "run", verbose=0).num_classes == 3
    recipe["arguments"]["label_names"] = ["ant", "bee", "cat"]
    with pytest.raises(ValueError, match="the GAN lacks 'dog'"):
        recipes.train(recipe, tmp_path / "other", verbose=0)


def test_the_recipe_comes_first():
    arguments = {**RECIPE["arguments"], "num_classes": 12}
    gan = recipes.build({**RECIPE, "arguments": arguments, "data": "digits"})
    assert (gan.num_classes, gan.label_names) == (12, None)


def test_data_without_labels_are_refused(tmp_path):
    images.save_png(tmp_path / "0.png", np.zeros((8, 8, 1), "uint8"))
    recipe = {**RECIPE, "data": str(tmp_path)}
    with pytest.raises(ValueError, match="one sub-folder per class"):
        recipes.build(recipe)
    recipe["arguments"] = {**RECIPE["arguments"], "num_classes": 2}
    with pytest.raises(ValueError, match="Received: no labels"):
        recipes.train(recipe, tmp_path / "run")


def test_a_family_that_can_do_without_labels_does():
    sizes = {"generator_widths": [8, 4], "discriminator_widths": [4, 4]}
    recipe = {"family": "sngan", "arguments": sizes, "data": "digits:train[:20]"}
    assert recipes.build(recipe).num_classes is None
    recipe["arguments"] = {**sizes, "num_classes": 10}
    assert recipes.build(recipe).num_classes == 10
    assert recipes.takes_labels(families.SNGAN)
    assert not recipes.is_conditional(families.SNGAN)


# === The classes are part of a run ===


@pytest.mark.usefixtures("pets")
@pytest.mark.parametrize("given", [{}, {"num_classes": 2}])
@pytest.mark.parametrize("change", ["renamed", "added"])
def test_a_run_keeps_the_classes_that_it_began_with(tmp_path, given, change):
    recipe = {**RECIPE, "arguments": {**RECIPE["arguments"], **given}}
    recipes.train(recipe, tmp_path / "run", verbose=0)
    before = files_of(tmp_path / "run")
    if change == "renamed":
        (tmp_path / "pets" / "cat").rename(tmp_path / "pets" / "elk")
    else:
        image = np.zeros((8, 8, 1), "uint8")
        images.save_png(tmp_path / "pets" / "ant" / "0.png", image)
    for epochs in (1, 2):
        with pytest.raises(ValueError, match=r"one recipe.*classes=\['cat', 'dog'\]"):
            recipes.train({**recipe, "epochs": epochs}, tmp_path / "run", verbose=0)
    assert files_of(tmp_path / "run") == before


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("pets")
def test_names_of_the_recipe_stay_what_they_are(tmp_path):
    names = {"num_classes": 3, "label_names": ["ant", "cat", "dog"]}
    recipe = {**RECIPE, "arguments": {**RECIPE["arguments"], **names}}
    recipes.train(recipe, tmp_path / "run", verbose=0)
    image = np.zeros((8, 8, 1), "uint8")
    images.save_png(tmp_path / "pets" / "ant" / "0.png", image)
    gan = recipes.train({**recipe, "epochs": 2}, tmp_path / "run", verbose=0)
    assert int(gan.epochs_seen) == 2


@pytest.mark.usefixtures("pets")
def test_a_run_of_before_goes_on(tmp_path):
    """Its folder does not say which classes it had."""
    recipes.train(RECIPE, tmp_path / "run", verbose=0)
    (tmp_path / "run" / "classes.json").unlink()
    gan = recipes.train({**RECIPE, "epochs": 2}, tmp_path / "run", verbose=0)
    assert int(gan.epochs_seen) == 2
