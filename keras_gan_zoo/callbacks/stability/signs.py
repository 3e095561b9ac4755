"""Signs of trouble, in plain words with what to try."""

from typing import Any, NamedTuple

from keras_gan_zoo.callbacks.stability.samples import Diversity
from keras_gan_zoo.callbacks.stability.series import Cycle

PLAYERS = ("generator", "discriminator")


class Sign(NamedTuple):
    """What is wrong, in one word and in a sentence or two, and the numbers in it.

    `about` is the player, the loss or the class. Of `mends` a return to an earlier
    state with lower learning rates can be expected to help.
    """

    what: str
    text: str
    numbers: dict[str, Any]
    about: str = ""
    mends: bool = True

    @property
    def cause(self) -> tuple[str, str]:
        """What is said once."""
        return self.what, self.about


def not_finite(name: str, value: float) -> Sign:
    """A loss, a gradient or a weight that is NaN or infinite."""
    return Sign(
        "not_finite",
        f"Training has diverged: {name} is {value}. Try lower learning rates, or "
        "another loss or penalty.",
        {name: str(value)},
    )


def saturated(d_loss: float, level: float | None, least: float) -> Sign | None:
    """The discriminator's loss is all but gone.

    Args:
        d_loss: float, its mean over recent steps.
        level: float or None, the loss of a discriminator that can't tell; None for a
            loss that has no end, such as Wasserstein's.
        least: float, the smallest share of `level` that is still learning.
    """
    if level is None or not d_loss < least * level:
        return None
    return Sign(
        "saturated",
        "The discriminator tells real from generated images without an error: its "
        f"loss is {d_loss:.2g}, and {level:.2g} for one that can't tell. There is "
        "little that the generator can learn from it. Try a lower learning rate of "
        "the discriminator, a penalty such as R1, or augmentation if images are few.",
        {"d_loss": d_loss, "d_loss_at_chance": level},
    )


def oscillates(about: str, found: Cycle | None, steps: int = 1) -> Sign | None:
    """A loss, or the weights of a player, go round; `steps` are from value to value."""
    if found is None:
        return None
    period = found.period * steps
    return Sign(
        "oscillation",
        f"The {about} go round and come back every {period} steps, which is "
        f"{found.share:.0%} of how they vary. Try lower learning rates, a smaller "
        "`beta_1`, a penalty such as R1, or an average of the generator "
        "(`ema_half_life`).",
        {"period": period, "share": found.share},
        about,
    )


def gradients(
    player: str, norm: float, usual: float, exploding: float, vanishing: float
) -> Sign | None:
    """A player's gradients are much larger or smaller than at first.

    Args:
        player: `"generator"` or `"discriminator"`.
        norm: float, of recent gradients.
        usual: float, what it was at first.
        exploding: float, times `usual`.
        vanishing: float, times `usual`.
    """
    numbers = {"gradient_norm": norm, "usual": usual}
    if norm > exploding * usual:
        return Sign(
            "exploding_gradients",
            f"The {player}'s gradients explode: their norm is {norm:.2g}, and was "
            f"{usual:.2g} at first. Try a lower learning rate, "
            "`global_clipnorm` in its optimizer, or a penalty or spectral norm in the "
            "discriminator.",
            numbers,
            player,
        )
    if norm < vanishing * usual:
        return Sign(
            "vanishing_gradients",
            f"The {player}'s gradients vanish: their norm is {norm:.2g}, and was "
            f"{usual:.2g} at first, so that it hardly learns. Try another "
            'loss (`"non_saturating"` for `"minimax"`), a penalty such as R1, or a '
            "lower learning rate of the other player.",
            numbers,
            player,
        )
    return None


def collapsed(
    found: Diversity, least: float, nearest: float, about: str = ""
) -> Sign | None:
    """Generated images, all or those of a class, are much more alike than real ones.

    Args:
        found: `Diversity`.
        least: float, the smallest share of real images' distances.
        nearest: float, the same of their distances to their nearest neighbours.
        about: str, the class.
    """
    alike = max(found.pixels, found.components) < least
    repeated = found.nearest < nearest
    if not (alike or repeated) or found.pixels > 1 - 3 * found.spread:
        return None
    if alike:
        seen = f"{found.pixels:.0%} as far from each other as real ones are"
    else:
        seen = f"{found.nearest:.0%} as far from their nearest as real ones are"
    of = f" of class {about}" if about else ""
    return Sign(
        "class_collapse" if about else "collapse",
        f"Generated images{of} are nearly all alike: they are {seen}. Try a penalty "
        "such as R1, `Packing`, minibatch standard deviation or a lower learning rate "
        "of the generator, and go on from a state before this.",
        found._asdict(),
        about,
    )


def memorised(share: float, limit: float, most: float, num_images: int) -> Sign | None:
    """Generated images are copies of training images.

    Args:
        share: float, of the generated images that are.
        limit: float, how near is a copy: see `samples.copies`.
        most: float, the largest share that is no sign.
        num_images: int, training images that were compared with.
    """
    if share <= most:
        return None
    return Sign(
        "memorisation",
        f"{share:.0%} of generated images are all but copies of one of {num_images:,} "
        f"training images: less than {limit:.2g} times as far from it as from the "
        "next, which 1% of real images are. Try more images, augmentation, a stronger "
        "penalty or smaller networks, or take a snapshot from before this.",
        {"share": share, "limit": limit, "num_images": num_images},
        mends=False,
    )
