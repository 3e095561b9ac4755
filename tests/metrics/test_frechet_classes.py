import numpy as np
import pytest
from scipy import linalg

from keras_gan_zoo.metrics import class_frechet_distances, frechet_distance


def by_sqrtm(x, y):
    gap = x.mean(axis=0) - y.mean(axis=0)
    c1, c2 = np.cov(x.T), np.cov(y.T)
    return gap @ gap + np.trace(c1 + c2 - 2 * linalg.sqrtm(c1 @ c2).real)


def test_each_class_by_itself():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(300, 4)), rng.normal(size=(250, 4))
    own, others = rng.integers(0, 3, 300) * 5, rng.integers(0, 3, 250) * 5
    x += own[:, None]
    distances = class_frechet_distances(x, own, y, others)
    expected = {c: by_sqrtm(x[own == c], y[others == c]) for c in (0, 5, 10)}
    expected["mean"] = np.mean(list(expected.values()))
    assert list(distances) == [0, 5, 10, "mean"]
    assert distances == pytest.approx(expected, rel=1e-9)


def test_swapped_classes_show_only_here():
    """The marginal distance of a generator that ignores its labels is 0."""
    rows = np.random.default_rng(1).normal(size=(100, 3))
    rows[:50] += 9
    labels = np.repeat([0, 1], 50)
    assert frechet_distance(rows, rows) == 0.0
    assert class_frechet_distances(rows, 1 - labels, rows, labels)["mean"] > 200


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([0, 0, 1, 1, 1], "one label for each row"),
        ([0, 0, 0, 1], "1 generated rows of class 1"),
        ([0, 0, 2, 2], "0 generated rows of class 1"),
        ([0.0, 0.0, 1.0, 1.0], "vector of integers"),
        ([[0], [0], [1], [1]], "vector of integers"),
        ([0, 0, 0, 0], "0 generated rows of class 1"),
    ],
)
def test_bad_labels(labels, match):
    rows = np.zeros((4, 2))
    with pytest.raises(ValueError, match=match):
        class_frechet_distances(rows, labels, rows, [0, 0, 1, 1])
