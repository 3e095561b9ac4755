"""Decodes image files: one into an array of its own, or all into one array."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from keras_gan_zoo.datasets import pillow
from keras_gan_zoo.datasets.memory import empty_images
from keras_gan_zoo.datasets.pillow import CHANNELS, CONVERTED
from keras_gan_zoo.datasets.preparation import (
    SHOWN_MODES,
    ImagePreparation,
    richest,
)
from keras_gan_zoo.datasets.progress import watched

AS_THEY_ARE = ImagePreparation()
SHOWN = 10  # bad files that an error names


def read_image(
    file: Any,
    preparation: ImagePreparation = AS_THEY_ARE,
    mode: str | None = None,
    mirrored: bool = False,
) -> np.ndarray:
    """Decode and prepare one image.

    Args:
        file: path, `(name, binary file object)`, or what has a method `open` that
            returns a path or a file object.
        preparation, mode, mirrored: see `ImagePreparation.__call__`; `mode` is that of
            the `survey` of all files.

    Returns:
        uint8 `(height, width, channels)`.

    Raises:
        ValueError: the file can't be decoded; it names the file.
    """
    with _open(file) as image:
        try:
            return preparation(image, mode, mirrored)
        except Exception as error:  # Pillow raises many kinds
            raise _undecodable(file, error) from error


@dataclass
class Survey:
    """What the headers of image files say.

    Args:
        shape: `(height, width, channels)` of all of them, once prepared.
        mode: Pillow's name of these channels.
        sizes: how many files have which `(width, height)`.
        changes: how many files are changed in what way; of these a user should know.
        prepared: likewise, of what the user asked for.
        unreadable: position -> why a file can't be decoded.
    """

    shape: tuple[int, int, int] = (0, 0, 0)
    mode: str = "L"
    sizes: Counter = field(default_factory=Counter)
    changes: Counter = field(default_factory=Counter)
    prepared: Counter = field(default_factory=Counter)
    unreadable: dict[int, str] = field(default_factory=dict)


def survey(
    files: Sequence[Any],
    preparation: ImagePreparation = AS_THEY_ARE,
    skip: bool = False,
    verbose: bool | int | str = 0,
) -> Survey:
    """Read the headers only, so that errors come before hours of decoding.

    Files whose end is missing are decoded, to see whether they are whole.

    Args:
        files: list of paths, of `(name, binary file object)`, or of what has a method
            `open` that returns either.
        preparation: what is asked for.
        skip: bool: files that can't be used count as unreadable, which is no error.
        verbose: 1 for a bar if there are many.

    Raises:
        ValueError: without `preparation`, images of different sizes, with more than 8
            bits a channel, or some with an alpha channel and some without; no image
            that can be used. All faults at once.
    """
    found = Survey()
    sizes: dict[Any, list] = {}
    modes: dict[str, list] = {}
    refused = []
    for index, file in enumerate(watched(files, verbose)):
        try:
            header = _header(file, preparation)
        except ValueError as error:
            found.unreadable[index] = str(error)
            continue
        if header.refused:
            refused.append(f"{_name(file)} ({header.refused})")
            if skip:
                found.unreadable[index] = refused[-1]
                continue
        else:
            modes.setdefault(header.mode, []).append(file)
        sizes.setdefault(header.size, []).append(file)
        found.changes.update(header.changes)
        found.prepared.update(header.prepared)
    faults = _conflicts(sizes, modes, [] if skip else refused, preparation)
    if faults or not sizes:
        raise ValueError("\n".join([*faults, *_unreadable(found.unreadable.values())]))
    found.mode = richest(modes)
    made_rgb = sum(len(modes.get(mode, ())) for mode in ("L", "LA"))
    if made_rgb and found.mode in ("RGB", "RGBA"):
        found.changes["grey made RGB"] = made_rgb
    found.sizes = Counter({size: len(some) for size, some in sizes.items()})
    height, width = preparation.image_size or next(iter(sizes))[::-1]
    found.shape = (height, width, CHANNELS[found.mode])
    return found


def image_shape(
    files: Sequence[Any],
    preparation: ImagePreparation = AS_THEY_ARE,
    skip: bool = False,
) -> tuple[int, int, int]:
    """`(height, width, channels)` of the array that `decode` makes."""
    found = survey(files, preparation, skip)
    if not skip:
        check_readable(found.unreadable)
    return found.shape


def decode(
    files: Sequence[Any],
    preparation: ImagePreparation = AS_THEY_ARE,
    skip: bool = False,
    found: Survey | None = None,
) -> tuple[np.ndarray, Survey]:
    """Decode image files to one uint8 array `(n, height, width, channels)`.

    Args:
        files, preparation, skip: see `survey`. An image that is mirrored too follows
            behind all others, in their order.
        found: the `survey` of the files, if it was made before.

    Returns:
        The array, without those that are unreadable, and what was found.

    Raises:
        ValueError: see `survey`, and files that can't be decoded, all at once.
        MemoryError: the array would not fit.
    """
    found = found or survey(files, preparation, skip)
    bad = found.unreadable
    count = len(files) - len(bad) if skip else len(files)
    images = empty_images(count << preparation.horizontal_flip, found.shape)
    at = 0
    for index, file in enumerate(files):
        if index not in bad:
            try:
                images[at] = read_image(file, preparation, found.mode)
                at += 1
            except ValueError as error:
                bad[index] = str(error)
    if not skip:
        check_readable(bad)
    if at == 0:
        raise ValueError("\n".join(_unreadable(bad[index] for index in sorted(bad))))
    if preparation.horizontal_flip:
        images[at : 2 * at] = images[:at, :, ::-1]
        at *= 2
    return images[:at], found


def check_readable(unreadable: dict[int, str]) -> None:
    """Raise an error that names the files of a survey that can't be decoded."""
    if unreadable:
        texts = [unreadable[index] for index in sorted(unreadable)]
        raise ValueError("\n".join(_unreadable(texts)))


