"""The folder of a Space: a demo that the Hugging Face Hub serves."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from keras_gan_zoo.demos.facts import license_facts
from keras_gan_zoo.files import path_of, write_text
from keras_gan_zoo.presets import client, readme
from keras_gan_zoo.presets.index import read_index
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.version import __version__

GRADIO, PYTHON = "6.31.0", "3.12"  # of the Space
APP = '''"""A demo of {name}: `python app.py`."""

import keras_gan_zoo as kgz

if __name__ == "__main__":
    kgz.demo({preset})
'''
README = """
Draws images with {link}: seed, number of images, and a walk through its latents.

The page is `kgz.demo` of
[keras-gan-zoo](https://pypi.org/project/keras-gan-zoo/); `python app.py` runs it here
too, after `pip install -r requirements.txt`.
"""
FILES = ("app.py", "requirements.txt", "README.md")
#: the last of them, which ends with stamps of all three as they were written
STAMPS = re.compile(r"\n<!-- keras-gan-zoo:space ([0-9a-f ]+) -->\n")


def write_space(preset: PathLike, folder: PathLike, handle: str | None = None) -> Path:
    """Write the folder of a Space that serves the demo of a preset.

    `app.py`, `requirements.txt` and a `README.md` whose metadata the Hub reads. It runs
    on a Space's CPU, by JAX. `hf upload user/space FOLDER --repo-type space` publishes
    it.

    Args:
        preset: a zoo entry's name, `"hf://user/repo"`, or a folder: what the licence is
            read from.
        folder: path; created if missing.
        handle: str, what the Space loads, for a preset that is a folder here:
            `"hf://user/repo"`.

    Returns:
        `pathlib.Path` of the folder.

    Raises:
        FileExistsError: the folder has other files of these names. Those of a Space
            that was written by this function, and not changed since, are replaced.
        ValueError: a folder without a handle, which a Space could not load.

    Example:

    >>> from keras_gan_zoo.demos import write_space
    >>> write_space("./my_gan", "./space", "hf://me/my_gan")  # doctest: +SKIP
    PosixPath('space')
    """
    from huggingface_hub import SpaceCardData
    from huggingface_hub.utils import validate_repo_id

    source = locate(preset)
    address = handle or os.fspath(preset)
    on_hub = address.startswith("hf://")
    if not on_hub and address not in read_index():
        raise ValueError(
            "A Space loads its preset from the Hub: publish it, and give "
            f"`handle='hf://user/repo'`. Received: preset={os.fspath(preset)!r}, "
            f"handle={handle!r}"
        )
    name = client.parse(address).id if on_hub else address
    validate_repo_id(name)
    link = f"[{name}](https://huggingface.co/{name})" if on_hub else f"`{name}`"
    data = SpaceCardData(
        title=name.rpartition("/")[2],
        emoji="🎲",
        colorFrom="indigo",
        colorTo="gray",
        sdk="gradio",
        sdk_version=GRADIO,
        python_version=PYTHON,
        app_file="app.py",
        **_license(source.folder, name if on_hub else None),
        models=[name] if on_hub else None,
        tags=["gan", "keras", "keras-gan-zoo"],
    )
    texts = {
        "app.py": APP.format(name=name, preset=json.dumps(address)),
        "requirements.txt": f"keras-gan-zoo[demo,jax]=={__version__}\n",
        "README.md": f"---\n{data.to_yaml()}\n---\n{README.format(link=link)}",
    }
    stamps = " ".join(map(_stamp, texts.values()))
    texts["README.md"] += f"\n<!-- keras-gan-zoo:space {stamps} -->\n"
    folder = path_of(folder)
    check_folder(folder, texts)
    folder.mkdir(parents=True, exist_ok=True)
    for file in reversed(texts):  # the stamps first
        write_text(folder / file, texts[file])
    return folder


def check_folder(folder: PathLike, texts: Mapping[str, str] | None = None) -> None:
    """Check that a folder is free for a Space, or has one as this package wrote it.

    Args:
        folder: path; it need not exist.
        texts: dict, file -> a text that may be there as well.

    Raises:
        FileExistsError: it has other files of the names that a Space's have.
        NotADirectoryError: it is a file.
    """
    folder = path_of(folder)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"A Space is written to a folder. Received: folder={str(folder)!r}, a file"
        )
    there = {file: folder / file for file in FILES if (folder / file).exists()}
    found = {
        file: readme.read(path, errors="replace") if path.is_file() else ""
        for file, path in there.items()
    }
    stamps = STAMPS.search(found.get("README.md", ""))
    ours = stamps[1].split() if stamps else []
    for file, text in found.items():
        own = _stamp(STAMPS.sub("", text))
        if own not in ours and text != (texts or {}).get(file):
            raise FileExistsError(
                "A Space must have a folder of its own, and what you changed in one is "
                "not overwritten: give another folder, or remove the file. "
                f"Received: folder={str(folder)!r} with another {file}"
            )


def _license(folder, repository):
    """The licence for a Space's metadata; a file of the preset's by its address."""
    found = license_facts(folder)
    link = found.get("license_link")
    if link and repository and "://" not in link:
        link = f"https://huggingface.co/{repository}/blob/main/{link}"
        found["license_link"] = link
    return found


def _stamp(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]
