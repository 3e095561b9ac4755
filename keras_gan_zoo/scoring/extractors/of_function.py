"""What an extractor does with a function of NumPy or of any framework."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import numpy as np

from keras_gan_zoo.scoring.extractors.outputs import name_arrays


class OfFunction:
    """A callable of uint8 images, named by a fingerprint.

    Attributes:
        model: the callable.
        image_shape: `(height, width, channels)`, None where any size will do.
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
                "A callable must name itself, so that its scores are never taken "
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
        """dict of float32 arrays, a row for each image; of all names where None."""
        found = name_arrays(self.model(images), self._wanted)
        found = {name: _to_numpy(found[name]) for name in names or found}
        for name, rows in found.items():
            if rows.ndim == 0 or len(rows) != len(images):
                raise ValueError(
                    "A callable returns a row for each image. Received: "
                    f"{len(images)} images, and {name!r} of shape {rows.shape}"
                )
        return found

    def scope(self) -> AbstractContextManager:
        """Where it computes is its own affair."""
        return contextlib.nullcontext()

    def on(self, device: str) -> NoReturn:
        """Refused: where it computes is its own affair."""
        raise ValueError(
            "A callable chooses its device itself and can't be copied to one. "
            f"Received: device={device!r} of the extractor {self.name!r}"
        )


def _to_numpy(values):
    if hasattr(values, "detach"):  # a tensor that lies on a GPU, or has a gradient
        values = values.detach().cpu()
    return np.asarray(values, "float32")
