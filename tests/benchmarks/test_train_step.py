import keras
import pytest

from keras_gan_zoo.networks import biggan_discriminator, stylegan2_generator

FOUND = {"fit": [90.0, 100.0, 110.0], "step": [80.0] * 3, "keras": [125.0] * 3}


@pytest.fixture
def cases(benchmark_module):
    return benchmark_module("steps.cases").CASES


@pytest.fixture
def arithmetic(benchmark_module):
    return benchmark_module("steps.arithmetic")


@pytest.fixture
def tables(benchmark_module):
    return benchmark_module("steps.tables")


@pytest.mark.parametrize(
    ("case", "ours", "by_hand"),
    [
        ("dcgan", (3, 8), (4, 8)),
        ("dcgan minimax simultaneous", (3, 6), (4, 8)),
        ("dcgan simultaneous", (3, 7), (4, 8)),
        ("dcgan r1", (3, 11), (4, 14)),
        ("hinge r1 r2", (3, 14), (4, 20)),
        ("wgan_gp", (7, 62), (8, 62)),
        ("projection 32x32", (3, 8), (4, 8)),
        ("sngan 32x32", (7, 32), (8, 32)),
        ("biggan 32x32", (4, 14), (5, 14)),
        # R1 at every 16th step, the path length at every 4th
        ("stylegan2 64x64", (3 + 3 / 4, 8 + 3 / 16), (4 + 6 / 4, 8 + 6 / 16)),
        # R1, R2, and a look at real images in the generator's loss
        ("r3gan 32x32", (3, 15), (4, 21)),
    ],
)
def test_passes_of_an_iteration(arithmetic, cases, case, ours, by_hand):
    assert arithmetic.passes(cases[case], shared=True) == ours
    assert arithmetic.passes(cases[case], shared=False) == by_hand


def test_multiplications_of_a_forward_pass(arithmetic):
    x = images = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 5, 2, "same")(x)  # 16 places of 5x5x3x4
    x = keras.layers.Conv2D(8, 1, groups=2)(x)  # 16 places of 2x8
    x = keras.layers.Conv2DTranspose(2, 3, 2, "same")(x)  # 16 places of 3x3x2x8
    x = keras.layers.Dense(6)(keras.layers.Flatten()(x))  # 128 x 6
    model = keras.Model(images, x)
    expected = 16 * 300 + 16 * 16 + 16 * 144 + 768
    assert arithmetic.multiplications(model) == expected


def test_multiplications_of_attention_and_styles(arithmetic):
    generator = stylegan2_generator((8, 8, 3), 5, (4, 2), mapping_width=6)
    mapping = 5 * 6 + 6 * 6
    styles = 6 * (4 + 4 + 4 + 2 + 2)
    grids = 16 * (9 * 16 + 4 * 3) + 16 * 9 * 8 + 64 * (9 * 4 + 2 * 3)
    assert arithmetic.multiplications(generator) == mapping + styles + grids
    with_attention, without = (
        biggan_discriminator((8, 8, 3), (8,), attention=size) for size in (64, None)
    )
    # 16 places; theta and phi of 1 channel, g of 4, o back to 8; 4 places to look at
    attention = 16 * (8 * (1 + 1 + 4 + 4) + 4 * (1 + 4))
    assert arithmetic.multiplications(with_attention) == (
        arithmetic.multiplications(without) + attention
    )


def test_a_row_of_another_backend(tables):
    found = {**FOUND, "torch": [200.0] * 3, "tensorflow": [50.0] * 3}
    row = tables.row_elsewhere("dcgan", found)
    assert "| 200.0 (200.0 to 200.0) | 50.0 (50.0 to 50.0) |" in row
    assert "| 0.50x (0.45x) | 2.00x (1.80x) | 1.25x (1.12x) |" in row
    text = tables.table_elsewhere([row], 3, "jax")
    assert "`python benchmarks/train_step.py --backend jax --rounds 3`" in text


def test_a_row_has_medians_spreads_and_ratios(tables):
    row = tables.row("dcgan", {**FOUND, "torch": [200.0] * 3})
    assert "| 100.0 (90.0 to 110.0) |" in row
    assert "3g + 8d / 4g + 8d = 0.91x" in row
    assert "0.80x (0.72x)" in row
    assert "0.50x (0.45x)" in row
    assert "+25.0 % (+12.5 %)" in row


def test_memory_and_traces_have_a_row(tables):
    peaks = {"step": (630.0, 120.0), "keras": (600.0, 100.0)}
    row = tables.process_row("dcgan", peaks, {"fit": 0, "step": 1, "keras": 4})
    assert row == "| dcgan | 630 (120) | 600 (100) | 1.05x (1.20x) | 0 | 1 |"
    assert row in tables.tables([], [], [row], rounds=1)


def test_blocks_are_whole_cycles_of_lazy_penalties(benchmark_module, cases):
    whole = benchmark_module("train_step").whole
    assert cases["dcgan"].cycle == 1
    assert cases["stylegan2 64x64"].cycle == 16
    assert whole(7.4, 1) == 7
    assert whole(1, 1) == 5
    assert whole(17, 16) == 32
