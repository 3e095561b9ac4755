"""A conditional preset full of words that would run in a careless page."""

import json

import pytest
from page_client import PLANT

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import weights_sha256


@pytest.fixture
def stranger(conditional_gan, tmp_path):
    """The preset's folder, and its GAN."""
    gan = conditional_gan(names=("ant", PLANT, "cat"))
    conditions = {
        "generator_sha256": weights_sha256(gan.ema_generator),
        "extractor": PLANT,
        "reference": PLANT,
        "num_fake": 1234,
    }
    folder = gan.save_to_preset(
        tmp_path / "stranger",
        report=kgz.ScoreReport(
            {"fid": 1.5}, {"fid": (1.25, 1.75)}, conditions=conditions
        ),
        recipe={"description": PLANT, "data": PLANT, "license": "mit"},
    )
    card = f"---\nlicense: {json.dumps(PLANT)}\n---\n{PLANT}\n"
    (folder / "README.md").write_text(card)
    return folder, gan