def _conflicts(sizes, modes, refused, preparation):
    """What stands against one array, as sentences."""
    faults = []
    if refused:
        faults.append(
            "Images must be grey or RGB, with 8 bits per channel, and have an alpha "
            "channel only where one is asked for. Pass `scale_16_bit=True` to scale 16 "
            'bits to 8, `background="white"` to flatten alpha, or convert these files '
            f"first. Received: {listed(refused)}"
        )
    if len(sizes) > 1 and preparation.image_size is None:
        rows = sorted(sizes.items(), key=lambda row: -len(row[1]))
        faults.append(
            "All images must have the same size. Pass an `image_size`, and "
            "`crop_to_aspect_ratio=True` or `pad_to_aspect_ratio=True` if they are not "
            "to be stretched. Received: "
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
            "All images must have an alpha channel, or none. Flatten it onto a colour "
            'by `background="white"`, or give all of them one by `color_mode="rgba"`. '
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
        f'not, or leave it out by `on_error="skip"`. Received: {listed(texts)}'
    ]


def listed(texts: Iterable[str]) -> str:
    """The first few of `texts`, and how many more there are."""
    texts = list(texts)
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


class Header(NamedTuple):
    """What the header of one file says.

    Args:
        size: `(width, height)`, upright.
        mode: the channels that are taken of it.
        refused: why it is only taken on request, or None.
        changes, prepared: what is changed, unasked and asked for.
    """

    size: tuple[int, int]
    mode: str
    refused: str | None
    changes: list[str]
    prepared: list[str]


def _header(file, preparation):
    with _open(file) as image:
        try:
            if pillow.lacks_end(image):
                _decode_again(file)
            size, own = pillow.upright_size(image), preparation.own_mode(image)
            mode = own and preparation.mode_for(own)
            is_deep, shown = pillow.is_deep(image), f"Pillow's mode {image.mode!r}"
            refused = None
            if is_deep and not preparation.scale_16_bit:
                refused = f"{shown} of 16 bits"
            elif mode is None:
                refused = shown + (" with alpha" if own else "")
            changes, prepared = [], []
            if image.mode in CONVERTED:
                changes.append(f"{image.mode} made RGB")
            if own in ("L", "RGB") and "transparency" in image.info:
                changes.append("with a transparent colour that is not looked at")
            # The second picture of an MPO is another view, or a map for bright screens.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                changes.append("cut to the first frame")
            if is_deep:
                prepared.append("scaled from 16 bits")
            if mode and mode != own:
                prepared.append(f"{SHOWN_MODES[own]} made {SHOWN_MODES[mode]}")
            how = preparation.how_sized(size)
            if how == "stretched":
                changes.append("stretched from another aspect ratio")
            elif how:
                prepared.append(how)
            return Header(size, mode or "L", refused, changes, prepared)
        except Exception as error:  # Pillow raises many kinds
            raise _undecodable(file, error) from error


def _decode_again(file):
    """Raises what decoding the whole file does."""
    with _open(file) as image:
        image.load()


def _open(file):
    from PIL import Image

    try:
        return Image.open(_source(file))
    except Exception as error:
        raise _undecodable(file, error) from error


def _undecodable(file, error):
    return ValueError(f"{_name(file)} ({type(error).__name__}: {error})")


def _source(file):
    """What Pillow opens."""
    if hasattr(file, "open") and not isinstance(file, os.PathLike):
        return file.open()
    if isinstance(file, tuple):
        file[1].seek(0)
        return file[1]
    return file


def _name(file):
    if hasattr(file, "open") and not isinstance(file, os.PathLike):
        return str(file)
    return file[0] if isinstance(file, tuple) else os.fspath(file)
