import keras
import pytest


@pytest.fixture
def train_step(benchmark_module):
    return benchmark_module("train_step")


def test_passes_of_an_iteration(train_step):
    cases = train_step.CASES
    assert train_step.passes(cases["dcgan"], shared=True) == (3, 8)
    assert train_step.passes(cases["dcgan"], shared=False) == (4, 8)
    assert train_step.passes(cases["dcgan minimax simultaneous"], True) == (3, 6)
    assert train_step.passes(cases["dcgan simultaneous"], shared=True) == (3, 7)
    assert train_step.passes(cases["dcgan r1"], shared=True) == (3, 11)
    assert train_step.passes(cases["hinge r1 r2"], shared=False) == (4, 20)
    assert train_step.passes(cases["wgan_gp"], shared=True) == (7, 62)


def test_multiplications_of_a_forward_pass(train_step):
    x = images = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 5, 2, "same")(x)  # 16 places of 5x5x3x4
    x = keras.layers.Conv2DTranspose(2, 3, 2, "same")(x)  # 16 places of 3x3x2x4
    x = keras.layers.Dense(6)(keras.layers.Flatten()(x))  # 128 x 6
    model = keras.Model(images, x)
    assert train_step.multiplications(model) == 16 * 300 + 16 * 72 + 768


def test_a_row_has_medians_spreads_and_ratios(train_step):
    found = {"fit": [90.0, 100.0, 110.0], "step": [80.0] * 3, "keras": [125.0] * 3}
    row = train_step.row("dcgan", {**found, "torch": [200.0] * 3})
    assert "| 100.0 (90.0 to 110.0) |" in row
    assert "3g + 8d / 4g + 8d = 0.91x" in row
    assert "0.80x (0.72x)" in row
    assert "0.50x (0.45x)" in row
    assert "+25.0 % (+12.5 %)" in row
