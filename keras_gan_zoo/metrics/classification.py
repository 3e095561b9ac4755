"""Classification accuracy score, and whether samples show the class asked for."""

import numpy as np
from scipy import optimize, special

from keras_gan_zoo.metrics.checks import check_labels, check_pair, check_rows
from keras_gan_zoo.typing import ArrayLike


def classification_accuracy_score(
    generated: ArrayLike,
    generated_labels: ArrayLike,
    real: ArrayLike,
    real_labels: ArrayLike,
    *,
    l2: float = 1.0,
) -> float:
    """Accuracy on real rows of a classifier that was trained on generated rows only.

    Ravuri & Vinyals 2019, arXiv:1905.10887, section 3. They train a ResNet on images;
    here the classifier is multinomial logistic regression *on features*, so a score is
    comparable only with scores from the same extractor. It shows which classes a
    generator leaves out or mixes up.

    Each feature is shifted and scaled to mean 0 and variance 1 over the generated rows.
    The summed cross-entropy plus `l2 / 2` times the squared weights, without biases, is
    convex, and minimised by L-BFGS.

    Args:
        generated: array of shape `(n, d)`.
        generated_labels: n integers, the classes that the samples were made for.
        real: array of shape `(m, d)`.
        real_labels: m integers.
        l2: float, positive, the weight of the penalty.

    Returns:
        float, the share of real rows that are classified correctly. Rows of a class
        that was never generated count as wrong.

    Raises:
        ValueError: labels that don't match their features, wrong shapes, NaN.

    Example:

    >>> generated, real = [[0.0], [1.0], [8.0], [9.0]], [[0.5], [8.5], [8.6], [30.0]]
    >>> classification_accuracy_score(generated, [0, 0, 1, 1], real, [0, 1, 1, 2])
    0.75
    """
    generated, real = check_pair(generated, real)
    generated_labels = check_labels(
        generated_labels, "generated_labels", len(generated)
    )
    real_labels = check_labels(real_labels, "real_labels", len(real))
    if not l2 > 0:
        raise ValueError(f"`l2` must be positive. Received: l2={l2}")
    mean, std = generated.mean(axis=0), generated.std(axis=0)
    std[std <= 1e-12 * np.abs(mean)] = 1.0  # constant up to rounding
    std[std == 0] = 1.0
    classes, targets = np.unique(generated_labels, return_inverse=True)
    weights, biases = _fit((generated - mean) / std, targets, len(classes), l2)
    predicted = classes[np.argmax((real - mean) / std @ weights + biases, axis=1)]
    return float(np.mean(predicted == real_labels))


def label_accuracy(logits: ArrayLike, labels: ArrayLike) -> dict[int | str, float]:
    """The share of samples that a classifier puts into the class they were made for.

    Args:
        logits: array of shape `(n, classes)`, of a classifier whose classes are the
            labels.
        labels: n integers.

    Returns:
        dict: a float for each label, an int, and under `"mean"` the share of all.

    Raises:
        ValueError: labels that don't match their logits, or that the classifier does
            not have, NaN.

    Example:

    >>> label_accuracy([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]], [0, 1, 1])
    {0: 1.0, 1: 0.5, 'mean': 0.6666666666666666}
    """
    logits = check_rows(logits, "logits")
    labels = check_labels(labels, "labels", len(logits))
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(
            "The classes of the classifier must be the labels. Received: labels from "
            f"{labels.min()} to {labels.max()}, logits of {logits.shape[1]} classes"
        )
    right = logits.argmax(axis=1) == labels
    found: dict[int | str, float] = {
        int(label): float(right[labels == label].mean()) for label in np.unique(labels)
    }
    return {**found, "mean": float(right.mean())}


def _fit(rows, targets, count, l2):
    """The weights (d, count) and biases (count,) of the regression."""
    d = rows.shape[1]
    hot = np.eye(count)[targets]

    def objective(parameters):
        parameters = parameters.reshape(d + 1, count)
        weights, biases = parameters[:d], parameters[d]
        logits = rows @ weights + biases
        losses = special.logsumexp(logits, axis=1) - np.sum(hot * logits, axis=1)
        errors = special.softmax(logits, axis=1) - hot
        slope = np.vstack([rows.T @ errors + l2 * weights, errors.sum(axis=0)])
        value = losses.sum() + 0.5 * l2 * np.sum(weights**2)
        return value / len(rows), slope.ravel() / len(rows)

    found = optimize.minimize(
        objective,
        np.zeros((d + 1) * count),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 10_000, "ftol": 1e-14, "gtol": 1e-7},
    )
    parameters = found.x.reshape(d + 1, count)
    return parameters[:d], parameters[d]
