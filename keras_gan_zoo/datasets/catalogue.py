"""The named data sets: one row each, with all that the package needs to know."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_gan_zoo.datasets import readers, splits, stacks
from keras_gan_zoo.images import check_images

DIGITS = Path(__file__).with_name("digits.npz")


@dataclass(frozen=True)
class Dataset:
    """A row of the catalogue.

    Args:
        title: its name in model cards.
        description: what it shows, and how many images it has.
        license: the licence of the images.
        image_shape: `(height, width, channels)`.
        splits: dict of split name -> number of images.
        file: the file's name in the folder `KERAS_GAN_ZOO_DATA`, or a path inside the
            package.
        reader: function of a path and a split's name that returns images and labels,
            see `keras_gan_zoo.datasets.readers`.
        download: function of a split's name that returns the same from elsewhere if
            there is no file; or None.
        label_names: the names of its classes, in the order of the labels; or None.
        hub_id: the data set with the same pixels on the Hub, or None.
        extractor: the name of the extractor that it is usually scored with, or None.
        held_out: the split on which snapshots are chosen, such as `"train[55000:]"`,
            or None.
    """

    title: str
    description: str
    license: str
    image_shape: tuple[int, int, int]
    splits: dict[str, int]
    file: str | Path
    reader: Callable = readers.from_npz
    download: Callable | None = None
    label_names: tuple[str, ...] | None = None
    hub_id: str | None = None
    extractor: str | None = None
    held_out: str | None = None

    @property
    def num_classes(self) -> int | None:
        """The number of its classes, or None."""
        return len(self.label_names) if self.label_names else None


DIGIT_NAMES = tuple("0123456789")
CIFAR10_NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)

CATALOGUE = {
    "mnist": Dataset(
        title="MNIST",
        description="handwritten digits, 28x28, grey; 60,000 train, 10,000 test",
        license="CC BY-SA 3.0",
        image_shape=(28, 28, 1),
        splits={"train": 60_000, "test": 10_000},
        file="mnist.npz",
        download=readers.from_keras("mnist"),
        label_names=DIGIT_NAMES,
        hub_id="ylecun/mnist",
        extractor="digits",
        held_out="train[55000:]",
    ),
    "fashion_mnist": Dataset(
        title="Fashion-MNIST",
        description="clothes, 28x28, grey; 60,000 train, 10,000 test",
        license="MIT",
        image_shape=(28, 28, 1),
        splits={"train": 60_000, "test": 10_000},
        file="fashion_mnist.npz",
        download=readers.from_keras("fashion_mnist"),
        label_names=(
            *("t-shirt/top", "trouser", "pullover", "dress", "coat"),
            *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
        ),
        hub_id="zalando-datasets/fashion_mnist",
        extractor="fashion",
        held_out="train[55000:]",
    ),
    "cifar10": Dataset(
        title="CIFAR-10",
        description="photos of 10 classes, 32x32, colour; 50,000 train, 10,000 test",
        license="not stated",
        image_shape=(32, 32, 3),
        splits={"train": 50_000, "test": 10_000},
        file="cifar10.npz",
        download=readers.from_keras("cifar10"),
        label_names=CIFAR10_NAMES,
        hub_id="uoft-cs/cifar10",
        extractor="cifar10",
        held_out="train[45000:]",
    ),
    "cifar10_jpeg": Dataset(
        title="CIFAR-10 (JPEG copy)",
        description="CIFAR-10 as JPEG of quality 75: lossy, its scores are not "
        "comparable with those of the original",
        license="not stated",
        image_shape=(32, 32, 3),
        splits={"train": 50_000, "test": 10_000},
        file="cifar10_jpeg.tar.gz",
        reader=readers.from_tar,
        label_names=CIFAR10_NAMES,
        extractor="cifar10",
        held_out="train[45000:]",
    ),
    "emoji32": Dataset(
        title="Noto Color Emoji",
        description="emoji on white, 32x32, colour; 3,404 train, 512 test",
        license="Apache-2.0 / OFL-1.1",
        image_shape=(32, 32, 3),
        splits={"train": 3_404, "test": 512},
        file="emoji32.npz",
        extractor="cifar10",
        held_out="train[3000:]",
    ),
    "digits": Dataset(
        title="Digits",
        description="10,000 images of MNIST's train set, shipped with the package; "
        "9,000 train, 1,000 test",
        license="CC BY-SA 3.0",
        image_shape=(28, 28, 1),
        splits={"train": 9_000, "test": 1_000},
        file=DIGITS,
        label_names=DIGIT_NAMES,
        hub_id="ylecun/mnist",
        extractor="digits",
        held_out="train[8000:]",
    ),
    "stacked_mnist": Dataset(
        title="Stacked-MNIST",
        description="three digits of MNIST as the channels of an image, 28x28, 1000 "
        "modes; 128,000 train (300 MB), 26,000 test, drawn with a fixed seed",
        license="CC BY-SA 3.0",
        image_shape=(28, 28, 3),
        splits=stacks.SIZES,
        file="stacked_mnist.npz",
        download=stacks.of(lambda split: _reader("mnist")(split)),
        label_names=stacks.MODE_NAMES,
        extractor="stacked_digits",
        held_out="train[102000:]",
    ),
}


def load_named(
    name: str, split: str | None = "train"
) -> tuple[np.ndarray, np.ndarray | None]:
    """See `keras_gan_zoo.datasets.load`."""
    read = _reader(name)
    sources = {part: lambda part=part: read(part) for part in CATALOGUE[name].splits}
    parts = splits.select(split, sources)
    images = np.concatenate([check_images(images) for images, _ in parts])
    labels = [labels for _, labels in parts if labels is not None]
    return images, np.concatenate(labels).astype("int64") if labels else None


def _reader(name):
    """A function that reads a split by its name, from a file or by download."""
    dataset = CATALOGUE[name]
    folder = None
    path = Path(dataset.file)
    if not path.is_absolute():
        folder = readers.data_folder()
        path = folder and folder / path
    if path is not None and path.exists():
        return lambda split: dataset.reader(path, split)
    if dataset.download is not None:
        return dataset.download
    raise ValueError(
        f"The data set {name!r} can't be downloaded: put the file {dataset.file} into "
        "a folder, and name that folder in the environment variable "
        f"KERAS_GAN_ZOO_DATA. Received: KERAS_GAN_ZOO_DATA={folder and str(folder)}"
    )
