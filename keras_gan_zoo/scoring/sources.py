"""What is scored: a GAN, a preset, an array or a folder, as chunks of images."""

import os

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.images import check_images
from keras_gan_zoo.weights import weights_sha256


class Generated:
    """Samples of a GAN. Repeat r holds the samples r n to (r + 1) n of the seed."""

    def __init__(self, gan, name, seed, use_ema):
        self.gan, self.seed, self.use_ema = gan, seed, use_ema
        self.image_shape = tuple(gan.image_shape)
        self.length = None
        self.facts = {
            "source": name,
            "generator_sha256": weights_sha256(
                gan.ema_generator if use_ema else gan.generator
            ),
            "use_ema": use_ema,
            "samples": "repeat r: samples r * num_fake to (r + 1) * num_fake of the "
            "seed's stream",
            "value_handling": "floor(127.5 * (x + 1) + 0.5), clipped to uint8",
        }

    def take(self, start, stop, batch_size):
        """uint8 images `start` to `stop`."""
        return self.gan.generate(
            stop - start,
            seed=self.seed,
            start=start,
            use_ema=self.use_ema,
            batch_size=batch_size,
        )


class Stored:
    """Images of an array or a folder, shuffled by the seed.

    In the given order a set that is sorted by class would give each split of the
    Inception Score one class, and its first rows would not stand for the whole.
    """

    def __init__(self, images, name, seed):
        self.images = check_images(images)
        if self.images.dtype != np.uint8:
            raise ValueError(
                "Images to score must be uint8, from 0 to 255; convert with "
                "`keras_gan_zoo.images.to_uint8`. "
                f"Received: images of dtype {np.asarray(images).dtype}"
            )
        self.order = np.random.default_rng(seed).permutation(len(self.images))
        self.image_shape = self.images.shape[1:]
        self.length = len(self.images)
        self.facts = {
            "source": name,
            "generator_sha256": None,
            "source_fingerprint": datasets.fingerprint(self.images),
            "samples": "rows in an order drawn from the seed; repeat r: rows "
            "r * num_fake to (r + 1) * num_fake of it",
            "value_handling": "uint8 as given",
        }

    def take(self, start, stop, batch_size):
        """uint8 images `start` to `stop`."""
        return self.images[self.order[start:stop]]


def get(source, seed=0, use_ema=True):
    """A source from what `score` takes.

    Args:
        source: `GAN`, the name, handle or folder of a preset, an image folder, or
            a uint8 array `(n, height, width, channels)` or `(n, height, width)`.
        seed: int.
        use_ema: bool: the averaged generator of a GAN, or its raw one.
    """
    if isinstance(source, GAN):
        return Generated(source, source.name, seed, use_ema)
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        if os.path.isdir(path) and not os.path.exists(f"{path}/config.json"):
            images, _ = datasets.load(path, None)
            name = os.path.basename(os.path.abspath(path))
            return Stored(images, f"folder {name}", seed)
        gan = GAN.from_preset(path)
        name = os.path.basename(os.path.abspath(path)) if os.path.isdir(path) else path
        return Generated(gan, name, seed, use_ema)
    return Stored(source, "array", seed)
