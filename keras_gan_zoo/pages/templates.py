"""Jinja templates whose values are text, and the style that all pages share."""

import base64
import functools
import hashlib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@functools.cache
def template(path: Path) -> Any:
    """The `jinja2.Template` in a file: values are escaped, and a missing one raises.

    It may include the files beside it and those of this folder, such as `style.css`.
    """
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([path.parent, FOLDER]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(path.name)


def text_of(*paths: Path) -> str:
    """Several files of this package as one text: a style or a script of a page."""
    return "\n".join(path.read_text("utf-8") for path in paths)


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy under which a page runs and loads its own parts alone.

    Args:
        style: str, the whole text of the one `<style>`.
        script: str, the whole text of the one `<script>`.
    """
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    return (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    )
