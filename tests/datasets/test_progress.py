"""A bar where looking through files takes its time, and none where it does not."""

import pytest

from keras_gan_zoo.datasets import progress
from keras_gan_zoo.datasets.progress import watched


@pytest.mark.parametrize(
    ("after", "verbose", "shown"), [(0, "auto", True), (0, 0, False), (9, 1, False)]
)
def test_a_bar(after, verbose, shown, monkeypatch, capsys):
    monkeypatch.setattr(progress, "AFTER", after)
    assert list(watched(range(200), verbose)) == list(range(200))
    assert ("200/200" in capsys.readouterr().out) == shown
