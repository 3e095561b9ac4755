"""Generators whose latents become styles, one for each layer of a synthesis network.

Such a generator, as `stylegan2_generator` builds it, has the layers `"mapping"`, a
model of its inputs, `"average"`, a `LatentAverage` of what that makes, and
`"synthesis"`, a model of one style w for each of its layers, `(n, layers, dim)`.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.arguments import check_real

NAMES = ("mapping", "average", "synthesis")


class Styled(NamedTuple):
    """The parts of such a generator."""

    mapping: Any
    average: Any
    synthesis: Any

    def centre(self) -> np.ndarray:
        """The average style that training has followed, float32 `(dim,)`."""
        return np.asarray(ops.convert_to_numpy(self.average.average), "float32")

    def spread(
        self,
        styles: np.ndarray,
        others: np.ndarray | None = None,
        place: int | None = None,
    ) -> np.ndarray:
        """One style for each layer, `(n, layers, dim)`; from a place on, the others'.

        (Karras et al. 2019, section 3.1).
        """
        layers = self.synthesis.input.shape[1]
        every = np.repeat(styles[:, None], layers, axis=1)
        if others is not None:
            every[:, place:] = others[:, None]
        return every


def truncate(styles: np.ndarray, centre: np.ndarray, truncation: float) -> np.ndarray:
    """Styles on the way from a centre, 0, to where they are, 1.

    `centre + truncation * (w - centre)` (Karras et al. 2019, appendix B).
    arXiv:1812.04948.

    Raises:
        ValueError: it is not finite.

    Example:

    >>> truncate(np.array([[3.0, 1.0]]), np.array([1.0, 1.0]), 0.5).tolist()
    [[2.0, 1.0]]
    """
    check_real("truncation", truncation, kind="a finite number")
    return centre + np.asarray(truncation, styles.dtype) * (styles - centre)


def find_styled(generator: keras.Model) -> Styled | None:
    """The parts of a generator with styles; None for any other.

    Example:

    >>> from keras_gan_zoo.networks import dense_generator
    >>> find_styled(dense_generator((8, 8, 1))) is None
    True
    """
    by_name = {layer.name: layer for layer in generator.layers}
    if not set(NAMES) <= set(by_name):
        return None
    return Styled(*(by_name[name] for name in NAMES))
