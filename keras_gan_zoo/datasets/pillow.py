"""What Pillow's images are: their channels, how they lie, whether they are whole."""

import os
import re
from typing import Any

import numpy as np

CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
SAME = {"1": "L", "La": "LA", "PA": "RGBA", "RGBX": "RGB", "RGBa": "RGBA"}
SAME |= {mode: mode for mode in CHANNELS}  # Pillow's mode -> ours, nothing is lost
CONVERTED = {"CMYK": "RGB", "YCbCr": "RGB", "HSV": "RGB"}
ORIENTATION = 0x0112
EXIF_IN_PNG = {"exif", "XML:com.adobe.xmp", "Raw profile type exif"}
DEEP = re.compile(r";16[BLN]")  # a raw mode of Pillow with 16 bits a channel
ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9", "GIF": b";"}


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


def mode_of(image: Any) -> str | None:
    """`"L"`, `"LA"`, `"RGB"` or `"RGBA"`, as which an image loses nothing or little.

    None if it has other channels; what has 16 bits a channel counts as with 8.
    """
    if image.mode == "P":
        return "RGBA" if "transparency" in image.info else "RGB"
    if image.mode.startswith("I;16") or (image.mode == "I" and _is_wide(image)):
        return "L"
    if image.mode == "RGBA" and _raw_mode(image).startswith("LA;16"):
        return "LA"
    return {**SAME, **CONVERTED}.get(image.mode)


def _is_wide(image):
    """Whether 16 bits a channel are held in whole numbers of 32."""
    return image.format in ("PNG", "PPM") and is_deep(image)


def is_deep(image: Any) -> bool:
    """Whether an image has 16 bits a channel, which Pillow may cut to 8 by itself."""
    if image.mode.startswith("I;16"):
        return True
    codec, arguments = _coding(image)
    is_deep_ppm = codec.startswith("ppm") and arguments[1:] and arguments[1] > 255
    return is_deep_ppm or bool(DEEP.search(_raw_mode(image)))


def _coding(image):
    """The decoder of an image and its arguments; none once that is done."""
    if not getattr(image, "tile", None):
        return "", ()
    codec, _, _, arguments = image.tile[0]
    return codec, arguments if isinstance(arguments, tuple) else (arguments,)


def _raw_mode(image):
    """Pillow's name of the channels as they are in the file."""
    return str(next(iter(_coding(image)[1]), ""))


def eight_bits(image: Any) -> Any:
    """An image of 16 bits a channel with 8: the high byte, as Pillow does for colour.

    It is what undoes the usual way from 8 bits to 16, `257 * pixels`.
    """
    from PIL import Image

    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image).astype("uint32") >> 8).astype("uint8"))


def upright(image: Any) -> Any:
    """An image as its EXIF orientation says that it is to be seen."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image) if orientation(image) > 1 else image


def upright_size(image: Any) -> tuple[int, int]:
    """`(width, height)` of `upright(image)`, without decoding it."""
    if orientation(image) > 4 and image.format != "TIFF":  # a quarter turn, which
        return image.size[::-1]  # Pillow has counted in for TIFF
    return image.size


def orientation(image: Any) -> int:
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
    if file is None:  # decoded and closed
        return False
    at = file.tell()
    file.seek(8)
    found = False
    while not found and len(head := file.read(8)) == 8:
        found = head[4:] in (b"eXIf", b"iTXt", b"zTXt")
        file.seek(int.from_bytes(head[:4]) + 4, os.SEEK_CUR)
    file.seek(at)
    return found


def lacks_end(image: Any) -> bool:
    """Whether the mark that ends a file of this kind is not there, where it has one.

    Most often such a file was cut off; a few have something else behind the mark.
    """
    if image.format not in ENDS:
        return False
    at = image.fp.tell()
    image.fp.seek(0, os.SEEK_END)
    image.fp.seek(max(image.fp.tell() - 16, 0))
    tail = image.fp.read()
    image.fp.seek(at)
    return ENDS[image.format] not in tail
