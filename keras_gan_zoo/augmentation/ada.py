from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import is_number
from keras_gan_zoo.augmentation.adaptive import AdaptiveAugmentation, Probability
from keras_gan_zoo.augmentation.transforms import (
    colors,
    corruptions,
    filters,
    geometry,
)
from keras_gan_zoo.augmentation.transforms.draws import NUMBERS, Draws
from keras_gan_zoo.typing import Draw, Tensor

#: the groups, by their published names
GROUPS = {
    "blit": ("xflip", "rotate90", "xint"),
    "geom": ("scale", "rotate", "aniso", "xfrac"),
    "color": colors.TRANSFORMS,
    "filter": ("imgfilter",),
    "noise": ("noise",),
    "cutout": ("cutout",),
}

#: "bg", "bgc", "bgcf", "bgcfn", "bgcfnc": the first two, three, ... groups
PIPES = {
    "".join(name[0] for name in list(GROUPS)[:n]): list(GROUPS)[:n]
    for n in range(2, len(GROUPS) + 1)
}


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class ADA(AdaptiveAugmentation):
    """Adaptive discriminator augmentation (Karras et al. 2020).

    Each image gets each of 18 transforms with a probability that rises while the
    discriminator overfits: flips, quarter turns and whole translations ("blit");
    scaling, rotation, stretching and translation ("geom"); brightness, contrast, flip
    of luma, hue and saturation ("color"); gains of four frequency bands ("filter");
    "noise"; and a "cutout". arXiv:2006.06676, section 3 and appendix B.

    Args:
        policy: `"bgc"`, the first three groups, or `"bg"`, `"bgcf"`, `"bgcfn"`,
            `"bgcfnc"`; the name of one group; or a dict of multipliers of the
            probability, from 0 to 1, by groups or by the published names of single
            transforms. R3GAN's is `{"blit": 1, "geom": 1, "color": 0.5, "cutout": 1}`.
        p: None for a probability that adapts, from 0 on; a number in [0, 1] for a fixed
            one; or a `keras.optimizers.schedules` schedule of the images seen.
        target: float, the mean sign of the real logits that is aimed at.
        images_to_one: int, how many real images the probability takes from 0 to 1.
        every: int, discriminator updates from one change of it to the next.
        name: str.

    Images have one channel or three if there are transforms of colors; of one channel
    they change the brightness alone.

    Example:

    >>> ADA("bg").get_config()["p"] is None
    True
    """

    def __init__(
        self,
        policy: str | Mapping[str, float] = "bgc",
        p: Probability = None,
        target: float = 0.6,
        images_to_one: int = 500_000,
        every: int = 4,
        name: str = "ada",
    ) -> None:
        super().__init__(p, target, images_to_one, every, name)
        self.policy = policy if isinstance(policy, str) else dict(policy)
        self._multipliers = _multipliers(policy)

    def call(self, images: Tensor, draw: Draw) -> Tensor:
        self.compute_output_shape(images.shape)
        multipliers = dict(self._multipliers)
        if images.shape[3] == 1:  # grey has neither
            for name in ("hue", "saturation"):
                multipliers.pop(name, None)
        draws = Draws(draw, ops.shape(images)[0], multipliers, self.probability)
        if _any(geometry.TRANSFORMS, draws):
            images = geometry.transform(images, draws)
        if _any(colors.TRANSFORMS, draws):
            images = colors.transform(images, draws)
        if "imgfilter" in draws:
            images = filters.transform(images, draws)
        if "noise" in draws:
            images = corruptions.add_noise(images, draws, draw)
        if "cutout" in draws:
            images = corruptions.cut_out(images, draws)
        return images

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        if input_shape[3] not in (1, 3) and _any(colors.TRANSFORMS, self._multipliers):
            raise ValueError(
                "Transforms of colors need images of one channel or three: use "
                '`augmentation=ADA(policy="bg")`, or `augmentation=None`. '
                f"Received: {input_shape[3]} channels"
            )
        return super().compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "policy": self.policy}


def _any(names, among):
    return any(name in among for name in names)


def _multipliers(policy):
    """Of each transform that is used, in the published order."""
    given = policy
    if isinstance(policy, str):
        given = dict.fromkeys(PIPES.get(policy, [policy]), 1.0)
    found = {}
    for name, value in given.items():
        if (name not in GROUPS and name not in NUMBERS) or not (
            is_number(value) and 0 <= value <= 1
        ):
            raise ValueError(
                f"`policy` must be one of {', '.join([*PIPES, *GROUPS])}, or a dict of "
                "multipliers from 0 to 1 by groups or by single transforms: "
                f"{', '.join(NUMBERS)}. Received: policy={policy!r}"
            )
        found.update(dict.fromkeys(GROUPS.get(name, (name,)), float(value)))
    return {name: found[name] for name in NUMBERS if found.get(name)}
