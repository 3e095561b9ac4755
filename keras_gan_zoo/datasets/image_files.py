"""Decodes image files of one size into one uint8 array."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.memory import empty_images

CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
SAME = {"1": "L", "La": "LA", "PA": "RGBA", "RGBX": "RGB", "RGBa": "RGBA"}
SAME |= {mode: mode for mode in CHANNELS}  # Pillow's mode -> ours, nothing is lost
CONVERTED = {"CMYK": "RGB", "YCbCr": "RGB", "HSV": "RGB"}
ORIENTATION = 0x0112
EXIF_IN_PNG = {"exif", "XML:com.adobe.xmp", "Raw profile type exif"}
DEEP = re.compile(r";16[BLN]")  # a raw mode of Pillow with 16 bits a channel
SHOWN = 10  # bad files that an error names


def extensions() -> set[str]:
    """The endings of the files that Pillow decodes here, such as `".png"`.

    Those of a plug-in, such as `pillow_heif`, count once it is registered.
    """
    from PIL import EpsImagePlugin, Image

    Image.preinit()  # the common formats come first whenever Pillow opens a file
    endings = Image.registered_extensions()
    kinds = {kind for kind, (plugin, _) in Image.OPEN.items() if not _is_stub(plugin)}
    kinds.add("MPO")  # which the plug-in of JPEG opens
    kinds.discard("MPEG")  # which Pillow can name, and no more
    if not EpsImagePlugin.has_ghostscript():
        kinds.discard("EPS")
    return {ending for ending, kind in endings.items() if kind in kinds}


def _is_stub(plugin):
    """Whether a plug-in of Pillow waits for another program to do its work."""
    from PIL.ImageFile import StubImageFile

    return isinstance(plugin, type) and issubclass(plugin, StubImageFile)


@dataclass
class Survey:
    """What the headers of image files say.

    Args:
        shape: `(height, width, channels)` of all of them.
        mode: Pillow's name of these channels.
        changes: how many files are changed in what way; of these a user should know.
        unreadable: position -> why a file has no header.
    """

    shape: tuple[int, int, int] = (0, 0, 0)
    mode: str = "L"
    changes: Counter = field(default_factory=Counter)
    unreadable: dict[int, str] = field(default_factory=dict)


def survey(files: Sequence[Any]) -> Survey:
    """Read the headers only, so that errors come before hours of decoding.

    Raises:
        ValueError: images of different sizes, with more than 8 bits a channel, or some
            with an alpha channel and some without; all faults at once.
    """
    found = Survey()
    sizes: dict[Any, list] = {}
    modes: dict[str, list] = {}
    refused = []
    for index, file in enumerate(files):
        try:
            size, mode, change = _header(file)
        except ValueError as error:
            found.unreadable[index] = str(error)
            continue
        sizes.setdefault(size, []).append(file)
        if mode in CHANNELS:
            modes.setdefault(mode, []).append(file)
        else:
            refused.append(f"{_name(file)} ({mode})")
        found.changes.update(change)
    faults = _conflicts(sizes, modes, refused)
    if faults or not sizes:
        raise ValueError("\n".join([*faults, *_unreadable(found.unreadable.values())]))
    found.mode = max(modes, key=CHANNELS.__getitem__)
    grey = sum(len(modes.get(mode, ())) for mode in ("L", "LA"))
    if grey and found.mode in ("RGB", "RGBA"):
        found.changes["grey made RGB"] = grey
    ((width, height),) = sizes
    found.shape = (height, width, CHANNELS[found.mode])
    return found


def image_shape(files: Sequence[Any]) -> tuple[int, int, int]:
    """`(height, width, channels)` of the array that `decode` makes."""
    found = survey(files)
    if found.unreadable:
        raise ValueError("\n".join(_unreadable(found.unreadable.values())))
    return found.shape


def decode(files: Sequence[Any]) -> tuple[np.ndarray, Counter]:
    """Decode image files to one uint8 array `(n, height, width, channels)`.

    Args:
        files: list of paths, or of `(name, binary file object)`.

    Returns:
        The array, and how many images were changed in what way.

    Raises:
        ValueError: see `survey`, and files that can't be decoded, all at once.
        MemoryError: the array would not fit.
    """
    found = survey(files)
    bad = found.unreadable
    images = empty_images(len(files), found.shape)
    for index, file in enumerate(files):
        if index not in bad:
            try:
                images[index] = _pixels(file, found.mode).reshape(found.shape)
            except ValueError as error:
                bad[index] = str(error)
    if bad:
        raise ValueError("\n".join(_unreadable(bad[index] for index in sorted(bad))))
    return images, found.changes


def _conflicts(sizes, modes, refused):
    """What stands against one array, as sentences."""
    faults = []
    if refused:
        faults.append(
            "Images must be grey or RGB, with 8 bits per channel. Convert these files "
            "first; 16 bits become 8 by `(pixels // 257).astype('uint8')`. "
            f"Received: {listed(refused)}"
        )
    if len(sizes) > 1:
        rows = sorted(sizes.items(), key=lambda row: -len(row[1]))
        faults.append(
            "All images must have the same size. Resize or crop them first, for "
            "example with `PIL.ImageOps.fit`. Received: "
            + listed(
                f"{len(files):,} of {width} wide and {height} high ({_name(files[0])}"
                f"{' ...' if len(files) > 1 else ''})"
                for (width, height), files in rows
            )
        )
    alpha = [file for mode in modes if mode.endswith("A") for file in modes[mode]]
    opaque = [file for mode in modes if not mode.endswith("A") for file in modes[mode]]
    if alpha and opaque:
        faults.append(
            "All images must have an alpha channel, or none. Convert them to one mode "
            'first, for example with `PIL.Image.open(file).convert("RGB")`. '
            f"Received: {len(alpha):,} with alpha ({_name(alpha[0])}), "
            f"{len(opaque):,} without ({_name(opaque[0])})"
        )
    return faults


def _unreadable(texts):
    texts = list(texts)
    if not texts:
        return []
    return [
        "Every image file must be complete and readable. Repair or delete what is "
        f"not. Received: {listed(texts)}"
    ]


def listed(texts: Iterable[str]) -> str:
    """The first few of `texts`, and how many more there are."""
    texts = list(texts)
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _header(file):
    """The upright size, the mode to convert to, and what is changed by that."""
    with _open(file) as image:
        try:
            size, mode = image.size, image.mode
            if _orientation(image) > 4 and image.format != "TIFF":  # a quarter turn,
                size = size[::-1]  # which Pillow has counted in for TIFF
            target = {**SAME, **CONVERTED}.get(mode, f"Pillow's mode {mode!r}")
            if mode == "P":
                target = "RGBA" if "transparency" in image.info else "RGB"
            if _is_deep(image):
                target = f"Pillow's mode {mode!r} of 16 bits"
            changes = [f"{mode} made RGB"] if mode in CONVERTED else []
            # The second picture of an MPO is another view, or a map for bright screens.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                changes.append("cut to the first frame")
            return size, target, changes
        except Exception as error:  # Pillow raises many kinds
            raise _undecodable(file, error) from error


def _is_deep(image):
    """Whether Pillow would cut 16 bits per channel down to 8 by itself."""
    if not image.tile:
        return False
    codec, _, _, arguments = image.tile[0]
    first, *others = arguments if isinstance(arguments, tuple) else (arguments,)
    is_deep_ppm = codec.startswith("ppm") and others and others[0] > 255
    return is_deep_ppm or bool(DEEP.search(str(first)))


def _pixels(file, mode):
    from PIL import ImageOps

    with _open(file) as image:
        try:
            if _orientation(image) > 1:
                image = ImageOps.exif_transpose(image)
            return np.asarray(image.convert(mode))
        except Exception as error:
            raise _undecodable(file, error) from error


def _orientation(image):
    """The EXIF orientation, 1 to 8; whatever else is written there means nothing."""
    if image.format == "PNG" and not (
        EXIF_IN_PNG & set(image.info) or _has_late_exif(image.fp)
    ):
        return 1  # Pillow would decode the image to look for it
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # damaged EXIF is no reason to refuse the picture
        return 1
    return value if value in range(1, 9) else 1


def _has_late_exif(file):
    """Whether a PNG has EXIF or XMP data behind its pixels, as ExifTool writes it."""
    at = file.tell()
    file.seek(8)
    found = False
    while not found and len(head := file.read(8)) == 8:
        found = head[4:] in (b"eXIf", b"iTXt", b"zTXt")
        file.seek(int.from_bytes(head[:4]) + 4, os.SEEK_CUR)
    file.seek(at)
    return found


def _open(file):
    from PIL import Image

    source = file
    if isinstance(file, tuple):
        source = file[1]
        source.seek(0)
    try:
        return Image.open(source)
    except Exception as error:
        raise _undecodable(file, error) from error


def _undecodable(file, error):
    return ValueError(f"{_name(file)} ({type(error).__name__}: {error})")


def _name(file):
    return file[0] if isinstance(file, tuple) else os.fspath(file)
