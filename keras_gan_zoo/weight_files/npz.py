"""NumPy's `.npz`: a zip archive of one `.npy` an array."""

import io

import numpy as np

from keras_gan_zoo.weight_files.archive import Archive, Member
from keras_gan_zoo.weight_files.tensor import (
    Tensor,
    check_dtype,
    check_shape,
    strided,
)

HEADER = 1 << 10
READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_npz(archive: Archive) -> dict[str, Tensor]:
    """The arrays by their names; pickled ones are refused."""
    return {
        name.removesuffix(".npy"): _array(archive[name], name)
        for name in archive.members
    }


def _array(member, name):
    start = io.BytesIO(member.read(0, min(HEADER, member.size)))
    version = np.lib.format.read_magic(start)
    if version not in READERS:
        raise ValueError(f"{name!r} has an unknown version")
    shape, columns_first, dtype = READERS[version](start)
    dtype, count = check_dtype(dtype), check_shape(shape)
    if member.size - start.tell() != count * dtype.itemsize:
        raise ValueError(f"{name!r} is cut, or declares another size")
    steps = shape if columns_first else shape[::-1]
    strides = tuple(int(np.prod(steps[:i], dtype=object)) for i in range(len(steps)))
    strides = strides if columns_first else strides[::-1]
    return strided(_AfterHeader(member, start.tell()), dtype, 0, shape, strides)


class _AfterHeader:
    def __init__(self, member: Member, start: int):
        self.member, self.start, self.size = member, start, member.size - start

    def read(self, start, count):
        return self.member.read(self.start + start, count)
