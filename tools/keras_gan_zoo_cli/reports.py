"""`report`: what a run has come to, as a page."""

from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo_cli import output, places
from keras_gan_zoo_cli.app import command


@command
def report(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="The folder of a run: train --out.",
            parser=places.path,
        ),
    ],
) -> None:
    """Write the report of a run anew, from its folder alone: report.html.

    One page for a phone as for a desktop that loads nothing: losses, scores, samples
    over time, settings, time, memory, warnings; curves.png and samples.webp beside it.
    Of a run that is still going on it shows what there is by now.

    [b]Example[/b]: keras-gan-zoo report faces_run
    """
    from keras_gan_zoo.runs import read_run, state_of, write_report

    path = write_report(run)
    output.line(state_of(read_run(run))[1])
    output.line(f"Report: {path}")
