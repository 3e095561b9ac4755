"""A preset that is saved again keeps its recipe, and tells what came after it."""

import json
import pickle

import keras
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes
from keras_gan_zoo.presets import origin, weights_sha256
from keras_gan_zoo.training import backup
from presets.tiny_gans import read, tiny_gan

RECIPE = {"family": "WGAN", "data": "digits", "batch_size": 8, "epochs": 2}
RECIPE |= {"description": "A tiny one.", "license": "mit"}


@pytest.fixture(scope="module")
def gan():
    return trained(tiny_gan())


def trained(gan, count=16):
    """As if by a `fit` on so many images."""
    gan.images_seen.assign(gan.images_seen + count)
    for weight in gan.ema_generator.weights:
        weight.assign(weight + 0.5)
    return gan


@pytest.fixture
def folder(gan, tmp_path):
    return gan.save_to_preset(tmp_path / "first", recipe=RECIPE)


def test_the_same_weights_keep_the_recipe(folder, tmp_path):
    kgz.GAN.from_preset(folder).save_to_preset(tmp_path / "second")
    assert read(tmp_path / "second", "recipe.json") == RECIPE
    kgz.GAN.from_preset(folder).save_to_preset(folder)
    assert read(folder, "recipe.json") == RECIPE


@pytest.mark.parametrize("into", ["first", "second"])
def test_further_training_is_told(gan, folder, tmp_path, into):
    digest = weights_sha256(gan.ema_generator)
    gan = trained(kgz.GAN.from_preset(folder))
    gan.save_to_preset(tmp_path / into)
    told = {"from": "first", "weights_sha256": digest, "images": 16}
    assert read(tmp_path / into, "recipe.json") == {**RECIPE, "continued": told}


def test_it_is_told_from_the_first_weights_on(folder, tmp_path):
    digest = read(folder, "metadata.json")["weights_sha256"]
    gan = trained(kgz.GAN.from_preset(folder))
    gan.save_to_preset(tmp_path / "a")
    trained(gan, 32)
    gan.save_to_preset(tmp_path / "b")
    again = trained(kgz.GAN.from_preset(tmp_path / "b"))
    again.save_to_preset(tmp_path / "c")
    for name, count in (("a", 16), ("b", 48), ("c", 64)):
        told = {"from": "first", "weights_sha256": digest, "images": count}
        assert read(tmp_path / name, "recipe.json")["continued"] == told


def test_a_recipe_that_is_given_counts(folder, tmp_path):
    gan = trained(kgz.GAN.from_preset(folder))
    gan.save_to_preset(tmp_path / "own", recipe={"epochs": 3})
    assert read(tmp_path / "own", "recipe.json") == {"epochs": 3}


# === What was converted ===

CONVERTED = {
    "title": "theirs",
    "home": "https://example.com/theirs",
    "licence": "no copies",
    "republish": False,
    "files": {"g.pth": "0" * 64},
}


@pytest.fixture
def converted(gan, tmp_path):
    """A preset of weights that may not be published."""
    recipe = {**RECIPE, "converted_from": CONVERTED}
    return gan.save_to_preset(tmp_path / "converted", recipe=recipe)


def through_keras(gan, folder):
    gan.save(folder / "gan.keras")
    return keras.saving.load_model(folder / "gan.keras")


def through_weights(gan, folder):
    gan.save_weights(folder / "gan.weights.h5")
    new = tiny_gan(seed=5)
    new.load_weights(folder / "gan.weights.h5")
    return new


def through_pickle(gan, folder):
    return pickle.loads(pickle.dumps(gan))


def through_a_backup(gan, folder):
    gan.compile()
    backup.save(gan, folder / "backup", epoch=1)
    new = tiny_gan(seed=5)
    new.compile()
    backup.restore(new, folder / "backup")
    return new


@pytest.mark.parametrize(
    "through", [through_keras, through_weights, through_pickle, through_a_backup]
)
def test_a_saved_model_knows_where_it_is_from(converted, tmp_path, through):
    digest = read(converted, "metadata.json")["weights_sha256"]
    gan = through(trained(kgz.GAN.from_preset(converted)), tmp_path)
    trained(gan, 8).save_to_preset(tmp_path / "next")
    recipe = read(tmp_path / "next", "recipe.json")
    told = {"from": "converted", "weights_sha256": digest, "images": 24}
    assert recipe == {**RECIPE, "converted_from": CONVERTED, "continued": told}
    with pytest.raises(ValueError, match="does not let them be published"):
        kgz.upload_preset("hf://me/next", tmp_path / "next")


def test_a_saved_model_without_an_origin_brings_none(tmp_path):
    assert not hasattr(through_keras(tiny_gan(), tmp_path), "preset_origin")


@pytest.mark.parametrize("recipe", [{}, {"epochs": 3}])
def test_a_recipe_that_is_given_hides_no_origin(converted, tmp_path, recipe):
    gan = trained(kgz.GAN.from_preset(converted))
    gan.save_to_preset(tmp_path / "own", recipe=recipe)
    found = read(tmp_path / "own", "recipe.json")
    assert found == {**recipe, "converted_from": CONVERTED}
    with pytest.raises(ValueError, match="does not let them be published"):
        kgz.upload_preset("hf://me/own", tmp_path / "own")


@pytest.mark.parametrize(
    "facts",
    [
        "theirs",
        {},
        {**CONVERTED, "republish": 1},
        {**CONVERTED, "files": ["g.pth"]},
        {**CONVERTED, "files": {"g.pth": 3}},
        {**CONVERTED, "scores": "best"},
        {k: v for k, v in CONVERTED.items() if k != "licence"},
    ],
)
def test_what_is_said_of_a_source_is_checked(converted, facts):
    (converted / "recipe.json").write_text(json.dumps({"converted_from": facts}))
    with pytest.raises(ValueError, match="`converted_from` of a recipe must have"):
        kgz.cards.write_card(converted)
    with pytest.raises(ValueError, match=r"whether .* may be published"):
        kgz.upload_preset("hf://me/own", converted)


@pytest.mark.parametrize(
    "text", ["[", "[]", '{"a": NaN}', '{"converted_from": "theirs"}']
)
def test_what_does_not_tell_its_terms_is_not_published(converted, text):
    (converted / "recipe.json").write_text(text)
    with pytest.raises(ValueError, match=r"whether .* may be published.*Received: "):
        kgz.upload_preset("hf://me/own", converted)


def test_new_weights_have_no_recipe(folder, tmp_path):
    gan = kgz.GAN.from_preset(folder, load_weights=False)
    gan.save_to_preset(tmp_path / "new")
    assert not (tmp_path / "new" / "recipe.json").exists()


@pytest.mark.parametrize("text", ["[", "[]", '{"continued": 3}', '{"continued": {}}'])
def test_whatever_stands_there_the_gan_loads_and_saves(folder, text):
    (folder / "recipe.json").write_text(text)
    trained(kgz.GAN.from_preset(folder)).save_to_preset(folder)
    path = folder / "recipe.json"
    if path.exists():
        assert json.loads(path.read_text())["continued"]["images"] == 16


def test_training_a_recipe_again_forgets_what_came_after(folder):
    trained(kgz.GAN.from_preset(folder)).save_to_preset(folder)
    assert recipes.find(folder) == RECIPE


def test_no_path_is_told(tmp_path):
    assert origin.public_name(tmp_path / "faces" / "preset") == "faces"
    assert origin.public_name("hf://me/g@v1") == "hf://me/g@v1"
    assert origin.public_name("dcgan_mnist") == "dcgan_mnist"
