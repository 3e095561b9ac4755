"""The folder of a Space, and its `app.py` in a process of its own."""

import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hub_server import HubServer
from huggingface_hub import SpaceCard, metadata_load
from packaging.requirements import Requirement
from page_client import client_of
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo.demos import space, write_space
from keras_gan_zoo.images import grid

ROOT = Path(__file__).parents[2]


def test_the_folder(stranger, tmp_path):
    folder, _ = stranger
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n")
    made = write_space(folder, tmp_path / "space", "hf://me/gan")
    assert {path.name for path in made.iterdir()} == {
        "app.py",
        "requirements.txt",
        "README.md",
    }
    data = SpaceCard.load(made / "README.md").data
    assert (data.sdk, data.license, data.models) == ("gradio", "cc0-1.0", ["me/gan"])
    assert (data.title, data.app_file) == ("gan", "app.py")
    assert 'kgz.demo("hf://me/gan")' in (made / "app.py").read_text()
    assert str(tmp_path) not in "".join(path.read_text() for path in made.iterdir())
    write_space(folder, made, "hf://me/gan")  # again
    (made / "app.py").write_text("mine")
    with pytest.raises(FileExistsError, match=r"another app\.py"):
        write_space(folder, made, "hf://me/gan")
    with pytest.raises(ValueError, match="handle='hf://user/repo'"):
        write_space(folder, tmp_path / "other")


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (
            "license: other\nlicense_name: my-own-1.0\nlicense_link: LICENSE.md",
            {
                "license": "other",
                "license_name": "my-own-1.0",
                "license_link": "https://huggingface.co/me/gan/blob/main/LICENSE.md",
            },
        ),
        (
            "license: other\nlicense_link: https://a.org/b",
            {"license": "other", "license_link": "https://a.org/b"},
        ),
        ("license: [mit, cc0-1.0]", {"license": ["mit", "cc0-1.0"]}),
        ("license: mit\nlicense_name: old", {"license": "mit"}),
    ],
)
def test_the_licence_as_the_hub_reads_it(stranger, tmp_path, card, expected):
    folder, _ = stranger
    (folder / "README.md").write_text(f"---\n{card}\n---\n")
    made = write_space(folder, tmp_path / "space", "hf://me/gan")
    data = metadata_load(made / "README.md")
    assert {k: v for k, v in data.items() if k.startswith("license")} == expected


def test_a_space_that_nobody_edited_is_written_anew(stranger, tmp_path, monkeypatch):
    folder, _ = stranger
    made = write_space(folder, tmp_path / "space", "hf://me/gan")
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n")
    monkeypatch.setattr(space, "__version__", "9.9.9")
    write_space(folder, made, "hf://me/gan")
    assert metadata_load(made / "README.md")["license"] == "cc0-1.0"
    assert "==9.9.9" in (made / "requirements.txt").read_text()
    for name in ("app.py", "requirements.txt", "README.md"):
        write_space(folder, made, "hf://me/another")
        path = made / name
        text = path.read_text()
        path.write_text(f"{text}\nmine")
        with pytest.raises(FileExistsError, match=f"another {name}"):
            write_space(folder, made, "hf://me/gan")
        assert path.read_text() == f"{text}\nmine"
        path.unlink()
        if name == "README.md":  # the stamps are gone with it
            with pytest.raises(FileExistsError, match=r"another app\.py"):
                write_space(folder, made, "hf://me/gan")
        else:
            write_space(folder, made, "hf://me/gan")
    write_space(folder, made, "hf://me/another")  # the same files


def test_a_file_is_no_folder_for_a_space(stranger, tmp_path):
    (tmp_path / "space").write_text("mine")
    with pytest.raises(NotADirectoryError, match="a file"):
        write_space(stranger[0], tmp_path / "space", "hf://me/gan")


def test_a_folder_in_the_place_of_a_file_is_not_ours(tmp_path):
    (tmp_path / "space" / "app.py").mkdir(parents=True)
    with pytest.raises(FileExistsError, match=r"with another app\.py"):
        write_space("dcgan_mnist", tmp_path / "space")
    assert [path.name for path in (tmp_path / "space").iterdir()] == ["app.py"]


def test_what_a_space_installs_is_what_is_tested(tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = (ROOT / ".ci" / "constraints.txt").read_text()
    assert f"\ngradio=={space.GRADIO}\n" in pins
    (needed,) = (Requirement(text) for text in project["optional-dependencies"]["demo"])
    assert needed.specifier.contains(space.GRADIO)
    made = write_space("dcgan_mnist", tmp_path / "space")
    assert "models:" not in (made / "README.md").read_text()
    line = Requirement((made / "requirements.txt").read_text().strip())
    assert line.extras <= set(project["optional-dependencies"])
    assert line.specifier.contains(kgz.__version__)
    assert re.match(r"3\.\d+$", space.PYTHON)


def test_the_app_draws_what_the_hub_has(stranger, tmp_path):
    folder, gan = stranger
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    made = write_space(folder, tmp_path / "space", "hf://me/gan")
    with HubServer() as hub:
        hub.add("me/gan", files)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HF_")},
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(tmp_path / "home"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=made,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            address = address_said(process)
            client = client_of(address)
            picture, _, code = client.predict(7, 4, label=1, api_name="/draw")
        finally:
            process.terminate()
            process.wait(10)
    expected = grid(gan.generate(4, labels=1, seed=7))
    np.testing.assert_array_equal(np.atleast_3d(Image.open(picture)), expected)
    assert re.search(r'from_preset\("hf://me/gan@[0-9a-f]{40}"\)', code)


def address_said(process):
    """The address that the app prints."""
    lines = []
    started = time.monotonic()
    while time.monotonic() - started < 120:
        line = process.stdout.readline()
        lines.append(line)
        found = re.search(r"me/gan: (http://\S+)", line)
        if found:
            return found[1]
        if not line:
            break
    raise AssertionError("".join(lines))
