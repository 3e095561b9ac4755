"""Checks of the numbers that `score` is given."""

from collections.abc import Sequence
from typing import Any

from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.scoring.measures import METRICS


def check_integers(optional: bool = False, **given: tuple[Any, int]) -> None:
    """Check for whole numbers, each at least as large as the second value, or None.

    Args:
        optional: bool: None is one, too.
        **given: a name -> the value, and the least that it may be.

    Raises:
        ValueError: one is something else.

    Example:

    >>> check_integers(repeats=(3, 1), splits=(10, 1))
    """
    for name, (value, least) in given.items():
        check_count(name, value, least, optional)


def check_numbers(
    metrics: Sequence[str],
    num_images: int | None,
    seed: int | None = 0,
    batch_size: int | None = None,
    splits: int = 10,
    endless: bool = False,
) -> None:
    """Check the numbers that `score` is given, before there is an image.

    Args:
        metrics: names, as `check_metrics` returns them.
        num_images, seed, batch_size, splits: see `score`.
        endless: bool: samples of a generator, of which there is no "all".

    Raises:
        ValueError: one is no whole number, or there are too few images.
    """
    check_integers(
        optional=True,
        num_images=(num_images, 1),
        batch_size=(batch_size, 1),
        seed=(seed, 0),
    )
    if num_images is not None:
        _check_enough(metrics, num_images, splits)
    elif endless:
        raise ValueError(
            "A generator never ends: say how many images, for example "
            "`num_images=10_000`. Received: num_images=None"
        )


def count_of(
    source: Any,
    num_images: int | None,
    repeats: int,
    metrics: Sequence[str],
    splits: int,
) -> int:
    """How many images of a source are scored, `repeats` times.

    Raises:
        ValueError: the source has fewer, or the metrics need more.
    """
    if num_images is None:
        check_numbers(metrics, None, endless=source.length is None)
        num_images = source.length // repeats
    if source.length is not None and num_images * repeats > source.length:
        raise ValueError(
            "`num_images` (times `repeats`) must not exceed the number of images; "
            f"`num_images=None` uses all. Received: num_images={num_images}, "
            f"repeats={repeats}, a source of {source.length} images"
        )
    _check_enough(metrics, num_images, splits)
    return int(num_images)


def _check_enough(metrics, num_images, splits):
    least = max(METRICS[name].least(splits) for name in metrics)
    if num_images < least:
        raise ValueError(
            f"At least {least} images are needed: 2 for a covariance, one for each of "
            "the Inception Score's splits (8 for IS-infinity), 6 for neighbours, and "
            "16 for FID-infinity. "
            f"Received: num_images={num_images}, splits={splits}"
        )
