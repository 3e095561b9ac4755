"""From a public checkpoint to a GAN."""

from typing import Any

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.source import identify
from keras_gan_zoo.gan import GAN
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
    source = identify(files)
    gan = source.convert(files, **settings)
    gan.converted_from = source
    return gan
