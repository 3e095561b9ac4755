"""`sample`: a sheet of images, a folder of single ones, or a walk among them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from keras_gan_zoo_cli import output, places
from keras_gan_zoo_cli.app import command, default
from keras_gan_zoo_cli.commands import Preset, Seed
from keras_gan_zoo_cli.places import check_place

MOST_ROWS = 20  # of a sheet or a walk that names no classes
SHEETS = (".png", ".jpg", ".jpeg", ".webp")
WALK = ".gif"  # of `--out`, where .webp is a sheet
MOVING = (WALK, ".webp")  # of `--walk`


@command
def sample(
    preset: Preset,
    out: Annotated[
        Path,
        typer.Option(
            help="What to write: one sheet (.png, .jpg, .webp), a walk through the "
            "latents (.gif), or a folder for single images.",
            parser=places.path,
        ),
    ] = Path("samples.png"),
    walk: Annotated[
        Path | None,
        typer.Option(
            help="Write a walk through the latents to this file (.gif, .webp), in "
            "place of --out.",
            parser=places.path,
        ),
    ] = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--num",
            "--number",
            min=1,
            help="How many images. " + default("64, or 8 of each class"),
        ),
    ] = None,
    columns: Annotated[
        int | None, typer.Option(min=1, help="Images per row of a sheet or a walk.")
    ] = None,
    seed: Seed = 0,
    labels: Annotated[
        str | None,
        typer.Option(
            help="Classes by name or number, such as cat or 0,1,2: a row each, or as "
            "many images of each in a folder. "
            + default("every class; in a sheet or a walk the first 20")
        ),
    ] = None,
    truncation: Annotated[
        float | None,
        typer.Option(help="Truncate latents: less variety, cleaner images."),
    ] = None,
) -> None:
    """Draw images from a preset into one file or into a folder.

    [b]Example[/b]: keras-gan-zoo sample dcgan_mnist --out digits.png -n 100

    [b]Example[/b]: keras-gan-zoo sample dcgan_mnist --walk walk.gif

    [b]Example[/b]: keras-gan-zoo sample ./my_gan --labels cat --out cats/ --num 1000
    """
    kind = _kind(out) if walk is None else _moving(walk)
    out = walk or out
    check_place(out, "--walk" if walk else "--out", folder=kind == "folder")
    if kind == "folder" and columns is not None:
        raise typer.BadParameter("a folder has no rows.", param_hint="--columns")
    from keras_gan_zoo import GAN, images, pictures, walks

    gan = GAN.from_preset(preset)
    per_class = 4 if kind == "walk" else 8
    classes = label_numbers(gan, labels)
    if labels is None and kind != "folder":
        classes = classes[:MOST_ROWS]
    chosen = None
    if len(classes) > 1:
        columns = columns or per_class
        n = n or len(classes) * columns
        row = 1 if kind == "folder" else columns
        chosen = [classes[i // row % len(classes)] for i in range(n)]
    n = n or per_class**2
    if len(classes) == 1:
        chosen = classes * n
    if kind == "walk":
        frames = walks.walk_frames(gan, n, seed, truncation, chosen)
        pictures.save_moving(out, [images.grid(frame, columns) for frame in frames])
    else:
        made = gan.generate(n, labels=chosen, seed=seed, truncation=truncation)
        if kind == "folder":
            pictures.save_images(out, made)
        else:
            pictures.save_image(out, images.grid(made, columns))
    output.line(f"{n} samples of {preset} (seed {seed}): {out}")
    shown = len(set(chosen or ()))
    if labels is None and kind != "folder" and shown < (gan.num_classes or 0):
        output.line(
            f"These are the first {shown} of {gan.num_classes} classes: name others by "
            "--labels, or write a folder, which gets all."
        )


def _kind(out):
    """`"sheet"`, `"walk"` or `"folder"`."""
    ending = out.suffix.lower()
    if out.is_dir() or not ending:
        return "folder"
    if ending not in (*SHEETS, WALK):
        raise typer.BadParameter(
            f"{out} must end in {', '.join(SHEETS)} for a sheet, in {WALK} for a walk, "
            "or be a folder.",
            param_hint="--out",
        )
    return "walk" if ending == WALK else "sheet"


def _moving(walk):
    if walk.suffix.lower() not in MOVING:
        raise typer.BadParameter(
            f"{walk} must end in {' or '.join(MOVING)}.", param_hint="--walk"
        )
    return "walk"


def label_numbers(gan: Any, text: str | None = None) -> list[int]:
    """The labels that `text` names, such as `"cat,dog"` or `"0,1"`.

    Returns:
        list of int: all classes without `text`; empty if the GAN is unconditional.

    Raises:
        ValueError: no such class.
    """
    if gan.num_classes is None:
        if text is not None:
            raise ValueError(
                "This GAN is unconditional: leave `--labels` out. "
                f"Received: labels={text!r}"
            )
        return []
    if text is None:
        return list(range(gan.num_classes))
    known = {str(label): label for label in range(gan.num_classes)}
    known |= {name: label for label, name in enumerate(gan.label_names or ())}
    words = [text] if text in known else [word.strip() for word in text.split(",")]
    unknown = [word for word in words if word not in known]
    if unknown:
        names = ", ".join(gan.label_names or ()) or "no names"
        raise ValueError(
            f"`--labels` must be numbers below {gan.num_classes} or names of this "
            f"GAN's classes ({names}), separated by commas. "
            f"Received: labels={', '.join(unknown)!r}"
        )
    return [known[word] for word in words]
