"""Images a second and the time left, in Keras' own bar."""

import re
import time

import keras
import pytest

from keras_gan_zoo.callbacks import ProgressBar
from keras_gan_zoo.callbacks.progress_bar import duration


class Slow(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        time.sleep(0.02)


@pytest.mark.parametrize("critic_steps", [1, pytest.param(2, marks=pytest.mark.once)])
def test_a_line_for_each_epoch(tiny_gan, noise, capsys, critic_steps):
    seen = {}

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen[epoch] = dict(logs)

    gan = tiny_gan(critic_steps=critic_steps)
    gan.fit(
        noise(80),
        batch_size=8,
        epochs=3,
        verbose=2,
        callbacks=[ProgressBar(), Slow(), Look()],
    )
    text = capsys.readouterr().out
    found = re.findall(r"d_loss: .* - images/s: ([\d,]+) - left: (\d+:\d\d)", text)
    assert text.count("Epoch") == len(found) == 3, text
    assert found[-1][1] == "0:00"
    for rate, _ in found:  # at most 8 images a critic step, and 20 ms a step
        assert 10 < int(rate.replace(",", "")) < 8 * critic_steps / 0.02
    assert not {"images/s", "left"} & set(seen[2])


@pytest.mark.once
def test_the_bar_of_a_terminal_has_them_too(tiny_gan, noise, capsys):
    gan = tiny_gan()
    gan.fit(noise(80), batch_size=8, epochs=2, verbose=1, callbacks=[ProgressBar()])
    lines = [line for line in re.split("[\r\n]", capsys.readouterr().out) if line]
    assert any("10/10" in line and "left: 0:00" in line for line in lines)
    assert sum("Epoch" in line for line in lines) == 2
    assert re.search(r"10/10.*d_loss: [\d.]+ .*- images/s: [\d,]+ - left", lines[-1])


@pytest.mark.once
def test_the_time_left_is_that_of_all_epochs():
    bar = ProgressBar()
    bar.on_train_begin()
    bar.epochs, bar.target, bar._epoch, bar._steps = 100, 50, 39, 10
    bar._start = time.perf_counter() - 20  # two seconds a step
    assert bar._pace(25)["left"] == pytest.approx(2 * (60 * 50 + 25), rel=0.01)


@pytest.mark.once
def test_silence(tiny_gan, noise, capsys):
    tiny_gan().fit(noise(16), batch_size=8, verbose=0, callbacks=[ProgressBar()])
    assert not capsys.readouterr().out


@pytest.mark.once
@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0:00"), (59.6, "1:00"), (3600, "1:00:00"), (86400, "1 day 0:00:00")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
