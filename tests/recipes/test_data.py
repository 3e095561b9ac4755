"""A recipe says how its images are prepared; a run reports what it found."""

import json
import shutil

import numpy as np
import pytest
from pictures import write

from keras_gan_zoo import recipes
from keras_gan_zoo.recipes import data

TINY = {"generator_widths": [4], "discriminator_widths": [4], "latent_dim": 2}
CGAN = {"family": "cgan", **TINY, "generator_widths": [4] * 3}
CGAN["discriminator_widths"] = CGAN["generator_widths"]


@pytest.fixture
def photos(tmp_path):
    """Photos of several sizes, and one that is none."""
    for index, size in enumerate([(12, 8), (8, 12), (16, 16), (9, 9)]):
        write(tmp_path / "photos" / f"{index}.png", size=size)
    (tmp_path / "photos" / "bad.png").write_bytes(b"no image")
    return str(tmp_path / "photos")


def test_the_options_are_kept_in_the_recipe(photos):
    asked = {"image_size": 8, "crop_to_aspect_ratio": True}
    recipe = recipes.with_options(
        family="mlp_gan", data=photos, on_error="skip", **asked
    )
    assert recipe["arguments"]["image_shape"] == [8, 8, 3]
    assert recipe["on_error"] == "skip"
    assert recipe["preparation"] == {
        "image_size": [8, 8],
        "crop_to_aspect_ratio": True,
        "pad_to_aspect_ratio": False,
        "interpolation": "lanczos",
        "color_mode": None,
        "background": None,
        "scale_16_bit": False,
        "horizontal_flip": False,
    }
    again = recipes.with_options(recipe, color_mode="grayscale", image_size=[4, 8])
    assert again["arguments"]["image_shape"] == [4, 8, 1]
    assert again["preparation"]["crop_to_aspect_ratio"]
    assert "preparation" not in recipes.with_options(family="dcgan", data="digits")
    named = recipes.with_options(family="dcgan", data="digits:test[:4]", image_size=32)
    assert named["arguments"]["image_shape"] == [32, 32, 1]


def test_all_faults_come_before_the_model(photos):
    with pytest.raises(ValueError, match=r"same size.*[\s\S]*bad\.png"):
        recipes.with_options(family="mlp_gan", data=photos)


def test_a_run_prepares_and_reports(photos, tmp_path):
    recipe = recipes.with_options(
        family="mlp_gan",
        data=photos,
        epochs=1,
        batch_size=2,
        on_error="skip",
        image_size=8,
        pad_to_aspect_ratio=True,
        horizontal_flip=True,
        **TINY,
    )
    with pytest.warns(UserWarning, match=r"8 images 8x8x3; from 4 sizes.*bad\.png"):
        gan = recipes.train(recipe, tmp_path / "run", verbose=0)
    assert int(gan.images_seen) == 8
    facts = json.loads((tmp_path / "run" / "data.json").read_text())
    assert facts["num_images"] == 8
    assert facts["prepared"]["padded"] == 2
    assert len(facts["unreadable"]) == 1
    kept = recipes.load(tmp_path / "run" / "recipe.json")
    assert kept["preparation"] == recipe["preparation"]
    recipes.train({**recipe, "on_error": "raise"}, tmp_path / "run", verbose=0)
    other = recipes.with_options(recipe, interpolation="box", epochs=2)
    with pytest.raises(ValueError, match=r"run of one recipe.*preparation="):
        recipes.train(other, tmp_path / "run", verbose=0)


def test_a_named_data_set_is_prepared_too():
    recipe = recipes.with_options(data="digits:test[:6]", image_size=8, **CGAN)
    found = data.open_data(recipe)
    gan = recipes.build(recipe)
    assert (gan.num_classes, gan.image_shape) == (10, (8, 8, 1))
    given = data.arguments_of_fit(found, gan)
    assert given["x"].shape == (6, 8, 8, 1)
    assert given["y"].shape == (6,)


def test_numbers_of_a_table_make_classes(tmp_path):
    rows = ["file_name,label"]
    for index in range(4):
        write(tmp_path / f"{index}.png", "L", size=(8, 8))
        rows.append(f"{index}.png,{index}")
    (tmp_path / "metadata.csv").write_text("\n".join(rows))
    recipe = recipes.with_options(data=str(tmp_path), **CGAN)
    gan = recipes.build(recipe)
    assert (gan.num_classes, gan.label_names) == (4, None)
    gan.fit(tmp_path, batch_size=2, verbose=0)
    assert np.isfinite(gan.generate(2, labels=3)).all()


def test_a_disk_too_small_for_a_run_is_said_before_it(tmp_path, monkeypatch):
    recipe = recipes.with_options(
        family="mlp_gan", data="digits:test[:4]", epochs=30, **TINY
    )
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=9))
    monkeypatch.setattr("keras_gan_zoo.GAN.fit", None)
    with pytest.raises(OSError, match=r"30 snapshots .* and 3 backup.* need .* free"):
        recipes.train(recipe, tmp_path / "run", verbose=0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"preparation": {"image_size": -1}}, "image_size=-1"),
        ({"preparation": {"zoom": 2}}, "called `zoom`"),
        ({"preparation": [64]}, "JSON object"),
        ({"on_error": "warn"}, "'raise' or 'skip'"),
    ],
)
def test_what_a_recipe_may_not_say(tmp_path, changes, says):
    recipe = {"family": "dcgan", "data": "digits", "batch_size": 2, "epochs": 1}
    (tmp_path / "recipe.json").write_text(json.dumps({**recipe, **changes}))
    with pytest.raises(ValueError, match=f"recipe.*{says}"):
        recipes.load(tmp_path / "recipe.json")
