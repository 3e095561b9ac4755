"""What is listed below a folder."""

import os

import pytest

from keras_gan_zoo.datasets.tree import list_files


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def listed(root):
    return {"/".join(file.parts): file.skipped for file in list_files(root)}


def test_the_order_is_that_of_the_names(tmp_path):
    names = ["a/b.png", "a/c/d.png", "a-b.png", "a.png", "b/a.png", "B.png", "ä.png"]
    touch(tmp_path, *names)
    parts = [file.parts for file in list_files(tmp_path)]
    assert parts == sorted(parts)
    assert ["/".join(each) for each in parts] == sorted(
        names, key=lambda name: name.split("/")
    )
    assert [file.path for file in list_files(tmp_path)] == [
        str(tmp_path.joinpath(*each)) for each in parts
    ]


def test_why_a_file_is_skipped(tmp_path):
    touch(tmp_path, "0.png", "1.JPG", "a.txt", "b", ".c.png", ".d/0.png", "e.tar.GZ")
    touch(tmp_path, "Thumbs.db", "desktop.ini", "__MACOSX/x/0.png", "x/._0.png", "f.h5")
    (tmp_path / "y").mkdir()
    assert listed(tmp_path) == {
        "0.png": None,
        "1.JPG": None,
        "a.txt": ".txt",
        "b": "without an ending",
        ".c.png": "hidden",
        ".d": "hidden",
        "e.tar.GZ": ".gz",
        "Thumbs.db": "hidden",
        "desktop.ini": "hidden",
        "__MACOSX": "hidden",
        "x/._0.png": "hidden",
        "f.h5": ".h5",
        "y": "empty folder",
    }


def test_links_that_lead_nowhere(tmp_path):
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    # An image that is missing is an error as a damaged one is, not left out.
    assert listed(tmp_path) == {
        "gone": "broken link",
        "gone.png": None,
        "itself": "broken link",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "0.png")
    assert listed(tmp_path) == {"0.png": "no regular file"}


def test_loops_end(tmp_path):
    touch(tmp_path, "a/0.png", "b/1.png", "b/c/2.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b" / "c" / "up").symlink_to(tmp_path / "b")
    (tmp_path / "loop").symlink_to(tmp_path)
    again = "link to a folder that was read"
    assert listed(tmp_path) == {
        "a/0.png": None,
        "a/up": again,
        "b/1.png": None,
        "b/c/2.png": None,
        "b/c/up": again,
        "loop": again,
    }


def test_links_between_classes_end(tmp_path):
    names = [f"class{index:02}" for index in range(12)]
    for name in names:
        touch(tmp_path, f"{name}/0.png")
        for other in names:
            (tmp_path / name / f"to_{other}").symlink_to(tmp_path / other)
    files = [file for file in list_files(tmp_path) if file.skipped is None]
    assert len(files) == 12 * 12  # each class holds each folder once


def test_two_classes_may_share_a_folder(tmp_path):
    touch(tmp_path, "elsewhere/0.png", "data/a/1.png")
    for name in ("b", "c"):
        (tmp_path / "data" / name).symlink_to(tmp_path / "elsewhere")
    assert listed(tmp_path / "data") == dict.fromkeys(("a/1.png", "b/0.png", "c/0.png"))
