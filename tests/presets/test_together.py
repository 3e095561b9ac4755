"""Weights, scores, samples and card of a folder belong together, or it says so."""

import json
import warnings

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import images, zoo
from keras_gan_zoo.presets import together, weights_sha256
from presets.tiny_gans import tiny_gan

OTHER = "0" * 64


def scores(digest, fid=1.5):
    conditions = {"generator_sha256": digest, "extractor": "digits", "num_fake": 9}
    return {
        "format": 1,
        "scores": {"fid": fid},
        "intervals": {},
        "conditions": conditions,
        "second_opinion": {},
    }


def draw(folder, digest, name="samples.png"):
    picture = np.zeros((2, 2, 1), "uint8")
    images.save_png(folder / name, picture, {together.SAMPLES_KEY: digest})


STRAYS = {
    "scores.json": lambda folder: (folder / "scores.json").write_text(
        json.dumps(scores(OTHER))
    ),
    "samples.png": lambda folder: draw(folder, OTHER),
    "neighbours.png": lambda folder: draw(folder, OTHER, "neighbours.png"),
    "README.md": lambda folder: (folder / "README.md").write_text(
        f"| generator sha256 | {OTHER} |"
    ),
}


@pytest.fixture
def digest(gans):
    return weights_sha256(gans["gan"].ema_generator)


@pytest.mark.parametrize("name", STRAYS)
def test_a_part_of_other_weights_is_named(preset, digest, name):
    STRAYS[name](preset)
    message = rf"don't belong together\. `{name}` is of other weights: sha256 {OTHER}"
    with pytest.warns(UserWarning, match=message) as caught:
        kgz.GAN.from_preset(preset)
    assert __file__ in {warning.filename for warning in caught}
    (sentence,) = together.strays(preset, digest)
    if name != "scores.json":
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            assert zoo.describe(preset)["warning"] == sentence
    with pytest.raises(ValueError, match=r"belong|must be of the saved weights"):
        together.check(preset, digest)


def test_show_tells_of_scores_of_other_weights(preset):
    STRAYS["scores.json"](preset)
    assert "`scores.json` is of other weights" in zoo.describe(preset)["warning"]


def test_what_belongs_together_passes_in_silence(preset, digest):
    (preset / "scores.json").write_text(json.dumps(scores(digest)))
    draw(preset, digest)
    (preset / "README.md").write_text(f"generator_sha256: {digest}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        kgz.GAN.from_preset(preset)
        assert zoo.describe(preset)["warning"] is None
    together.check(preset, digest)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"conditions": 3}', "NaN", "\x00"])
def test_scores_that_are_none_are_no_reason_to_fail(preset, text):
    (preset / "scores.json").write_text(text)
    (preset / "samples.png").write_bytes(b"no picture")
    (preset / "README.md").write_bytes(b"\xff\xfe")
    with pytest.warns(UserWarning, match="`scores.json` is of other weights"):
        kgz.GAN.from_preset(preset)


def test_new_weights_have_no_parts_to_compare_with(preset):
    STRAYS["scores.json"](preset)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        kgz.GAN.from_preset(preset, load_weights=False)


def metadata(digest, fid=1.5, num_fake=9):
    return (
        "---\nmodel-index:\n- name: g\n  results:\n  - metrics:\n    - type: fid\n"
        f"      value: {fid}\n      args:\n        num_fake: {num_fake}\n"
        f"        generator_sha256: {digest}\n---\n"
    )


@pytest.mark.parametrize("other", [{"fid": 2.5}, {"num_fake": 10}], ids=str)
def test_a_card_with_other_numbers_is_not_published(preset, digest, other):
    (preset / "scores.json").write_text(json.dumps(scores(digest)))
    (preset / "README.md").write_text(metadata(digest))
    together.check(preset, digest)
    (preset / "README.md").write_text(metadata(digest, **other))
    with pytest.raises(ValueError, match=r"is not in `scores.json`.*refresh_card"):
        together.check(preset, digest)
    (preset / "scores.json").unlink()
    (preset / "README.md").write_text(metadata(digest))
    with pytest.raises(ValueError, match=r"is not in `scores.json`"):
        together.check(preset, digest)


def test_saving_other_weights_leaves_nothing_of_the_old_ones(preset, digest):
    (preset / "scores.json").write_text(json.dumps(scores(digest)))
    draw(preset, digest)
    (preset / "recipe.json").write_text("{}")
    (preset / "README.md").write_text(metadata(digest) + "# Mine\n")
    other = tiny_gan(seed=2)
    other.save_to_preset(preset)
    assert not any((preset / name).exists() for name in ("scores.json", "samples.png"))
    assert not (preset / "recipe.json").exists()
    assert (preset / "README.md").read_text() == "---\n{}\n---\n# Mine\n"
    together.check(preset, weights_sha256(other.ema_generator))
