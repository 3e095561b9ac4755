"""What a command says when it fails: in its user's words, on stderr."""

import pytest
import typer

from keras_gan_zoo_cli import errors
from keras_gan_zoo_cli.publishing import card
from keras_gan_zoo_cli.scoring import score


@pytest.mark.parametrize(
    ("line", "says", "never"),
    [
        ("card my_gan", "Pass --overwrite", "overwrite=True"),
        (
            "score my_gan --reference digits:test --labels uniform",
            "--labels uniform is for class-conditional",
            "`labels",
        ),
        ("score images.npz --reference digits:test", "--num-images all", "=None"),
        ("score my_gan --reference mine", "--extractor, one of:", "extractor=`"),
        ("score my_gan --extractor inceptoin", "--extractor must be", "a Keras model"),
        ("train --family dcgan --data digits --loss hing", "--loss must be", "`loss`"),
        ("train --family dcgna --data digits", "Did you mean 'dcgan'?", "`family`"),
        ("show tin", "Did you mean 'tiny'?", "print(GAN"),
        ("score tiny --metrics fdi", "Did you mean 'fid'?", "`metrics`"),
        ("score tiny --extractor digit", "Did you mean 'digits'?", "`extractor`"),
        (
            "train --family mlp_gan --data floats.npz",
            "convert the images to uint8, from 0 to 255.",
            "value",
        ),
        (
            "score floats.npz --reference digits:test --num-images all",
            "pass --value-range LOW,HIGH",
            "`value",
        ),
        ("train --family dcgan --data fashion_mnits", "'fashion_mnist'?", "`"),
    ],
)
def test_advice_is_about_options(run, preset, digits, line, says, never):
    import numpy as np

    import keras_gan_zoo as kgz

    np.savez("images.npz", images=digits)
    np.savez("floats.npz", images=digits / np.float32(255))
    kgz.images.save_png("mine/0.png", digits[0])
    text = run(*line.split(), code=1).stderr
    advice, received, _ = text.partition("Received: ")
    assert says in advice
    assert never not in advice
    assert received
    assert "Traceback" not in text


def test_lists_keep_their_lines(run, tiny_zoo):
    text = run("score", "tiny", "--extractor", "inceptoin", code=1).stderr
    lines = [line.strip() for line in text.splitlines()]
    assert any(line.startswith("1) ") for line in lines)
    assert any(line.startswith("2) ") for line in lines)
    assert "Received: " in lines[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pass `overwrite=True`.", "Pass --overwrite."),
        ("`num_images=None` uses all.", "--num-images all uses all."),
        ("give `seed=7` or `verify=False`", "give --seed 7 or --no-verify"),
        ("Pass `labels='uniform'`.", "Pass --labels uniform."),
        ("`devices` are", "--devices are"),
        ("pass its path: `InceptionV3FID(weights=path)`.", "--extractor-weights FILE."),
        ("A recipe's `seed` must be", "A recipe's `seed` must be"),
        ("`something=1` else", "`something=1` else"),
        ("Bad. Received: `seed=7`", "Bad. Received: `seed=7`"),
    ],
)
def test_arguments_become_options(text, expected):
    function = card if "overwrite" in text else score
    assert errors.text_of(ValueError(text), function).endswith(expected)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FileNotFoundError(2, "No such file", "x.json"), "No such file: x.json"),
        (ValueError(" two \nlines  \n"), "two\nlines"),
        (ValueError(), "ValueError (`keras-gan-zoo --debug"),
        (KeyError("x"), "KeyError: 'x' (`keras-gan-zoo --debug"),
        (MemoryError(), "MemoryError (`keras-gan-zoo --debug"),
    ],
)
def test_the_words_of_an_error(error, expected):
    assert errors.text_of(error, score).startswith(expected)


def test_options_have_the_names_of_arguments():
    options = errors.options_of(score)
    assert options["num_images"] == "--num-images"
    assert options["verify"] == "--verify"
    assert options["at_most"] == "--max"
    assert "source" not in options


def test_a_pipe_that_closes_is_no_error(run, monkeypatch):
    def closed(*_, **__):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("keras_gan_zoo.zoo.list_entries", closed)
    assert "Error" not in run("list", code=1).output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("train --epoch 3", "--epochs"),
        ("train --widths 3", "--generator-widths"),
        ("score tiny --num-image 3", "--num-images"),
        ("sample tiny --colums 3", "--columns"),
        ("trian", "'train'"),
        ("reference mke", "'make'"),
    ],
)
def test_near_names_of_options_and_commands(run, tiny_zoo, line, says):
    assert says in run(*line.split(), code=2).stderr


@pytest.mark.parametrize(
    "line", ["train --help", "score --help", "sample --help", "card --help"]
)
def test_help_shows_defaults_as_they_are(run, monkeypatch, line):
    monkeypatch.setenv("COLUMNS", "200")
    text = run(*line.split()).stdout
    assert "[default: (" not in text
    assert "[default: " in text
    assert "[recipe]" not in text


def test_the_recipe_in_the_usage(run):
    assert "[RECIPE]" in run("train", "--help").stdout


def test_debug_shows_where(run, monkeypatch):
    from typer.testing import CliRunner

    from keras_gan_zoo_cli import app

    def fail(*_, **__):
        raise KeyError("x")

    monkeypatch.setattr("keras_gan_zoo.zoo.list_entries", fail)
    assert "KeyError: 'x'" in run("list", code=1).stderr
    result = CliRunner().invoke(app, ["--debug", "list"])
    assert isinstance(result.exception, KeyError)
    assert not isinstance(result.exception, typer.Exit)
