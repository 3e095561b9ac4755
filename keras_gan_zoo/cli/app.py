"""The program itself: global options, one-line errors, exit codes."""

import enum
import functools
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import keras
import typer

FAILED, USAGE, GATE, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="keras-gan-zoo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""The model zoo for GANs in Keras 3: fit, load, score and publish.

A PRESET is a pretrained GAN: the name of a zoo entry (see [b]list[/b]), \
a Hugging Face handle such as [b]hf://user/repo[/b], or a folder.

[b]Example[/b]: keras-gan-zoo sample dcgan_mnist --out digits.png

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a score misses its gate, \
130 interrupted.""",
)
_settings = {"debug": False}


class Backend(enum.StrEnum):
    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


def _version(wanted):
    if wanted:
        typer.echo(f"keras-gan-zoo {importlib.metadata.version('keras-gan-zoo')}")
        raise typer.Exit


@app.callback()
def settings(
    backend: Annotated[
        Backend | None,
        typer.Option(help="What Keras runs on; by default KERAS_BACKEND decides."),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    _settings["debug"] = debug
    if backend is not None:
        choose_backend(backend.value)


def choose_backend(backend: str) -> None:
    """Restart this command on another backend: Keras chooses one when imported."""
    if keras.config.backend() == backend:
        return
    if importlib.util.find_spec(backend) is None:
        raise typer.BadParameter(
            f"{backend} is not installed: pip install 'keras-gan-zoo[{backend}]'",
            param_hint="--backend",
        )
    command = [sys.executable, "-m", "keras_gan_zoo.cli", *sys.argv[1:]]
    os.execve(sys.executable, command, {**os.environ, "KERAS_BACKEND": backend})


def command(function: Callable[..., Any], app: typer.Typer = app) -> Callable[..., Any]:
    """Register a function as a command whose errors are one line and an exit code."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            typer.echo("\nInterrupted.", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            if _settings["debug"]:
                raise
            text = " ".join(str(error).split()) or type(error).__name__
            typer.echo(f"Error: {text}", err=True)
            raise typer.Exit(FAILED) from None

    return app.command(function.__name__.rstrip("_"))(run)


def main() -> None:
    """The console script."""
    app()
