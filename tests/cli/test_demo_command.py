"""`demo`."""

import sys

from keras_gan_zoo import demos


def test_demo(run, monkeypatch):
    asked = {}
    monkeypatch.setattr(
        demos, "demo", lambda preset, **given: asked.update(given, preset=preset)
    )
    run("demo", "tiny")
    del asked["say"]
    assert asked == {"preset": "tiny", "host": None, "port": None, "share": False}
    run("demo", "tiny", "--host", "0.0.0.0", "--port", 7000, "--share")
    assert (asked["host"], asked["port"], asked["share"]) == ("0.0.0.0", 7000, True)


def test_demo_without_gradio(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert "keras-gan-zoo[demo]" in run("demo", "tiny", code=1).stderr
