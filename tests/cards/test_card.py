"""Cards: what a reader learns, what is refused."""

import ast
import json
import os
import shutil

import numpy as np
import pytest
from card_report import RECIPE, report_of
from huggingface_hub import ModelCard, metadata_load

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import public_recipe, refresh_card, set_handle, write_card
from keras_gan_zoo.presets import readme


def test_the_hub_reads_a_card_back(preset):
    data = metadata_load(write_card(preset))
    assert data["library_name"] == "keras"
    assert data["pipeline_tag"] == "unconditional-image-generation"
    assert data["license"] == "apache-2.0"
    assert data["datasets"] == ["ylecun/mnist"]
    assert {"gan", "keras", "mlpgan"} <= set(data["tags"])
    (model,) = data["model-index"]
    assert model["name"] == "my_gan"
    (block,) = model["results"]  # all metrics of one data set, one source
    assert block["dataset"] == {
        "name": "MNIST",
        "type": "ylecun/mnist",
        "split": "test",
    }
    found = {metric["type"]: metric for metric in block["metrics"]}
    assert found["classifier_score"]["value"] == 2.5
    assert found["frechet_distance"]["value"] == 120.125
    assert found["frechet_distance"]["name"] == "FID (digits)"
    assert found["frechet_distance"]["args"]["num_fake"] == 64
    assert ModelCard.load(preset / "README.md").data.eval_results[0].verified is None


def test_a_card_tells_how_to_load_repeat_and_cite(preset):
    text = write_card(preset, "hf://me/my_gan").read_text()
    for part in (
        'gan = kgz.GAN.from_preset("hf://me/my_gan")',
        "keras-gan-zoo train hf://me/my_gan --out run",
        "keras-gan-zoo score hf://me/my_gan --reference mnist:test",
        "| FID (digits) | 120.125 | - | lower |",
        "| IS (digits) | 2.500 (std 0.250) | 2.250 to 2.750 | higher |",
        "--metrics is,fid --num-images 64 --seed 0`",
        "No second opinion: not asked for.",
        "not the scores of the literature",
        "| num real | 10000 |",
        "arXiv:1406.2661",
        "numpy 2.0",
        "10,000 images of MNIST's train set",
        "![64 samples](samples.png)",
    ):
        assert part in text
    assert "| device | a \\| b |" in text  # a table stays a table


def test_the_grid_shows_the_samples_of_seed_0(preset, gan):
    from PIL import Image

    write_card(preset)
    with Image.open(preset / "samples.png") as picture:
        pixels = np.asarray(picture)
    assert pixels.shape == (8 * 28 + 7 * 2, 8 * 28 + 7 * 2)
    first = gan.generate(1, seed=0)[0, :, :, 0]
    assert abs(pixels[:28, :28].astype(int) - first).max() <= 1


def test_no_scores_no_model_index(gan, tmp_path):
    gan.save_to_preset(tmp_path / "plain")
    path = write_card(tmp_path / "plain", license="mit")
    data, text = metadata_load(path), path.read_text()
    assert "model-index" not in data
    assert "datasets" not in data
    assert data["license"] == "mit"
    assert "It was not scored." in text
    assert "no recipe" in text


def test_best_and_last_are_both_in_the_table(preset, gan):
    path = preset / "scores.json"
    scores = json.loads(path.read_text())
    last = report_of(gan, fid=240.5).to_dict()
    scores |= {"epoch": 7, "last": {**last, "epoch": 9}}
    scores["selection"] = {
        "metric": "FID (digits)",
        "reference": "mnist:train[55000:]",
        "num_images": 100,
        "candidates": 9,
    }
    path.write_text(json.dumps(scores))
    text = write_card(preset).read_text()
    assert "best (epoch 7), in this folder" in text
    assert "last (epoch 9)" in text
    assert "| FID (digits) | 120.125 | - | lower | 240.500 |" in text
    assert "best of 9 snapshots by\nFID (digits) with" in text


