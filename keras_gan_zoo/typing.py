"""Types that annotations share."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

ArrayLike = np.ndarray | Sequence
PathLike = str | os.PathLike

#: of whatever backend
Tensor = Any

#: `(height, width, channels)`
ImageShape = Sequence[int]

#: `(black, white)`
ValueRange = Sequence[float]

#: `draw(shape, distribution)`: random numbers of a training step
Draw = Callable[[tuple, str], Tensor]
