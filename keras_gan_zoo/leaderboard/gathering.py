"""Finds the models of a leaderboard: entries, folders, and repositories on the Hub."""

import dataclasses
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from keras_gan_zoo.cards.metadata import OURS
from keras_gan_zoo.cards.render import local_address
from keras_gan_zoo.files import path_of
from keras_gan_zoo.leaderboard.models import CARD, Model, read_model
from keras_gan_zoo.leaderboard.texts import plain
from keras_gan_zoo.presets import client, files, index
from keras_gan_zoo.presets.origin import public_name
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.scoring import tables
from keras_gan_zoo.typing import PathLike

#: bytes of one file of a repository that are fetched at most
MOST_BYTES = 10_000_000


@dataclasses.dataclass(frozen=True)
class Gathered:
    """What `gather` found.

    Attributes:
        models: list of `Model`.
        problems: dict, what can't be shown -> why.
    """

    models: list[Model]
    problems: dict[str, str]


def gather(
    sources: PathLike | Iterable[PathLike] = (),
    author: str | None = None,
    say: Callable[[str], object] = lambda line: None,
) -> Gathered:
    """Read scored models. One that can't be read is a problem, and no obstacle.

    Args:
        sources: names of zoo entries, presets' folders, folders of these, and handles
            such as `"hf://user/repo"`, or one of these. If there are none, and no
            author, the zoo.
        author: str, whose repositories on the Hub with a card of ours are read too.
        say: is called with the name of each source before it is read.

    Returns:
        `Gathered`.

    Raises:
        ValueError: an author whose name is none.
    """
    if author is not None and not re.fullmatch(r"[\w.-]{1,96}", author, re.ASCII):
        raise ValueError(
            "`author` must be the name of a user or an organization on the Hub, for "
            f"example 'me'. Received: author={author!r}"
        )
    listed = [sources] if isinstance(sources, str | os.PathLike) else sources
    wanted = [os.fspath(source) for source in listed]
    if not wanted and author is None:
        wanted = index.list_presets()
    models: dict[str, list[Model]] = {}  # by their places, none of one with a problem
    problems: dict[str, str] = {}

    def trying(name, read):
        try:
            return read()
        except Exception as error:  # the others are shown all the same
            problems[plain(name)] = _reason(error)
            return []

    if author is not None:
        mine = f"hf://{author}"
        wanted += trying(mine, lambda: client.models_of(author, OURS))
    for source in dict.fromkeys(wanted):
        say(plain(source))
        for name, place, read in trying(source, lambda source=source: _readers(source)):
            if place not in models:
                models[place] = trying(name, lambda read=read: [read()])
    found = [model for read in models.values() for model in read]
    names = tables.distinct([model.name for model in found])
    pairs = zip(names, found, strict=True)
    return Gathered([dataclasses.replace(m, name=name) for name, m in pairs], problems)


def _readers(name: str) -> list[tuple[str, str, Callable[[], Model]]]:
    """What reads the models of a source, each with a name and its only place."""
    if name.startswith("hf://"):
        return [(name, name, lambda: _from_hub(name))]
    entries = index.read_index()
    if name in entries:
        return [(name, name, lambda: _from_zoo(name, entries[name]))]
    folder = path_of(name)
    if (folder / files.METADATA).is_file() or not folder.is_dir():
        return [_reader(locate(name).folder)]  # or an error of what a preset is
    patterns = (f"*/{files.METADATA}", f"*/preset/{files.METADATA}")
    inner = sorted(p.parent for pattern in patterns for p in folder.glob(pattern))
    if not inner:
        raise FileNotFoundError(
            f"There is no preset in it: no {files.METADATA}, and no folder with one."
        )
    return list(map(_reader, inner))


def _reader(folder):
    return str(folder), str(folder.resolve()), lambda: _from_folder(folder)


def _from_folder(folder):
    return read_model(folder, public_name(folder), local_address(folder))


def _from_zoo(name, entry):
    folder = index.zoo_folder() / name
    if folder.is_dir():
        return read_model(folder, name, name)
    if not entry.get("hf_handle"):
        raise FileNotFoundError("Its folder is missing. Reinstall keras-gan-zoo.")
    folder, repository = _card(entry["hf_handle"], entry.get("revision"))
    return read_model(folder, name, name, repository)


def _from_hub(handle):
    folder, repository = _card(handle, None)
    revision = client.parse(handle).revision
    address = f"hf://{repository}" + (f"@{revision}" if revision else "")
    return read_model(folder, repository, address, repository)


def _card(handle, revision):
    """Fetch the small files of a repository, and none that is too large for one."""
    uri = client.parse(handle)
    commit, sizes = client.listing(handle, revision)
    if files.METADATA not in sizes or not {files.SCORES, files.README} & set(sizes):
        raise FileNotFoundError(
            "It has no card of this package: `keras-gan-zoo publish` makes one."
        )
    for name in CARD:
        if sizes.get(name, 0) > MOST_BYTES:
            raise ValueError(
                f"`{name}` has {sizes[name]:,} bytes, at most {MOST_BYTES:,} are read."
            )
    wanted = [name for name in CARD if name in sizes]
    folder, _ = client.download(f"hf://{uri.id}@{commit}", patterns=wanted)
    return folder, uri.id


def _reason(error: Any) -> str:
    kind = "" if isinstance(error, ValueError | OSError) else type(error).__name__
    return plain(f"{kind}: {error}" if kind else error, 400)
