"""The grids of samples of a run as one moving picture."""

from collections.abc import Mapping
from pathlib import Path

from keras_gan_zoo import pages
from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.typing import PathLike

MOST_FRAMES = 40
SIDES = (480, 360, 240, 160)  # pixels, the largest whose file is small enough
MOST_BYTES = 1_000_000
SECONDS, LAST = 0.25, 2.0
CAPTION = 20


def save_animation(path: PathLike, samples: Mapping[int, Path]) -> Path | None:
    """Write the samples over time as an animated WebP, each with its epoch's number.

    Of many grids it shows 40, and it stays under 1 MB.

    Args:
        path: file name that ends in .webp.
        samples: dict, epoch -> path of its grid; see `SampleGrid`.

    Returns:
        `pathlib.Path` of the file, or None if no grid can be read.
    """
    pictures = _read(samples)
    if not pictures:
        return None
    for side in SIDES:
        content = _film([_frame(epoch, p, side) for epoch, p in pictures.items()])
        if len(content) <= MOST_BYTES:
            break
    return write_atomically(path, lambda file: file.write(content))


def still(picture: Path, side: int = SIDES[0]) -> bytes | None:
    """One grid as a small WebP, or None if it can't be read."""
    found = _read({0: picture})
    return pages.webp([pages.scaled(found[0], side)]) if found else None


def spread(samples: Mapping[int, Path], most: int) -> dict[int, Path]:
    """The first, the last, and some between them.

    Example:

    >>> list(spread({epoch: Path() for epoch in range(11)}, most=3))
    [0, 5, 10]
    """
    epochs = list(samples)
    count = min(most, len(epochs))
    places = {round(i * (len(epochs) - 1) / max(count - 1, 1)) for i in range(count)}
    if count == 1:
        places = {len(epochs) - 1}
    return {epochs[i]: samples[epochs[i]] for i in sorted(places)}


def _read(samples):
    """The pictures that can be read, of the size of the last one."""
    shown = spread(samples, MOST_FRAMES)
    read = {epoch: pages.read_picture(path) for epoch, path in shown.items()}
    found = {epoch: picture for epoch, picture in read.items() if picture is not None}
    sizes = [picture.size for picture in found.values()]
    return {epoch: p for epoch, p in found.items() if p.size == sizes[-1]}


def _frame(epoch, picture, side):
    """A grid with a line below it that names the epoch."""
    from PIL import Image, ImageDraw, ImageFont

    picture = pages.scaled(picture, side)
    frame = Image.new("RGB", (picture.width, picture.height + CAPTION), "white")
    frame.paste(picture)
    font = ImageFont.load_default(13)
    place = (picture.width / 2, picture.height + CAPTION / 2)
    text = f"epoch {epoch}" if epoch else "before training"
    ImageDraw.Draw(frame).text(place, text, "black", font, anchor="mm")
    return frame


def _film(frames):
    times = [round(1000 * SECONDS)] * (len(frames) - 1) + [round(1000 * LAST)]
    return pages.webp(frames, **({"duration": times} if len(frames) > 1 else {}))
