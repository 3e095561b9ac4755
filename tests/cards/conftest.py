"""A tiny GAN, and a preset of it."""

import pytest
from card_report import RECIPE, report_of

import keras_gan_zoo as kgz


@pytest.fixture(scope="module")
def gan():
    return kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,), seed=1)


@pytest.fixture
def preset(gan, tmp_path):
    folder = tmp_path / "my_gan"
    return gan.save_to_preset(folder, report=report_of(gan), recipe=RECIPE)
