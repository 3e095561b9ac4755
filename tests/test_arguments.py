"""Numbers that terms, latents, augmentations and callbacks are given are checked."""

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import (
    arguments,
    augmentation,
    auxiliaries,
    callbacks,
    generator_penalties,
    losses,
    optimizers,
    penalties,
    schedules,
)
from keras_gan_zoo.latents import Latents

NO_NUMBER = [float("nan"), float("inf"), "1", True, None, [1]]
NO_COUNT = [-1, 2.5, 2.0, float("nan"), "2", True, [2]]

#: a class, its argument, and numbers that it may not be
NUMBERS = [
    (losses.EnergyMargin, "margin", [-1, 0]),
    (losses.BoundaryEquilibrium, "gamma", [-0.5, 0]),
    (losses.BoundaryEquilibrium, "rate", [-0.1]),
    (losses.MultiHinge, "generator_weight", [-0.1]),
    (losses.TopK, "gamma", [-0.1, 0, 1.5]),
    (losses.TopK, "least", [-0.1, 0, 1.5]),
    (losses.RandomHinge, "least", [-0.1, 1.5]),
    (kgz.R1, "weight", [-1]),
    (kgz.R1, "scale", [-0.1, 0]),
    (penalties.RealGradientPenalty, "target", [-1]),
    (auxiliaries.Classification, "weight", [-1]),
    (auxiliaries.ConditionalContrastive, "temperature", [-1, 0]),
    (auxiliaries.DataToDataCrossEntropy, "margin", [-1.5, 1.5]),
    (auxiliaries.BalancedConsistency, "fake_weight", [-1]),
    (auxiliaries.LatentConsistency, "radius", [-1]),
    (auxiliaries.LeCam, "decay", [-0.1, 1.5]),
    (auxiliaries.Rotations, "generator_weight", [-1]),
    (generator_penalties.PathLength, "decay", [-0.1, 1.5]),
    (generator_penalties.LatentSensitivity, "radius", [-1]),
    (augmentation.ADA, "target", []),
    (augmentation.APA, "images_to_one", [-1, 0]),
    (optimizers.ScheduledAdam, "learning_rate", [-1]),
    (optimizers.ScheduledAdam, "beta_2", [-1, 1]),
    (callbacks.StabilityMonitor, "rate_factor", [0, 1]),
    (callbacks.StabilityMonitor, "saturation", [0, 1]),
    (callbacks.StabilityMonitor, "exploding", [0, 1]),
    (callbacks.StabilityMonitor, "diversity", [-0.1]),
    (callbacks.StabilityMonitor, "repetition", [-0.1]),
    (callbacks.StabilityMonitor, "memorisation", [-0.1]),
]

#: likewise, of whole numbers
COUNTS = [
    (Latents, "normal", []),
    (Latents, "uniform", []),
    (kgz.R1, "every", [0]),
    (losses.TopK, "every", [0]),
    (losses.RandomHinge, "seed", []),
    (generator_penalties.ModeSeeking, "every", [0]),
    (auxiliaries.Information, "continuous", []),
    (auxiliaries.LeCam, "start", []),
    (auxiliaries.PlainReconstruction, "doublings", [0]),
    (augmentation.ADA, "every", [0]),
    (augmentation.Packing, "size", [0]),
    (callbacks.StabilityMonitor, "every", [0]),
    (callbacks.StabilityMonitor, "seed", []),
]

#: lists of whole numbers
LISTS = [
    (Latents, "categorical"),
    (auxiliaries.Information, "categorical"),
    (auxiliaries.Reconstruction, "widths"),
]


def refused(cls, name, value):
    with pytest.raises(ValueError, match=rf"Received: .*{name}="):
        cls(**{name: value})


@pytest.mark.parametrize(("cls", "name", "outside"), NUMBERS)
def test_a_number_is_finite_and_within_its_bounds(cls, name, outside):
    endless = cls is callbacks.StabilityMonitor  # which leaves the sign out
    for value in [*NO_NUMBER, *outside]:
        if not (endless and value == float("inf") and name in ("exploding",)):
            refused(cls, name, value)


@pytest.mark.parametrize(("cls", "name", "outside"), COUNTS)
def test_a_count_is_whole(cls, name, outside):
    for value in [*NO_COUNT, *outside]:
        refused(cls, name, value)


@pytest.mark.parametrize(("cls", "name"), LISTS)
def test_sizes_are_whole(cls, name):
    for value in [(2.5,), (0,), ("3",), (True,), 2.5, "12"]:
        refused(cls, name, value)


@pytest.mark.parametrize("name", ["rows", "columns", "every", "seed"])
def test_samples_are_counted(name, tmp_path):
    for value in NO_COUNT:
        refused(lambda **given: callbacks.SampleGrid(tmp_path, **given), name, value)
        refused(lambda **given: callbacks.TensorBoard(tmp_path, **given), name, value)


@pytest.mark.parametrize("value", ["0.9", True, None])
def test_a_cosine_has_numbers(value):
    for given in ((value, 1, 10), (0, value, 10), (0, 1, value)):
        with pytest.raises(ValueError, match=r"`Cosine` must go .*Received: Cosine"):
            schedules.Cosine(*given)


def test_numbers_of_numpy_are_numbers():
    assert losses.EnergyMargin(np.float32(0.5)).margin == 0.5
    assert Latents(normal=np.int64(3)).dim == 3
    assert arguments.check_count("n", np.uint8(3)) == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"start": -1}, "`start` must be a whole number, 0 or more"),
        ({"start": 1.5}, "`start` must be"),
        ({"start": "1"}, "`start` must be"),
        ({"batch_size": 0}, "`batch_size` must be"),
        ({"batch_size": 2.5}, "`batch_size` must be"),
        ({"truncation": "1"}, "`truncation` must be"),
        ({"truncation": -1}, "`truncation` must be"),
        ({"truncation": float("nan")}, "`truncation` must be"),
        ({"n": True}, "`n` must be"),
        ({"n": 2.0}, "`n` must be"),
    ],
)
def test_what_generate_is_given(given, message, tiny_gan):
    with pytest.raises(ValueError, match=rf"{message}.*Received"):
        tiny_gan().generate(**{"n": 2, "seed": 0, **given})


def test_where_a_walk_begins(tiny_gan):
    gan = tiny_gan()
    for name in ("batches", "batch_size"):
        with pytest.raises(ValueError, match=rf"`{name}` must be .*Received: {name}="):
            gan.standing_statistics(**{name: 0})
    with pytest.raises(ValueError, match=r"`start` must be .*Received: start=-1"):
        gan.sample_latents(2, start=-1)
    with pytest.raises(ValueError, match=r"`ema_half_life` must be .*Received"):
        tiny_gan(ema_half_life=True)
