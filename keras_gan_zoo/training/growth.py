"""Networks that grow while they are trained, by their `FadeIn` layers."""

from typing import Any

from keras import ops

from keras_gan_zoo.backend.keras_internals import all_layers
from keras_gan_zoo.layers import FadeIn
from keras_gan_zoo.networks import contract
from keras_gan_zoo.typing import Tensor


class Growth:
    """The `FadeIn` layers of a GAN's networks; there may be none.

    Args:
        generator: a built `keras.Model`.
        others: the other networks, which grow with it, or None.

    Raises:
        ValueError: images can't be halved as often as the generator doubles them.
    """

    def __init__(self, generator: Any, *others: Any) -> None:
        self._doublings = sorted(_fading(generator), key=lambda layer: layer.start)
        self._others = [layer for network in others for layer in _fading(network)]
        size, times = contract.made_by(generator).shape[1:3], 2 ** len(self._doublings)
        if self._doublings and any(pixels % times for pixels in size):
            raise ValueError(
                "A generator doubles an image at each `FadeIn` layer, of which it has "
                f"{len(self._doublings)}, so height and width must be multiples of "
                f"{times}. Received: a generator of images of {size[0]}x{size[1]}"
            )

    def begin(self, images_seen: Tensor) -> None:
        """Follow the images seen; called before each iteration of `fit`."""
        for layer in (*self._doublings, *self._others):
            layer.begin(images_seen)

    def as_grown(self, images: Tensor) -> Tensor:
        """Real images `(n, h, w, c)` as coarse as generated ones are by now.

        At each doubling, the image is faded in from the means of 2x2 pixels, enlarged
        again (`process_reals` in NVIDIA's code).
        """
        sizes = [images]
        for _ in self._doublings:
            mean = ops.average_pool(sizes[-1], 2, 2, data_format="channels_last")
            sizes.append(mean)
        shown = sizes.pop()
        for fade in self._doublings:
            shown = ops.repeat(ops.repeat(shown, 2, axis=1), 2, axis=2)
            shown = fade(shown, sizes.pop())
        return shown


def _fading(network):
    if network is None:
        return []
    return [layer for layer in all_layers(network) if isinstance(layer, FadeIn)]
