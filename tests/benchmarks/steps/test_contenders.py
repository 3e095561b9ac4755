"""Each contender runs a tiny case, and shares its losses with ours."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.objectives import losses

torch = pytest.importorskip("torch")

#: the contenders of TensorFlow
on_tensorflow = pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="written for TensorFlow"
)
REAL = np.array([[0.5], [-1.5], [2.0]], "float32")
FAKE = np.array([[-0.5], [1.5], [0.1]], "float32")
NAMES = ("minimax", "non_saturating", "wasserstein", "hinge", "relativistic_paired")


@pytest.fixture
def tiny(benchmark_module):
    cases = benchmark_module("steps.cases")
    networks = {"generator_widths": (4,), "mapping_width": 4, "mapping_layers": 1}
    return cases.CASES["stylegan2 64x64 DiffAugment"]._replace(
        batch=2, image_shape=(4, 4, 3), networks=networks
    )


def check_losses(found, tensor, name):
    ours = losses.get(name)
    d_loss, g_loss = found.losses(name)
    real, fake = tensor(REAL), tensor(FAKE)
    expected = ours.discriminator_loss(REAL, FAKE)
    assert float(d_loss(real, fake)) == pytest.approx(float(expected), rel=1e-5)
    seen = (REAL,) if ours.relativistic else ()
    expected = ours.generator_loss(FAKE, *seen)
    assert float(g_loss(fake, lambda: real)) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_torch_has_our_losses(benchmark_module, name):
    check_losses(benchmark_module("steps.torch_loop"), torch.tensor, name)


@on_tensorflow
@pytest.mark.parametrize("name", NAMES)
def test_the_step_by_hand_has_our_losses(benchmark_module, name):
    check_losses(benchmark_module("steps.by_hand"), keras.ops.convert_to_tensor, name)


def check_augmented(found):
    """Translated and cut, each image by itself, and the rest of it recoloured."""
    assert found.shape == (64, 16, 16)
    assert np.isfinite(found).all()
    zeros = (found == 0).mean(axis=(1, 2))
    # A quarter of the hole at least, and with it two rows and two columns at most.
    assert 256 * zeros.min() >= 16
    assert 256 * zeros.max() <= 64 + 60
    assert len(set(np.round(zeros, 3))) > 5
    assert len(set(np.round(found.max(axis=(1, 2)), 3))) > 32


def test_torch_augments_as_published(benchmark_module):
    augment = benchmark_module("steps.torch_loop").diff_augment
    torch.manual_seed(0)
    check_augmented(augment(torch.full((64, 3, 16, 16), 3.0))[:, 0].numpy())


@on_tensorflow
def test_the_step_by_hand_augments_as_published(benchmark_module):
    augment = benchmark_module("steps.by_hand").diff_augment
    check_augmented(augment(keras.ops.full((64, 16, 16, 3), 3.0))[..., 0].numpy())


def test_the_torch_loop_runs(benchmark_module, monkeypatch, tiny):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    run, _ = benchmark_module("steps.torch_loop").torch(tiny)
    assert run(5) > 0  # with both penalties, with none, with the path length


@pytest.fixture
def lazy(benchmark_module, monkeypatch):
    """A tiny case that is quickly traced, with R1 at every second step."""
    cases = benchmark_module("steps.cases")
    penalties = [kgz.R1(1.0, every=2)]
    monkeypatch.setattr(cases.Case, "discriminator_penalties", penalties)
    widths = {"generator_widths": (2,), "discriminator_widths": (2,)}
    return cases.CASES["dcgan r1"]._replace(
        batch=2, image_shape=(8, 8, 1), networks={**cases.NO_NORM, **widths}
    )


@on_tensorflow
def test_the_step_by_hand_is_traced_for_each_set_of_penalties(benchmark_module, lazy):
    run, traces = benchmark_module("steps.by_hand").keras(lazy)
    assert run(3) > 0
    assert set(traces) == {("r1_penalty",), ()}


@on_tensorflow
def test_our_step_is_not_traced_after_the_second(benchmark_module, lazy):
    run, traces = benchmark_module("steps.ours").step(lazy)
    run(2)
    known = len(traces)
    assert known
    run(3)
    assert len(traces) == known


@on_tensorflow
def test_the_path_length_by_hand(benchmark_module):
    import tensorflow as tf

    g, _ = kgz.StyleGAN2.networks((4, 4, 3), generator_widths=(4,), mapping_width=4)
    path_length = benchmark_module("steps.by_hand").path_length_of(g, 2, 512)
    with tf.GradientTape() as tape:
        first = path_length()
    (kernel,) = (v for v in g.trainable_variables if "grid_0_conv" in v.path)
    assert np.abs(tape.gradient(first, kernel.value).numpy()).max() > 0
    assert float(first) > 0


def test_traces_are_counted(benchmark_module):
    class Model:
        def train_step(self, data):
            return data + 1

    model = Model()
    traces = benchmark_module("steps.ours").count_traces(model)
    assert (model.train_step(1), model.train_step(2), len(traces)) == (2, 3, 2)
