"""A card holds if it says what was scored, and if that can be repeated."""

import json
import re
import shutil

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import write_card
from keras_gan_zoo.cards.statements import misstatements, numbers
from keras_gan_zoo.presets import readme

RECIPE = {"family": "MLPGAN", "data": "digits:train", "batch_size": 32, "epochs": 1}


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """A preset whose card was written by the package; not to be changed."""
    gan = kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,), seed=1)
    settings = {"num_images": 200, "verify": False, "verbose": 0}
    report = kgz.score(gan, "digits:test", ["is", "fid", "recall"], **settings)
    folder = tmp_path_factory.mktemp("scored") / "my_gan"
    gan.save_to_preset(folder, report=report, recipe=RECIPE)
    write_card(folder)
    return folder


@pytest.fixture
def preset(scored, tmp_path):
    return shutil.copytree(scored, tmp_path / "my_gan")


def verify(preset, **kwargs):
    return kgz.verify(preset, verbose=0, **kwargs)


def scores_of(preset):
    return json.loads((preset / "scores.json").read_text())


def change(preset, function):
    """Change `scores.json` by a function of its content."""
    scores = scores_of(preset)
    function(scores)
    (preset / "scores.json").write_text(json.dumps(scores))


def wrong(preset):
    return list(misstatements(preset, scores_of(preset)))


def test_a_card_holds(scored):
    found = verify(scored)
    assert (found.verdict, found.exit_code, found.problems) == ("holds", 0, [])
    assert [check.metric for check in found.checks] == ["is", "fid", "recall"]
    for check in found.checks:
        assert check.repeated == pytest.approx(check.stated, rel=1e-6)
        assert check.bounds[0] <= check.repeated <= check.bounds[1]
    assert json.loads(json.dumps(found.to_dict()))["verdict"] == "holds"
    assert "FID (digits)" in repr(found)
    assert "The card holds." in repr(found)


def test_a_quick_check_says_so(scored):
    found = verify(scored, num_images=150)
    verdicts = {check.metric: check.verdict for check in found.checks}
    assert verdicts == {"is": "holds", "fid": "holds", "recall": "left out"}
    assert found.exit_code == 0
    assert "A quick check of 150 images" in repr(found)
    found = verify(scored, metrics="recall", num_images=150)
    assert found.exit_code == 2
    assert "left out: not asked for" in repr(found)
    with pytest.raises(ValueError, match=r"scores of the card: is, fid, recall"):
        verify(scored, metrics=["kid"])
    with pytest.raises(ValueError, match="num_images=0"):
        verify(scored, num_images=0)


def everywhere(preset, metric, value):
    """Another score, wherever a reader could look."""
    change(preset, lambda scores: scores["scores"].update({metric: value}))
    write_card(preset, overwrite=True)


@pytest.mark.parametrize("metric", ["is", "fid", "recall"])
def test_a_wrong_score_is_caught_though_all_files_have_it(preset, metric):
    everywhere(preset, metric, scores_of(preset)["scores"][metric] * 0.98 + 0.06)
    assert wrong(preset) == []
    found = verify(preset)
    assert found.exit_code == 1
    assert {c.metric for c in found.checks if c.verdict == "fails"} == {metric}


@pytest.mark.parametrize(
    ("change_of", "told"),
    [
        (lambda s: s["intervals"].update(fid=[0.1, 9e9]), "the interval is 0.100"),
        (lambda s: s["scores"].update(is_std=0.001), "is_std is 0.001 in the"),
        (
            lambda s: s["intervals"].update(recall=[0, 1]),
            "the interval is 0.000 to 1.0",
        ),
    ],
)
def test_what_stands_beside_a_score_is_repeated_too(preset, change_of, told):
    change(preset, change_of)
    write_card(preset, overwrite=True)
    found = verify(preset)
    assert found.exit_code == 1
    assert f"fails: {told}" in repr(found)


@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("num_images", [None, 150])
def test_a_wide_interval_makes_no_score_true(preset, share, num_images):
    """What may be off comes from what is measured here."""

    def claim(scores):
        fid = share * scores["scores"]["fid"]
        scores["scores"]["fid"], scores["intervals"]["fid"] = (
            fid,
            [fid - 4e4, fid + 4e4],
        )

    change(preset, claim)
    for facts in ({}, {"interval_method": "bootstrap"}):
        change(preset, lambda scores, facts=facts: scores["conditions"].update(facts))
        write_card(preset, overwrite=True)
        found = verify(preset, metrics="fid", num_images=num_images)
        assert (found.verdict, found.exit_code) == ("fails", 1), repr(found)


