import itertools

import numpy as np
import pytest
from scipy.special import log_softmax, rel_entr, softmax
from scipy.stats import entropy

from keras_gan_zoo.metrics import inception_score


def scipy_score(logits):
    p = softmax(np.asarray(logits, "float64"), axis=1)
    return np.exp(rel_entr(p, p.mean(axis=0)).sum(axis=1).mean())


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(0, 3, (103, 10))


def test_equals_scipy(logits):
    assert inception_score(logits, splits=1)[0] == pytest.approx(
        scipy_score(logits), rel=1e-12
    )


def test_splits_use_every_row(logits):
    bounds = [i * 103 // 10 for i in range(11)]
    scores = [scipy_score(logits[a:b]) for a, b in itertools.pairwise(bounds)]
    mean, std = inception_score(logits)
    assert mean == pytest.approx(np.mean(scores), rel=1e-12)
    assert std == pytest.approx(np.std(scores, ddof=0), rel=1e-12)


@pytest.mark.parametrize("size", [1e3, 1e6, 3e38])
def test_huge_logits_are_exact(size):
    logits = np.where(np.eye(4, dtype=bool), size, -size)
    assert inception_score(logits, splits=1) == (pytest.approx(4.0, abs=1e-12), 0.0)


def test_closed_forms():
    assert inception_score(np.ones((20, 7)))[0] == pytest.approx(1.0, abs=1e-12)
    rows = np.log([[0.75, 0.25], [0.25, 0.75]])  # ln 2 minus the entropy of 3/4, 1/4
    expected = 2 / np.exp(entropy([0.75, 0.25]))
    assert inception_score(rows, splits=1)[0] == pytest.approx(expected, rel=1e-12)


def test_classes_that_nobody_has_count_for_nothing():
    logits = np.zeros((6, 4))
    logits[:, 2:] = -np.inf
    with pytest.raises(ValueError, match="NaN or infinity"):
        inception_score(logits, splits=1)
    logits[:, 2:] = -1e30
    logits[:3, 0] = logits[3:, 1] = 1e4
    assert inception_score(logits, splits=1)[0] == pytest.approx(2.0, abs=1e-12)


def test_sorted_samples_collapse_unless_shuffled():
    logits = 100.0 * np.eye(10)[np.repeat(np.arange(10), 100)]
    assert inception_score(logits)[0] == pytest.approx(1.0)
    mean, _ = inception_score(logits, shuffle=True, seed=3)
    assert 9 < mean < 10
    assert inception_score(logits, shuffle=True, seed=3)[0] == mean


def test_float16_and_overflow():
    logits = np.random.default_rng(1).normal(0, 5, (50, 10)).astype("float16")
    assert inception_score(logits, 1)[0] == pytest.approx(scipy_score(logits))
    assert np.isfinite(log_softmax(logits.astype("float64"), axis=1)).all()


@pytest.mark.parametrize(
    ("logits", "splits", "match"),
    [
        (np.zeros((9, 3)), 10, "splits=10"),
        (np.zeros((9, 3)), 0, "splits=0"),
        (np.zeros((0, 3)), 1, "at least 1 rows"),
        (np.zeros(9), 1, "matrix"),
        (np.full((9, 3), np.nan), 3, "first of them row 0"),
        (np.zeros((9, 3)), 2.5, "whole number.*splits=2.5"),
        (np.full((9, 4), 0.25), 3, "look like probabilities"),
    ],
)
def test_bad_input(logits, splits, match):
    with pytest.raises(ValueError, match=match):
        inception_score(logits, splits)
