"""`card` and `publish`."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from keras_gan_zoo_cli import output, places
from keras_gan_zoo_cli.app import command, default

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER", help="A preset's folder.", exists=True, file_okay=False
    ),
]


@command
def card(
    folder: Folder,
    handle: Annotated[
        str | None, typer.Option(help="What readers load, such as hf://user/repo.")
    ] = None,
    license: Annotated[
        str | None,
        typer.Option(
            help="Licence of the weights; with --refresh it replaces the card's. "
            + default("the card's, the recipe's, or apache-2.0")
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing README.md.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh", help="Bring an existing card up to date; your words stay."
        ),
    ] = False,
) -> None:
    """Write a preset's model card (README.md) and its grid of samples.

    [b]Example[/b]: keras-gan-zoo card ./my_gan --handle hf://me/my_gan

    [b]Example[/b]: keras-gan-zoo card ./my_gan --refresh
    """
    from keras_gan_zoo.cards import refresh_card, write_card

    if refresh and overwrite:
        raise typer.BadParameter(
            "--refresh keeps what you wrote, --overwrite does not: give one of them.",
            param_hint="--refresh",
        )
    if refresh:
        path = refresh_card(folder, handle, license=license)
    else:
        path = write_card(folder, handle, license=license, overwrite=overwrite)
    output.line(f"Card: {path}")


@command
def publish(
    folder: Folder,
    handle: Annotated[
        str, typer.Argument(metavar="HANDLE", help="The destination: hf://user/repo.")
    ],
    private: Annotated[
        bool, typer.Option("--private", help="Make a new repository private.")
    ] = False,
    create_pr: Annotated[
        bool, typer.Option("--create-pr", help="Propose it as a pull request.")
    ] = False,
    message: Annotated[str | None, typer.Option(help="The commit message.")] = None,
    no_score: Annotated[
        bool, typer.Option("--no-score", help="Publish without scores.")
    ] = False,
    space: Annotated[
        Path | None,
        typer.Option(
            help="Also write the folder of a Space, in which the Hub serves the demo.",
            parser=places.path,
        ),
    ] = None,
) -> None:
    """Publish a preset on the Hugging Face Hub, with its card and its scores.

    Log in first: [b]hf auth login[/b]. A card is written if there is none, and brought
    up to date if there is one: what you wrote in it stays.

    [b]Example[/b]: keras-gan-zoo publish ./my_gan hf://me/my_gan

    [b]Example[/b]: keras-gan-zoo publish ./my_gan hf://me/my_gan --space ./my_space
    """
    from keras_gan_zoo import demos, zoo

    if not (no_score or (folder / "scores.json").is_file()):
        raise ValueError(
            f"{folder} has no scores. Score it first, "
            f"`keras-gan-zoo score {quote(str(folder))} --reference NAME:SPLIT "
            "--attach`, or pass --no-score."
        )
    if space is not None:
        demos.space.check_folder(space)  # before anything is uploaded
    address = zoo.publish_folder(
        folder,
        handle,
        private=private or None,
        commit_message=message,
        create_pr=create_pr,
    )
    output.line(f"Published: {address}")
    if space is not None:
        demos.write_space(folder, space, handle)
        repo = f"{handle.removeprefix('hf://')}-demo"
        output.line(
            f"Space: {space}. Try it, `python {quote(str(space / 'app.py'))}`, then "
            f"publish it, `hf upload {repo} {quote(str(space))} --repo-type space`"
        )
