"""The page of a demo over loopback: by Gradio's client, and in a browser."""

import contextlib
import io
import re
import socket
import sys
import urllib.request

import numpy as np
import pytest
from browser import Browser
from page_client import client_of, visit, wait_for, wait_until
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo import demos
from keras_gan_zoo.images import grid

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def serve():
    """Serve a preset; gives the page's address."""
    with contextlib.ExitStack() as stack:

        def serve(preset, **settings):
            said = []
            page = kgz.demo(preset, block=False, say=said.append, **settings)
            stack.callback(page.close, verbose=False)
            return re.search(r"http://\S+", said[0])[0]

        yield serve


def pixels(file):
    return np.atleast_3d(Image.open(file))


def test_the_images_are_those_of_generate_and_of_sample(serve, stranger, tmp_path):
    from typer.testing import CliRunner

    from keras_gan_zoo_cli import app

    folder, gan = stranger
    client = client_of(serve(folder))
    picture, file, code = client.predict(7, 6, label=2, api_name="/draw")
    np.testing.assert_array_equal(
        pixels(picture), grid(gan.generate(6, labels=2, seed=7))
    )
    assert pixels(file).tobytes() == pixels(picture).tobytes()
    assert "gan.generate(6, labels=2, seed=7)" in code
    line = f"sample {folder} -n 6 --seed 7 --labels 2 --out {tmp_path / 'six.png'}"
    assert CliRunner().invoke(app, line.split()).exit_code == 0
    np.testing.assert_array_equal(pixels(picture), pixels(tmp_path / "six.png"))

    picture, *_ = client.predict(7, 6, api_name="/draw")  # any label, no truncation
    np.testing.assert_array_equal(pixels(picture), grid(gan.generate(6, seed=7)))
    _, file, code = client.predict(7, 6, truncation=0.5, api_name="/draw")
    np.testing.assert_array_equal(
        pixels(file), grid(gan.generate(6, seed=7, truncation=0.5))
    )
    picture, *_ = client.predict(7, 2, api_name="/walk")
    assert Image.open(picture).n_frames == 60


@pytest.mark.parametrize("host", ["198.51.100.7", "no such host"])
def test_an_address_of_no_machine_is_said_at_once(stranger, host):
    """Gradio tries it at a hundred ports, for minutes."""
    folder, _ = stranger
    with pytest.raises(OSError, match=r"`host` must be an address.*Received: host="):
        kgz.demo(folder, host=host, block=False)


def test_an_unconditional_gan_has_no_labels(serve, tiny_gan, tmp_path):
    gan = tiny_gan(latent_distribution="uniform")
    client = client_of(serve(gan.save_to_preset(tmp_path / "gan")))
    calls = client.view_api(print_info=False, return_format="dict")
    call = calls["named_endpoints"]["/draw"]
    names = [parameter["parameter_name"] for parameter in call["parameters"]]
    assert names == ["seed", "n"]
    picture, *_ = client.predict(3, 4, api_name="/draw")
    np.testing.assert_array_equal(pixels(picture), grid(gan.generate(4, seed=3)))
    for seed, n, what in ((-1, 4, "minimum"), (0, 65, "maximum"), (2**64, 4, "whole")):
        with pytest.raises(Exception, match=what):
            client.predict(seed, n, api_name="/draw")


def test_nobody_else_is_asked(serve, tiny_gan, tmp_path, monkeypatch):
    asked, lookup = set(), socket.getaddrinfo

    def getaddrinfo(host, *rest, **options):
        asked.add(host)
        return lookup(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    address = serve(tiny_gan().save_to_preset(tmp_path / "gan"))
    client_of(address).predict(3, 4, api_name="/draw")
    assert asked <= {"127.0.0.1", "localhost", None}
    assert address.startswith("http://127.0.0.1:")


def test_the_name_of_a_folder_is_text(serve, tiny_gan, tmp_path):
    name = "<img src=x onerror=alert(1)>"
    address = serve(tiny_gan().save_to_preset(tmp_path / name))
    with urllib.request.urlopen(address) as answer:
        assert "<img src=x" not in answer.read().decode()


def test_a_port_that_is_taken(tiny_gan, tmp_path):
    folder = tiny_gan().save_to_preset(tmp_path / "gan")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match=f"`port={port}`, which may be taken"):
            kgz.demo(folder, port=port, block=False)


def test_without_gradio(monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    for call in (kgz.demo, demos.build):
        with pytest.raises(ImportError, match=r"pip install 'keras-gan-zoo\[demo\]'"):
            call("dcgan_mnist")


def test_the_page_in_a_browser(serve, stranger, tmp_path):
    folder, gan = stranger
    with Browser() as browser:
        address = serve(folder)
        page = visit(browser, address, tmp_path / "empty.html", **PHONE, touch=True)
        source = "document.querySelector('#picture img')?.src"

        def shown():
            with urllib.request.urlopen(page(source)) as answer:
                return pixels(io.BytesIO(answer.read()))

        def another(before):
            return wait_for(page, f"({source} ?? {before!r}) != {before!r} && {source}")

        first = page(source)
        np.testing.assert_array_equal(shown(), grid(gan.generate(16, seed=0)))
        page.tap("#new")
        second = another(first)
        seed = int(page("document.querySelector('#seed input').value"))
        assert seed
        np.testing.assert_array_equal(shown(), grid(gan.generate(16, seed=seed)))
        page.tap("#walk")
        assert another(second).endswith(f"seed{seed}-n16.webp")

        browser.send(
            "Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path)
        )
        page.tap("#download")
        wait_until(lambda: list(tmp_path.glob(f"*seed{seed}-n16.webp")))

        style = "getComputedStyle(document.querySelector('#picture img'))"
        assert page(f"{style}.imageRendering") == "pixelated"
        assert page("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page("window.planted") is None
        assert page("document.body.innerText").count("window.planted=2") >= 4
        assert not page.errors
        assert all(url.startswith(address) for url in page.requests)
        page.close()
        page = visit(browser, address, tmp_path / "empty.html", dark=True)
        assert page("document.documentElement.scrollWidth") <= 1280
