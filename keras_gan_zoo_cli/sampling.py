"""`sample`: a sheet of images, or a folder of single ones."""

from pathlib import Path
from typing import Annotated, Any

import typer

from keras_gan_zoo_cli.app import command, default
from keras_gan_zoo_cli.commands import Preset, Seed

SHEETS = (".png", ".jpg", ".jpeg", ".webp")


@command
def sample(
    preset: Preset,
    out: Annotated[
        Path,
        typer.Option(
            help="What to write: one sheet (.png, .jpg, .webp), or a folder for single "
            "images."
        ),
    ] = Path("samples.png"),
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--num",
            "--number",
            min=1,
            help="How many images. " + default("64, or a row of 8 per class"),
        ),
    ] = None,
    columns: Annotated[
        int | None, typer.Option(min=1, help="Images per row of a sheet.")
    ] = None,
    seed: Seed = 0,
    labels: Annotated[
        str | None,
        typer.Option(
            help="Classes by name or number, such as cat or 0,1,2; one row each. "
            + default("every class")
        ),
    ] = None,
    truncation: Annotated[
        float | None,
        typer.Option(help="Truncate latents: less variety, cleaner images."),
    ] = None,
) -> None:
    """Draw images from a preset into one file or into a folder.

    [b]Example[/b]: keras-gan-zoo sample dcgan_mnist --out digits.png -n 100

    [b]Example[/b]: keras-gan-zoo sample ./my_gan --labels cat --out cats/ --num 1000
    """
    kind = _kind(out)
    if kind == "folder" and columns is not None:
        raise typer.BadParameter("a folder has no rows.", param_hint="--columns")
    from keras_gan_zoo import GAN, images, pictures

    gan = GAN.from_preset(preset)
    classes = label_numbers(gan, labels)
    chosen = None
    if len(classes) > 1:
        columns = columns or 8
        n = n or len(classes) * columns
        chosen = [classes[i // columns % len(classes)] for i in range(n)]
    n = n or 64
    if len(classes) == 1:
        chosen = classes * n
    made = gan.generate(n, labels=chosen, seed=seed, truncation=truncation)
    if kind == "folder":
        pictures.save_images(out, made)
    else:
        pictures.save_image(out, images.grid(made, columns))
    typer.echo(f"{n} samples of {preset} (seed {seed}): {out}")


def _kind(out):
    """`"sheet"` or `"folder"`."""
    ending = out.suffix.lower()
    if out.is_dir() or not ending:
        return "folder"
    if ending not in SHEETS:
        raise typer.BadParameter(
            f"{out} must end in {', '.join(SHEETS)}, or be a folder.",
            param_hint="--out",
        )
    return "sheet"


def label_numbers(gan: Any, text: str | None = None) -> list[int]:
    """The labels that `text` names, such as `"cat,dog"` or `"0,1"`.

    Returns:
        list of int: the first 20 classes without `text`; empty if the GAN is
        unconditional.

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
        return list(range(min(gan.num_classes, 20)))
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
