import csv
import io
import json
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from keras_gan_zoo.scoring import ScoreReport, score

ZOO = Path(__file__).parents[2] / "zoo_cards"
OPINION = {
    "by": "tensorflow-gan 2.1.0 on tensorflow 2.21.0",
    "scores": {"fid": 2.251},
    "relative_difference": {"fid": 4e-4},
    "tolerance": 1e-4,
    "agrees": True,
}


@pytest.fixture
def report():
    other = {**OPINION, "by": "torch-fidelity 0.4.0 on torch 2.13", "scores": {}}
    return ScoreReport(
        {"is": 9.5, "is_std": 0.1, "fid": 2.25, "kid": 0.00125, "kid_std": 0.0005},
        {"is": (9.25, 9.75), "fid": None, "kid": (0.001, 0.0015)},
        {
            "extractor": "digits",
            "num_fake": 100,
            "num_real": 10_000,
            "reference": "mnist:test",
            "source": "my_gan",
            "backend": "jax",
            "device": "a | b",
        },
        {**OPINION, "others": [{**other, "scores": {"kid": 0.0013}}]},
    )


def test_is_a_read_only_mapping(report):
    assert set(report) == {"is", "is_std", "fid", "kid", "kid_std"}
    assert report.metrics == ["is", "fid", "kid"]
    assert isinstance(report["fid"], float)
    with pytest.raises(TypeError):
        report["fid"] = 0.0
    with pytest.raises(TypeError):
        report.conditions["extractor"] = "other"
    with pytest.raises(KeyError):
        report["recall"]


def test_numbers_of_numpy_are_numbers(tmp_path):
    report = ScoreReport(
        {"fid": np.float32(1.5)},
        {"fid": np.array([1.0, 2.0])},
        {"num_fake": np.int64(9), "image_shape": np.array([8, 8, 1])},
    )
    assert ScoreReport.load(report.save(tmp_path / "report.json")) == report
    assert dict(report.conditions) == {"num_fake": 9, "image_shape": [8, 8, 1]}


def test_a_cell_stays_in_its_row():
    report = ScoreReport({"fid": 1.5}, conditions={"extractor": "a\nb", "source": "\n"})
    table = report.to_markdown().split("\n\n")[0]
    assert table.splitlines()[2:] == ["| FID (a b) | 1.500 | - | lower |"]


def test_json_round_trip(report, tmp_path):
    path = report.save(tmp_path / "report.json")
    assert ScoreReport.load(path) == report
    found = json.loads(path.read_text())["intervals"]
    assert (found["is"], found["fid"]) == ([9.25, 9.75], None)
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_every_label_names_the_extractor(report):
    assert report.label("fid") == "FID (digits)"
    assert report.label("is_std") == "IS std over splits (digits)"
    assert report.label("fid_slope") == "FID-infinity slope in 1/N (digits)"
    assert report.label("reverse_kl") == "reverse KL (digits)"
    assert report.label("a score of mine") == "a score of mine (digits)"


def test_which_way_is_better(report):
    assert report.better("is") == report.better("recall") == "higher"
    assert report.better("fid") == report.better("kid") == "lower"
    assert report.better("is_std") is None


def test_prints_as_a_table(report):
    head, one, two, three, *notes = repr(report).splitlines()
    assert " ".join(head.split()) == (
        "score value 95 % interval better TF-GAN torch-fidelity"
    )
    assert one.startswith("IS (digits)")
    assert "9.500 (std 0.100)" in one
    assert "9.250 to 9.750" in one
    assert "higher" in one
    assert two.split()[:3] == ["FID", "(digits)", "2.250"]
    assert "2.251" in two
    assert three.startswith("KID x 1e3 (digits)")
    assert "1.250 (std 0.500)" in three
    assert "1.000 to 1.500" in three
    assert three.endswith("1.300")
    assert notes[0] == (
        "100 samples of my_gan against 10,000 of mnist:test, jax on a | b."
    )
    assert "add `fid_infinity`" in notes[1]
    assert "tensorflow-gan 2.1.0 on tensorflow 2.21.0" in notes[2]
    assert "agrees" in notes[2]
    assert "torch-fidelity 0.4.0" in notes[3]