@pytest.mark.parametrize("num_images", [None, 150])
@pytest.mark.parametrize("method", ["bootstrap", "t over 3 repeats", "\x1b[2J", ["a"]])
def test_an_interval_by_another_method_can_not_be_repeated(preset, method, num_images):
    change(preset, lambda scores: scores["conditions"].update(interval_method=method))
    found = verify(preset, num_images=num_images)
    assert found.exit_code == 2
    told = f"not repeated: its interval is by another method: {method!r}, here 'jack"
    assert told in repr(found)
    assert [check.verdict for check in found.checks][:2] == ["not repeated"] * 2


@pytest.mark.parametrize("num_images", [None, 150])
def test_an_interval_that_does_not_hold_its_score_is_told(preset, num_images):
    change(preset, lambda scores: scores["intervals"].update(fid=[0.1, 0.2]))
    found = verify(preset, metrics="fid", num_images=num_images)
    assert found.exit_code == 1
    assert "fails: the card's interval, 0.100 to 0.200, does not" in repr(found)


def test_a_report_without_intervals_holds(preset):
    def forget(scores):
        scores["intervals"] = {}
        scores["conditions"]["interval_method"] = "not asked for"

    change(preset, forget)
    write_card(preset, overwrite=True)
    assert verify(preset).exit_code == 0


def edit(preset, pattern, new):
    path = preset / "README.md"
    text, count = re.subn(pattern, new, path.read_text(), count=1)
    assert count == 1
    path.write_text(text)


def test_scores_by_another_extractor_are_compared_too(preset):
    settings = {"num_images": 200, "verify": False, "verbose": 0}
    metrics = ["fid", "kid"]
    other = kgz.score(str(preset), "digits:test", metrics, "pixels", **settings)
    change(preset, lambda scores: scores.update(others=[other.to_dict()]))
    write_card(preset, overwrite=True)
    assert verify(preset, metrics="is").problems == []
    edit(preset, r"(By another extractor: FID \(pixels\)) [\d.]+", r"\1 1.250")
    edit(preset, r"(KID x 1e3) \(pixels\)", r"\1 (mine)")
    found = verify(preset, metrics="is")
    assert (found.exit_code, len(found.problems)) == (1, 2)
    assert "The card says 'FID (pixels) 1.250 (" in found.problems[0]
    assert "The card has 'KID x 1e3 (mine) " in found.problems[1]


METADATA = r"(type: frechet_distance\n +value: )[\d.]+"
TABLE = r"(\| FID \(digits\) \| )[\d.]+( \|)"


@pytest.mark.parametrize(
    ("pattern", "new", "told"),
    [
        (METADATA, r"\g<1>0.125", "The metadata say FID (digits) 0.125, and"),
        (METADATA, r"\g<1>{a: 1}", "The metadata say FID (digits) {'a': 1}, and"),
        (METADATA, rf"\g<1>{10**400}", "The metadata say FID (digits) 1000"),
        (TABLE, r"\g<1>0.125\2", "The table says 'FID (digits)', value: '0.125', and"),
        (TABLE, r"\g<1>superb\2", "The table says 'FID (digits)', value: 'superb'"),
        (r"(\| IS .*?)\d to ", r"\g<1>7 to ", "The table says 'IS (digits)', 95 %"),
        (r"type: frechet_distance", "type: fid", "which is of the Inception network"),
        (
            r"name: FID \(digits\)",
            "name: FID (inception)",
            "have 'FID (inception)', and",
        ),
        (r"num_fake: 200", "num_fake: 50000", "say num_fake=50000 of IS (digits)"),
        (r"\A---\n", "---\n]: [\n", "The card can't be compared"),
    ],
)
def test_what_was_edited_in_a_card_is_told(preset, pattern, new, told):
    edit(preset, pattern, new)
    (sentence,) = wrong(preset)
    assert told in sentence


def test_an_edited_card_does_not_hold(preset):
    edit(preset, METADATA, r"\g<1>0.125")
    edit(preset, r"\n +generator_sha256: \w+\n---", "\n---")
    found = verify(preset, metrics="fid")
    assert found.exit_code == 1
    assert {check.verdict for check in found.checks} == {"holds", "left out"}
    assert "The metadata say FID (digits) 0.125" in found.problems[0]


