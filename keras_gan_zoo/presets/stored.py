"""Finds what a weights file holds, without reading a weight."""

from pathlib import Path
from typing import Any

from keras_gan_zoo.presets.files import invalid
from keras_gan_zoo.weight_files.hdf5 import datasets


def stored_shapes(path: Path, preset: Any) -> dict[str, tuple[int, ...]]:
    """The shape of each array in a Keras `.weights.h5` file.

    Returns:
        dict, path inside the file -> tuple.

    Raises:
        ValueError: it is not such a file, or its arrays are not plain ones.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            found = datasets(file, path.stat().st_size)
            return {name: tuple(dataset.shape) for name, dataset in found.items()}
    except (ValueError, OSError, RuntimeError, KeyError, TypeError) as error:
        raise invalid(
            preset, f"`{path.name}` is not a weights file of Keras: {error}."
        ) from None
