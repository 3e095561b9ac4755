"""`Reference`: what is kept of real images, and where it came from."""

import dataclasses
from collections.abc import Collection
from typing import Any, Self

import numpy as np

from keras_gan_zoo.scoring.moments import Moments


@dataclasses.dataclass
class Reference:
    """Real images as metrics read them.

    Attributes:
        moments: `Moments` of the features.
        spatial, features, labels, images: `Moments` of spatial features; all rows of
            features; all int labels; all uint8 images. Each only if a metric needs it,
            or else None.
        label_counts: the number of images with each label, starting from 0, or None.
        label_names: the names of the classes, in the order of their labels, or None.
        others: facts, for reports.
    """

    name: str
    moments: Moments
    dataset: str | None = None
    split: str | None = None
    fingerprint: str | None = None
    num_real: int | None = None
    extractor: str | None = None
    extractor_sha256: str | None = None
    image_shape: str | None = None  # "28x28x1"
    origin: str = "computed"
    spatial: Moments | None = None
    features: np.ndarray | None = None
    labels: np.ndarray | None = None
    label_counts: np.ndarray | None = None
    label_names: tuple[str, ...] | None = None
    images: np.ndarray | None = None
    preparation: dict[str, Any] | None = None  # what a folder's images were made

    def moments_of(self, output: str) -> Moments | None:
        """The `Moments` of `"features"` or of `"spatial"` features."""
        return self.spatial if output == "spatial" else self.moments

    @property
    def facts(self) -> dict[str, Any]:
        """Facts for the conditions of a report."""
        return {
            "reference": self.name,
            "dataset": self.dataset,
            "split": self.split,
            "data_fingerprint": self.fingerprint,
            "num_real": self.num_real,
            "reference_image_shape": self.image_shape,
            "reference_moments": self.origin,
            **({"reference_preparation": self.preparation} if self.preparation else {}),
        }

    def missing(self, needs: Collection[str]) -> set[str]:
        """Those of `needs` that it does not have."""
        return {name for name in needs if getattr(self, name) is None}

    def check_holds(self, needs: Collection[str]) -> Self:
        """Return itself, or raise a `ValueError` if something is missing."""
        missing = self.missing(needs)
        if missing and missing <= {"labels", "label_counts"}:
            raise ValueError(
                "Scores by class need the labels of the real images, int from 0 on. "
                "Pass a data set that has them, a folder with one sub-folder per "
                "class, or the pair `(images, labels)`. "
                f"Received: reference={self.name!r}, without labels"
            )
        if missing:
            raise ValueError(
                "These metrics compare with every real image, and a statistics file "
                "has only mean and covariance. Pass the images: a data set's name, a "
                f"folder or an array. Received: reference={self.name!r}, without "
                f"{', '.join(sorted(missing))}"
            )
        return self

    def check_extractor(self, extractor: Any) -> None:
        """Raise an error for any extractor but the one that it was made with."""
        made_with = self.extractor_sha256
        if made_with is not None and made_with != extractor.sha256:
            raise ValueError(
                "Statistics are comparable only under the extractor that made them. "
                f"Received: reference={self.name!r} of the extractor with sha256 "
                f"{made_with[:12]}..., scored with {extractor.name!r}, sha256 "
                f"{extractor.sha256[:12]}..."
            )
