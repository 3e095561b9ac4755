"""Weights of a GAN with an average for one without, and the other way round.

Keras looks for `ema_generator` before `generator`, and stores what both are once.
"""

import contextlib
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py

from keras_gan_zoo.training.average import begin_average
from keras_gan_zoo.typing import PathLike

WEIGHTS = "model.weights.h5"  # in a .keras file


def load(
    gan: Any, read: Callable, filepath: PathLike, *args: Any, **kwargs: Any
) -> None:
    """Call `read(filepath, *args, **kwargs)`, Keras' `load_weights`, for either GAN.

    An average that a GAN has no place for is its generator, as in presets. One that is
    not in the file begins anew.
    """
    averaged = gan.ema_generator is not gan.generator
    found = _has_average(filepath)
    if found is None or found == averaged:
        read(filepath, *args, **kwargs)
    elif found:
        read(filepath, *args, **kwargs)
        warnings.warn(
            "These weights have an average of the generator, which is what `generate` "
            "uses, and this GAN has none: its generator has the average's weights now. "
            "For both, build it with `ema_half_life`. "
            f"Received: filepath={str(filepath)!r}",
            stacklevel=3,
        )
    else:
        others = [*(kwargs.pop("objects_to_skip", None) or ()), gan.generator]
        with _weights_in(filepath) as weights:
            read(weights, *args, objects_to_skip=others, **kwargs)
        gan.generator.set_weights(gan.ema_generator.get_weights())
        begin_average(gan)


def _has_average(filepath):
    """Whether a file of a GAN's weights has one; None for all other files."""
    names: set[str] = set()
    with (
        contextlib.suppress(OSError, ValueError, KeyError),
        _weights_in(filepath) as at,
    ):
        if str(at).endswith(".json"):
            stored = json.loads(Path(at).read_text())["weight_map"]
            names = {name.strip("/").split("/")[0] for name in stored}
        else:
            with h5py.File(at) as file:
                names = set(file)
    return "generator" in names if "ema_generator" in names else None


@contextlib.contextmanager
def _weights_in(filepath: PathLike) -> Iterator[PathLike]:
    """A path of weights alone: those of a `.keras` file are unpacked."""
    if not str(filepath).endswith(".keras"):
        yield filepath
        return
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(filepath) as file:
        yield file.extract(WEIGHTS, folder)
