"""`list`, `show`, `train`, `sample`: each parses, calls the package and prints."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_gan_zoo import families
from keras_gan_zoo.cli import output
from keras_gan_zoo.cli.app import command

Preset = Annotated[
    str, typer.Argument(help="A zoo entry, hf://user/repo[@revision], or a folder.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same images.")]
FAMILIES = sorted(family.file_name for family in families.FAMILIES.values())


@command
def list_(
    as_json: Json = False,
    families: Annotated[
        bool, typer.Option("--families", help="List what can be trained instead.")
    ] = False,
) -> None:
    """List the pretrained GANs of the zoo, or the families of GANs to train.

    [b]Example[/b]: keras-gan-zoo list

    [b]Example[/b]: keras-gan-zoo list --families
    """
    from keras_gan_zoo import zoo

    rows = zoo.list_families() if families else zoo.list_entries()
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        (output.families if families else output.zoo)(rows)


@command
def show(preset: Preset, as_json: Json = False) -> None:
    """Describe a preset: networks, training, files and scores.

    [b]Example[/b]: keras-gan-zoo show dcgan_mnist
    """
    from keras_gan_zoo import zoo

    facts = zoo.describe(preset)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
    else:
        output.facts(facts)


@command
def train(
    recipe: Annotated[
        str | None,
        typer.Argument(help="A recipe (JSON), or a preset with one; or use options:"),
    ] = None,
    family: Annotated[
        str | None, typer.Option(help=f"{', '.join(FAMILIES)}. See list --families.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="A folder of images, or a data set such as digits, mnist."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, show_default="20")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, show_default="64")] = None,
    seed: Annotated[int | None, typer.Option(show_default="0")] = None,
    ema_half_life: Annotated[
        float | None,
        typer.Option(
            help="Half-life of the averaged generator, in images.", show_default="20000"
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="The run's folder.")] = Path("run"),
) -> None:
    """Train a GAN on your own images or on a named data set.

    The folder --out gets a grid of samples after each epoch, a log, and at the end the
    trained GAN, in the sub-folder [b]preset[/b]. Run the same command again to resume
    an interrupted run. Options replace what a recipe says.

    [b]Example[/b]: keras-gan-zoo train --family dcgan --data ./faces --out faces_run

    [b]Example[/b]: keras-gan-zoo train dcgan_mnist --out again
    """
    from keras_gan_zoo import recipes, zoo

    if recipe is None and (family is None or data is None):
        raise typer.BadParameter(
            "give a recipe, or both --family and --data.", param_hint="train"
        )
    if recipe and family:
        raise typer.BadParameter(
            "a recipe has its own family; leave it out.", param_hint="--family"
        )
    chosen = recipes.with_options(
        recipes.find(recipe) if recipe else None,
        family=family,
        data=data,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        ema_half_life=ema_half_life,
    )
    shape = "x".join(map(str, chosen["arguments"]["image_shape"]))
    typer.echo(
        f"{chosen['family']} on {chosen['data']} ({shape}), {chosen['epochs']} epochs, "
        f"batch size {chosen['batch_size']}; samples in {out}/samples"
    )
    gan = recipes.train(chosen, out, verbose=1 if output.is_live() else 2)
    folder = zoo.save_run(gan, out, chosen)
    typer.echo(f"Trained. Next: keras-gan-zoo sample {folder} --out samples.png")


@command
def sample(
    preset: Preset,
    out: Annotated[Path, typer.Option(help="The PNG to write.")] = Path("samples.png"),
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--number",
            min=1,
            help="How many images.",
            show_default="64, or a row per class",
        ),
    ] = None,
    columns: Annotated[int | None, typer.Option(min=1, help="Images per row.")] = None,
    seed: Seed = 0,
    labels: Annotated[
        str | None,
        typer.Option(
            help="Classes by name or number, such as cat or 0,1,2; one row each.",
            show_default="every class",
        ),
    ] = None,
    truncation: Annotated[
        float | None,
        typer.Option(help="Truncate latents: less variety, cleaner images."),
    ] = None,
) -> None:
    """Draw images from a preset into one PNG.

    [b]Example[/b]: keras-gan-zoo sample dcgan_mnist --out digits.png -n 100

    [b]Example[/b]: keras-gan-zoo sample ./my_gan --labels cat
    """
    from keras_gan_zoo import GAN, images

    gan = GAN.from_preset(preset)
    options: dict[str, Any] = {"seed": seed, "truncation": truncation}
    classes = label_numbers(gan, labels)
    if len(classes) > 1:
        columns = columns or 8
        n = n or len(classes) * columns
        options["labels"] = [classes[i // columns % len(classes)] for i in range(n)]
    elif classes:
        options["labels"] = classes[0]
    n = n or 64
    images.save_png(out, images.grid(gan.generate(n, **options), columns))
    typer.echo(f"{n} samples of {preset} (seed {seed}): {out}")


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
