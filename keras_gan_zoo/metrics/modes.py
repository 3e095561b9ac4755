"""Mode coverage and reverse KL divergence."""

import numpy as np

from keras_gan_zoo.metrics.checks import check_labels
from keras_gan_zoo.typing import ArrayLike


def mode_coverage(
    labels: ArrayLike, num_modes: int, real_labels: ArrayLike | None = None
) -> dict[str, float]:
    """How many modes a generator covers, and how unevenly.

    Metz et al. 2017, arXiv:1611.02163, section 3.3.1, and Srivastava et al. 2017,
    arXiv:1705.07761, section 4.1: a classifier determines the mode of each sample. A
    mode counts if any sample is in it. The reverse KL divergence is sum g log(g / r)
    over the modes, with the generated frequencies g and the real ones r, the natural
    logarithm, and 0 log 0 = 0. Both depend on the number of samples: in these papers
    25,600 and 26,000.

    Stacked-MNIST has 1000 modes: a classifier reads a digit from each of the three
    channels, and the mode is `100 * red + 10 * green + blue`.

    Args:
        labels: n integers from 0 to num_modes - 1, the mode of each generated sample.
        num_modes: int.
        real_labels: m integers, the modes of real samples; `None` assumes that all
            modes are equally frequent.

    Returns:
        dict: `"modes"`, int, and `"reverse_kl"`, float in nats, 0 for equal
        frequencies, at most log(num_modes) without `real_labels`, and `inf` if a sample
        is in a mode that no real one is in.

    Raises:
        ValueError: labels that are not integers, or not from 0 to num_modes - 1.

    Example:

    >>> mode_coverage([0, 0, 1, 1], num_modes=4)  # half of the modes: log 2
    {'modes': 2, 'reverse_kl': 0.6931471805599453}
    """
    counts = _counts(labels, "labels", num_modes)
    if real_labels is None:
        return mode_coverage_of_counts(counts)
    return mode_coverage_of_counts(
        counts, _counts(real_labels, "real_labels", num_modes)
    )


def mode_coverage_of_counts(
    counts: ArrayLike, real_counts: ArrayLike | None = None
) -> dict[str, float]:
    """`mode_coverage` of samples of which only the number in each mode is known.

    Args:
        counts: integers, one per mode.
        real_counts: the same for real samples, or None for equal frequencies.

    Returns:
        dict, see `mode_coverage`.

    Raises:
        ValueError: no samples, counts below 0, or not as many of both.

    Example:

    >>> mode_coverage_of_counts([2, 2, 0, 0])
    {'modes': 2, 'reverse_kl': 0.6931471805599453}
    """
    generated = _shares(counts, "counts")
    if real_counts is None:
        real_counts = np.ones(len(generated))
    real = _shares(real_counts, "real_counts")
    if len(real) != len(generated):
        raise ValueError(
            "`counts` and `real_counts` must have one number for each mode. Received: "
            f"{len(generated)} and {len(real)} modes"
        )
    held = generated > 0
    with np.errstate(divide="ignore"):
        ratios = np.log(generated[held]) - np.log(real[held])
    divergence = max(float(generated[held] @ ratios), 0.0)
    return {"modes": int(held.sum()), "reverse_kl": divergence}


def _shares(counts, name):
    counts = np.asarray(counts)
    known = counts.ndim == 1 and counts.dtype.kind in "iuf"
    if not (known and (counts >= 0).all() and 0 < counts.sum() < np.inf):
        raise ValueError(
            f"`{name}` must be the number of samples in each mode, 0 or more, and at "
            f"least one in all. Received: {name}={counts!r:.100}"
        )
    return counts / counts.sum()


def _counts(labels, name, num_modes):
    labels = check_labels(labels, name)
    if labels.min() < 0 or labels.max() >= num_modes:
        raise ValueError(
            f"`{name}` must be from 0 to `num_modes - 1`. Received: {name} from "
            f"{labels.min()} to {labels.max()}, num_modes={num_modes}"
        )
    return np.bincount(labels, minlength=num_modes)
