"""Inception Score."""

import itertools

import numpy as np
from scipy import special

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.metrics.checks import check_rows, refuse_probabilities
from keras_gan_zoo.typing import ArrayLike


def inception_score(
    logits: ArrayLike, splits: int = 10, shuffle: bool = False, seed: int = 0
) -> tuple[float, float]:
    """exp of the mean KL divergence between p(y|x) and p(y), over splits.

    Salimans et al. 2016, arXiv:1606.03498, section 4. With the natural logarithm,
    float64, and p log p = 0 at p = 0, so that logits of any size are exact. The score
    is between 1 and the number of classes. It grows with the rows per split: compare
    only scores with equal `len(logits)` and `splits`.

    Args:
        logits: array of shape `(n, classes)`, before the softmax, from any
            classifier.
        splits: int. Split i has the rows from `i * n // splits` to
            `(i + 1) * n // splits`, as in the original code: no row is dropped.
        shuffle: bool. Rows sorted by class must be shuffled, or each split sees only
            one class and the score collapses to 1.
        seed: int, for the shuffling.

    Returns:
        `(mean, std)` over the splits, floats, the std with ddof 0 as in the original
        code. It is the spread over splits, not a confidence interval.

    Raises:
        ValueError: fewer rows than splits, NaN, a wrong shape, or probabilities.

    Example:

    >>> mean, std = inception_score(1000 * np.eye(4), splits=1)
    >>> round(mean, 6), std
    (4.0, 0.0)
    """
    logits = check_rows(logits, "logits")
    refuse_probabilities(logits)
    if not (is_whole(splits) and 1 <= splits <= len(logits)):
        raise ValueError(
            "`splits` must be a whole number between 1 and the number of rows in "
            "`logits`. "
            f"Received: splits={splits}, logits of shape {logits.shape}"
        )
    if shuffle:
        logits = np.random.default_rng(seed).permutation(logits)
    bounds = np.arange(splits + 1) * len(logits) // splits
    sums = [class_sums(logits[a:b]).sum(axis=0) for a, b in itertools.pairwise(bounds)]
    scores = score_of_sums(np.array(sums))
    return float(np.mean(scores)), float(np.std(scores))


def class_sums(logits: ArrayLike) -> np.ndarray:
    """The parts of a score, one row per sample: 1, the entropy of p, and p.

    Args:
        logits: array of shape `(n, classes)`.

    Returns:
        float64 array of shape `(n, 2 + classes)`; `score_of_sums` needs only sums over
        its rows.

    Example:

    >>> class_sums([[0.0, 0.0]])  # the entropy is log 2
    array([[1.        , 0.69314718, 0.5       , 0.5       ]])
    """
    p = special.softmax(np.asarray(logits, "float64"), axis=1)
    return np.column_stack([np.ones(len(p)), special.entr(p).sum(axis=1), p])


def score_of_sums(sums: np.ndarray) -> np.ndarray:
    """The Inception Score of samples, from the sums of their `class_sums`.

    exp of E KL(p || marginal) = H(marginal) - E H(p).

    Args:
        sums: array of shape `(..., 2 + classes)`, sums of rows of `class_sums`.

    Returns:
        float64 array of shape `(...)`.

    Example:

    >>> sums = class_sums(1000 * np.eye(4)).sum(axis=0)
    >>> print(score_of_sums(sums).round(6))
    4.0
    """
    means = sums[..., 1:] / sums[..., :1]
    entropy, marginal = means[..., 0], means[..., 1:]
    divergence = special.entr(marginal).sum(axis=-1) - entropy
    return np.exp(divergence.clip(0.0))
