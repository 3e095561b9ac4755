"""Files appear whole or not at all."""

import hashlib
import json

import pytest

from keras_gan_zoo import files


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


def test_json_has_no_nan(tmp_path):
    path = files.write_json(tmp_path / "a.json", {"x": [1, 2.5]})
    assert json.loads(path.read_text()) == {"x": [1, 2.5]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(path, {"x": float("nan")})
    assert json.loads(path.read_text()) == {"x": [1, 2.5]}


def test_sha256(tmp_path):
    path = files.write_text(tmp_path / "a", "abc")
    assert files.sha256(path) == hashlib.sha256(b"abc").hexdigest()
