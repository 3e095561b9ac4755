"""What a demo says of its preset."""

import json

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.demos import facts
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets.loading import read_gan
from keras_gan_zoo.presets.source import Source, locate


def facts_of(preset):
    source = locate(preset)
    return facts.facts_of(read_gan(GAN, source), source)


def test_the_zoo_says_where_it_is_from():
    found = facts_of("dcgan_mnist")
    assert found["address"] == found["title"] == "dcgan_mnist"
    assert (found["license"], found["data"]) == ("apache-2.0", "MNIST")
    head, scores = facts.header(found), facts.scores(found)
    for words in (">DCGAN</a>", "28x28x1", "169,849 parameters", "licence: apache-2.0"):
        assert words in head
    report = kgz.ScoreReport.load(locate("dcgan_mnist").folder / "scores.json")
    for row in report.rows()[1:]:
        assert all(f"<td>{cell}</td>" in scores for cell in row[:4])
    assert "10,000 samples against mnist:test." in scores
    assert "Not comparable" in scores


def test_a_preset_of_the_hub_names_its_repository(stranger):
    folder, _ = stranger
    source = Source(folder, "hf://me/gan@0123abc", {})
    found = facts.facts_of(read_gan(GAN, source), source)
    assert (found["title"], found["address"]) == ("me/gan", "hf://me/gan@0123abc")
    assert 'href="https://huggingface.co/me/gan"' in facts.header(found)


def test_words_of_strangers_stay_words(stranger):
    folder, _ = stranger
    moved = folder.rename(folder.with_name("<img src=x onerror=alert(1)>"))
    found = facts_of(moved)
    page = facts.header(found) + facts.scores(found)
    assert "<img" not in page
    assert "<script" not in page
    assert page.count("&lt;img src=x") >= 5
    assert "1,234 samples" in page


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (None, "mit"),
        ("No metadata.", "mit"),
        ("---\n[\n---\n", "mit"),
        ("---\nlicense: cc0-1.0\n---\n", "cc0-1.0"),
        ("\ufeff---\nlicense: cc0-1.0\n---\n", "cc0-1.0"),
        ("---\nlicense: [mit, cc0-1.0]\n---\n", "mit, cc0-1.0"),
        ("---\nlicense: other\nlicense_name: mine\n---\n", "mine"),
    ],
)
def test_licence(tmp_path, card, expected):
    (tmp_path / "recipe.json").write_text('{"license": "mit"}')
    if card is not None:
        (tmp_path / "README.md").write_text(card, "utf-8")
    assert facts.license_of(tmp_path) == expected


def test_a_folder_named_like_a_data_set_is_not_that(tiny_gan, tmp_path):
    recipe = {"data": "/home/me/mnist:train"}
    found = facts_of(tiny_gan().save_to_preset(tmp_path / "g", recipe=recipe))
    assert found["data"] == "./mnist"


def test_scores_of_other_weights_are_not_shown(stranger):
    folder, _ = stranger
    path = folder / "scores.json"
    for change in ({"conditions": {"generator_sha256": "0"}}, {"scores": "many"}):
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        page = facts.scores(facts_of(folder))
        assert "of other weights, or can&#39;t be read" in page
        assert "1.5" not in page
    path.unlink()
    assert "It was not scored." in facts.scores(facts_of(folder))


def test_no_recipe_no_card(tiny_gan, tmp_path):
    found = facts_of(tiny_gan().save_to_preset(tmp_path / "run" / "preset"))
    assert (found["title"], found["address"]) == ("run", "./run/preset")
    assert "licence: none given" in facts.header(found)
