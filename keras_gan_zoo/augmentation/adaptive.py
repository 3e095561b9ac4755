from typing import Any, TypeAlias

import keras
from keras import ops

from keras_gan_zoo.arguments import check_count, check_real, is_number
from keras_gan_zoo.augmentation.base import Augmentation
from keras_gan_zoo.configs import from_config, native
from keras_gan_zoo.schedules import Schedule, Weight, weight_at, weight_config
from keras_gan_zoo.typing import Tensor

Probability: TypeAlias = Weight | None


class AdaptiveAugmentation(Augmentation):
    """Base class of augmentations with a probability that follows the discriminator.

    `probability` rises while the discriminator overfits, and falls otherwise: every few
    updates it moves by a constant, in the direction of r_t - `target`, where r_t is the
    mean sign of the logits of the real images since (Karras et al. 2020, eq. 1 and
    section 3.1). It stays in [0, 1]. arXiv:2006.06676.

    Args:
        p: None for a probability that adapts, from 0 on; a number in [0, 1] for a fixed
            one; or a `keras.optimizers.schedules` schedule of the images seen.
        target: float, the r_t that is aimed at.
        images_to_one: int, how many real images `probability` takes from 0 to 1.
        every: int, discriminator updates from one move to the next.
        name: str. The logs show `<name>_p`.
    """

    def __init__(
        self,
        p: Probability = None,
        target: float = 0.6,
        images_to_one: int = 500_000,
        every: int = 4,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        self.p = _check_p(p)
        self.target = native(check_real("target", target))
        self.images_to_one = native(check_real("images_to_one", images_to_one, least=1))
        self.every = check_count("every", every)
        self.built = False

    def build(self, input_shape: Any = None) -> None:
        p = self.p if isinstance(self.p, float) else 0.0
        self.probability = self._state("probability", (), p)
        # Since the last move: the sum of signs, images, updates.
        self.since = self._state("since", (3,), 0.0)

    def _state(self, name, shape, value):
        return self.add_weight(
            shape,
            initializer=keras.initializers.Constant(value),
            trainable=False,
            aggregation="mean",
            name=name,
        )

    def begin(self, images_seen: Tensor) -> None:
        if isinstance(self.p, Schedule):
            p = weight_at(self.p, images_seen)
            self.probability.assign(ops.clip(p, 0.0, 1.0))

    def update(self, of_real: dict[str, Tensor]) -> None:
        if self.p is not None:
            return
        logits = of_real["logits"]
        n = ops.cast(ops.shape(logits)[0], "float32")
        new = ops.stack([n * ops.mean(ops.sign(logits)), n, ops.ones(())])
        since = self.since + new
        signs, images, updates = since[0], since[1], since[2]
        due = ops.cast(updates >= self.every, "float32")
        direction = ops.sign(signs / images - self.target)
        move = direction * images / self.images_to_one
        self.probability.assign(ops.clip(self.probability + due * move, 0.0, 1.0))
        self.since.assign((1.0 - due) * since)

    def logs(self) -> dict[str, Tensor]:
        return {f"{self.name}_p": ops.convert_to_tensor(self.probability)}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "p": weight_config(self.p),
            "target": self.target,
            "images_to_one": self.images_to_one,
            "every": self.every,
        }


def _check_p(p):
    p = from_config(p)
    if p is None or isinstance(p, Schedule):
        return p
    if is_number(p) and 0 <= p <= 1:
        return float(p)
    raise ValueError(
        "`p` must be a number from 0 to 1, a schedule of `keras.optimizers.schedules` "
        "(which is given the number of real images that the discriminator has seen), "
        f"or None for a probability that adapts. Received: p={p!r}"
    )
