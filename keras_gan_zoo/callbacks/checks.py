"""Which models a callback is for."""

from typing import Any


def check_generates(model: Any, expected: str) -> None:
    """Refuse a model that is no GAN.

    Args:
        model: what a callback is set to.
        expected: str, what it is for, and what there is for other models.

    Raises:
        ValueError: the model can't `generate`.
    """
    if not hasattr(model, "generate"):
        raise ValueError(f"{expected} Received: a model of type {type(model).__name__}")
