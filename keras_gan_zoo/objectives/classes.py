"""What a GAN must have for what reads classes, or anything else of single images."""

from typing import Any


def check_single(gan: Any, what: str) -> None:
    """Raise an error if a logit is of several images, for `what` looks at each one.

    Raises:
        ValueError: the augmentation packs images.
    """
    if gan.augmentation is not None and gan.augmentation.packs:
        raise ValueError(
            f"`{what}` is of each image by itself, and the augmentation has the "
            "discriminator judge several images at once: leave one of them out, for "
            f"example by `augmentation=None`. Received: {what} with "
            f"{type(gan.augmentation).__name__}({gan.augmentation.get_config()})"
        )


def check_classes(gan: Any, term: Any, logits: int | None = None) -> None:
    """Raise an error for a GAN without classes, or with logits of others.

    Args:
        gan: a `GAN` with a discriminator.
        term: a loss or an auxiliary, with `reads`.
        logits: int, how many each output that it reads must have; None for any.

    Raises:
        ValueError: the message says which.
    """
    name = getattr(term, "name", type(term).__name__)
    check_single(gan, name)
    if gan.num_classes is None:
        raise ValueError(
            f"`{name}` learns from labels, so the GAN needs `num_classes`, for example "
            "10. Received: num_classes=None"
        )
    found = {read: gan.discriminator.output[read].shape[-1] for read in term.reads}
    if logits is not None and set(found.values()) != {logits}:
        raise ValueError(
            f"`{name}` needs {logits} logits in each of the discriminator's outputs "
            f"{', '.join(found)}, for `num_classes={gan.num_classes}`. Received: "
            + ", ".join(f"{count} in `{read}`" for read, count in found.items())
        )
