"""The options of how images are prepared."""

import enum
import os
import re
from typing import Annotated, Any

import typer

PANEL = "The images: each is done on request only"


class Interpolation(enum.StrEnum):
    nearest = "nearest"
    box = "box"
    bilinear = "bilinear"
    hamming = "hamming"
    bicubic = "bicubic"
    lanczos = "lanczos"


class ColorMode(enum.StrEnum):
    grayscale = "grayscale"
    rgb = "rgb"
    rgba = "rgba"


class OnError(enum.StrEnum):
    raise_ = "raise"
    skip = "skip"


ImageSize = Annotated[
    str | None,
    typer.Option(
        metavar="N|HEIGHTxWIDTH",
        help="Resize all images, such as 64 or 48x64. By default they must have one "
        "size, and keep it.",
        rich_help_panel=PANEL,
    ),
]
Crop = Annotated[
    bool | None,
    typer.Option(
        "--crop/--no-crop",
        help="Take the centre of images of another aspect ratio.",
        rich_help_panel=PANEL,
    ),
]
Pad = Annotated[
    bool | None,
    typer.Option(
        "--pad/--no-pad",
        help="Show all of such images; with neither they are stretched.",
        rich_help_panel=PANEL,
    ),
]
Filter = Annotated[
    Interpolation | None,
    typer.Option(
        help="Pillow's filter that resizes.", rich_help_panel=PANEL, show_default=False
    ),
]
Color = Annotated[
    ColorMode | None, typer.Option(help="Their channels.", rich_help_panel=PANEL)
]
Background = Annotated[
    str | None,
    typer.Option(
        metavar="COLOUR",
        help="Flatten transparent pixels onto it, such as white or #808080; also what "
        "is beside padded images.",
        rich_help_panel=PANEL,
    ),
]
Scale = Annotated[
    bool | None,
    typer.Option(
        "--scale-16-bit/--no-scale-16-bit",
        help="Scale 16 bits a channel to 8.",
        rich_help_panel=PANEL,
    ),
]
Flip = Annotated[
    bool | None,
    typer.Option(
        "--flip/--no-flip", help="Use each mirrored too.", rich_help_panel=PANEL
    ),
]
Errors = Annotated[
    OnError | None,
    typer.Option(
        help="Whether files that can't be used end it, or are skipped and counted.",
        rich_help_panel=PANEL,
    ),
]


def size_of(text: str | None, option: str = "--image-size") -> list[int] | None:
    """`"64"` or `"48x64"` as height and width."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+)\s*(?:x\s*(\d+)\s*)?", text)
    if match is None:
        raise typer.BadParameter(
            f"{text!r} must be pixels, such as 64, or 48x64 for height and width.",
            param_hint=option,
        )
    return [int(match[1]), int(match[2] or match[1])]


def preparation(
    image_size: str | None,
    crop: bool | None,
    pad: bool | None,
    interpolation: Interpolation | None,
    color_mode: ColorMode | None,
    background: str | None,
    scale_16_bit: bool | None,
    flip: bool | None,
) -> dict[str, Any]:
    """What the package calls them; None leaves one alone. One of crop and pad ends
    the other."""
    return {
        "image_size": size_of(image_size),
        "crop_to_aspect_ratio": False if crop is None and pad else crop,
        "pad_to_aspect_ratio": False if pad is None and crop else pad,
        "interpolation": interpolation and interpolation.value,
        "color_mode": color_mode and color_mode.value,
        "background": background,
        "scale_16_bit": scale_16_bit,
        "horizontal_flip": flip,
    }


def prepared(
    name: str | None, asked: dict[str, Any], split: str | None = "train"
) -> Any:
    """Images with what is asked for; a preset and statistics as they are.

    Args:
        name: of a data set, a folder or a file of images, or of a preset.
        asked: what `preparation` returns, and `on_error`; None leaves one alone.
        split: of images that are named without one; None for all.
    """
    from keras_gan_zoo import datasets, recipes

    asked = {key: value for key, value in asked.items() if value is not None}
    if name is None or not asked:
        return name
    path, _ = datasets.split_name(name)
    is_preset = os.path.exists(os.path.join(path, "config.json"))
    is_there = os.path.exists(path) and not is_preset
    if not (is_there or path in datasets.CATALOGUE):
        return name
    on_error = asked.pop("on_error", "raise")
    recipe = {"preparation": asked, "on_error": on_error}
    return recipes.prepared(recipe, name, split)
