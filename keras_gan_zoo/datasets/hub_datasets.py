"""Images and labels of a `datasets.Dataset`, as `datasets.load_dataset` returns it.

That package is not imported: what is passed brings it.
"""

import io
from typing import Any, NamedTuple

import numpy as np

from keras_gan_zoo.datasets import image_files
from keras_gan_zoo.datasets.preparation import ImagePreparation
from keras_gan_zoo.labels import read_labels

IMAGES, LABELS = ("image", "images", "img"), ("label", "labels")


def is_hub_dataset(x: Any) -> bool:
    """Whether `x` is a `datasets.Dataset`, or a dict of its splits.

    Example:

    >>> is_hub_dataset([1, 2]), is_hub_dataset({"image": [1]})
    (False, False)
    """
    if isinstance(x, dict):
        return bool(x) and all(is_hub_dataset(some) for some in x.values())
    return all(hasattr(x, name) for name in ("features", "cast_column", "__len__"))


class HubImage(NamedTuple):
    """A row of a data set, which `image_files` opens as it does a file."""

    dataset: Any
    column: str
    row: int

    def open(self) -> Any:
        """What Pillow opens."""
        found = self.dataset[self.row][self.column]
        if found["bytes"] is None:
            return found["path"]
        return io.BytesIO(found["bytes"])

    def __str__(self) -> str:
        return f"row {self.row} of the data set"


def load_hub_dataset(
    dataset: Any,
    on_error: str = "raise",
    preparation: ImagePreparation = image_files.AS_THEY_ARE,
) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...] | None]:
    """Decode the images of a data set of the Hugging Face Hub.

    Args:
        dataset: `datasets.Dataset` with a column of images and perhaps one of labels,
            `image` and `label` if there are several.
        on_error, preparation: see `keras_gan_zoo.datasets.load`.

    Returns:
        `(images, labels, names)`: uint8 `(n, height, width, channels)`, int64 `(n,)` or
        None, and a tuple of str or None.

    Raises:
        ValueError: no column of images, more than one, or images that can't be used.
    """
    if isinstance(dataset, dict):
        raise ValueError(
            'A data set has one split. Pick it: `data["train"]`. Received: a dict with '
            f"{', '.join(map(repr, dataset))}"
        )
    features = dataset.features
    kinds = {name: type(feature).__name__ for name, feature in features.items()}
    columns = [name for name in kinds if kinds[name] == "Image"]
    if len(columns) > 1:
        columns = [name for name in columns if name in IMAGES]
    if len(columns) != 1:
        raise ValueError(
            "A data set must have one column of images, called `image` if there are "
            'others: `dataset.cast_column("image", datasets.Image())`. Received: '
            f"{', '.join(f'{name} ({kind})' for name, kind in kinds.items())}"
        )
    (column,) = columns
    encoded = dataset.with_format(None)
    encoded = encoded.cast_column(column, type(features[column])(decode=False))
    rows = [HubImage(encoded, column, row) for row in range(len(dataset))]
    skip = on_error == "skip"
    images, found = image_files.decode(rows, preparation, skip)
    known = [name for name in kinds if name in LABELS]
    known = known or [name for name in kinds if kinds[name] == "ClassLabel"]
    if len(known) != 1:
        return images, None, None
    labels, names = _numbered(list(encoded[known[0]]), known[0])
    names = getattr(features[known[0]], "names", None) or names
    labels = np.delete(labels, sorted(found.unreadable))
    copies = len(images) // len(labels)  # two if they are mirrored
    return images, np.tile(labels, copies), names and tuple(names)


def _numbered(values, column):
    """Labels as numbers, and the names of their classes or None."""
    missing = [row for row, value in enumerate(values) if value in (None, -1)]
    if missing:
        raise ValueError(
            "Each image must have a label, or leave the column out: "
            f"`dataset.remove_columns(...)`. Received: {len(missing):,} rows without, "
            f"the first is row {missing[0]}"
        )
    if any(isinstance(value, str) for value in values):
        values = list(map(str, values))
    try:
        return read_labels(values, len(values))
    except ValueError as error:
        raise ValueError(f"The column `{column}`: {error}") from error
