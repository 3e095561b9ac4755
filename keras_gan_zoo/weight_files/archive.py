"""Zip archives, as torch and NumPy write them, with bounds on what they declare."""

import zipfile
from typing import IO, cast

from keras_gan_zoo.weight_files.window import Window

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a bound
MAX_READ = 1 << 22  # bytes, also of an archive's table of contents
PIECE = 1 << 20


class Archive:
    """The members of a zip file by their names."""

    def __init__(self, window: Window) -> None:
        self.zip = zipfile.ZipFile(cast(IO, _File(window)))
        infos = self.zip.infolist()
        self.members = {info.filename: Member(self.zip, info) for info in infos}
        if len(self.members) != len(infos):
            raise ValueError("it has two members of one name")
        if any(info.compress_type not in METHODS for info in infos):
            raise ValueError("it is compressed in an unusual way")
        window.check_total(sum(info.file_size for info in infos))

    def __getitem__(self, name: str) -> "Member":
        if name not in self.members:
            raise ValueError(f"it has no member {name[:80]!r}")
        return self.members[name]


class Member:
    """The bytes of one member; reading all of them compares their checksum."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.archive, self.info, self.size = archive, info, info.file_size

    def read(self, start: int, count: int) -> bytearray:
        """Read `count` bytes from `start` on: all of them, or it is a `ValueError`."""
        if not 0 <= start <= start + count <= self.size:
            raise ValueError(f"{self.info.filename!r} ends early")
        data = bytearray(count)
        with self.archive.open(self.info) as file:
            file.seek(start)
            for at in range(0, count, PIECE):
                piece = file.read(min(PIECE, count - at))
                data[at : at + len(piece)] = piece
                if len(piece) < min(PIECE, count - at):
                    raise ValueError(f"{self.info.filename!r} ends early")
        return data


class _File:
    """A window as the file that `zipfile` wants; it refuses large pieces."""

    def __init__(self, window: Window) -> None:
        self.window, self.position = window, 0

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=0):
        start = (0, self.position, self.window.size)[whence]
        if start + offset < 0:
            raise OSError("a place before the file's start")
        self.position = start + offset
        return self.position

    def read(self, count=-1):
        there = max(self.window.size - self.position, 0)
        count = there if count is None or count < 0 else min(count, there)
        if count > MAX_READ:
            raise ValueError(f"it reads {count} bytes at once")
        data = bytes(self.window.read(self.position, count)) if count else b""
        self.position += count
        return data
