"""Inception Score."""

import itertools

import numpy as np

from keras_gan_zoo.metrics.checks import check_rows


def inception_score(logits, splits=10, shuffle=False, seed=0):
    """exp of the mean KL divergence between p(y|x) and p(y), over splits.

    Salimans et al. 2016, arXiv:1606.03498, section 4. Natural logarithm, float64,
    p log p = 0 at p = 0, so that logits of any size are exact. The score lies
    between 1 and the number of classes. It grows with the rows in a split: compare
    scores of equal `len(logits)` and `splits` only.

    Args:
        logits: array of shape `(n, classes)`, before the softmax, from any
            classifier.
        splits: int. Split i holds the rows `i * n // splits` to
            `(i + 1) * n // splits`, as in the original code: no row is dropped.
        shuffle: bool. Rows sorted by class must be shuffled, or each split sees
            one class and the score collapses to 1.
        seed: int, for the shuffling.

    Returns:
        `(mean, std)` over the splits, floats, std with ddof 0 as in the original
        code. The std is the spread over splits, not a confidence interval.

    Raises:
        ValueError: fewer rows than splits, NaN, or a wrong shape.

    Example:

    >>> mean, std = inception_score(1000 * np.eye(4), splits=1)
    >>> round(mean, 6), std
    (4.0, 0.0)
    """
    logits = check_rows(logits, "logits")
    if not 1 <= splits <= len(logits):
        raise ValueError(
            "`splits` must be between 1 and the number of rows in `logits`. "
            f"Received: splits={splits}, logits of shape {logits.shape}"
        )
    if shuffle:
        logits = np.random.default_rng(seed).permutation(logits)
    bounds = np.arange(splits + 1) * len(logits) // splits
    scores = [_score(logits[a:b]) for a, b in itertools.pairwise(bounds)]
    return float(np.mean(scores)), float(np.std(scores))


def _score(logits):
    log_p = logits - logits.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    marginal = p.mean(axis=0)
    # E KL(p || marginal) = H(marginal) - E H(p). Where exp underflows to 0, log_p is
    # finite and p * log_p = 0; a class that no row has is left out of H(marginal).
    held = marginal[marginal > 0]
    divergence = np.mean(np.sum(p * log_p, axis=1)) - np.sum(held * np.log(held))
    return np.exp(max(divergence, 0.0))
