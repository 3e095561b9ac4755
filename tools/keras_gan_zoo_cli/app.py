"""The program itself: global options, errors, exit codes."""

import enum
import functools
import importlib.util
import inspect
import logging
import os
import re
import runpy
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_gan_zoo_cli import errors, output
from keras_gan_zoo_cli.interrupts import INTERRUPTED, said

FAILED, USAGE, GATE = 1, 2, 3

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
SHOW_WARNING = warnings.showwarning
_settings = {"debug": False}


class Backend(enum.StrEnum):
    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


def default(text: str) -> str:
    """The end of an option's help if its default is not one value: `[default: ...]`."""
    return rf"[dim]\[default: {text}][/dim]"


def _version(wanted):
    if wanted:
        package = importlib.util.find_spec("keras_gan_zoo")  # importing it takes Keras
        file = Path(package.origin).with_name("version.py")
        typer.echo(f"keras-gan-zoo {runpy.run_path(str(file))['__version__']}")
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
    say_on_standard_error()
    if backend is not None:
        choose_backend(backend.value)


class Echo(logging.Handler):
    """Shows what the package logs; standard output is for results."""

    def emit(self, record: logging.LogRecord) -> None:
        output.line(record.getMessage(), err=True)


def say_on_standard_error() -> None:
    """Show the package's log and its warnings, each as one line."""
    log = logging.getLogger("keras_gan_zoo")
    log.setLevel(logging.INFO)
    log.handlers = log.handlers or [Echo()]
    warnings.showwarning = _show_warning


def _show_warning(message, category, *where, **options):
    if category is UserWarning:
        output.line(f"Warning: {message}", err=True)
    else:
        SHOW_WARNING(message, category, *where, **options)


def choose_backend(backend: str) -> None:
    """Have Keras run on `backend`; once it is imported, only a new process can."""
    keras = sys.modules.get("keras")
    if keras is not None and keras.config.backend() == backend:
        return
    if not _is_installed(backend):
        raise typer.BadParameter(
            f"{backend} is not installed: `pip install {backend}`, which is what "
            f"keras-gan-zoo[{backend}] brings.",
            param_hint="--backend",
        )
    if keras is None:
        os.environ["KERAS_BACKEND"] = backend
    else:
        command = [sys.executable, "-m", "keras_gan_zoo.cli", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "KERAS_BACKEND": backend})


def _is_installed(module):
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # hidden, or half imported
        return False


def command(
    function: Callable[..., Any], app: typer.Typer = app, failed: int = FAILED
) -> Callable[..., Any]:
    """Register a function as a command whose errors are a text and an exit code."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except KeyboardInterrupt as interruption:
            output.line(f"\n{str(interruption) or 'Interrupted.'}", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            if _settings["debug"]:
                raise
            output.line(f"Error: {errors.text_of(error, function)}", err=True)
            raise typer.Exit(failed) from None

    # Paragraphs as long as the terminal is wide, not as the source code is.
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.getdoc(function) or "")
    return app.command(function.__name__.rstrip("_"), help=text)(run)


def main() -> None:
    """The console script."""
    output.take_every_text()
    with said():
        app(prog_name="keras-gan-zoo")
