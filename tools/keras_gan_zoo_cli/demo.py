"""`demo`: a preset as a page to play with."""

from typing import Annotated

import typer

from keras_gan_zoo_cli import output
from keras_gan_zoo_cli.app import command, default
from keras_gan_zoo_cli.commands import Preset


@command
def demo(
    preset: Preset,
    host: Annotated[
        str | None,
        typer.Option(
            help="The address to listen on; 0.0.0.0 is open to other machines. "
            + default("127.0.0.1, this one alone")
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help=default("the first that is free from 7860 on")
        ),
    ] = None,
    share: Annotated[
        bool,
        typer.Option("--share", help="Make a public link through Gradio's servers."),
    ] = False,
) -> None:
    """Serve a page on which to draw images from a preset, until Ctrl-C.

    Seed, label, truncation and number of images, a walk through the latents, and what
    the card says of licence and scores. The images are those of [b]sample[/b]. Needs
    [b]pip install 'keras-gan-zoo\\[demo]'[/b].

    [b]Example[/b]: keras-gan-zoo demo dcgan_mnist
    """
    from keras_gan_zoo import demos

    demos.demo(preset, host=host, port=port, share=share, say=output.line)
