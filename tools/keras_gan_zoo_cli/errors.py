"""What a command says when it fails: the package's own words, about options."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import typer

EXPECTED = (ValueError, TypeError, OSError, ImportError, RuntimeError)
#: `` `name` ``, `` `name=value` `` and `` `name=` `` in a text
ARGUMENT = re.compile(r"(?<!recipe's )`(\w+)(?:=([^`]*))?`")
#: what is not an option of the same name: the argument, its words, and the option's
OTHER_WORDS = (
    ("num_images", "`num_images=None`", "--num-images all"),
    ("num_images", "`num_images=10_000`", "--num-images 10000"),
    ("refresh", "`refresh_card`", "--refresh"),
    ("value_range", "`value_range=(low, high)`", "--value-range LOW,HIGH"),
    (
        "extractor_weights",
        "`InceptionV3FID(weights=path)`",
        "--extractor-weights FILE",
    ),
    ("extractor", "`extractor=`, a Keras model or one of:", "--extractor, one of:"),
    (
        "extractor",
        "`extractor` must be an `Extractor`, a Keras model, or one of:",
        "--extractor must be one of:",
    ),
)
#: what a command without such an option can't do
NO_RANGE = re.compile(r"pass `value_range=\(low, high\)`, .* or convert to uint8")


def text_of(error: BaseException, function: Callable[..., Any]) -> str:
    """The text of an error, with the options of a command for arguments of functions.

    Line breaks are kept, and so is what was received.
    """
    advice, received, values = _words(error).partition("Received: ")
    options = options_of(function)
    for argument, words, others in OTHER_WORDS:
        if argument in options:
            advice = advice.replace(words, others)
    if "value_range" not in options:
        advice = NO_RANGE.sub("convert the images to uint8, from 0 to 255", advice)

    def as_option(match):
        name, value = match.groups()
        if name not in options:
            return match[0]
        if value == "False":
            return f"--no-{options[name][2:]}"
        if value in (None, "", "True"):
            return options[name]
        return f"{options[name]} " + value.strip("'\"")

    return ARGUMENT.sub(as_option, advice) + received + values


def options_of(function: Callable[..., Any]) -> dict[str, str]:
    """A command's options by their arguments: `{"num_images": "--num-images"}`."""
    options = {}
    for name, parameter in inspect.signature(function).parameters.items():
        for info in getattr(parameter.annotation, "__metadata__", ()):
            if isinstance(info, typer.models.OptionInfo):
                # Typer keeps the first name where a default would be.
                names = [info.default, *(info.param_decls or ())]
                long = [str(text) for text in names if str(text).startswith("--")]
                option = long[-1] if long else f"--{name.replace('_', '-')}"
                options[name] = option.partition("/")[0]  # "--crop/--no-crop"
    return options


def _words(error):
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.strerror}: {error.filename}"
    text = "\n".join(line.rstrip() for line in str(error).strip().splitlines())
    if isinstance(error, EXPECTED) and text:
        return text
    return (
        f"{type(error).__name__}{': ' if text else ''}{text} "
        "(`keras-gan-zoo --debug COMMAND ...` shows where)"
    )
