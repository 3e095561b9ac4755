"""`FolderReport`: what a folder holds, said once before hours of work go into it."""

import logging
import os
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.folders import counted
from keras_gan_zoo.datasets.image_files import listed
from keras_gan_zoo.datasets.preparation import ImagePreparation
from keras_gan_zoo.datasets.tree import HIDDEN

logger = logging.getLogger(__name__)


@dataclass
class FolderReport:
    """What a folder of images holds, and what becomes of it.

    Args:
        path: what the folder is called.
        num_images: int, those that can be used, mirrored ones too.
        image_shape: `(height, width, channels)` of each, once prepared.
        preparation: what was asked for.
        sizes: dict of `(width, height)` -> number of files.
        classes: dict of a class's name or number -> number of images; None without.
        split, splits: the split that was read, and all that there are.
        changes: dict of what was changed unasked -> number of files.
        prepared: dict of what was changed as asked -> number of files.
        skipped: dict of why a file was left out -> number of files.
        unreadable: list of the files left out since they can't be used, and why.

    Example:

    >>> print(ImageFolder("./faces", image_size=64).report)  # doctest: +SKIP
    ./faces: 1,204 images 64x64x3; from 3 sizes, 512x340 (900), 340x512 (300), 64x64 (4)
    """

    path: str
    num_images: int
    image_shape: tuple[int, ...]
    preparation: ImagePreparation = field(default_factory=ImagePreparation)
    sizes: Counter = field(default_factory=Counter)
    classes: dict[Any, int] | None = None
    split: str | None = None
    splits: list[str] = field(default_factory=list)
    changes: Counter = field(default_factory=Counter)
    prepared: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)

    @property
    def num_bytes(self) -> int:
        """The memory that all images take, once prepared."""
        return self.num_images * int(np.prod(self.image_shape))

    def __str__(self) -> str:
        count = self.num_images
        text = f"{self.path}: {count:,} image{'s' if count > 1 else ''} "
        text += "x".join(map(str, self.image_shape))
        if len(self.splits) > 1 and self.split is not None:
            text += f" in split {self.split} (of {', '.join(self.splits)})"
        if self.classes is not None:
            names = listed(map(str, self.classes))
            text += f" in {len(self.classes)} classes ({names})"
        parts = []
        if self.preparation.image_size is not None and set(self.sizes) != {
            self.image_shape[1::-1]
        }:
            sizes = [f"{w}x{h} ({n:,})" for (w, h), n in self.sizes.most_common()]
            one = len(sizes) == 1
            parts.append(f"from {'size' if one else f'{len(sizes)} sizes,'} ")
            parts[-1] += listed(sizes) + " (width x height)"
        if self.preparation:
            parts.append(f"{self.preparation}")
        changed = [*self.prepared.items(), *self.changes.items()]
        parts += [f"{number:,} {change}" for change, number in changed]
        if self.skipped:
            parts.append(f"skipped {counted(self.skipped, 'file')}")
        if self.unreadable:
            parts.append(
                f"skipped {len(self.unreadable):,} that can't be used: "
                + listed(self.unreadable)
            )
        return "; ".join([text, *parts])

    def say(self) -> None:
        """Say it: in a warning if there is less, or other, than one might think."""
        if self.changes or self.unreadable or set(self.skipped) - {HIDDEN}:
            warnings.warn(str(self), stacklevel=4)
        else:
            logger.info(str(self))

    def to_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON; of the path only the last name."""
        classes = self.classes
        return {
            "name": os.path.basename(os.path.abspath(self.path)),
            "num_images": self.num_images,
            "image_shape": list(self.image_shape),
            "num_bytes": self.num_bytes,
            "preparation": self.preparation.get_config(),
            "sizes": {f"{w}x{h}": n for (w, h), n in self.sizes.most_common()},
            "classes": classes and {str(k): n for k, n in classes.items()},
            "split": self.split,
            "splits": list(self.splits),
            "changes": dict(self.changes),
            "prepared": dict(self.prepared),
            "skipped": dict(self.skipped),
            "unreadable": list(self.unreadable),
        }
