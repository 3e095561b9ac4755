"""Files appear whole or not at all."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from keras_gan_zoo import callbacks, files, pictures, recipes


def test_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    assert files.cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("KERAS_GAN_ZOO_CACHE")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert files.cache_folder() == tmp_path / "keras" / "keras_gan_zoo"


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = files.write_text(tmp_path / "a" / "note.txt", "old")

    def fail(file):
        file.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        files.write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(exists, tmp_path):
    disk, link = tmp_path / "disk", tmp_path / "note.txt"
    if exists:
        files.write_text(disk / "other.txt", "old")
    link.symlink_to("disk/other.txt")
    assert files.write_text(link, "new") == link
    assert link.is_symlink()
    assert (disk / "other.txt").read_text() == "new"
    assert [path.name for path in disk.iterdir()] == ["other.txt"]


def test_a_blob_of_the_hubs_cache_is_not_written_to(tmp_path):
    """It is named by its sha256, and other revisions link to it as well."""
    for name in ("blobs", "snapshots/1", "snapshots/2"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "blobs" / "9f2c").write_text("old")
    cards = [tmp_path / "snapshots" / number / "README.md" for number in "12"]
    for card in cards:
        card.symlink_to("../../blobs/9f2c")
    files.write_text(cards[0], "new")
    assert [card.read_text() for card in cards] == ["new", "old"]
    assert (tmp_path / "blobs" / "9f2c").read_text() == "old"


def test_a_link_to_itself_is_said(tmp_path):
    link = tmp_path / "note.txt"
    link.symlink_to(link)
    files.write_text(link, "new")
    assert link.read_text() == "new"


def test_files_are_in_the_order_of_their_numbers(tmp_path):
    for name in ("e_0009_s_2.h5", "e_0009_s_10.h5", "e_10000_s_1.h5", "e_x_s_1.h5"):
        (tmp_path / name).touch()
    found = files.numbered(tmp_path, "e_*_s_*.h5")
    assert list(found) == [(9, 2), (9, 10), (10_000, 1)]
    assert found[9, 10] == tmp_path / "e_0009_s_10.h5"
    assert files.numbered(tmp_path / "missing", "*.h5") == {}


@pytest.mark.parametrize("path", [".", "", "..", "a/..", "/"])
def test_a_file_has_a_name(monkeypatch, tmp_path, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="must have a name"):
        files.write_atomically(path, lambda file: file.write(b"x"))
    assert list(tmp_path.iterdir()) == []


def test_a_tilde_is_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert files.write_text("~/a/b.txt", "x") == tmp_path / "a" / "b.txt"
    assert files.path_of("~/a") == tmp_path / "a"
    with pytest.raises(ValueError, match="must not be empty"):
        files.path_of("")


def test_a_tilde_is_the_home_folder_of_what_writes_into_folders(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    images = np.zeros((2, 4, 4, 1), "uint8")
    assert pictures.save_images("~/a", images)[0] == tmp_path / "home/a/0000.png"
    with pytest.raises(FileExistsError, match=r"1 other files.*0001\.png"):
        pictures.save_images("~/a", images[:1])
    for callback in (
        callbacks.SampleGrid("~/b").folder,
        callbacks.StabilityMonitor(log="~/b").log,
        callbacks.BackupAndRestore("~/b").backup_dir,
    ):
        assert Path(callback) == tmp_path / "home" / "b"
    recipe = recipes.with_options(
        family="mlp_gan",
        data="digits:train[:8]",
        epochs=1,
        latent_dim=2,
        generator_widths=[2],
        discriminator_widths=[2],
    )
    recipes.train(recipe, "~/run", verbose=0)
    assert (tmp_path / "home/run/log.csv").is_file()
    assert recipes.epochs_done("~/run") == 1
    assert recipes.write_report("~/run") == tmp_path / "home/run/report.html"
    assert not Path("~").exists()


def test_missing_folders_are_made(tmp_path):
    path = files.write_atomically(tmp_path / "a" / "b" / "c", lambda file: None)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("step", ["tempfile.mkstemp", "os.replace"])
def test_an_error_names_the_file_that_was_asked_for(tmp_path, monkeypatch, step):
    def fail(*args, **kwargs):
        names = [arg for arg in args if isinstance(arg, str)] or [".note.x7"]
        raise PermissionError(13, "Permission denied", *names[:1])

    monkeypatch.setattr(f"keras_gan_zoo.files.{step}", fail)
    with pytest.raises(PermissionError) as raised:
        files.write_text(tmp_path / "note.txt", "x")
    assert raised.value.filename == str(tmp_path / "note.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_a_folder_is_told(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(OSError, match=r"a.note\.txt"):
        files.write_text(tmp_path / "a" / "note.txt", "x")


def test_a_folder_is_not_written_over(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(IsADirectoryError, match=r"over a folder.*report\.json"):
        files.write_json(tmp_path / "report.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_json_has_no_nan(tmp_path):
    path = files.write_json(tmp_path / "a.json", {"x": [1, 2.5]})
    assert json.loads(path.read_text()) == {"x": [1, 2.5]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(path, {"x": float("nan")})
    assert json.loads(path.read_text()) == {"x": [1, 2.5]}


def test_sha256(tmp_path):
    path = files.write_text(tmp_path / "a", "abc")
    assert files.sha256(path) == hashlib.sha256(b"abc").hexdigest()
