import numpy as np
import pytest

from keras_gan_zoo.metrics import classification_accuracy_score, label_accuracy


@pytest.fixture
def blobs():
    """Five overlapping classes, generated and real, and their labels."""
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 1.5, (5, 8))
    labels, real_labels = rng.integers(0, 5, 400) * 3, rng.integers(0, 5, 1500) * 3
    x = centres[labels // 3] + rng.normal(size=(400, 8))
    y = centres[real_labels // 3] + rng.normal(0, 1.1, (1500, 8))
    return x, labels, y, real_labels


@pytest.mark.parametrize("l2", [1.0, 0.1, 100.0])
@pytest.mark.parametrize(
    ("scale", "offset"), [(1.0, 0.0), (1e-6, 0.0), (1.0, 1000.0), (1.0, 1e6)]
)
def test_equals_scikit_learn(blobs, l2, scale, offset):
    linear_model = pytest.importorskip("sklearn.linear_model", reason="a dev extra")
    x, labels, y, real_labels = blobs
    x, y = x * scale + offset, y * scale + offset
    mean, std = x.mean(axis=0), x.std(axis=0)
    model = linear_model.LogisticRegression(C=1 / l2, tol=1e-10, max_iter=10_000)
    model.fit((x - mean) / std, labels)
    expected = model.score((y - mean) / std, real_labels)
    assert 0.5 < expected < 0.99
    found = classification_accuracy_score(x, labels, y, real_labels, l2=l2)
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_constant_feature_and_one_that_varies_only_in_real(blobs):
    x, labels, y, real_labels = blobs
    plain = classification_accuracy_score(x, labels, y, real_labels)
    x = np.column_stack([x, np.full(len(x), 0.1)])
    y = np.column_stack([y, np.linspace(-9, 9, len(y))])
    assert classification_accuracy_score(x, labels, y, real_labels) == plain


def test_two_classes_and_fewer_rows_than_dimensions():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(6, 50)), rng.normal(size=(100, 50))
    labels, real_labels = np.arange(6) % 2, np.arange(100) % 2
    x[labels == 1] += 1
    y[real_labels == 1] += 1
    assert classification_accuracy_score(x, labels, y, real_labels) > 0.9


def test_what_a_generator_leaves_out_is_wrong(blobs):
    x, labels, y, real_labels = blobs
    kept = labels != 6
    score = classification_accuracy_score(x[kept], labels[kept], y, real_labels)
    others = real_labels != 6
    among = classification_accuracy_score(
        x[kept], labels[kept], y[others], real_labels[others]
    )
    assert score == pytest.approx(among * others.mean(), rel=1e-12)


def test_a_generator_of_one_class(blobs):
    x, _, y, real_labels = blobs
    score = classification_accuracy_score(x, np.full(len(x), 3), y, real_labels)
    assert score == np.mean(real_labels == 3)


def test_float16_features(blobs):
    x, labels, y, real_labels = blobs
    wide = classification_accuracy_score(x, labels, y, real_labels)
    narrow = classification_accuracy_score(
        x.astype("float16"), labels, y.astype("float16"), real_labels
    )
    assert narrow == pytest.approx(wide, abs=0.01)


@pytest.mark.parametrize(
    ("labels", "l2", "match"),
    [
        ([0, 1], 1.0, "one label for each row"),
        ([0.0, 1.0, 1.0], 1.0, "vector of integers"),
        ([0, 1, 1], 0.0, "`l2` must be positive"),
    ],
)
def test_bad_input(labels, l2, match):
    rows = np.arange(6.0).reshape(3, 2)
    with pytest.raises(ValueError, match=match):
        classification_accuracy_score(rows, labels, rows, [0, 1, 1], l2=l2)


def test_nan():
    rows = np.array([[0.0], [np.nan]])
    with pytest.raises(ValueError, match="first of them row 1"):
        classification_accuracy_score(rows, [0, 1], rows, [0, 1])


def test_label_accuracy_counts_each_class():
    logits = np.eye(4)[[0, 1, 1, 3, 2, 2]]
    found = label_accuracy(logits, [0, 1, 3, 3, 2, 1])
    assert found == {0: 1.0, 1: 0.5, 2: 1.0, 3: 0.5, "mean": pytest.approx(4 / 6)}
    with pytest.raises(ValueError, match="labels from 0 to 4, logits of 4 classes"):
        label_accuracy(logits, [0, 1, 2, 3, 4, 0])
