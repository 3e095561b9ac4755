"""`leaderboard`: scored models beside each other, as a page."""

from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo_cli import output, places
from keras_gan_zoo_cli.app import FAILED, command
from keras_gan_zoo_cli.places import check_place


@command
def leaderboard(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PRESET]...",
            help="Zoo entries, presets' folders, folders of them, hf://user/repo; "
            "by default the zoo.",
        ),
    ] = None,
    author: Annotated[
        str | None,
        typer.Option(help="Whose models on the Hub, those with a card of ours."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            help="A .html, .md or .json file; without such an ending, all three.",
            parser=places.path,
        ),
    ] = Path("leaderboard"),
    title: Annotated[str | None, typer.Option(help="What stands above it.")] = None,
) -> None:
    """Put scored models into tables, and write them as a page, Markdown and JSON.

    Only scores of the same images, extractor, number of samples and protocol stand in
    one column. The page is one file that loads nothing: it sorts, filters and enlarges
    samples. What can't be read is named, the rest is shown, and the exit code is 1.

    [b]Example[/b]: keras-gan-zoo leaderboard

    [b]Example[/b]: keras-gan-zoo leaderboard dcgan_mnist ./my_gan --author me \
--out zoo.html
    """
    from keras_gan_zoo.leaderboard import TITLE, write_leaderboard
    from keras_gan_zoo.leaderboard.writing import SUFFIXES

    if not out.is_dir():
        for suffix in [""] if out.suffix.lower() in SUFFIXES else SUFFIXES:
            check_place(Path(f"{out}{suffix}"))
    found = write_leaderboard(
        out,
        sources or (),
        author,
        say=lambda text: output.line(text, err=True),
        title=title or TITLE,
    )
    output.line(f"Leaderboard: {out} ({len(found.models)} models)")
    for name, why in found.problems.items():
        output.line(f"Not shown: {name}: {why}", err=True)
    if found.problems:
        raise typer.Exit(FAILED)
