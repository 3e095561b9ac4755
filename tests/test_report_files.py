"""Reports as files: what is read as one, and what is refused, without `ScoreReport`."""

import json

import pytest

from keras_gan_zoo import report_files

REPORT = {
    "format": 1,
    "scores": {"fid": 1.5},
    "intervals": {"fid": [1.0, 2.0]},
    "conditions": {"extractor": "digits"},
    "second_opinion": {},
}


def written(folder, values):
    path = folder / "report.json"
    path.write_text(json.dumps(values))
    return path


def test_what_is_read_is_what_was_written(tmp_path):
    found = report_files.read(written(tmp_path, REPORT))
    assert found == {**REPORT, "per_class": {}}  # which reports of 0.1.0 have not


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": 2}, "dict with format=1"),
        ({"format": 2}, "newer keras_gan_zoo.*Received: format=2, keys"),
        ({"scores": [1.5]}, "dict with format=1"),
        ({"scores": {"fid": float("nan")}}, "finite numbers"),
        ({"scores": {"fid": "1.5"}}, "finite numbers"),
        ({"per_class": {"fid": 1.5}}, "dict of dicts"),
        ({"per_class": {"fid": {"3": float("inf")}}}, "fid/3"),
        ({"intervals": {"fid": [2.0, 1.0]}}, "interval"),
        ({"intervals": {"fid": 3}}, "interval"),
        ({"second_opinion": {"by": 3}}, "second_opinion"),
        *(
            ({"conditions": {name: value}}, f"`{name}` of a report.*{name}=")
            for name, value in {
                "repeats": "3",
                "images_per_second": 10**400,
                "image_shape": 28,
                "protocols": ["x"],
                "versions": "2.0",
                "small_classes": {"dimensions": 9, "real": {"1": "few"}},
            }.items()
        ),
    ],
)
def test_what_is_no_report(tmp_path, changed, message):
    with pytest.raises(ValueError, match=message):
        report_files.read(written(tmp_path, {**REPORT, **changed}))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json(tmp_path, content):
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"report\.json"):
        report_files.read(path)


def test_a_score_outside_of_its_interval_is_read_and_found():
    odd = {**REPORT, "scores": {"fid": 9.0}}
    assert report_files.checked(odd)["scores"] == {"fid": 9.0}
    with pytest.raises(ValueError, match="below and one above"):
        report_files.check_inside(odd["scores"], odd["intervals"])
