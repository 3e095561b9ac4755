"""A GAN described in words, for its card and for `keras-gan-zoo show`."""

from keras_gan_zoo import losses
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.schedules import Schedule, readable
from keras_gan_zoo.scoring import tables

MOST_NAMES = 20


def latents_of(gan: GAN) -> str:
    """The latents, as in `"100, normal"` or `"62 normal, 2 uniform, a code of 10"`."""
    latents = gan.latents
    if latents is None:
        return f"{gan.latent_dim}, {gan.latent_distribution}"
    counts = ((latents.normal, "normal"), (latents.uniform, "uniform"))
    words = [f"{count} {law}" for count, law in counts if count]
    return ", ".join([*words, *(f"a code of {size}" for size in latents.categorical)])


def labels_of(gan: GAN) -> str | None:
    """The classes, such as `"2: cat, dog"`; None for an unconditional GAN."""
    if gan.num_classes is None:
        return None
    if not gan.label_names:
        return f"{gan.num_classes} classes"
    names = ", ".join(map(tables.plain, gan.label_names[:MOST_NAMES]))
    more = ", ..." if gan.num_classes > MOST_NAMES else ""
    return f"{gan.num_classes}: {names}{more}"


def code_of(gan: GAN) -> int | None:
    """The size of the first code among the latents; None if there is none."""
    latents = gan.latents
    return latents.categorical[0] if latents and latents.categorical else None


def average_of(gan: GAN) -> str:
    """The half-life of the averaged weights, such as `"half-life of 10000 images"`."""
    half_life = gan.ema_half_life
    if half_life is None:
        return "no"
    if isinstance(half_life, Schedule):
        return f"half-life {readable(half_life)}, of the images seen"
    return f"half-life of {half_life:.0f} images"


def loss_of(gan: GAN) -> str:
    """The loss's name."""
    loss = losses.serialize(gan.objective)
    return loss if isinstance(loss, str) else loss["class_name"]


def terms_of(gan: GAN) -> list[str]:
    """The names of all terms that are added to the losses, and of the augmentation."""
    terms = [*gan.penalties, *gan.auxiliaries, *gan.generator_penalties]
    terms += [gan.augmentation] if gan.augmentation is not None else []
    return [term.name for term in terms]