def test_the_bias_of_fid_is_shown_beside_it():
    report = ScoreReport(
        {"fid": 12.5, "fid_infinity": 10.25, "fid_slope": 22_500.0},
        conditions={"extractor": "digits", "num_fake": 10_000},
    )
    text = repr(report)
    assert "FID-infinity (digits)  10.250 (slope 22500.000)" in text
    assert "FID is +2.250 off FID-infinity" in text
    assert report.metrics == ["fid", "fid_infinity"]


def test_markdown(report, tmp_path):
    text = report.to_markdown()
    assert "| FID (digits) | 2.250 | - | lower | 2.251 | - |" in text
    assert "| device | a \\| b |" in text  # a table stays a table
    assert "| num fake | 100 |" in text
    assert "against 10,000 of mnist:test" in text
    assert report.save(tmp_path / "r.md").read_text() == text
    assert report.save(tmp_path / "new" / "r.md").read_text() == text


def test_csv(report, tmp_path):
    text = report.save(tmp_path / "r.csv").read_text()
    rows = {row["score"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == list(report)
    assert float(rows["kid"]["value"]) == 0.00125  # the score itself, not times 1e3
    assert (rows["is"]["low"], rows["fid"]["low"]) == ("9.25", "")
    assert rows["fid"]["TF-GAN"] == "2.251"
    assert rows["kid"]["torch-fidelity"] == "0.0013"
    assert rows["fid"]["num_fake"] == "100"


def test_data_frame(report):
    pandas = pytest.importorskip("pandas")
    frame = report.to_dataframe()
    assert list(frame["score"]) == list(report)
    assert frame.set_index("score")["value"].to_dict() == dict(report)
    assert frame["better"].dropna().tolist() == ["higher", "lower", "lower"]
    both = pandas.concat([frame, frame])
    assert set(both["source"]) == {"my_gan"}


def test_without_pandas(report, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        report.to_dataframe()


@pytest.mark.parametrize("value", [np.nan, np.inf, None])
def test_scores_are_finite(value):
    with pytest.raises(ValueError, match="finite"):
        ScoreReport({"fid": value})


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "\x00", '{"format": 1, "scores": 3}', "[" * 100_000]
)
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="report"):
        ScoreReport.load(path)


@pytest.mark.parametrize("bounds", [(2.0, 1.0), (2.0, 2.5), (-1.0, 1.0)])
def test_an_interval_holds_its_score(bounds):
    with pytest.raises(ValueError, match=r"one below and one above.*'fid'.* in \("):
        ScoreReport({"fid": 1.5}, {"fid": bounds})


def test_a_file_is_read_as_it_is(tmp_path):
    """`verify` says what is wrong with it."""
    values = ScoreReport({"fid": 1.5}, {"fid": (1.0, 2.0)}).to_dict()
    values["scores"]["fid"] = 3.0
    report = ScoreReport.from_dict(values)
    assert report.intervals["fid"] == (1.0, 2.0)
    assert ScoreReport.load(report.save(tmp_path / "r.json")) == report


@pytest.mark.parametrize("bounds", [(1.5, 1.5), (1.5 + 1e-9, 2), (1, 1.5 - 1e-9)])
def test_a_score_may_be_at_the_end_of_its_interval_but_for_rounding(bounds):
    assert ScoreReport({"fid": 1.5}, {"fid": bounds}).intervals["fid"] == bounds


def test_what_is_unbiased_may_be_below_0():
    report = ScoreReport({"kid": -1e-4}, {"kid": (-2e-4, 1e-4)})
    assert report["kid"] == -1e-4


def validate(values):
    schema = ScoreReport.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(values, schema, jsonschema.Draft202012Validator)


