"""How an extractor runs a function of NumPy or of any framework."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import numpy as np

from keras_gan_zoo.scoring.extractors.outputs import name_arrays


class OfFunction:
    """A callable for uint8 images, identified by a fingerprint.

    Attributes:
        model: the callable.
        image_shape: `(height, width, channels)`, with None where any size will do.
    """

    device = precision = "unknown"

    def __init__(
        self,
        function: Callable,
        outputs: Any,
        fingerprint: str | None,
        image_shape: Sequence[int | None] | None,
    ) -> None:
        if not fingerprint or not isinstance(fingerprint, str):
            raise ValueError(
                "A callable needs a fingerprint, so that its scores are never mistaken "
                "for another's: Extractor(function, "
                "fingerprint='clip-vit-b-32@v1'). "
                f"Received: fingerprint={fingerprint!r}"
            )
        self.model, self.name = function, fingerprint
        self.image_shape = tuple(image_shape or (None, None, None))
        self.sha256 = hashlib.sha256(fingerprint.encode()).hexdigest()
        self.outputs = None  # nobody knows before it is called
        self._wanted = outputs

    def run(self, images: np.ndarray, names: Any) -> dict[str, np.ndarray]:
        """A dict of float32 arrays, a row for each image; all outputs for None."""
        found = name_arrays(self.model(images), self._wanted)
        found = {name: _to_numpy(found[name]) for name in names or found}
        for name, rows in found.items():
            if rows.ndim == 0 or len(rows) != len(images):
                raise ValueError(
                    "A callable must return a row for each image. Received: "
                    f"{len(images)} images, and {name!r} of shape {rows.shape}"
                )
        return found

    def scope(self) -> AbstractContextManager:
        """Nothing: a callable chooses its device itself."""
        return contextlib.nullcontext()

    def on(self, device: str) -> NoReturn:
        """Not possible: a callable chooses its device itself."""
        raise ValueError(
            "A callable chooses its device itself and can't be copied to one. "
            f"Received: device={device!r} of the extractor {self.name!r}"
        )


def _to_numpy(values):
    if hasattr(values, "detach"):  # a tensor on a GPU, or with a gradient
        values = values.detach().cpu()
    return np.asarray(values, "float32")
