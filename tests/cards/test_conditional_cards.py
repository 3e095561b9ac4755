"""The card of a GAN that makes images by class."""

import numpy as np
import pytest
from huggingface_hub import metadata_load
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo import zoo
from keras_gan_zoo.cards import facts, write_card


@pytest.fixture
def folder(conditional_gan, tmp_path):
    return conditional_gan().save_to_preset(tmp_path / "pets")


def test_a_card_tells_the_classes(folder):
    path = write_card(folder)
    text, data = path.read_text(), metadata_load(path)
    assert "| labels | 3: ant, bee, cat |" in text
    assert "gan.generate(16, labels=1, seed=0)" in text
    assert "gan.fit(your_images, your_labels)" in text
    assert "one row per class" in text
    assert "control over their class alone" in text
    assert "pipeline_tag" not in data  # the Hub has none for classes
    assert "conditional-image-generation" in data["tags"]
    with Image.open(folder / "samples.png") as picture:
        assert np.asarray(picture).shape == (3 * 8 + 2 * 2, 8 * 8 + 7 * 2)


def test_show_tells_the_classes(folder):
    assert zoo.describe(folder)["labels"] == "3: ant, bee, cat"


def test_many_classes_are_cut_short(conditional_gan):
    names = [f"c{i}" for i in range(25)]
    gan = conditional_gan(names=names)
    assert facts.labels_of(gan) == f"25: {', '.join(names[:20])}, ..."
    assert facts.labels_of(conditional_gan(label_names=None)) == "3 classes"


def test_latents_of_several_laws(conditional_gan):
    latents = kgz.latents.Latents(normal=1, uniform=1, categorical=(2,))
    gan = conditional_gan(latents=latents)
    assert facts.latents_of(gan) == "1 normal, 1 uniform, a code of 2"


def test_names_of_labels_are_only_shown(conditional_gan, tmp_path):
    names = ["a|b", "<img src=x onerror=alert(1)>", "x\n| y `[z](w)"]
    gan = conditional_gan(names=names)
    text = write_card(gan.save_to_preset(tmp_path / "pets")).read_text()
    told = [line for line in text.splitlines() if line.startswith("| labels | 3: ")]
    shown = r"a\|b, \<img src=x onerror=alert(1)>, x \| y \`\[z\](w)"
    assert told == [f"| labels | 3: {shown} |"]