ALL = ["is", "fid", "kid", "precision", "recall", "fid_infinity", "swd", "modes"]


@pytest.mark.parametrize("verify", ["auto", False])
def test_reports_are_as_the_schema_says(images, extractor, tmp_path, verify):
    report = score(
        images,
        images[::-1] // 2,
        ALL,
        extractor=extractor,
        num_images=None,
        verify=verify,
        verbose=0,
    )
    validate(json.loads(report.save(tmp_path / "r.json").read_text()))
    assert set(ALL) < set(report)


def test_scores_by_class_are_as_the_schema_says(images, extractor, tmp_path):
    labels = np.arange(120) % 40  # 3 images a class, and 6 features
    report = score(
        images,
        (images // 2, labels),
        ["class_fid", "cas"],
        extractor=extractor,
        num_images=None,
        labels=labels,
        verify=False,
        verbose=0,
    )
    values = json.loads(report.save(tmp_path / "r.json").read_text())
    validate(values)
    assert set(values["scores"]) == {"class_fid", "cas"}
    assert set(values["per_class"]["fid"]) == set(map(str, range(40)))
    assert values["conditions"]["small_classes"]["real"] == dict.fromkeys(
        map(str, range(40)), 3
    )
    again = ScoreReport.load(tmp_path / "r.json")
    assert again == report
    assert again.per_class["fid"]["7"] == report.per_class["fid"]["7"]
    assert "40 of generated images (the smallest of 3)" in report.to_markdown()


@pytest.mark.parametrize("wrong", [{"fid": 3}, [1.0], {"fid": {"0": np.nan}}])
def test_scores_by_class_that_are_none(wrong):
    values = {**ScoreReport({"fid": 1.0}).to_dict(), "per_class": wrong}
    with pytest.raises(ValueError, match=r"per_class|finite numbers"):
        ScoreReport.from_dict(values)


@pytest.mark.parametrize("path", sorted(ZOO.glob("*/scores.json")), ids=str)
def test_published_reports_are_as_the_schema_says(path):
    values = json.loads(path.read_text())
    validate(values)
    validate(values["last"])


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"scores": {"fid": "2.0"}},
        {"per_class": {"fid": 2.0}},
        {"intervals": {"fid": [1.0]}},
        {"conditions": {"extractor": "digits"}},
        {"second_opinion": {}},
        {"second_opinion": {**OPINION, "others": [{"by": "x"}]}},
    ],
)
def test_the_schema_refuses_other_things(change):
    values = json.loads((ZOO / "dcgan_mnist" / "scores.json").read_text())
    with pytest.raises(jsonschema.ValidationError):
        validate({**values, **change})


@pytest.mark.parametrize(
    ("part", "value", "match"),
    [
        ("intervals", {"fid": 5}, "two finite numbers, or None. Received: 'fid' in 5"),
        ("intervals", {"fid": "12"}, "two finite numbers"),
        ("intervals", {"fid": [1.0]}, "two finite numbers"),
        ("intervals", {"fid": [1.0, float("inf")]}, "two finite numbers"),
        ("intervals", {"fid": [2, 1]}, "one below and one above.* 'fid' in .2, 1."),
        ("scores", {"fid": 10**400}, "finite numbers"),
        ("second_opinion", {"by": 7}, "`second_opinion` must be"),
        ("second_opinion", {"by": "TF-GAN", "scores": {"fid": "x"}}, "must be a dict"),
        ("second_opinion", {"by": None, "others": 7}, "a list of such dicts"),
        ("second_opinion", {"by": None, "others": [7]}, "a list of such dicts"),
        (
            "second_opinion",
            {"by": "TF-GAN", "relative_difference": {"fid": 0.1}},
            "`tolerance`, a number",
        ),
    ],
)
def test_a_strangers_report_is_refused_by_its_fault(part, value, match):
    values = ScoreReport({"fid": 1.5}).to_dict()
    with pytest.raises(ValueError, match=match):
        ScoreReport.from_dict({**values, part: value})
