"""A card that is there is brought up to date; what its author wrote stays."""

import json

import keras
import pytest
from card_report import RECIPE, report_of
from huggingface_hub import metadata_load

import keras_gan_zoo as kgz
from keras_gan_zoo import images
from keras_gan_zoo.cards import attach_report, refresh_card, write_card
from keras_gan_zoo.presets import readme, together, weights_sha256

WORDS = "\n## Thanks\n\nTo my cat.\n"


@pytest.fixture
def card(preset):
    """A card with words of its author's own, in the text and in the metadata."""
    path = write_card(preset)
    text = path.read_text().replace("# my_gan", "# My cats")
    text = text.replace("license: apache-2.0", "license: mit\nlanguage: de")
    path.write_text(text.replace("- gan\n", "- gan\n- cats\n") + WORDS)
    return path


@pytest.fixture
def other():
    keras.utils.set_random_seed(2)
    return kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,), seed=2)


def metrics_of(path):
    index = metadata_load(path).get("model-index") or []
    return {
        metric["type"]: metric["value"]
        for model in index
        for result in model["results"]
        for metric in result["metrics"]
    }


def assert_words_stay(path):
    text, data = path.read_text(), metadata_load(path)
    assert "\n# My cats\n" in text
    assert text.endswith(WORDS)
    assert (data["license"], data["language"]) == ("mit", "de")
    assert "cats" in data["tags"]
    assert data["tags"].count("gan") == 1


def test_nothing_new_changes_nothing(card, preset):
    before = card.read_text()
    refresh_card(preset)
    refresh_card(preset)
    assert_words_stay(card)
    assert readme.split(card.read_text())[1] == readme.split(before)[1]


@pytest.mark.parametrize("value", [["cats"], {"cats": 2}, 3])
def test_tags_that_are_no_texts_stay(value, card, preset):
    data, body = readme.split(card.read_text())
    odd = {**data, "tags": [*data["tags"], value], "datasets": [value]}
    card.write_text(readme.join(odd, body))
    refresh_card(preset)
    found = metadata_load(card)
    assert found["tags"][-1] == found["datasets"][-1] == value


def test_a_new_report_is_in_the_text_and_in_the_metadata(card, preset, gan):
    report = report_of(gan, fid=60.5)
    attach_report(preset, report)
    assert_words_stay(card)
    assert metrics_of(card) == {"classifier_score": 2.5, "frechet_distance": 60.5}
    text = card.read_text()
    assert "| FID (digits) | 60.500 |" in text
    assert "120.1" not in text
    together.check(preset, weights_sha256(gan.ema_generator))


def test_a_report_of_other_weights_is_not_attached(card, preset, other):
    before = card.read_text()
    with pytest.raises(ValueError, match="must be of the saved weights"):
        attach_report(preset, report_of(other))
    assert card.read_text() == before


def test_other_weights_take_everything_with_them(card, preset, other):
    other.save_to_preset(preset)
    text = card.read_text()
    assert_words_stay(card)
    assert metrics_of(card) == {}
    assert "120.1" not in text
    assert '"epochs"' not in text
    with pytest.raises(ValueError, match="written anew"):
        together.check(preset, weights_sha256(other.ema_generator))
    refresh_card(preset)
    assert_words_stay(card)
    text = card.read_text()
    assert "It was not scored." in text
    assert "The author gave no recipe." in text
    digest = weights_sha256(other.ema_generator)
    assert images.png_text(preset / "samples.png") == {"generator_sha256": digest}
    together.check(preset, digest)
    attach_report(preset, report_of(other, fid=3.25))
    assert metrics_of(card)["frechet_distance"] == 3.25


def test_a_new_report_at_the_save_empties_the_old_scores(card, preset, gan):
    gan.save_to_preset(preset, report=report_of(gan, fid=1.25))
    assert metrics_of(card) == {}
    assert "120.1" not in card.read_text()
    assert "The author gave no recipe" not in card.read_text()
    refresh_card(preset)
    assert metrics_of(card)["frechet_distance"] == 1.25


def test_metrics_of_the_authors_own_stay(card, preset):
    data, body = readme.split(card.read_text())
    mine = {"type": "fid", "value": 7.0, "name": "FID of mine"}
    data["model-index"][0]["results"].append({"metrics": [mine]})
    data["datasets"].append("me/cats")
    card.write_text(readme.join(data, body))
    refresh_card(preset)
    assert metrics_of(card)["fid"] == 7.0
    assert metadata_load(card)["datasets"] == ["ylecun/mnist", "me/cats"]


