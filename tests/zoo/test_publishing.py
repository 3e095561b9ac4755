"""What is published is up to date, and a failure leaves the folder as it was."""

import json
import shutil

import pytest
from zoo_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, recipes, zoo
from keras_gan_zoo.cards import write_card


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made[0] / "tiny", tmp_path / "mine")


@pytest.fixture
def pushed(monkeypatch):
    """What would be uploaded: handle and card; fails for `hf://typo/...`."""
    found = []

    def upload(handle, folder, **_):
        if handle.startswith("hf://typo"):
            raise FileNotFoundError(handle)
        found.append((handle, (folder / "README.md").read_text()))
        return f"https://hub/{handle}/commit/abc"

    monkeypatch.setattr(presets, "upload_preset", upload)
    return found


@pytest.mark.parametrize("has_card", [True, False])
def test_a_failure_leaves_no_wrong_address(folder, pushed, has_card):
    readme = folder / "README.md"
    if has_card:
        write_card(folder, overwrite=True)
        readme.write_text(readme.read_text() + "\nMine.\n")
    else:
        readme.unlink()
    before = readme.read_bytes() if has_card else None
    with pytest.raises(FileNotFoundError):
        zoo.publish_folder(folder, "hf://typo/p")
    assert (readme.read_bytes() if readme.exists() else None) == before
    for handle in ("hf://me/first", "hf://me/second"):
        zoo.publish_folder(folder, handle)
        assert pushed[-1][0] == handle
        assert f'from_preset("{handle}")' in pushed[-1][1]
        assert ("\nMine.\n" in pushed[-1][1]) == has_card
    assert "first" not in pushed[-1][1]


def test_a_card_of_the_zoo_keeps_its_name(folder, pushed):
    kept = json.loads((folder / "recipe.json").read_text())
    zoo.publish("mine", "me", folder.parent)
    assert 'from_preset("tiny")' in pushed[-1][1]
    index = json.loads((folder.parent / "index.json").read_text())
    assert index["mine"]["revision"] == "abc"
    assert json.loads((folder / "recipe.json").read_text()) == kept


def test_weights_of_a_further_run_take_no_old_scores_along(folder, pushed):
    gan = kgz.GAN.from_preset(folder)
    gan.generator.set_weights([w + 0.5 for w in gan.generator.get_weights()])
    gan.ema_generator.set_weights(gan.generator.get_weights())
    gan.save_to_preset(folder)
    zoo.publish_folder(folder, "hf://me/g")
    card = pushed[-1][1]
    assert "It was not scored." in card
    assert "model-index" not in card
    assert "training went on for 0 images" in card
    assert not (folder / "scores.json").exists()


SHORT = {**RECIPE, "data": "digits:train[:32]", "epochs": 1}


def test_a_run_of_fewer_epochs_than_it_had_tells_those_it_had(tmp_path):
    for epochs, expected in ((2, 2), (1, 2), (3, 3)):
        recipe = {**SHORT, "epochs": epochs}
        gan = recipes.train(recipe, tmp_path / "run", verbose=0)
        folder = zoo.save_run(gan, tmp_path / "run", recipe)
        for path in (tmp_path / "run", folder):
            written = json.loads((path / "recipe.json").read_text())
            assert written == {**recipe, "epochs": expected}
