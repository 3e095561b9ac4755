"""The data sets that have a name."""

import hashlib
import io
import os
import tarfile
from functools import partial
from pathlib import Path

import numpy as np

from keras_gan_zoo.datasets.folders import decode, mix_classes
from keras_gan_zoo.datasets.splits import select
from keras_gan_zoo.files import cache_folder, write_atomically
from keras_gan_zoo.images import check_images

# What cards and the command line say of each. `hub_id` names the same pixels on the
# Hub, and is None where there are none.
NAMES = {
    "mnist": {
        "title": "MNIST",
        "description": "handwritten digits, 28x28, grey; 60,000 train, 10,000 test",
        "license": "CC BY-SA 3.0",
        "hub_id": "ylecun/mnist",
        "image_shape": (28, 28, 1),
        "num_classes": 10,
    },
    "fashion_mnist": {
        "title": "Fashion-MNIST",
        "description": "clothes, 28x28, grey; 60,000 train, 10,000 test",
        "license": "MIT",
        "hub_id": "zalando-datasets/fashion_mnist",
        "image_shape": (28, 28, 1),
        "num_classes": 10,
    },
    "cifar10": {
        "title": "CIFAR-10",
        "description": "photos of 10 classes, 32x32, colour; 50,000 train, 10,000 test",
        "license": "not stated",
        "hub_id": "uoft-cs/cifar10",
        "image_shape": (32, 32, 3),
        "num_classes": 10,
    },
    "cifar10_jpeg": {
        "title": "CIFAR-10 (JPEG copy)",
        "description": "CIFAR-10 as JPEG of quality 75: lossy, its scores are not "
        "comparable with those of the original",
        "license": "not stated",
        "hub_id": None,
        "image_shape": (32, 32, 3),
        "num_classes": 10,
    },
    "emoji32": {
        "title": "Noto Color Emoji",
        "description": "emoji on white, 32x32, colour; 3,404 train, 512 test",
        "license": "Apache-2.0 / OFL-1.1",
        "hub_id": None,
        "image_shape": (32, 32, 3),
        "num_classes": None,
    },
    "digits": {
        "title": "Digits",
        "description": "10,000 images of MNIST's train set, shipped with the package; "
        "9,000 train, 1,000 test",
        "license": "CC BY-SA 3.0",
        "hub_id": "ylecun/mnist",
        "image_shape": (28, 28, 1),
        "num_classes": 10,
    },
}
DIGITS = Path(__file__).with_name("digits.npz")
KERAS = ("mnist", "fashion_mnist", "cifar10")


def load_named(name, split="train"):
    """See `keras_gan_zoo.datasets.load`."""
    parts = select(split, _sources(name))
    images = np.concatenate([check_images(images) for images, _ in parts])
    labels = [labels for _, labels in parts if labels is not None]
    return images, np.concatenate(labels).astype("int64") if labels else None


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


def _sources(name):
    """Split -> function that returns `(images, labels)` of that split."""
    file = "cifar10_jpeg.tar.gz" if name == "cifar10_jpeg" else f"{name}.npz"
    folder = None if name == "digits" else data_folder()
    path = DIGITS if name == "digits" else folder and folder / file
    if path is None or not path.exists():
        if name in KERAS:
            return _splits(_from_keras, name)
        raise ValueError(
            f"The data set {name!r} can't be downloaded: put the file {file} into a "
            "folder, and name that folder in the environment variable "
            f"KERAS_GAN_ZOO_DATA. Received: KERAS_GAN_ZOO_DATA={folder and str(folder)}"
        )
    return _splits(_from_tar if name == "cifar10_jpeg" else _from_npz, path)


def _splits(read, source):
    return {split: partial(read, source, split) for split in ("train", "test")}


def _from_npz(path, split):
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


def _from_tar(path, split):
    """Class folders of images in a tar file, decoded once and then cached."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    cached = cache_folder() / f"{path.name.partition('.')[0]}-{split}-{digest}.npz"
    if cached.exists():
        try:
            return _from_npz(cached, split)
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


def _from_keras(name, split):
    import keras

    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception
        raise ConnectionError(
            f"The data set {name!r} could not be downloaded. Check the connection, or "
            f"put {name}.npz (x_train, y_train, x_test, y_test) into a folder and name "
            "it in the environment variable KERAS_GAN_ZOO_DATA; "
            '"digits" needs neither. '
            f"Received: {type(error).__name__}: {error}"
        ) from error
    images, labels = {"train": train, "test": test}[split]
    return images, labels.reshape(-1)
