"""A headless Chromium, driven over two pipes: pages as their readers see them.

It speaks the DevTools protocol, one JSON object a message, and needs no package.

    with Browser() as browser:
        page = browser.open(path, width=390, height=844, dark=True)
        page.press("Tab")
        page.tap("#close")
        assert page("document.title") == "Leaderboard"
"""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
import warnings

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "End": 35, "ArrowDown": 40}
WAIT = 60  # seconds for an answer


def find():
    """The path of a Chromium; without one the test is left out, in the open."""
    named = os.environ.get("KERAS_GAN_ZOO_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = (
            "There is no Chromium: pages were NOT tried in a browser. Install it, or "
            "name it in KERAS_GAN_ZOO_CHROMIUM."
        )
        warnings.warn(reason, stacklevel=2)  # pytest lists warnings, with -q too
        pytest.skip(reason)
    return path


class Browser:
    """A Chromium without a window; a context manager."""

    def __init__(self):
        path = find()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        reads, self._out = os.pipe()
        self._in, writes = os.pipe()
        options = (
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio"),
            *("--remote-debugging-pipe", f"--user-data-dir={self.folder.name}"),
        )
        line = f'exec "$@" 3<&{reads} 4>&{writes}'  # where Chromium looks for them
        self.process = subprocess.Popen(
            ["bash", "-c", line, "bash", path, *options, "about:blank"],
            pass_fds=(reads, writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(reads)
        os.close(writes)
        self._number, self._rest, self.events = 0, b"", []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, EOFError, TimeoutError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        for pipe in (self._in, self._out):
            os.close(pipe)
        self.folder.cleanup()

    def send(self, method, session=None, **params):
        """The result of a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        content = json.dumps(message).encode() + b"\0"
        while content:
            content = content[os.write(self._out, content) :]
        end = time.monotonic() + WAIT
        while True:
            answer = self._receive(end)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method, session):
        """The next event of this kind."""
        end = time.monotonic() + WAIT
        while True:
            event = self._receive(end)
            self.events.append(event)
            if event.get("method") == method and event.get("sessionId") == session:
                return event["params"]

    def _receive(self, end):
        while b"\0" not in self._rest:
            if not select.select([self._in], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("The browser does not answer")
            content = os.read(self._in, 1 << 20)
            if not content:
                raise EOFError("The browser has ended")
            self._rest += content
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def open(self, path, width=1280, height=900, dark=False, touch=False):
        """A `Page` of a file, loaded."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        page = Page(self, attached["sessionId"], target, touch)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        page.send("Performance.enable", timeDomain="threadTicks")
        page.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if touch else 1,
            mobile=touch,
        )
        page.send("Emulation.setTouchEmulationEnabled", enabled=touch)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.send("Emulation.setEmulatedMedia", features=[scheme])
        page.send("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        self.wait("Page.loadEventFired", page.session)
        return page


class Page:
    """A page; called with an expression of JavaScript, it returns the value."""

    def __init__(self, browser, session, target, touch):
        self.browser, self.session, self.target = browser, session, target
        self.touch = touch

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def __call__(self, expression):
        found = self.send(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")

    def of(self, selector, what="textContent"):
        """A property of each element that a selector finds: `"dataset.name"`."""
        return self(
            f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.{what})"
        )

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)

    def press(self, *keys):
        """Press keys of the keyboard, one after another; `"Shift+Tab"` is one too."""
        for key in keys:
            shift, _, name = key.rpartition("+")
            text = {"Enter": "\r", " ": " "}.get(name, "")
            event = {
                "key": name,
                "code": "Space" if name == " " else name,
                "windowsVirtualKeyCode": KEYS[name],
                "modifiers": 8 if shift else 0,
            }
            self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
            self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def write(self, text):
        """Write into what has the focus."""
        self.send("Input.insertText", text=text)

    def tap(self, selector):
        """Tap the middle of an element, scrolled into view."""
        place = self(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center', inline: 'center'});"
            "const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        self.tap_at(*place)

    def tap_at(self, x, y):
        """A finger where there is a touch screen, else a mouse."""
        if self.touch:
            finger = [{"x": x, "y": y}]
            self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=finger)
            self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        else:
            mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
            self.send("Input.dispatchMouseEvent", type="mousePressed", **mouse)
            self.send("Input.dispatchMouseEvent", type="mouseReleased", **mouse)

    def save(self, path, whole=False):
        """A picture of what is seen, or of the whole page."""
        found = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    @property
    def work(self):
        """Milliseconds of a core that it took so far, however busy the machine is."""
        found = self.send("Performance.getMetrics")["metrics"]
        return 1000 * {row["name"]: row["value"] for row in found}["TaskDuration"]

    @property
    def requests(self):
        """The addresses that it has asked for, itself and data in it left out."""
        urls = [e["request"]["url"] for e in self._events("Network.requestWillBeSent")]
        return [url for url in urls if not url.startswith(("data:", "file:"))]

    @property
    def errors(self):
        """What went wrong in it, such as violations of its policy."""
        self("0")  # for what has not arrived yet
        log = [e["entry"]["text"] for e in self._events("Log.entryAdded")]
        thrown = [
            e["exceptionDetails"]["text"]
            for e in self._events("Runtime.exceptionThrown")
        ]
        return [*log, *thrown]

    def _events(self, method):
        return [
            event["params"]
            for event in self.browser.events
            if event.get("sessionId") == self.session and event.get("method") == method
        ]
