"""The program itself: global options, errors as one line, exit codes."""

import enum
import functools
import importlib.metadata
import os
import sys
from typing import Annotated

import typer

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported

FAILED, USAGE, INTERRUPTED = 1, 2, 130

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

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.""",
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
):
    _settings["debug"] = debug
    if backend is not None:
        choose_backend(backend.value)


def choose_backend(backend):
    """Set Keras' backend, which can be done before its first import only."""
    if "keras" in sys.modules:
        loaded = sys.modules["keras"].config.backend()
        if loaded != backend:
            raise typer.BadParameter(
                f"Keras already runs on {loaded} in this process; set "
                f"KERAS_BACKEND={backend} instead.",
                param_hint="--backend",
            )
    os.environ["KERAS_BACKEND"] = backend


def command(function):
    """Make a function a command: errors end in one line and an exit code."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        try:
            load_keras()
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


def load_keras():
    """Import Keras without what TensorFlow's C++ says before it can be configured."""
    if "keras" in sys.modules:
        return
    import tempfile

    with tempfile.TemporaryFile() as said:
        stderr = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            import keras

            keras.ops.zeros(())  # TensorFlow looks for devices when it needs one
        except BaseException:
            said.seek(0)
            os.write(stderr, said.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def main():
    """The console script."""
    app()
