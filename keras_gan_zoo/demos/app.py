"""The page of a demo, made and served by Gradio."""

import html
import random
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_gan_zoo.demos import facts as described
from keras_gan_zoo.demos.drawing import Drawing, code
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets.loading import read_gan
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.typing import PathLike

STYLE = Path(__file__).with_name("page.css")
CRISP = 64  # pixels: smaller images are enlarged without smoothing
START = 16  # images
ANY = -1  # label


def demo(
    preset: PathLike,
    *,
    host: str | None = None,
    port: int | None = None,
    share: bool = False,
    block: bool | None = None,
    revision: str | None = None,
    custom_objects: dict[str, Any] | None = None,
    say: Callable[[str], object] = print,
) -> Any:
    """Serve a page on which visitors draw images from a preset.

    It has the seed, the label, the truncation and the number of images, a walk through
    the latents, and what the card says: licence and scores. Images are those of
    `generate`. Nothing is sent to anybody, and other machines don't see the page unless
    asked.

    Args:
        preset: a zoo entry's name, `"hf://user/repo"`, or a folder.
        host: str, the address to listen on: `"0.0.0.0"` is open to other machines. By
            default that of GRADIO_SERVER_NAME, or `"127.0.0.1"`, which is this one.
        port: int; by default that of GRADIO_SERVER_PORT, or the first one that is free
            from 7860 on.
        share: bool: make a public link through Gradio's servers.
        block: bool: return only when the page is stopped, by Ctrl-C. None: in a script,
            and not in a notebook or a console.
        revision: str, of a Hub handle.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.
        say: function that is given the page's address.

    Returns:
        The `gradio.Blocks`, whose `close()` ends it.

    Raises:
        ImportError: Gradio is not installed.
        OSError: the port is taken, or the address is none of this machine.
        ValueError: what `GAN.from_preset` raises.

    Example:

    >>> import keras_gan_zoo as kgz
    >>> kgz.demo("dcgan_mnist")  # doctest: +SKIP
    dcgan_mnist: http://127.0.0.1:7860/ (Ctrl-C ends it)
    """
    gradio = _gradio()
    _check_host(host)
    page = build(preset, revision=revision, custom_objects=custom_objects)
    try:
        _, address, public = page.launch(
            server_name=host,
            server_port=port,
            share=share,
            prevent_thread_lock=True,
            quiet=True,
            theme=gradio.themes.Default(
                primary_hue="indigo",
                neutral_hue="slate",
                font=["system-ui", "sans-serif"],  # the system's
                font_mono=["ui-monospace", "monospace"],
            ),
            css=STYLE.read_text("utf-8"),
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=False,
        )
    except OSError as error:
        if port is None:
            raise
        raise OSError(
            f"The page can't be served on `port={port}`, which may be taken. Choose "
            f"another, or leave it out. Received: port={port}, host={host!r}"
        ) from error
    if block is None:
        block = not (hasattr(sys, "ps1") or sys.flags.interactive)
    say(f"{page.title}: {public or address}{' (Ctrl-C ends it)' if block else ''}")
    if block:
        page.block_thread()
    return page


