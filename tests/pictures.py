"""Image files for tests."""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

RNG = np.random.default_rng(0)


def write(path, mode="RGB", size=(6, 8), value=None, **options):
    """Write a random image, or one of a single value; returns its pixels."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = {"1": 1, "L": 1, "P": 3}.get(mode, len(mode))
    pixels = RNG.integers(0, 256, (size[1], size[0], channels), dtype="uint8")
    pixels = pixels if value is None else np.full_like(pixels, value)
    image = Image.fromarray(pixels.squeeze())
    (image if image.mode == mode else image.convert(mode)).save(path, **options)
    return pixels


def oriented(value):
    """EXIF data with an orientation."""
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def chunk(kind, data):
    """A part of a PNG file."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(color_type, channels, bits, says=(6, 8)):
    """A black PNG, 6 wide and 8 high, also of 16 bits, which Pillow can't write.

    Its header may say another size than it has.
    """
    header = struct.pack(">IIBBBBB", *says, bits, color_type, 0, 0, 0)
    rows = (b"\0" + bytes(6 * channels * bits // 8)) * 8
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")
