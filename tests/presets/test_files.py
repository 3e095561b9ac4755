"""JSON files that are none, and files that no preset has."""

import pickle
from pathlib import Path

import pytest

import keras_gan_zoo as kgz
from presets.spoilers import edit, refuses, text

NESTED = "[" * 100_000 + "]" * 100_000

SPOILERS = {
    "not json": (text("config.json", "{"), "config.json` is not valid JSON"),
    "empty file": (text("task.json", ""), "task.json` is not valid JSON"),
    "not utf-8": (text("config.json", b"\xff\xfe{}"), "not valid JSON"),
    "a list": (text("config.json", "[]"), "must be a JSON object"),
    "a number": (text("metadata.json", "3"), "must be a JSON object"),
    "null": (text("task.json", "null"), "must be a JSON object"),
    "nested too deep": (text("config.json", '{"a":' + NESTED + "}"), "too deep"),
    "a little too deep": (
        text("task.json", '{"a":' + "[" * 70 + "]" * 70 + "}"),
        "deep",
    ),
    "too large": (text("config.json", " " * 5_000_001), "5,000,001 bytes"),
    "nan": (text("metadata.json", '{"parameter_count": NaN}'), "not a finite number"),
    "infinite": (text("metadata.json", '{"parameter_count": 1e999}'), "not a finite"),
    "endless integer": (text("metadata.json", '{"a": ' + "9" * 5000 + "}"), "JSON"),
    "key twice": (text("config.json", '{"a": 1, "a": 2}'), "a key is given twice"),
    "empty config": (text("config.json", "{}"), "must be a Keras model"),
    "empty task": (text("task.json", "{}"), "has no `config`"),
    "empty metadata": (text("metadata.json", "{}"), "must have the sha256"),
    "pickle beside": (text("weights.pkl", pickle.dumps(1)), "weights.pkl"),
    "torch file beside": (text("model.PT", b""), "model.PT"),
    "array beside": (text("features.npy", b""), "features.npy"),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_spoilt_preset(preset, name):
    refuses(preset, *SPOILERS[name])


@pytest.mark.parametrize("version", [None, 0, -1, True, "2", 1.5, [2], {}])
def test_format_version_is_a_whole_number(preset, version):
    spoil = edit("metadata.json", lambda v: v.update(format_version=version))
    refuses(preset, spoil, "`format_version` in `metadata.json` must be a whole")


def test_newer_format_asks_for_an_upgrade(preset):
    """Before anything in it is looked at: a newer one may mean other things."""
    text("config.json", "{}")(preset)
    spoil = edit("metadata.json", lambda v: v.update(format_version=3))
    refuses(
        preset, spoil, r"(?s)newer than what this keras_gan_zoo.*pip install --upgrade"
    )


def test_older_formats_load(preset):
    for version in (1, 2):
        edit("metadata.json", lambda v, n=version: v.update(format_version=n))(preset)
        kgz.GAN.from_preset(preset)


@pytest.mark.parametrize("name", ["model.weights.h5", "task.weights.h5", "config.json"])
def test_a_pointer_of_git_lfs_is_told(preset, name):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    refuses(preset, text(name, pointer), rf"`{name}` only points .*`git lfs pull`")


def test_a_file_that_may_not_be_read_is_not_called_malformed(preset, monkeypatch):
    error = PermissionError(13, "Permission denied", str(preset / "config.json"))

    def refuse(path, *args, really=Path.read_text, **kwargs):
        if path.name == "config.json":
            raise error
        return really(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(PermissionError, match=r"denied: '.*config\.json'"):
        kgz.GAN.from_preset(preset)