def build(
    preset: PathLike,
    *,
    revision: str | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> Any:
    """Make the page of `demo` without serving it, such as to have it in another one.

    Returns:
        `gradio.Blocks`.
    """
    gradio = _gradio()
    source = locate(preset, revision)
    gan = read_gan(GAN, source, custom_objects=custom_objects)
    facts = described.facts_of(gan, source)
    folder = tempfile.TemporaryDirectory(prefix="keras-gan-zoo-")
    drawing = Drawing(gan, facts["title"].rpartition("/")[2], folder.name)
    with gradio.Blocks(
        title=facts["title"], analytics_enabled=False, delete_cache=(3600, 86400)
    ) as page:
        page.folder = folder  # of the pictures, which goes with the page
        gradio.HTML(described.header(facts))
        with gradio.Row():
            with gradio.Column(scale=3, min_width=300):
                picture = gradio.Image(
                    label="Images",
                    type="filepath",
                    interactive=False,
                    show_label=False,
                    container=False,
                    buttons=["fullscreen"],
                    elem_id="picture",
                    elem_classes="crisp" if max(gan.image_shape[:2]) <= CRISP else None,
                    alt_text=f"Images drawn by {facts['title']}",
                )
            with gradio.Column(scale=2, min_width=280):
                with gradio.Row(elem_id="actions"):
                    new = gradio.Button(
                        "New images", variant="primary", min_width=110, elem_id="new"
                    )
                    walk = gradio.Button("Walk", min_width=80, elem_id="walk")
                    download = gradio.DownloadButton(
                        "Download", min_width=80, elem_id="download"
                    )
                asked = _controls(gradio, gan, drawing)
        gradio.HTML(described.scores(facts))
        python = gradio.Code(
            label="The same images in Python",
            language="python",
            interactive=False,
            lines=1,
            wrap_lines=True,
            show_line_numbers=False,
        )

        draw, move, draw_new = _handlers(gradio, drawing, facts["address"])
        places = [picture, download, python]
        alone = {"concurrency_id": "generator", "concurrency_limit": 1}
        gradio.on(
            [page.load, *(component.change for component in asked.values())],
            draw,
            inputs_kwargs=asked,
            outputs=places,
            api_name="draw",
            trigger_mode="always_last",
            **alone,
        )
        walk.click(move, inputs_kwargs=asked, outputs=places, api_name="walk", **alone)
        new.click(draw_new, None, asked["seed"], api_visibility="private")
    return page


def _controls(gradio, gan, drawing):
    """What a visitor may ask for, by the arguments of `Drawing.sheet`."""
    most = drawing.most_images
    asked = {
        "seed": gradio.Number(
            0,
            label="Seed",
            info="The same seed gives the same images.",
            precision=0,
            minimum=0,
            elem_id="seed",
        ),
        "n": gradio.Slider(1, most, min(START, most), step=1, label="Images"),
    }
    if gan.num_classes is not None:
        names = gan.label_names or map(str, range(gan.num_classes))
        asked["label"] = gradio.Dropdown(
            [("any", ANY), *((name, label) for label, name in enumerate(names))],
            value=ANY,
            label="Label",
        )
    if drawing.truncations:
        low, high = drawing.truncations
        asked["truncation"] = gradio.Slider(
            low,
            high,
            high,
            step=0.05,
            label="Truncation",
            info="To the left: cleaner images of less variety.",
        )
    return asked


def _handlers(gradio, drawing, address):
    """What happens when a visitor asks: a sheet, a walk, or another seed."""

    def answer(make, seed, n, label, truncation):
        whole = drawing.truncations is None or truncation == drawing.truncations[1]
        given = {
            "seed": seed,
            "n": int(n),
            "label": None if label == ANY else label,
            "truncation": None if whole else truncation,
        }
        try:
            path = str(make(**given))
        except ValueError as error:
            said = html.escape(str(error))  # which Gradio shows as HTML
            raise gradio.Error(said, print_exception=False) from error
        return path, path, code(address, **given)

    def draw(seed, n, label=None, truncation=None):
        return answer(drawing.sheet, seed, n, label, truncation)

    def move(seed, n, label=None, truncation=None):
        return answer(drawing.walk, seed, n, label, truncation)

    def draw_new():
        return random.SystemRandom().randrange(2**31)

    return draw, move, draw_new


def _check_host(host):
    """Refuse an address that can't be listened on, which Gradio tries at every port."""
    if not host:
        return
    try:
        found = socket.getaddrinfo(host.strip("[]"), 0, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.bind(address)
    except OSError as error:
        raise OSError(
            "`host` must be an address of this machine, such as 127.0.0.1, or 0.0.0.0, "
            f"which is open to others. Received: host={host!r} ({error.strerror})"
        ) from error


def _gradio():
    try:
        import gradio
    except ImportError as error:
        raise ImportError(
            "A demo needs Gradio: `pip install 'keras-gan-zoo[demo]'`."
        ) from error
    return gradio
