"""`ImageFolder`: the images below a folder, looked through before they are used."""

import dataclasses
import os
from typing import Any

import numpy as np

from keras_gan_zoo.datasets import folders, image_files
from keras_gan_zoo.datasets.folder_report import FolderReport
from keras_gan_zoo.datasets.preparation import ImagePreparation, preparation_of
from keras_gan_zoo.typing import ImageShape, PathLike

ON_ERROR = ("raise", "skip")


def check_on_error(on_error: Any) -> str:
    """`on_error`, if it is one of `ON_ERROR`; else a `ValueError`."""
    if on_error not in ON_ERROR:
        raise ValueError(
            f"`on_error` must be 'raise' or 'skip'. Received: on_error={on_error!r}"
        )
    return on_error


class ImageFolder:
    """The images below a folder, as they are prepared for a GAN.

    Making one reads the headers of all files and says once what there is: in a log
    entry, or in a warning if something was left out or changed unasked. `fit`,
    `evaluate` and `score` take it.

    **Files.** Every file whose ending Pillow can decode is taken, in sorted order;
    symbolic links are followed.

    **Classes.** They are what a `metadata.csv` or `metadata.jsonl` says, in a column
    `label` beside `file_name`, as in image folders of the Hugging Face Hub: numbers
    stay the numbers that they are. Else, if every image is in a sub-folder, and there
    are two or more of these, they are the classes, in sorted order. Classes are evenly
    mixed so that slices are balanced.

    **Splits.** Sub-folders called `train` (or `training`) and `test` (`testing`),
    `validation`, `val`, `valid`, `dev`, `eval`, `evaluation`, in upper or lower case,
    are the splits if they stand alone and one of them is a train or test folder. A
    folder without them is one split, `"train"`. A single such folder among others is a
    class as they are: `vehicles/train`, `vehicles/bus`. Two or more among others, or
    one beside loose images, could mean either, and are refused.

    **Pixels.** Grey images become RGB if any image is in colour, and so do CMYK, YCbCr
    and HSV. Palettes are resolved, EXIF orientations applied, and only the first frame
    of an animation is used. All else happens on request: see `ImagePreparation`.

    Args:
        path: a folder of image files.
        split: see `keras_gan_zoo.datasets.load`. Only the images in it are looked at.
        on_error: `"raise"` an error that names all files that can't be used, or
            `"skip"` them and count them.
        preparation: `ImagePreparation`, or its arguments as keywords.
        called: how to call the folder when saying what it holds; by default its path.
        verbose: 0, or 1 for a bar while many files are looked at.
        **options: the arguments of `ImagePreparation`.

    Attributes:
        files: list of paths, of the images that are there.
        labels: int64 `(len(files),)`, or None.
        label_names: tuple of str, or None if there are no labels or only numbers.
        image_shape: `(height, width, channels)` of each image, once prepared.
        mode: Pillow's name of the channels.
        report: `FolderReport`, what was found.

    Raises:
        ValueError: no folder, no images, splits or classes, files that can't be
            decoded, images of different sizes, more than 8 bits per channel, or an
            alpha channel in only some of the images. All such files are named at once.

    Example:

    >>> faces = ImageFolder("./faces", image_size=64, crop_to_aspect_ratio=True)
    ... # doctest: +SKIP
    >>> gan.fit(faces, batch_size=64)  # doctest: +SKIP
    """

    def __init__(
        self,
        path: PathLike,
        split: str | None = "train",
        on_error: str = "raise",
        preparation: ImagePreparation | None = None,
        called: PathLike | None = None,
        verbose: bool | int | str = 1,
        **options: Any,
    ) -> None:
        self.path, self.split = os.path.expanduser(path), split
        self.on_error = check_on_error(on_error)
        self.preparation = preparation_of(preparation, options)
        skip = on_error == "skip"
        chosen = folders.select_files(self.path, split, skip)
        seen = image_files.survey(chosen.files, self.preparation, skip, verbose)
        if not skip:
            image_files.check_readable(seen.unreadable)
        self.label_names = chosen.names
        self._keep(chosen.files, chosen.labels, seen.unreadable)
        self.image_shape: ImageShape = seen.shape
        self.mode = seen.mode
        self._seen = dataclasses.replace(seen, unreadable={})
        self.report = FolderReport(
            os.fspath(called or path),
            len(self),
            seen.shape,
            self.preparation,
            seen.sizes,
            self._class_counts(),
            split,
            chosen.splits,
            seen.changes,
            seen.prepared,
            chosen.skipped,
            [seen.unreadable[index] for index in sorted(seen.unreadable)],
        )
        self.report.say()

    def _keep(self, files, labels, lost):
        kept = [index for index in range(len(files)) if index not in lost]
        self.files = [files[index] for index in kept]
        self.labels = None
        if labels is not None:
            self.labels = np.array([labels[index] for index in kept], "int64")

    def _class_counts(self):
        if self.labels is None:
            return None
        numbers, counts = np.unique(self.labels, return_counts=True)
        found = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
        if self.label_names is None:
            return found
        return {name: found.get(i, 0) for i, name in enumerate(self.label_names)}

    def __len__(self) -> int:
        """The number of images, mirrored ones too."""
        return len(self.files) << self.preparation.horizontal_flip

    def read(self, index: int) -> np.ndarray:
        """Decode one image.

        Args:
            index: int, from 0; mirrored images follow behind all others.

        Returns:
            uint8 of shape `image_shape`.

        Raises:
            ValueError: it can't be decoded.
        """
        lap, position = divmod(index, len(self.files))
        return image_files.read_image(
            self.files[position], self.preparation, self.mode, mirrored=bool(lap)
        )

    def label(self, index: int) -> int | None:
        """The label of `read(index)`."""
        return (
            None if self.labels is None else int(self.labels[index % len(self.files)])
        )

    def load(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode all images; what turns out to be damaged is refused, or left out.

        Returns:
            `(images, labels)`: uint8 `(n, height, width, channels)`, channels 1 (grey),
            2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha); int64 `(n,)` or None.

        Raises:
            ValueError: files that can't be decoded, all at once.
            MemoryError: the images would not fit into memory; said before decoding.
        """
        skip = self.on_error == "skip"
        images, found = image_files.decode(
            self.files, self.preparation, skip, dataclasses.replace(self._seen)
        )
        if found.unreadable:
            bad = [found.unreadable[index] for index in sorted(found.unreadable)]
            self._keep(self.files, self.labels, found.unreadable)
            self.report.unreadable += bad
            self.report.num_images = len(self)
            self.report.classes = self._class_counts()
            self.report.say()
        labels = self.labels
        if labels is not None and self.preparation.horizontal_flip:
            labels = np.concatenate([labels, labels])
        return images, labels

    def get_config(self) -> dict[str, Any]:
        """What was asked for, ready for JSON."""
        return {"on_error": self.on_error, **self.preparation.get_config()}


def load_folder(
    path: PathLike,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
    called: PathLike | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Load all images below a folder; see `ImageFolder` and its `load`."""
    return ImageFolder(path, split, on_error, preparation, called).load()


def folder_shape(
    path: PathLike,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
) -> ImageShape:
    """`(height, width, channels)` of a folder's images, from their headers."""
    skip = on_error == "skip"
    files = folders.select_files(path, split, skip).files
    return image_files.image_shape(files, preparation_of(preparation), skip)