def test_your_own_words_and_scores_are_yours(preset):
    data, body = readme.split((preset / "README.md").read_text())
    mine = {"type": "fid", "value": 3.0, "name": "FID of mine"}
    data["model-index"][0]["results"][0]["metrics"].append(mine)
    body += "\n| score | value |\n| --- | --- |\n| FID of mine | 3.0 |\n"
    (preset / "README.md").write_text(readme.join(data, body))
    assert wrong(preset) == []
    (preset / "README.md").unlink()
    assert wrong(preset) == []


def test_the_last_epoch_of_the_table_is_compared_too(preset):
    def add_last(scores):
        last = {**scores_of(preset), "epoch": 9}
        last["scores"] = {**last["scores"], "fid": 9.5}
        scores |= {"epoch": 7, "last": last}

    change(preset, add_last)
    write_card(preset, overwrite=True)
    assert wrong(preset) == []
    edit(preset, r"9\.500 \|", "8.500 |")
    assert "last (epoch 9): '8.500', and" in wrong(preset)[0]
    assert "of weights that are not in the preset" in repr(verify(preset))


def test_other_weights_are_a_failure(preset, scored):
    gan = kgz.GAN.from_preset(preset)
    gan.ema_generator.set_weights([w + 0.1 for w in gan.ema_generator.get_weights()])
    gan.save_to_preset(preset)
    shutil.copy(scored / "scores.json", preset)
    found = verify(preset)
    assert found.exit_code == 1
    assert any("`scores.json` is of other weights" in text for text in found.problems)
    assert {check.verdict for check in found.checks} == {"not repeated"}


def test_a_file_with_other_bytes_is_a_failure(preset):
    path = preset / "model.weights.h5"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    found = verify(preset)
    assert (found.exit_code, found.checks) == (1, [])
    assert "`model.weights.h5` is corrupt" in found.problems[0]


def test_what_can_not_be_repeated_is_named(preset):
    (preset / "README.md").unlink()
    change(preset, lambda scores: scores["conditions"].update(reference="folder cats"))
    found = verify(preset)
    assert found.exit_code == 2
    verdicts = {check.metric: check.verdict for check in found.checks}
    assert verdicts == {"is": "holds", "fid": "not repeated", "recall": "not repeated"}
    assert "not repeated: its reference, 'folder cats', is no named data" in repr(found)


def test_scores_by_other_extractors_are_repeated_too(preset):
    def mean_rows(images):
        return {"features": images.mean(axis=(1, 3)).astype("float32")}

    own = kgz.scoring.Extractor(mean_rows, fingerprint="rows@v1")
    settings = {"num_images": 60, "verify": False, "verbose": 0}
    other = kgz.score(str(preset), "digits:test", ["fid"], own, **settings)
    change(preset, lambda scores: scores.update(others=[other.to_dict()]))
    found = verify(preset)
    assert [check.verdict for check in found.checks] == [*["holds"] * 3, "not repeated"]
    assert found.checks[-1].label == "FID (rows@v1)"
    other = kgz.score(str(preset), "digits:test", ["fid"], **settings).to_dict()
    change(preset, lambda scores: scores.update(others=[other]))
    assert [check.verdict for check in verify(preset).checks] == ["holds"] * 4
    other["scores"]["fid"] *= 1.01
    change(preset, lambda scores: scores.update(others=[other]))
    found = verify(preset, metrics="fid")
    verdicts = [check.verdict for check in found.checks]
    assert verdicts == ["left out", "holds", "left out", "fails"]
    change(preset, lambda scores: scores.update(others={}))
    assert len(verify(preset).checks) == 3
    change(preset, lambda scores: scores.update(others="x"))
    with pytest.raises(ValueError, match="must be a list of reports"):
        verify(preset)


def test_scores_of_a_newer_version(preset):
    change(preset, lambda scores: scores.update(format=2))
    with pytest.raises(ValueError, match="of a newer version of keras_gan_zoo"):
        verify(preset)
    (preset / "scores.json").unlink()
    with pytest.raises(FileNotFoundError, match="nothing to repeat"):
        verify(preset)


def test_a_strangers_words_do_not_reach_the_terminal(preset):
    (preset / "README.md").unlink()
    name = "digits\x1b[2J\n\u202e"
    change(preset, lambda scores: scores["conditions"].update(extractor=name))
    text = repr(verify(preset))
    assert not any(letter in text for letter in "\x1b\u202e")


def test_numbers_as_people_read_them():
    (number,) = numbers("0.25")
    assert number.says(0.2549)
    assert not number.says(0.2551)
    assert number.says(0.2551, reach=0.001)
    assert [n.half for n in numbers("1.5e-05 12 -3.0")] == [5e-7, 0.5, 0.05]
    assert numbers("sha256 149cd3ec61, x1.5y") == []
