import json

import numpy as np
import pytest

from keras_gan_zoo.scoring import ScoreReport


@pytest.fixture
def report():
    return ScoreReport(
        {"is": 9.5, "is_std": 0.1, "fid": 2.25},
        {"is": (9.25, 9.75), "fid": None},
        {"extractor": "digits", "num_fake": 100, "reference": "mnist:test"},
        {"by": "tensorflow-gan", "scores": {"fid": 2.251}},
    )


def test_is_a_read_only_mapping(report):
    assert dict(report) == {"is": 9.5, "is_std": 0.1, "fid": 2.25}
    assert isinstance(report["fid"], float)
    with pytest.raises(TypeError):
        report["fid"] = 0.0
    with pytest.raises(TypeError):
        report.conditions["extractor"] = "other"
    with pytest.raises(KeyError):
        report["kid"]


def test_json_round_trip(report, tmp_path):
    path = report.save(tmp_path / "report.json")
    assert ScoreReport.load(path) == report
    assert json.loads(path.read_text())["intervals"] == {
        "is": [9.25, 9.75],
        "fid": None,
    }
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_every_label_names_the_extractor(report):
    assert report.label("fid") == "FID (digits)"
    text = repr(report)
    assert "IS (digits)" in text
    assert "FID (digits)" in text
    assert "9.25 to 9.75" in text
    assert "2.251" in text
    assert "mnist:test" in text


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
