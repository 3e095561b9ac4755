from typing import Any

import keras
from keras import ops

from keras_gan_zoo.augmentation.adaptive import AdaptiveAugmentation, Probability
from keras_gan_zoo.typing import Draw, Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class APA(AdaptiveAugmentation):
    """Adaptive pseudo augmentation: some reals are replaced by fakes (Jiang 2021).

    Each image that the discriminator is shown as real is, with a probability that rises
    while it overfits, a generated one. Labels stay those of the real images, as in the
    authors' code. arXiv:2111.06849, section 3.

    Args:
        p: None for a probability that adapts, from 0 on; a number in [0, 1] for a fixed
            one; or a `keras.optimizers.schedules` schedule of the images seen.
        target: float, the mean sign of the real logits that is aimed at.
        images_to_one: int, how many real images the probability takes from 0 to 1.
        every: int, discriminator updates from one change of it to the next.
        name: str.

    Example:

    >>> APA(p=0.2).name
    'apa'
    """

    def __init__(
        self,
        p: Probability = None,
        target: float = 0.6,
        images_to_one: int = 500_000,
        every: int = 4,
        name: str = "apa",
    ) -> None:
        super().__init__(p, target, images_to_one, every, name)

    def call(self, images: Tensor, draw: Draw) -> Tensor:
        return images

    def mix(self, real: Any, fake: Any, draw: Draw) -> tuple[Any, Any]:
        n = ops.shape(real.images)[0]
        chosen = draw((n, 1, 1, 1), "uniform") < self.probability
        shown = ops.where(chosen, ops.stop_gradient(fake.images), real.images)
        return real._replace(images=shown), fake
