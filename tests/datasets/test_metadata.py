"""Labels from metadata files, as image folders on the Hub have them."""

import json

import numpy as np
import pytest
from pictures import write

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import ImageFolder

CSV = "file_name,label\n0.png,bee\n1.png,ant\n2.png,bee\n"


@pytest.fixture
def folder(tmp_path):
    """Three images, each of the value of its number."""
    for index in range(3):
        write(tmp_path / f"{index}.png", "L", value=index)
    return tmp_path


def labels_of(path, split="train", **options):
    """A dict of the value of an image -> its label, a name if there are names."""
    found = ImageFolder(path, split, **options)
    images, labels = found.load()
    names = found.label_names or range(1000)
    assert found.label_names == datasets.label_names(path, split, **options)
    return {int(x[0, 0, 0]): names[i] for x, i in zip(images, labels, strict=True)}


EXPECTED = {0: "bee", 1: "ant", 2: "bee"}


@pytest.mark.parametrize(
    "text",
    [
        CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        "\ufeff" + CSV,
        CSV.replace("\n", "\n\n").rstrip(),
        'file_name,text,label\n0.png,"a, b\nc",bee\n./1.png,, ant\n"2.png",x,bee\n',
    ],
    ids=["plain", "Windows", "old Mac", "with a mark", "empty lines", "quoted"],
)
def test_a_table(folder, text, recwarn):
    (folder / "metadata.csv").write_bytes(text.encode())
    assert labels_of(folder) == EXPECTED
    assert not recwarn


def test_lines_of_json(folder):
    rows = [{"file_name": f"{i}.png", "label": n} for i, n in EXPECTED.items()]
    text = "\n\n".join(json.dumps({**row, "size": [1, 2]}) for row in rows)
    (folder / "metadata.jsonl").write_text(text)
    assert labels_of(folder) == EXPECTED


@pytest.mark.parametrize("numbers", [(3, 0, 3), ("3", "0", "3.0"), (3.0, 0, 3)])
def test_numbers_stay_what_they_are(folder, numbers):
    rows = [{"file_name": f"{i}.png", "label": n} for i, n in enumerate(numbers)]
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert labels_of(folder) == {0: 3, 1: 0, 2: 3}
    assert datasets.label_names(folder) is None
    assert datasets.num_classes(folder) == 4


def test_a_table_counts_more_than_sub_folders(tmp_path):
    for index, name in enumerate(("cats/0", "cats/1", "dogs/2")):
        write(tmp_path / f"{name}.png", "L", value=index)
    (tmp_path / "metadata.csv").write_text(
        "file_name,label\ncats/0.png,old\ncats\\1.png,young\ndogs/2.png,old\n"
    )
    assert labels_of(tmp_path) == {0: "old", 1: "young", 2: "old"}
    (tmp_path / "metadata.csv").unlink()
    assert labels_of(tmp_path) == {0: "cats", 1: "cats", 2: "dogs"}


@pytest.mark.parametrize("place", ["splits", "root"])
def test_splits(tmp_path, place):
    rows = {"train": ["0.png,bee", "1.png,ant"], "test": ["0.png,emu"]}
    lines = ["file_name,label"]
    for split, some in rows.items():
        for index, row in enumerate(some):
            write(tmp_path / split / f"{index}.png", "L", value=index)
            lines.append(f"{split}/{row}")
        if place == "splits":
            text = "\n".join([lines[0], *some])
            (tmp_path / split / "metadata.csv").write_text(text)
    if place == "root":
        (tmp_path / "metadata.csv").write_text("\n".join(lines))
    assert labels_of(tmp_path) == {0: "bee", 1: "ant"}
    assert labels_of(tmp_path, "test") == {0: "emu"}
    assert datasets.label_names(tmp_path) == ("ant", "bee", "emu")


def test_a_table_without_labels_says_so(folder):
    (folder / "metadata.csv").write_text("file_name,text\n0.png,a\n")
    with pytest.warns(UserWarning, match=r"1 file \(metadata.csv without a column 'la"):
        assert ImageFolder(folder).labels is None


# === What is wrong with a table ===

FAULTY = """file_name,label
0.png,bee
0.png,bee
1.png,
9.png,ant
notes.txt,ant
"""


def refused(folder, *parts, **options):
    with pytest.raises(ValueError, match=r"metadata file must .*Received: ") as error:
        ImageFolder(folder, **options)
    for part in parts:
        assert part in str(error.value)


def test_all_faults_are_named_at_once(folder):
    (folder / "metadata.csv").write_text(FAULTY)
    (folder / "notes.txt").write_text("no image")
    refused(
        folder,
        "1 second row of an image",
        "metadata.csv, line 3: '0.png'",
        "1 row without a label",
        "line 4",
        "2 row without an image",
        "'9.png'",
        "'notes.txt'",
        "2 image without a row in metadata",
        f"{folder / '2.png'}",
        '`on_error="skip"`',
    )


def test_what_is_skipped_is_counted(folder):
    (folder / "metadata.csv").write_text(FAULTY)
    with pytest.warns(UserWarning, match="2 image without a row") as caught:
        found = ImageFolder(folder, on_error="skip")
    assert len(found) == 1
    for kind in ("2 row without an image", "1 second row", "1 row without a label"):
        assert kind in str(caught[0].message)


@pytest.mark.parametrize(
    "name", ["../0.png", "/etc/0.png", "a/../../0.png", "C:/0.png", "..\\0.png"]
)
@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_a_path_that_leads_out_is_always_refused(tmp_path, name, on_error):
    write(tmp_path / "0.png")
    write(tmp_path / "in" / "0.png")
    text = f"file_name,label\n0.png,1\n{name},2\n"
    (tmp_path / "in" / "metadata.csv").write_text(text)
    refused(tmp_path / "in", "lead out", "line 3", on_error=on_error)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("csv", b"file;label\n0.png;1\n", "'file;label'"),
        ("csv", b"file_name,label\n\xff\xfe,1\n", "can't be read"),
        ("csv", b'file_name,label\n0.png,"1\n', "can't be read"),
        ("csv", b"file_name,label\n0.png,1,2,3\n", "can't be read: line 2"),
        ("jsonl", b'{"file_name": "0.png", "label": 1', "can't be read"),
        ("jsonl", b"[1, 2]\n", "line 1 is no object"),
        ("jsonl", b"[" * 100_000, "can't be read"),
    ],
    ids=str,
)
def test_a_table_that_is_none(folder, name, text, says):
    (folder / f"metadata.{name}").write_bytes(text)
    refused(folder, says, on_error="skip")


def test_an_empty_table(folder):
    (folder / "metadata.csv").write_bytes(b"")
    with pytest.warns(UserWarning, match="without a column 'label'"):
        assert ImageFolder(folder).labels is None


def test_many_numbers_take_no_memory(folder):
    rows = f"file_name,label\n0.png,{10**5}\n1.png,0\n2.png,{10**17}\n"
    (folder / "metadata.csv").write_text(rows)
    names = ImageFolder(folder).label_names
    assert names == ("0", "100000", f"{10**17}")
    (folder / "metadata.csv").write_text(rows.replace(str(10**17), "7"))
    np.testing.assert_array_equal(np.sort(ImageFolder(folder).labels), [0, 7, 10**5])