def test_scores_of_other_weights_are_refused(preset, gan):
    path = preset / "scores.json"
    scores = json.loads(path.read_text())
    scores["conditions"]["generator_sha256"] = "0" * 64
    path.write_text(json.dumps(scores))
    with pytest.raises(ValueError, match="must be of the saved weights"):
        write_card(preset)
    assert not (preset / "README.md").exists()


def test_scores_that_are_not_finite_are_refused(preset):
    path = preset / "scores.json"
    path.write_text(path.read_text().replace("120.125", "NaN"))
    with pytest.raises(ValueError, match="finite"):
        write_card(preset)


def test_a_card_that_is_there_is_kept(preset):
    (preset / "README.md").write_text("mine")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        write_card(preset)
    assert (preset / "README.md").read_text() == "mine"
    assert "# my_gan" in write_card(preset, overwrite=True).read_text()


def test_no_path_of_this_machine_is_in_a_card(gan, tmp_path):
    faces = tmp_path / "faces"
    recipe = {**RECIPE, "data": f"{faces}:train"}
    folder = gan.save_to_preset(
        tmp_path / "out" / "g", report=report_of(gan), recipe=recipe
    )
    text = write_card(folder).read_text()
    assert str(tmp_path) not in text
    assert "keras-gan-zoo train ./g --data FOLDER" in text
    assert public_recipe(recipe)["data"] == "faces:train"
    assert public_recipe({"data": r"C:\me\faces"})["data"] == "faces:train"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("mnist", "mnist"),
        ("mnist:train[:100]", "mnist:train[:100]"),
        ("/home/alice/private/mnist", "./mnist:train"),
        (r"C:\Users\me\cifar10:train", "./cifar10:train"),
        ("./mnist:train", "./mnist:train"),
        ("mnist/", "./mnist:train"),
    ],
)
def test_a_folder_named_like_a_data_set_is_not_that(gan, tmp_path, data, expected):
    recipe = {**RECIPE, "data": data, "selection": {"reference": data}}
    public = public_recipe(recipe)
    assert public["data"] == expected
    assert public_recipe(public) == public
    text = write_card(gan.save_to_preset(tmp_path / "g", recipe=recipe)).read_text()
    is_named = not expected.startswith(".")
    assert ("ylecun/mnist" in text) == ("MNIST" in text) == is_named
    assert (" --data FOLDER" in text) == (not is_named)
    assert "alice" not in text
    assert "Users" not in text


def test_what_a_selection_compares_with_is_public_too():
    for given, expected in (
        ("/home/me/faces:train[9000:]", "faces:train[9000:]"),
        ("train[9000:]", "train[9000:]"),
        ("/home/me/mnist", "./mnist"),
        ("mnist:train[55000:]", "mnist:train[55000:]"),
    ):
        recipe = {"selection": {"reference": given, "num_images": 8}}
        found = public_recipe(recipe)["selection"]
        assert found == {"reference": expected, "num_images": 8}
        assert recipe["selection"]["reference"] == given


@pytest.mark.parametrize(
    "handle", ["me/my_gan", "/home/me/my_gan", "https://huggingface.co/me/g", "hf://me"]
)
def test_readers_are_told_what_they_can_load(preset, handle):
    for write in (write_card, refresh_card, set_handle):
        with pytest.raises(ValueError, match=r"'hf://(user|\{org\})"):
            write(preset, handle)
    assert not (preset / "README.md").exists()


def test_a_handle_without_its_scheme_is_told(preset):
    with pytest.raises(ValueError, match="Did you mean 'hf://me/g'"):
        write_card(preset, "me/g")


def test_a_name_with_a_space_is_quoted_in_commands(gan, tmp_path):
    folder = tmp_path / "my gan"
    gan.save_to_preset(folder, report=report_of(gan), recipe=RECIPE)
    text = write_card(folder).read_text()
    assert 'from_preset("./my gan")' in text
    for command in ("score './my gan' --ref", "verify './my gan'", "train './my gan' "):
        assert f"keras-gan-zoo {command}" in text
    assert "keras-gan-zoo score ./my gan" not in text
    refresh_card(folder)
    assert readme.split((folder / "README.md").read_text()) == readme.split(text)
    set_handle(folder, "hf://me/g")
    told = (folder / "README.md").read_text()
    assert "keras-gan-zoo score hf://me/g --ref" in told
    assert "./my gan" not in told
    refresh_card(folder)
    assert readme.split((folder / "README.md").read_text()) == readme.split(told)


