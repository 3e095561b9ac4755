"""One entry, made once."""

import json

import pytest
from zoo_recipe import RECIPE

from keras_gan_zoo import presets, zoo


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """One entry, trained and written; its folders."""
    root = tmp_path_factory.mktemp("made")
    folder = root / "zoo" / "tiny"
    folder.mkdir(parents=True)
    (folder / "recipe.json").write_text(json.dumps(RECIPE))
    said = []
    zoo.make_entry(
        "tiny", root / "run", root / "zoo", num_images=40, verbose=0, say=said.append
    )
    return root / "zoo", root / "run", said


@pytest.fixture
def tiny_zoo(made, monkeypatch):
    monkeypatch.setattr(presets.index, "zoo_folder", lambda: made[0])
    return made[0]
