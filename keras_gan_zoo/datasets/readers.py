"""Where the images of named data sets come from: two kinds of file, or Keras."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.folders import mix_classes
from keras_gan_zoo.datasets.image_files import decode
from keras_gan_zoo.files import cache_folder, write_atomically
from keras_gan_zoo.labels import read_labels


def data_folder() -> Path | None:
    """The folder that `KERAS_GAN_ZOO_DATA` names, or None."""
    folder = os.environ.get("KERAS_GAN_ZOO_DATA")
    if not folder:
        return None
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ValueError(
            "`KERAS_GAN_ZOO_DATA` must name the folder of the full data sets. "
            f"Received: KERAS_GAN_ZOO_DATA={folder!r}, which is not a folder"
        )
    return path


def from_npz(path: Path, split: str) -> tuple[np.ndarray, np.ndarray | None]:
    """The arrays `x_<split>` and, if there are classes, `y_<split>` of a file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            images, labels = arrays[f"x_{split}"], arrays.get(f"y_{split}")
            if labels is not None:
                labels, names = read_labels(labels, len(images), f"y_{split}")
                if names is not None:
                    raise ValueError(f"the labels are text, {', '.join(names):.100}")
            return images, labels
    except Exception as error:  # zip, zlib, format and key errors alike
        raise ValueError(
            f"A data file must be an .npz with the arrays x_{split} and, if there "
            f"are classes, y_{split}. Download or copy it again. "
            f"Received: {path} ({type(error).__name__}: {error})"
        ) from error


def from_tar(path: Path, split: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Images in class folders inside a tar file, decoded once and then cached."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    cached = cache_folder() / f"{path.name.partition('.')[0]}-{split}-{digest}.npz"
    if cached.exists():
        try:
            return from_npz(cached, split)
        except ValueError:
            pass  # a damaged cache is rebuilt
    try:
        with tarfile.open(path) as tar:
            files = sorted(
                (member.name.split("/"), file.read())
                for member in tar
                if member.isfile() and member.name.split("/")[0] == split
                if (file := tar.extractfile(member))
            )
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ValueError(
            "A data file must be a complete tar.gz file. Download or copy it again. "
            f"Received: {path} ({type(error).__name__}: {error})"
        ) from error
    if not files:
        raise ValueError(
            f"A data file must have images in folders, such as {split}/cat/0.png. "
            f"Received: {path}, without any in {split!r}"
        )
    classes = sorted({parts[1] for parts, _ in files})
    numbers = [classes.index(parts[1]) for parts, _ in files]
    order = mix_classes(numbers)
    images, _ = decode(
        [(f"{path}: {'/'.join(files[i][0])}", io.BytesIO(files[i][1])) for i in order]
    )
    labels = np.array([numbers[i] for i in order])
    try:
        arrays: dict[str, Any] = {f"x_{split}": images, f"y_{split}": labels}
        write_atomically(cached, lambda file: np.savez(file, **arrays))
    except OSError:
        pass  # a full disk or a read-only home only costs time
    return images, labels


def from_keras(name: str) -> Callable[[str], tuple[np.ndarray, np.ndarray | None]]:
    """A function of a split's name that downloads `keras.datasets.<name>`."""

    def read(split):
        import keras

        try:
            train, test = getattr(keras.datasets, name).load_data()
        except Exception as error:  # Keras raises a bare Exception
            raise ConnectionError(
                f"The data set {name!r} could not be downloaded. Check the connection, "
                f"or put {name}.npz (x_train, y_train, x_test, y_test) into a folder "
                "and name it in the environment variable KERAS_GAN_ZOO_DATA; "
                '"digits" needs neither. '
                f"Received: {type(error).__name__}: {error}"
            ) from error
        images, labels = {"train": train, "test": test}[split]
        return images, labels.reshape(-1)

    return read
