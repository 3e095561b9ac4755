import numpy as np
import pytest

from keras_gan_zoo.callbacks.stability.series import cycle

T = np.arange(240)
NOISE = np.random.default_rng(0).normal(size=240)


@pytest.mark.parametrize("period", [4, 11, 30])
@pytest.mark.parametrize("trend", [0.0, 0.05])
def test_a_cycle_is_found_with_its_share_of_the_variance(period, trend):
    wave = np.sqrt(2) * np.sin(2 * np.pi * T / period)
    found = cycle(wave + NOISE / 2 + trend * T, least=0.5)
    assert found.period % period in (0, 1, period - 1)
    assert found.share == pytest.approx(1 / 1.25, abs=0.1)
    assert cycle(wave + 3 * NOISE, least=0.5) is None


def test_weights_that_go_round():
    turn = np.stack([np.cos(T), np.sin(T)], 1) @ np.ones((2, 7))
    assert cycle(turn, least=0.5).share > 0.9


@pytest.mark.parametrize("memory", [0.0, 0.9, 0.97, 1.0])
@pytest.mark.parametrize("size", [1, 64])
def test_noise_and_walks_are_no_cycles(memory, size):
    rng = np.random.default_rng(1)
    for _ in range(20):
        x = rng.normal(size=(512, size))
        for i in range(1, 512):
            x[i] += memory * x[i - 1]
        assert cycle(x[256:], least=0.5) is None


@pytest.mark.parametrize("memory", [0.5, 0.75, 0.95, 1.0])
def test_what_alternates_from_step_to_step_is_no_cycle(memory):
    """The generator's losses of a DCGAN that learns well do: 0.75 is measured there."""
    x = np.random.default_rng(2).normal(size=512)
    for i in range(1, 512):
        x[i] -= memory * x[i - 1]
    assert cycle(x, least=0.5) is None
    assert cycle(10 * (-1.0) ** T + NOISE, least=0.5) is None


def test_a_burst_is_no_cycle():
    ringing = 30 * np.exp(-T / 10) * np.cos(2 * np.pi * T / 8)
    assert cycle(ringing + NOISE, least=0.5) is None


def test_the_order_of_the_data_is_no_cycle():
    order = np.tile(NOISE[:12], 20) + NOISE / 4
    assert cycle(order, least=0.5).period % 12 == 0
    assert cycle(order, least=0.5, epoch=12) is None


@pytest.mark.parametrize(
    "series", [np.ones(200), np.arange(200.0), np.zeros(0), np.ones(5), T * np.nan]
)
def test_what_has_no_cycle(series):
    assert cycle(series, least=0.5) is None
