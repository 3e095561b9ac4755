"""A layout of public weights: who has it, and how it becomes ours."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from keras_gan_zoo.backend.keras_internals import without_drawing
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, port
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets.files import METADATA
from keras_gan_zoo.presets.progress import RAMP_IS_OVER
from keras_gan_zoo.weight_files.tensor import UnreadableError


class Source:
    """Those who publish weights in one layout. A subclass is one file of `sources`.

    Class attributes:

    - `title`: str, the name of their code, as in "converted from PyTorch-StudioGAN".
    - `home`: str, the address of their repository.
    - `licence`: str, of the weights, as they say it.
    - `license`: str, the Hub's identifier of it.
    - `republish`: bool, whether a converted copy may be published.
    """

    title: str
    home: str
    licence: str
    license = "other"
    republish = True

    def matches(self, files: Files) -> bool:
        """Whether the names of files, and of tensors, are this source's."""
        raise NotImplementedError

    def convert(self, files: Files, **settings: Any) -> GAN:
        """An uncompiled GAN with all of the checkpoint's weights.

        Args:
            files: for which `matches` is true.
            **settings: of the family, for what shapes can't tell.

        Raises:
            ValueError: the weights are not those of a network that is known.
        """
        raise NotImplementedError


class Player(NamedTuple):
    """The published weights of one network, and the rules that make them ours."""

    weights: Mapping[str, Any]
    rules: Iterable[Rule]
    unused: Iterable[str] = ()


def build(family: type[GAN], **arguments: Any) -> GAN:
    """A GAN with zeros where weights would be drawn: for one that `fill` fills whole.

    What auxiliaries learn, which is in no file, is drawn.
    """
    with without_drawing():
        gan = family(**arguments)
    if any(term.weights for term in gan.auxiliaries):
        return family(**arguments)
    return gan


def fill(
    gan: GAN,
    generator: Player | None = None,
    ema_generator: Player | None = None,
    discriminator: Player | None = None,
) -> GAN:
    """Fill the networks of a GAN, and return it.

    A generator without its average, or the average without it, is filled with the
    other one's weights.
    """
    average = ema_generator or generator
    if average is not None:
        # By way of the generator, since the paths of a copy are others.
        port(gan.generator, *average)
        if gan.ema_generator is not gan.generator:
            gan.ema_generator.set_weights(gan.generator.get_weights())
    if generator is not None and generator is not average:
        port(gan.generator, *generator)
    if discriminator is not None:
        port(gan.discriminator, *discriminator)
    if ema_generator is not None:  # so that the average goes on from where it is
        gan.images_averaged.assign(RAMP_IS_OVER)
    return gan


def one_file(
    files: Files,
    fits: Callable[[Mapping[str, Any]], bool],
    endings: str | tuple[str, ...],
) -> Any:
    """The tensors of the one file that has fitting ones, None if more have or none."""
    found = [name for name, held in files.readable(endings).items() if fits(held)]
    return files.weights(found[0]) if len(found) == 1 else None


def known_sources() -> tuple[Source, ...]:
    """One of each source, by the names of their files."""
    package = importlib.import_module("keras_gan_zoo.conversion.sources")

    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(cls() for cls in Source.__subclasses__())


def identify(files: Files) -> Source:
    """The source whose layout these files have.

    Raises:
        ValueError: it is no one's, or more than one's, or no file can be read.
    """
    found = [source for source in known_sources() if _matches(source, files)]
    if len(found) == 1:
        return found[0]
    if files.broken and not files.readable():
        raise next(iter(files.broken.values()))
    raise _unknown(files, found)


def _matches(source, files):
    """Whether a source has such files; one that can't be read is nobody's."""
    try:
        return source.matches(files)
    except UnreadableError:
        return False


def _unknown(files, found):
    """The error for files of no layout, or of several."""
    known = ", ".join(sorted(source.title for source in known_sources()))
    names = ", ".join(files.names[:8]) or "an empty folder"
    text = f"The weights must be of one of: {known}. Received: {files} ({names})"
    if found:
        text += f", which fits {', '.join(source.title for source in found)}"
    if METADATA in files.names:
        text += ". It is a preset of this package: `GAN.from_preset` loads it"
    if not files.broken:
        return ValueError(text)
    listed = ", ".join(f"{name} ({e.problem})" for name, e in files.broken.items())
    return UnreadableError(f"{text}. No weights are in: {listed[:500]}")