def test_another_address(card, preset):
    refresh_card(preset, "hf://typo/g")
    refresh_card(preset, "hf://me/g")
    text = card.read_text()
    assert "typo" not in text
    assert 'from_preset("hf://me/g")' in text
    assert "keras-gan-zoo score hf://me/g " in text
    refresh_card(preset)
    assert card.read_text() == text
    assert_words_stay(card)


def test_another_licence_is_asked_for(card, preset):
    refresh_card(preset, license="cc-by-nc-4.0")
    assert metadata_load(card)["license"] == "cc-by-nc-4.0"
    refresh_card(preset)
    assert metadata_load(card)["license"] == "cc-by-nc-4.0"
    own = "license: other\nlicense_name: mine\nlicense_link: LICENSE"
    card.write_text(card.read_text().replace("license: cc-by-nc-4.0", own))
    refresh_card(preset, license="other")
    assert metadata_load(card)["license_name"] == "mine"
    refresh_card(preset, license="mit")
    assert_words_stay(card)
    assert not {"license_name", "license_link"} & metadata_load(card).keys()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_card_from_an_editor_with_a_byte_order_mark(card, preset, mark):
    text = card.read_text("utf-8")
    card.write_text(mark + text, "utf-8", newline="\r\n")
    refresh_card(preset)
    assert_words_stay(card)
    assert card.read_text("utf-8").count("\n---\n") == 1


def test_a_card_by_hand_gets_metadata_and_keeps_its_text(preset):
    path = preset / "README.md"
    path.write_text("---\nlicense: mit\n---\n\n# Mine\n\nBy hand.\n")
    refresh_card(preset, "hf://me/g")
    data, body = readme.split(path.read_text())
    assert body == "\n# Mine\n\nBy hand.\n"
    assert data["license"] == "mit"
    assert metrics_of(path)["frechet_distance"] == 120.125


def test_a_card_without_marks_shows_no_other_weights(preset):
    path = preset / "README.md"
    path.write_text(f"| generator sha256 | {'0' * 64} |\n")
    with pytest.raises(ValueError, match="outside of the marks"):
        refresh_card(preset)


def test_a_picture_of_the_authors_own_stays(card, preset):
    import numpy as np

    images.save_png(preset / "samples.png", np.zeros((3, 3, 1), "uint8"))
    before = (preset / "samples.png").read_bytes()
    refresh_card(preset)
    assert (preset / "samples.png").read_bytes() == before


def test_further_training_is_in_the_card(preset, noise, tmp_path):
    gan = kgz.GAN.from_preset(preset)
    gan.compile()
    shape = (16, *gan.image_shape)
    gan.fit(np_images(shape), batch_size=8, verbose=0)
    gan.save_to_preset(tmp_path / "more")
    text = write_card(tmp_path / "more").read_text()
    assert "training went on for 16 images that the\nrecipe does not tell of" in text
    assert "one command repeats" not in text
    assert f'"epochs": {RECIPE["epochs"]}' in text


def np_images(shape):
    import numpy as np

    return np.random.default_rng(0).integers(0, 256, shape, "uint8")


def test_a_failed_attachment_leaves_the_scores(card, preset, gan):
    card.write_text(card.read_text().replace("| FID (digits) |", "| FID (mine) |"))
    before = [(preset / n).read_bytes() for n in ("scores.json", "README.md")]
    with pytest.raises(ValueError, match="you edited parts"):
        attach_report(preset, report_of(gan, fid=60.5))
    after = [(preset / n).read_bytes() for n in ("scores.json", "README.md")]
    assert after == before


def test_reports_of_other_extractors_outlive_a_report(card, preset, gan, other):
    def by(extractor, gan=gan):
        found = report_of(gan, fid=9.25)
        conditions = {**found.conditions, "extractor": extractor}
        return kgz.ScoreReport(found, conditions=conditions).to_dict()

    path = preset / "scores.json"
    others = [by("pixels"), by("digits"), by("pixels", other), "broken"]
    scores = json.loads(path.read_text())
    path.write_text(json.dumps({**scores, "others": others}))
    (preset / "samples.png").unlink()
    attach_report(preset, report_of(gan, fid=2.5))
    assert json.loads(path.read_text())["others"] == [others[0]]
    assert "FID (pixels) 9.250" in card.read_text()


def test_how_the_weights_were_chosen_outlives_a_report(preset, gan):
    path = preset / "scores.json"
    scores = json.loads(path.read_text())
    path.write_text(json.dumps({**scores, "epoch": 7, "last": scores}))
    attach_report(preset, report_of(gan, fid=2.5))
    found = json.loads(path.read_text())
    assert found["epoch"] == 7
    assert "last" not in found  # of other conditions, perhaps
