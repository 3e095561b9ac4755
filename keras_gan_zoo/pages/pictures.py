"""Pictures within a page: read with care, small, and written anew as WebP."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: pixels that are decoded of a file at most, 400 MB of memory
MOST_PIXELS = 100_000_000


def read_picture(path: Path, most_pixels: int = MOST_PIXELS) -> Any:
    """A file's first picture as Pillow's RGB, on white; None if it can't be read.

    Args:
        path: of the file, which may be a stranger's.
        most_pixels: int: a picture of more is not decoded.
    """
    from PIL import Image

    try:
        with Image.open(path) as file:
            if file.width * file.height > most_pixels:
                return None
            clear = "A" in file.mode or "transparency" in file.info
            picture = file.convert("RGBA" if clear else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture).convert("RGB")
    return picture


def scaled(picture: Any, side: int, enlarge: bool = True) -> Any:
    """A picture whose longer side is at most `side`.

    A smaller one is enlarged only by whole factors, so that its pixels stay whole.
    """
    from PIL import Image

    longest = max(picture.size)
    if longest <= side:
        factor = max(1, side // longest) if enlarge else 1
        size = [factor * n for n in picture.size]
        return picture.resize(size, Image.Resampling.NEAREST)
    size = [max(1, round(n * side / longest)) for n in picture.size]
    return picture.resize(size, Image.Resampling.LANCZOS)


def webp(frames: Sequence[Any], quality: int = 75, **settings: Any) -> bytes:
    """Pictures as one WebP; `settings` are Pillow's, for a moving one."""
    file = io.BytesIO()
    first, *rest = frames
    moving = {"save_all": True, "append_images": rest, "loop": 0} if rest else {}
    first.save(file, "WEBP", quality=quality, method=2, **moving, **settings)
    return file.getvalue()


def data_address(content: bytes) -> str:
    """A WebP as an address that asks for nothing."""
    return f"data:image/webp;base64,{base64.b64encode(content).decode()}"
