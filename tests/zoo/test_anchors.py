"""What scores lie between: made, found again, and shown in tables."""

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import zoo
from keras_gan_zoo.scoring import anchors_of, read_anchors

COUNT = 200


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The anchors of digits, of few samples and without the slowest metric."""
    path = tmp_path_factory.mktemp("anchors") / "anchors.json"
    with pytest.MonkeyPatch.context() as patch:
        by_class = ("class_fid", "label_accuracy")
        patch.setattr(zoo.protocol, "OF_CLASSES", by_class)
        found = zoo.score_anchors(["digits"], path, num_images=COUNT, verbose=0)
        assert found == read_anchors(path)

        def refuse(*_, **__):
            raise AssertionError("scored again")

        patch.setattr(zoo.anchors, "score", refuse)
        kept = {"num_images": COUNT, "resume": True}
        assert zoo.score_anchors(["digits"], path, **kept) == found
        with pytest.raises(AssertionError, match="again"):
            zoo.score_anchors(["digits"], path, num_images=COUNT + 1, resume=True)
    return path


def test_a_floor_and_ceilings(path):
    found = read_anchors(path)["digits:test"]
    assert list(found) == ["digits", "pixels"]
    for of_extractor in found.values():
        assert list(of_extractor) == ["train", "mean_image", "one_image", "noise"]
        floor = of_extractor["train"]["fid"]
        assert all(row["fid"] > 3 * floor for row in list(of_extractor.values())[1:])
        assert len({row["num_fake"] for row in map(conditions, of_extractor.values())})
    rows = found["digits"]
    assert rows["one_image"]["is"] == pytest.approx(1.0)
    assert rows["mean_image"]["coverage"] < 0.05
    assert rows["train"]["label_accuracy"] > 0.95
    assert "label_accuracy" not in rows["noise"]
    assert conditions(rows["noise"])["source"] == "noise"


def conditions(report):
    return report.conditions


def test_a_report_finds_those_of_its_own_conditions(path):
    anchors = read_anchors(path)
    facts = dict(anchors["digits:test"]["digits"]["train"].conditions)
    assert (
        len(anchors_of(kgz.ScoreReport({"fid": 1.0}, conditions=facts), anchors)) == 4
    )
    for key in ("num_fake", "extractor_sha256", "reference", "data_fingerprint"):
        other = kgz.ScoreReport({"fid": 1.0}, conditions={**facts, key: "another"})
        assert anchors_of(other, anchors) == {}


def test_the_table_begins_with_real_images_and_ends_with_noise(path):
    anchors = read_anchors(path)
    facts = dict(anchors["digits:test"]["digits"]["train"].conditions)
    mine = kgz.ScoreReport({"is": 2.0, "fid": 1.0}, conditions=facts)
    other = {**facts, "reference": "mnist:test", "dataset": "mnist"}
    reports = {"mine": mine, "other": kgz.ScoreReport({"fid": 2.0}, conditions=other)}
    text = zoo.score_table(reports, {}, ("is", "fid"), anchors)
    first, second = text.split("### MNIST")
    assert first.startswith("### Digits\n\n| entry | parameters | IS (digits) |")
    names = [line.split(" | ")[0] for line in first.splitlines()[4:9]]
    expected = ["real images (train)", "`mine`", "the mean image"]
    assert names == [f"| {n}" for n in (*expected, "one image, repeated", "noise")]
    assert "coverage" not in text
    assert "real images" not in second


def test_a_file_that_is_none_is_refused(tmp_path):
    assert read_anchors(tmp_path / "none.json") == {}
    (tmp_path / "bad.json").write_text('{"mnist:test": [1]}')
    with pytest.raises(ValueError, match="Anchors are a JSON object of reports"):
        read_anchors(tmp_path / "bad.json")


@pytest.mark.parametrize(
    ("dataset", "count", "repeats"),
    [
        ("mnist", 10_000, 3),
        ("digits", 9_000, 1),
        ("emoji32", 3_404, 1),
        ("stacked_mnist", 26_000, 3),
        ("faces", 10_000, 3),
    ],
)
def test_a_protocol_fits_into_the_train_images(dataset, count, repeats):
    found = zoo.protocol_of(dataset, by_class=dataset != "emoji32")
    assert (found["num_images"], found["repeats"]) == (count, repeats)
    assert ("modes" in found["metrics"]) == (dataset == "stacked_mnist")
    by_class = dataset not in ("stacked_mnist", "emoji32")
    assert ("label_accuracy" in found["metrics"]) == by_class
