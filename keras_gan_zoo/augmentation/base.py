from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo.typing import Draw, Tensor


class Augmentation(keras.layers.Layer):
    """Base class of what is done to images before the discriminator sees them.

    It applies to real and to generated images, in both players' updates; penalties
    differentiate through it. It is a Keras layer, so that its state is saved. Create
    state in `build`, after `self.built = False` in the constructor: `GAN` calls it, and
    a family that declares the augmentation needs no device when it is imported.

    Args:
        name: str.
    """

    #: whether it belongs to the discriminator, and so applies in `evaluate` too
    always = False
    #: whether it stacks several images for one logit, whose gradient is then by a stack
    packs = False

    def __init__(self, name: str | None = None) -> None:
        super().__init__(dtype="float32", name=name)
        self.built = True  # or Keras would call the model to build it

    def call(self, images: Tensor, draw: Draw) -> Tensor:
        """Augment float32 images `(n, h, w, c)`.

        `draw(shape, distribution)` draws `"uniform"` numbers in [0, 1) or `"normal"`
        ones; take all random numbers from it, so that backends and replicas agree.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def mix(self, real: Any, fake: Any, draw: Draw) -> tuple[Any, Any]:
        """What the discriminator is shown as real and as fake: two `Batch`es.

        Override it to mix the two, as APA does; by default both are unchanged.
        """
        return real, fake

    def begin(self, images_seen: Tensor) -> None:
        """Follow a schedule; called before each iteration of `fit`.

        `images_seen` is the number of real images that the discriminator has seen.
        """

    def logs(self) -> dict[str, Tensor]:
        """More for the logs of `fit`, by name, such as a probability that moves."""
        return {}

    def update(self, of_real: dict[str, Tensor]) -> None:
        """Change its own state; called after each discriminator update.

        `of_real` is a dict of the discriminator's outputs for the real images, those of
        all replicas; its `logits` are counted from the loss's `boundary`, so that
        those above 0 are taken for real. Create such state by `add_weight(...,
        aggregation="mean")`, as `tf.distribute` wants it.
        """

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


def alike(
    augmentation: Augmentation, batches: Sequence[Tensor], draw: Draw
) -> list[Tensor]:
    """Augment several batches of images, all with the same random numbers.

    Args:
        batches: images `(n, h, w, c)`, each of the same size.
        draw: see `Augmentation.call`.
    """
    drawn: list[Tensor] = []

    def first(shape, distribution):
        drawn.append(draw(shape, distribution))
        return drawn[-1]

    augmented = [augmentation(batches[0], draw=first)]
    for images in batches[1:]:
        numbers = iter(drawn)
        again = augmentation(images, draw=lambda *_, numbers=numbers: next(numbers))
        augmented.append(again)
    return augmented
