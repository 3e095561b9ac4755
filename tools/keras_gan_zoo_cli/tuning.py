"""`keras-gan-zoo tune`: a search for the settings of a recipe."""

import enum
import shlex
from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo_cli import output, places, preparing
from keras_gan_zoo_cli.app import command
from keras_gan_zoo_cli.commands import check_begun
from keras_gan_zoo_cli.places import check_place


class Method(enum.StrEnum):
    random = "random"
    bayesian = "bayesian"
    hyperband = "hyperband"


@command
def tune(
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help="As train takes it; or use options:"),
    ] = None,
    family: Annotated[str | None, typer.Option(help="As in train.")] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="What to train on, with images left over to score on, such as "
            "digits:train[:8000]."
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=A,B|A,B;C,D|LOW..HIGH",
            help="A setting to search, and its choices, lists such as widths between "
            "semicolons, or its range: an option of train, beta_1, beta_2, the weight "
            "of a penalty, or augmentation. Can be repeated. By default the learning "
            "rates, beta_1 where optimizers have it, and batch_size.",
        ),
    ] = None,
    held_out: Annotated[
        str | None,
        typer.Option(
            help="The images to score on, such as train[8000:]; by default those that "
            "the data set holds out."
        ),
    ] = None,
    metric: Annotated[str, typer.Option(help="The score to improve.")] = "fid",
    extractor: Annotated[
        str | None, typer.Option(help="As in score; by default the data set's.")
    ] = None,
    method: Annotated[
        Method, typer.Option(help="How settings are chosen.")
    ] = Method.random,
    trials: Annotated[
        int, typer.Option(min=1, help="How many; hyperband knows by itself.")
    ] = 10,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Of a trial, at most.")
    ] = None,
    image_size: preparing.ImageSize = None,
    crop_to_aspect_ratio: preparing.Crop = None,
    pad_to_aspect_ratio: preparing.Pad = None,
    interpolation: preparing.Filter = None,
    color_mode: preparing.Color = None,
    background: preparing.Background = None,
    scale_16_bit: preparing.Scale = None,
    horizontal_flip: preparing.Flip = None,
    on_error: preparing.Errors = None,
    num_images: Annotated[int, typer.Option(min=2, help="Samples for a score.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Of the choices.")] = 0,
    out: Annotated[
        Path, typer.Option(help="The search's folder.", parser=places.path)
    ] = Path("search"),
) -> None:
    """Search for the best settings of a recipe, with KerasTuner.

    Each trial trains, and is scored on images that it was not trained on. The best
    settings become a recipe, [b]best.json[/b] in the folder --out, which train runs.
    The same command again continues an interrupted search; another one needs a folder
    of its own.

    [b]Example[/b]: keras-gan-zoo tune --family dcgan --data "digits:train[:8000]" \
--vary loss=hinge,non_saturating --vary generator_learning_rate=1e-4..1e-3 --epochs 5

    [b]Example[/b]: keras-gan-zoo train search/best.json --epochs 40
    """
    from keras_gan_zoo import recipes, tuning

    check_begun(recipe, family, data, "tune")
    check_place(out, folder=True)
    chosen = recipes.with_options(
        None if recipe is None else recipes.find(recipe),
        family=family,
        data=data,
        epochs=epochs,
        on_error=on_error and on_error.value,
        **preparing.preparation(
            image_size,
            crop_to_aspect_ratio,
            pad_to_aspect_ratio,
            interpolation,
            color_mode,
            background,
            scale_16_bit,
            horizontal_flip,
        ),
    )
    asked = {"reference": held_out, "extractor": extractor, "metrics": [metric]}
    chosen["selection"] = {
        **chosen.get("selection", {}),
        **{key: value for key, value in asked.items() if value is not None},
    }
    found = tuning.search(
        chosen,
        out,
        tuning.parse(vary) if vary else None,
        method.value,
        trials,
        num_images,
        seed=seed,
        say=output.line,
    )
    output.trials(found)
    best = shlex.quote(str(out / "best.json"))
    output.line(f"Next: keras-gan-zoo train {best}")
