"""`list`, `show`, `train` and `sample` as their user sees them."""

import json
import shutil
from pathlib import Path

import numpy as np
from cli_recipe import RECIPE
from conversion.test_public import published_files

import keras_gan_zoo as kgz
from keras_gan_zoo import images


def test_list(run, tiny_zoo):
    text = run("list").stdout
    for part in ("tiny", "MLPGAN", "digits", "FID (digits)", "IS (digits)"):
        assert part in text
    entry = json.loads(run("list", "--json").stdout)["tiny"]
    assert entry["parameters"] == kgz.GAN.from_preset("tiny").generator.count_params()


def test_list_of_families(run):
    text = run("list", "--families").stdout
    for part in ("wgan_gp", "WGANGP", "arXiv:1704.00028", "gradient_penalty"):
        assert part in text
    rows = json.loads(run("list", "--families", "--json").stdout)
    assert rows["dcgan"]["year"] == 2016
    text = run("train", "--help").stdout
    for name in rows:
        if kgz.families.find(name).__module__.startswith("keras_gan_zoo."):
            assert name in text


def test_list_of_public_weights(run):
    found = json.loads(run("list", "--public", "--json").stdout)
    assert found["biggan_deep_128"]["verified"] is False
    assert "r3gan_ffhq_256" in run("list", "--public").stdout
    assert "not both" in run("list", "--public", "--families", code=2).stderr


def test_what_has_a_name_is_converted_by_it(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):  # the second time there is a folder of that name
        done = run("convert", "dcgan_mnist", "dcgan_mnist")
        assert done.exit_code == 0, done.output
    made, expected = (kgz.GAN.from_preset(n) for n in ("./dcgan_mnist", "dcgan_mnist"))
    np.testing.assert_array_equal(
        made.generate(2, seed=0), expected.generate(2, seed=0)
    )


def test_convert(run, tmp_path):
    (tmp_path / "given").mkdir()
    for name, content in published_files().items():
        (tmp_path / "given" / name).write_bytes(content)
    done = run("convert", tmp_path / "given", tmp_path / "out")
    assert "BigGANDeep, from pytorch-pretrained-BigGAN" in done.stdout
    assert "no discriminator" in done.stdout
    assert kgz.GAN.from_preset(tmp_path / "out").generate(1, labels=1).shape[0] == 1


def test_show(run, tiny_zoo):
    text = run("show", "tiny").stdout
    for part in ("MLPGAN", "28x28x1", "minimax", "model.weights.h5", "digits:test"):
        assert part in text
    assert json.loads(run("show", "tiny", "--json").stdout)["family"] == "MLPGAN"


def test_sample_is_what_generate_makes(run, tiny_zoo):
    from PIL import Image

    run("sample", "tiny", "--out", "new/x.png", "-n", 4, "--seed", 7)
    with Image.open("new/x.png") as picture:
        pixels = np.asarray(picture)
    expected = images.grid(kgz.GAN.from_preset("tiny").generate(4, seed=7))[..., 0]
    assert abs(pixels.astype(int) - expected).max() <= 1


def test_train_ends_with_a_preset_and_goes_on_where_it_was(run, tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    for i in range(8):
        pixels = np.full((9, 7, 3), 30 * i, "uint8")
        images.save_png(folder / f"{i}.png", pixels)
    (folder / "notes.txt").write_text("no image")
    Path("tiny.json").write_text(json.dumps(RECIPE))
    line = ["train", "tiny.json", "--data", "faces", "--batch-size", 4]
    result = run(*line, "--epochs", 1, "--out", "r")
    said = "Warning: faces: 8 images 9x7x3; skipped 1 file (.txt)"
    assert result.stderr.count(said) == 1
    assert "MLPGAN on faces (9x7x3)" in result.stdout
    assert "keras-gan-zoo sample r/preset" in result.stdout
    first = kgz.MLPGAN.from_preset("r/preset")
    assert first.generate(1, seed=0).shape == (1, 9, 7, 3)
    assert Path("r/samples/epoch_0001.png").is_file()
    # the recipe that travels with the weights names no path
    assert json.loads(Path("r/preset/recipe.json").read_text())["data"] == "faces:train"

    (folder / "notes.txt").unlink()
    result = run(*line, "--epochs", 2, "--out", "r")
    assert result.stderr.count("faces: 8 images 9x7x3\n") == 1
    epochs = Path("r/log.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in epochs] == ["0", "1"]
    assert len(Path("r/log.csv").read_text().splitlines()) == 3

    other = run(*line, "--epochs", 2, "--seed", 5, "--out", "r", code=1)
    assert "run of one recipe" in other.stderr


def test_train_says_what_was_done_already(run, preset):
    def recipe(path):
        return json.loads(Path(path, "recipe.json").read_text())

    line = ["train", preset, "--batch-size", 64, "--out", "r"]
    assert "Trained." in run(*line, "--epochs", 3).stdout
    Path("r/preset/README.md").write_text("My own words.")
    before = {path: path.read_bytes() for path in Path("r").rglob("*.*")}
    for epochs, says in ((3, "3 epochs were done already"), (1, "already (3 in all)")):
        again = run(*line, "--epochs", epochs)
        assert says in again.stdout
        assert "r/preset" in again.stdout
        assert "Trained." not in again.stdout
        assert recipe("r")["epochs"] == recipe("r/preset")["epochs"] == 3
        assert {path: path.read_bytes() for path in Path("r").rglob("*.*")} == before

    shutil.rmtree("r/preset")  # as if it had been stopped before it was saved
    assert "done already (3 in all)" in run(*line, "--epochs", 2).stdout
    assert recipe("r/preset")["epochs"] == 3
    kgz.GAN.from_preset("r/preset")
    assert "Trained." in run(*line, "--epochs", 4).stdout
    assert recipe("r")["epochs"] == recipe("r/preset")["epochs"] == 4


def test_train_from_the_recipe_of_a_preset(run, preset):
    result = run("train", preset, "--out", "again", "--batch-size", 64)
    assert "1 epochs, batch size 64" in result.stdout
    assert kgz.GAN.from_preset("again/preset").get_config()["generator_widths"] == (8,)


def test_a_recipe_builds_optimizers_alone(run, preset):
    path = preset / "recipe.json"
    recipe = json.loads(path.read_text())
    evil = {"class_name": "call", "module": "subprocess", "config": {}}
    recipe["compile"] = {"generator_optimizer": evil}
    path.write_text(json.dumps(recipe))
    assert "may name Keras' optimizers" in run("train", preset, code=1).stderr
