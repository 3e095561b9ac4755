"""The numbers that are printed of the zoo are those that its weights have."""

import importlib
import json
import pathlib
import re
import shutil

import pytest

from keras_gan_zoo import presets, zoo

ROOT = pathlib.Path(__file__).parents[2]


def some_entries(count=3):
    """One of each data set first, then others."""
    known = presets.read_index()
    by_data = {entry["metadata"]["dataset"]: name for name, entry in known.items()}
    return list(dict.fromkeys([*by_data.values(), *known]))[:count]


def test_scores_to_compare_with_are_read_before_the_work(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    tool = importlib.import_module("score_zoo")
    monkeypatch.setattr(zoo, "score_zoo", lambda *given: pytest.fail("it scored"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        tool.main(["--compare", str(tmp_path / "nowhere"), "--no-readme"])


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("check_zoo")


def test_the_zoo_holds(tool, capsys):
    """A quick check of three entries, of what needs no real images but their moments.

    All of it is `make zoo-check`.
    """
    entries = some_entries()
    code = tool.main(["--num-images", "1000", "--entries", *entries])
    said = capsys.readouterr().out
    assert code == 0, said
    for label in ("IS", "FID", "FID-infinity"):
        own = rf"^{label} \((?:digits|stacked_digits|fashion|cifar10)\).* holds *$"
        held = re.findall(own, said, re.MULTILINE)
        assert len(held) == len(entries), said


@pytest.fixture
def copied_zoo(made, tmp_path, monkeypatch):
    folder = shutil.copytree(made[0], tmp_path / "zoo")
    monkeypatch.setattr(presets.index, "zoo_folder", lambda: folder)
    return folder


TABLES = {
    "zoo": "| entry | FID (digits) | 95 % interval |\n| --- | --- | --- |\n"
    "| `tiny` | {fid} | {low} to {high} |\n| `other` | 1 | 2 to 3 |\n",
    "leaderboard": "| model | FID (digits) | parameters |\n| --- | --- | --- |\n"
    "| [tiny](https://hub/me/tiny) | {fid} ({low} to {high}) | 12,345 |\n",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ({}, None),
        ({"fid": "1.25"}, "README.md: FID (digits) of tiny is 1.25"),
        ({"fid": "-"}, "README.md: FID (digits) of tiny is -"),
        ({"low": "0.10"}, "README.md: The interval of FID (digits) of tiny is 0.10 to"),
    ],
)
def test_a_number_in_a_document_is_the_cards(
    copied_zoo, tmp_path, table, printed, told
):
    scores = json.loads((copied_zoo / "tiny" / "scores.json").read_text())
    low, high = scores["intervals"]["fid"]
    cells = {"fid": scores["scores"]["fid"], "low": low, "high": high}
    cells = {name: f"{value:.2f}" for name, value in cells.items()} | printed
    path = tmp_path / "README.md"
    path.write_text(f"# Zoo\n\n{TABLES[table].format(**cells)}")
    ((name, found),) = zoo.check_zoo(documents=[path], verbose=0)
    assert name == "tiny"
    assert found.verdict == ("holds" if told is None else "fails"), found
    assert told is None or found.problems[0].startswith(told)


def test_the_index_is_compared_too(copied_zoo):
    path = copied_zoo / "index.json"
    index = json.loads(path.read_text())
    index["tiny"]["scores"]["fid"] += 0.01
    path.write_text(json.dumps(index))
    ((_, found),) = zoo.check_zoo(verbose=0)
    assert "`index.json` has other scores" in found.problems[0]
    with pytest.raises(ValueError, match="Received: nope"):
        list(zoo.check_zoo(["nope"]))
