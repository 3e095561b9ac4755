"""`verify`: repeats the scores of a card."""

import contextlib
import functools
import json
from typing import Annotated

import typer

from keras_gan_zoo_cli import output
from keras_gan_zoo_cli.app import command
from keras_gan_zoo_cli.commands import Json, Preset
from keras_gan_zoo_cli.scoring import (
    BatchSize,
    Resizing,
    Weights,
    build_extractor,
    names,
)

NOT_REPEATED = 2


@functools.partial(command, failed=NOT_REPEATED)
def verify(
    preset: Preset,
    metrics: Annotated[
        str | None,
        typer.Option(help="Some of the card's scores: is,fid. By default all of them."),
    ] = None,
    num_images: Annotated[
        int | None,
        typer.Option(min=1, help="A quick check: the first N of the card's images."),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="The card's real images, where they are no named data set: a folder, "
            "a .zip, .npz or .npy file. A folder's are prepared as the card says."
        ),
    ] = None,
    extractor: Annotated[
        str | None,
        typer.Option(help="The network, if not the one that the card names."),
    ] = None,
    extractor_weights: Weights = None,
    resizer: Resizing = None,
    batch_size: BatchSize = None,
    as_json: Json = False,
) -> None:
    """Repeat the scores of a card under its own conditions: do they hold?

    Downloads the preset, checks that the weights are those that were scored and that
    the card says what its scores.json says, and computes each score again, with the
    same samples, real images and extractor. A score that can't be repeated here, for
    want of the real images, say, is named with the reason. --num-images is quicker, and
    compares within the noise of fewer images.

    [b]Example[/b]: keras-gan-zoo verify dcgan_mnist

    [b]Example[/b]: keras-gan-zoo verify hf://user/repo --num-images 1000 --json

    Exit codes: 0 the card holds, 1 it does not, 2 it could not be repeated, or not all
    of it, 130 interrupted.
    """
    import keras_gan_zoo as kgz

    wanted = None if metrics is None else names(metrics)
    own = (extractor, extractor_weights, resizer)
    with output.reserved() if as_json else contextlib.nullcontext():
        found = kgz.verify(
            preset,
            metrics=wanted,
            num_images=num_images,
            reference=reference,
            extractor=build_extractor(*own, wanted or ()) if any(own) else None,
            batch_size=batch_size,
            verbose=output.is_live() and not as_json,
        )
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2))
    else:
        output.verification(found)
    raise typer.Exit(found.exit_code)
