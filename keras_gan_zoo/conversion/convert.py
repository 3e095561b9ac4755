"""From a public checkpoint to a GAN."""

import os
from pathlib import Path
from typing import Any

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.source import Source, identify
from keras_gan_zoo.files import sha256
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets.origin import Origin
from keras_gan_zoo.typing import PathLike


def convert(path: PathLike, **settings: Any) -> GAN:
    """Make a GAN of a public checkpoint, without running a line of its files.

    Args:
        path: a file or a folder, with its published names: see
            `docs/public-weights.md`.
        **settings: of the family, for what the files don't tell.

    Returns:
        An uncompiled `GAN`: `generate`, `fit`, `save_to_preset` work as with any other.
        Its `discriminator` is None where only a generator was published.

    Raises:
        FileNotFoundError: nothing is at `path`.
        ValueError: the files are not those of a known source, are broken, or hold
            other weights than the networks have.
    """
    files = Files(path)
    name = Path(os.path.abspath(files.path)).name  # also of "."
    return made_of(identify(files), files, name, **settings)


def made_of(source: Source, files: Files, name: str, **settings: Any) -> GAN:
    """The GAN of a source's files, whose next preset tells where it came from.

    Args:
        source: whose layout the files have.
        files: of the checkpoint.
        name: str, what the preset calls it.
        **settings: see `convert`.

    Raises:
        ValueError: see `convert`.
    """
    try:
        gan = source.convert(files, **settings)
    except KeyError as error:  # a tensor that tells a size
        raise ValueError(
            f"The weights must be those of {source.title}, and complete. Received: "
            f"{files}, which has no {error}"
        ) from error
    gan.preset_source = str(files)
    gan.preset_origin = Origin.of(gan, name, recipe_of(source, files, name))
    return gan


def recipe_of(source: Source, files: Files, name: str) -> dict[str, Any]:
    """What the preset of a conversion tells of where it came from."""
    return {
        "description": f"{name}, converted from {source.title}.",
        "license": source.license,
        "converted_from": {
            "name": name,
            "title": source.title,
            "home": source.home,
            "licence": source.licence,
            "republish": source.republish,
            "files": {file: sha256(files.place(file)) for file in files.read},
        },
    }
