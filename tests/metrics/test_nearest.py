"""Nearest neighbours, and whether samples are nearer to training images."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from keras_gan_zoo.metrics import data_copying, nearest_rows


@pytest.fixture
def sets():
    """Training, unseen and generated rows of one distribution, far from 0."""
    rng = np.random.default_rng(0)
    return rng.normal(1000.0, 1.0, (3, 400, 6)).astype("float32")


def test_equal_to_all_distances(sets, monkeypatch):
    train, rows, _ = sets
    monkeypatch.setattr("keras_gan_zoo.metrics.nearest.PAIRS", 3000)  # several parts
    found, numbers = nearest_rows(rows, train, k=5)
    expected = cdist(rows, train)
    np.testing.assert_allclose(found, np.sort(expected, axis=1)[:, :5], rtol=1e-3)
    np.testing.assert_array_equal(numbers, np.argsort(expected, axis=1)[:, :5])


def test_equal_to_scipy_s_mann_whitney(sets):
    train, unseen, generated = sets
    found = data_copying(generated, unseen, train)
    own, real = (cdist(x, train).min(axis=1) for x in (generated, unseen))
    statistic = stats.mannwhitneyu(real, own).statistic / (len(own) * len(real))
    assert found["nearer"] == pytest.approx(statistic, abs=1e-3)
    low, high = found["nearer_interval"]
    assert low < 0.5 < high
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(2 / (12 * 400)), rel=0.05)
    assert found["ratio"] == pytest.approx(np.median(own) / np.median(real), rel=1e-3)
    assert found["copies"] < 0.04


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_copies_are_counted(sets, share):
    train, unseen, generated = sets
    count = int(share * len(train))
    generated = np.concatenate([train[:count] + 1e-3, generated[count:]])
    found = data_copying(generated, unseen, train)
    assert found["copies"] == pytest.approx(share, abs=0.04)
    assert found["nearer"] == pytest.approx(0.5 + share / 2, abs=0.05)


def test_what_is_wrong_is_said(sets):
    train, unseen, generated = sets
    with pytest.raises(ValueError, match=r"Received: held_out of 1"):
        data_copying(generated, unseen[:1], train)
    with pytest.raises(ValueError, match="Received: k=2, others of shape"):
        nearest_rows(unseen, train[:1])
    with pytest.raises(ValueError, match=r"between 0 and 1.*level=95"):
        data_copying(generated, unseen, train, level=95)


def test_half_precision_counts_as_what_it_holds(sets):
    train, unseen, generated = (100 * (x - 1000).astype("float16") for x in sets)
    wide = [x.astype("float64") for x in (generated, unseen, train)]
    found, numbers = nearest_rows(unseen, train)
    expected, places = nearest_rows(*wide[1:])
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    np.testing.assert_array_equal(numbers, places)
    own = data_copying(generated, unseen, train)
    exact = data_copying(*wide)
    for name in ("nearer", "nearer_interval", "ratio", "copies"):
        assert own[name] == pytest.approx(exact[name], rel=1e-3)
