"""Where the images of named data sets come from: files of two kinds, or Keras."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import numpy as np

from keras_gan_zoo.datasets.folders import decode, mix_classes
from keras_gan_zoo.files import cache_folder, write_atomically


def data_folder():
    """The folder that `KERAS_GAN_ZOO_DATA` names, or None."""
    folder = os.environ.get("KERAS_GAN_ZOO_DATA")
    if not folder:
        return None
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ValueError(
            "`KERAS_GAN_ZOO_DATA` must name the folder of the full data sets. "
            f"Received: KERAS_GAN_ZOO_DATA={folder!r}, which is no folder"
        )
    return path


def from_npz(path, split):
    """The arrays `x_<split>` and, where there are classes, `y_<split>` of a file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            labels = f"y_{split}"
            labels = arrays[labels].reshape(-1) if labels in arrays else None
            return arrays[f"x_{split}"], labels
    except Exception as error:  # zip, zlib, format and key errors alike
        raise ValueError(
            f"A data file must be an .npz with the arrays x_{split} and, where there "
            f"are classes, y_{split}. Download or copy it again. "
            f"Received: {path} ({type(error).__name__}: {error})"
        ) from error


def from_tar(path, split):
    """Class folders of images in a tar file, decoded once and then cached."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    cached = cache_folder() / f"{path.name.partition('.')[0]}-{split}-{digest}.npz"
    if cached.exists():
        try:
            return from_npz(cached, split)
        except ValueError:
            pass  # a damaged cache is made anew
    try:
        with tarfile.open(path) as tar:
            files = sorted(
                (member.name.split("/"), tar.extractfile(member).read())
                for member in tar
                if member.isfile() and member.name.split("/")[0] == split
            )
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ValueError(
            "A data file must be a whole tar.gz file. Download or copy it again. "
            f"Received: {path} ({type(error).__name__}: {error})"
        ) from error
    classes = sorted({parts[1] for parts, _ in files})
    labels = [classes.index(parts[1]) for parts, _ in files]
    order = mix_classes(labels)
    images = decode(
        [(f"{path}: {'/'.join(files[i][0])}", io.BytesIO(files[i][1])) for i in order]
    )
    labels = np.array([labels[i] for i in order])
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        arrays = {f"x_{split}": images, f"y_{split}": labels}
        write_atomically(cached, lambda file: np.savez(file, **arrays))
    except OSError:
        pass  # a full disk or a read-only home costs time only
    return images, labels


def from_keras(name):
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
