"""`reference make | list | export`: statistics of real images."""

import json
from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo_cli import output, places
from keras_gan_zoo_cli.app import app, command
from keras_gan_zoo_cli.commands import Json, names
from keras_gan_zoo_cli.places import check_place
from keras_gan_zoo_cli.scoring import (
    BatchSize,
    Extractor,
    Resizing,
    ValueRange,
    Weights,
    build_extractor,
    pair,
)

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Statistics of reference sets: make, list and export them.

[b]Example[/b]: keras-gan-zoo reference list""",
)
app.add_typer(group, name="reference")
Out = Annotated[Path, typer.Option(help="The .npz file to write.", parser=places.path)]


def make(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE",
            help="NAME:SPLIT, such as mnist:test, an image folder, or a .zip, .npz or "
            ".npy file.",
        ),
    ],
    metrics: Annotated[
        str,
        typer.Option(
            help="The metrics to prepare for; kid and others keep all features."
        ),
    ] = "fid",
    extractor: Extractor = None,
    extractor_weights: Weights = None,
    resizer: Resizing = None,
    value_range: ValueRange = None,
    batch_size: BatchSize = None,
    out: Annotated[
        Path | None, typer.Option(help="Export them too.", parser=places.path)
    ] = None,
) -> None:
    """Compute the statistics of real images once, and cache them.

    [b]Example[/b]: keras-gan-zoo reference make ./faces --extractor inception
    """
    from keras_gan_zoo.scoring import prepare

    if out is not None:
        check_place(out)
    wanted = names(metrics)
    chosen = build_extractor(extractor, extractor_weights, resizer, wanted)
    found, chosen = prepare(
        reference,
        wanted,
        chosen,
        batch_size=batch_size or 250,
        verbose=output.is_live(),
        value_range=pair(value_range),
    )
    if found is None:
        raise typer.BadParameter(
            f"{','.join(wanted)} needs no real images.", param_hint="--metrics"
        )
    images = "?" if found.num_real is None else f"{found.num_real:,}"
    output.line(
        f"{found.name}: {images} images, {found.moments.mean.size} features of "
        f"{chosen.name}, {found.origin}"
    )
    if out is not None:
        _export(found, out)


def list_(as_json: Json = False) -> None:
    """List the statistics in the cache and in the package.

    [b]Example[/b]: keras-gan-zoo reference list
    """
    from keras_gan_zoo.scoring.references import cache_entries

    entries = cache_entries()
    if as_json:
        typer.echo(json.dumps(output.reference_facts(entries), indent=2))
    else:
        output.references(entries)


def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar="KEY|NAME",
            help="A key in `reference list` or its beginning, or a reference's name.",
        ),
    ],
    out: Out = Path("stats.npz"),
    extractor: Annotated[
        str | None, typer.Option(help="Which one, if there are several.")
    ] = None,
) -> None:
    """Write statistics in the format of pytorch-fid and clean-fid: mu and sigma.

    [b]Example[/b]: keras-gan-zoo reference export mnist:test --out stats.npz
    """
    from keras_gan_zoo.scoring.references import cache_entries

    check_place(out)
    entries = cache_entries()
    found = {
        path: entry
        for path, entry in entries.items()
        if (path.stem.startswith(name) or entry.name == name)
        and extractor in (None, entry.extractor)
    }
    made = {(one.fingerprint, one.extractor_sha256): one for one in found.values()}
    if len(made) != 1:
        listed = ", ".join(
            f"{path.stem} ({entry.name}, {entry.extractor})"
            for path, entry in (found or entries).items()
        )
        raise ValueError(
            "The statistics to export must be one entry of `keras-gan-zoo reference "
            f"list`; make them first, or give key and extractor. Received: {name}, "
            f"which matches {len(made)} of {listed or 'none'}"
        )
    (entry,) = made.values()
    _export(entry, out)


def _export(found, out):
    from keras_gan_zoo.scoring import export_statistics

    out.parent.mkdir(parents=True, exist_ok=True)
    output.line(f"Statistics: {export_statistics(found, out)}")


for function in (make, list_, export):
    command(function, group)
