"""Gradio's client of a page, and a page in a browser."""

import os
import time
from unittest import mock

#: words that run in a page which takes them for more than text
PLANT = (
    "<img src=x onerror='window.planted=1'><script>window.planted=2</script>"
    "${window.planted=3}{{7*7}}"
)


def client_of(address):
    from gradio_client import Client

    # `analytics_enabled=False` alone does not turn them off in gradio_client 2.7.
    with mock.patch.dict(os.environ, GRADIO_ANALYTICS_ENABLED="False"):
        return Client(address, verbose=False, analytics_enabled=False)


def visit(browser, address, empty, **settings):
    """A browser's page at an address, by way of the file `empty`, once it has drawn."""
    empty.write_text("<title>Empty</title>")
    page = browser.open(empty, **settings)
    page.send("Page.navigate", url=address)
    wait_for(page, "document.querySelector('#picture img')?.complete")
    return page


def wait_for(page, expression):
    """The value of an expression of JavaScript as soon as it is true."""
    return wait_until(lambda: page(expression))


def wait_until(true):
    """What a function returns as soon as it is true."""
    end = time.monotonic() + 60
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found