def test_set_handle_changes_the_names_and_nothing_else(preset):
    path = write_card(preset)
    path.write_text(path.read_text() + "\nSee ./my_gan_2 and my own words.\n")
    set_handle(preset, "hf://me/g")
    text = path.read_text()
    assert "./my_gan_2 and my own words." in text
    assert 'from_preset("hf://me/g")' in text
    assert './my_gan"' not in text


def test_both_second_opinions_are_in_a_card(gan, tmp_path):
    report = report_of(gan)
    opinion = {
        "by": "tensorflow-gan 2.1.0",
        "scores": {"fid": 120.1},
        "relative_difference": {"fid": 2e-4},
        "tolerance": 1e-3,
        "agrees": True,
    }
    other = {**opinion, "by": "torch-fidelity 0.4.0", "scores": {"fid": 120.2}}
    report = kgz.ScoreReport(
        report, None, report.conditions, {**opinion, "others": [other]}
    )
    gan.save_to_preset(tmp_path / "g", report=report)
    text = write_card(tmp_path / "g").read_text()
    assert (
        "| score | value | 95 % interval | better | TF-GAN | torch-fidelity |" in text
    )
    row = "| FID (digits) | 120.125 | - | lower | 120.100 | 120.200 |"
    assert row in text
    assert "torch-fidelity 0.4.0 on the same activations agrees" in text


def test_the_preset_of_a_run_has_the_name_of_the_run(preset, tmp_path):
    folder = shutil.copytree(preset, tmp_path / "faces" / "preset")
    path = write_card(folder)
    assert metadata_load(path)["model-index"][0]["name"] == "faces"
    assert 'from_preset("./faces/preset")' in path.read_text()
    set_handle(folder, "hf://me/faces")
    assert "./faces" not in path.read_text()


def test_a_folder_that_does_not_load_gets_no_card(preset, tmp_path):
    broken = shutil.copytree(preset, tmp_path / "broken")
    (broken / "model.weights.h5").write_bytes(b"no")
    with pytest.raises(ValueError, match="corrupt"):
        write_card(broken)


NAMES = ['quo"te', "line\n\nbreak", "back\\slash", "a`b", "<b>", "it's", "ünï"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_folder_makes_a_card_whose_example_runs(gan, tmp_path, name):
    folder = gan.save_to_preset(tmp_path / name, report=report_of(gan), recipe=RECIPE)
    text = write_card(folder).read_text()
    example = text.partition("```python\n")[2].partition("```")[0]
    calls = [node for node in ast.walk(ast.parse(example)) if hasattr(node, "func")]
    assert calls[0].args[0].value == f"./{name}"
    assert readme.address_of(text) == f"./{name}"
    title = text.partition("\n---\n")[2].strip().splitlines()[0]
    assert "\\<b>" in title or "<" not in title
    refresh_card(folder)
    assert (folder / "README.md").read_text() == text
    moved = refresh_card(folder, "hf://me/g").read_text()
    assert readme.address_of(moved) == "hf://me/g"
    assert "keras-gan-zoo score hf://me/g" in moved


@pytest.mark.parametrize("handle", ["nonsense", "dcgan-mnist"])
def test_a_name_that_nobody_can_load_is_refused(preset, handle):
    for write in (write_card, refresh_card, set_handle):
        with pytest.raises(ValueError, match="name of an entry of the zoo") as caught:
            write(preset, handle)
        told = "Did you mean 'dcgan_mnist'?" in str(caught.value)
        assert told == (handle == "dcgan-mnist")
    assert not (preset / "README.md").exists()


@pytest.mark.parametrize("handle", ["dcgan_mnist", "my_gan", "./elsewhere"])
def test_an_entry_that_is_there_or_to_come_is_a_handle(preset, handle):
    text = write_card(preset, handle).read_text()
    assert readme.address_of(text) == handle
