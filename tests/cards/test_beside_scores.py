"""What a card says beside its scores: neighbours, other extractors, sizes, time."""

import json

import pytest
from card_report import report_of

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import render, sentences, write_card
from keras_gan_zoo.cards.sentences import reduced_sentence, training_sentence
from keras_gan_zoo.scoring import anchors_of


def near(low, copies=0.01):
    space = {"nearer": low + 0.01, "nearer_interval": [low, low + 0.02], "ratio": 1.0}
    return {
        "train": "digits:train[:64]",
        "held_out": "digits:test",
        "num_fake": 2000,
        "num_real": 1000,
        "num_train": 64,
        "extractor": "digits",
        "spaces": {"digits": {**space, "copies": copies}},
    }


@pytest.mark.parametrize(
    ("low", "copies", "conclusion"),
    [
        (0.49, 0.01, "much like those between real images"),
        (0.55, 0.01, "nearer to training images than real images do"),
        (0.40, 0.01, "further from training images"),
        (0.49, 0.06, "some samples are all but copies"),
    ],
)
def test_what_neighbours_tell(low, copies, conclusion):
    said = sentences.neighbours_sentences(near(low, copies))
    assert conclusion in said[-1]
    assert "2,000 samples and 1,000 images of `digits:test`" in said[0]
    assert f"{100 * copies:.1f} % in the features of `digits`" in said[1]


def test_a_card_has_all_of_it(preset, gan, monkeypatch):
    report = report_of(gan)
    other = kgz.ScoreReport({"fid": 0.25}, {"fid": (0.2, 0.3)}, report.conditions)
    scores = {
        **report.to_dict(),
        "others": [other.to_dict()],
        "neighbours": near(0.49),
        "training": {"seconds": 3600.0, "machine": "jax on 2 CPU cores"},
        "parameters": {"generator": 10, "discriminator": 20, "published": [30, 40]},
    }
    (preset / "scores.json").write_text(json.dumps(scores))
    recipe = json.loads((preset / "recipe.json").read_text())
    (preset / "recipe.json").write_text(json.dumps({**recipe, "tried": "Much."}))
    floor = kgz.ScoreReport({"is": 9.5, "fid": 0.125}, conditions=report.conditions)
    anchors = {"mnist:test": {"digits": {"train": floor}}}
    for module in (render, sentences):
        monkeypatch.setattr(
            module, "anchors_of", lambda report: anchors_of(report, anchors)
        )
    text = write_card(preset).read_text()
    for part in (
        "| better | real images (train) |",
        "| FID (digits) | 120.125 | - | lower | 0.125 |",
        "By another extractor: FID (digits) 0.250 (0.200 to 0.300), real images 0.125.",
        "Training took 60 minutes (jax on 2 CPU cores).",
        "10 and 20 parameters of generator and discriminator in place of 30 and 40",
        "`keras-gan-zoo train ./my_gan --full-width --out run`",
        "What was tried: Much.",
        "2,000 samples and 1,000 images of `digits:test`",
    ):
        assert part in text
    assert "(neighbours.png)" not in text  # there is none


def test_nothing_is_said_of_what_nobody_knows():
    assert training_sentence(None) is None
    assert training_sentence({"seconds": 0.0, "machine": ""}) is None
    sizes = {"generator": 30, "discriminator": None, "published": [30, 40]}
    assert reduced_sentence(sizes, {}, "mine") is None
    assert reduced_sentence({**sizes, "discriminator": 40}, {}, "mine") is None
    found = reduced_sentence(
        {**sizes, "discriminator": 30}, {"full_width": "studiogan/a"}, "mine"
    )
    assert "`keras-gan-zoo train studiogan/a --out run`" in found
