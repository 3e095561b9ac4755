"""Images from latents: `generate`, `sample_latents` and `interpolate` of a `GAN`."""

import random
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.images import to_uint8
from keras_gan_zoo.labels import check_labels
from keras_gan_zoo.latents import (
    Latents,
    check_latents,
    draw_labels,
    draw_latents,
    interpolate_latents,
)
from keras_gan_zoo.networks import contract
from keras_gan_zoo.networks.statistics import recompute_moments
from keras_gan_zoo.typing import ArrayLike


class Sampling:
    """The part of `GAN` that makes images."""

    generator: Any
    ema_generator: Any
    num_classes: int | None
    label_counts: Any
    latents: Latents | None
    latent_distribution: str
    latent_dim: int

    def generate(
        self,
        n: int | None = None,
        *,
        labels: Any = None,
        seed: int | None = None,
        truncation: float | None = None,
        use_ema: bool = True,
        batch_size: int | None = None,
        start: int = 0,
        latents: ArrayLike | None = None,
    ) -> np.ndarray:
        """Draw new images.

        Image `i` of a seed is the same for every `n`, batch size, device and
        backend, within one grey level.

        Args:
            n: int, how many.
            labels: for a conditional GAN: an int for all images, or an array of `n`.
                None draws them from the seed, so that image `i` of a seed keeps its
                label.
            seed: int, 0 or more, or None for different images on each call.
            truncation: float or None: truncate normal latents to
                [-truncation, truncation], for less variety and cleaner images.
            use_ema: bool: use the averaged generator, or the raw one.
            batch_size: int or None, images per forward pass.
            start: int, index of the first image in the seed's stream.
            latents: array `(n, latent_dim)` to make the images from, in place of
                drawn ones: see `sample_latents`.

        Returns:
            uint8 array `(n, height, width, channels)`.
        """
        if latents is not None:
            latents = check_latents(latents, self.latent_dim)
            if truncation is not None or n not in (None, len(latents)):
                raise ValueError(
                    "`latents` say how many images there are and what is in them: "
                    "leave `n` and `truncation` out. "
                    f"Received: latents of shape {latents.shape}, n={n}, "
                    f"truncation={truncation}"
                )
            n = len(latents)
        n = _check_n(n)
        seed = _check_seed(seed)
        if latents is None:
            latents = self.sample_latents(n, seed, truncation, start)
        labels = self._labels_to_make(labels, n, seed, start)
        return sample(
            self if use_ema else self.generator,
            self._inputs(latents, labels),
            n,
            batch_size or 128,
        )

    def sample_latents(
        self,
        n: int,
        seed: int | None = None,
        truncation: float | None = None,
        start: int = 0,
    ) -> np.ndarray:
        """Draw the latents that `generate` makes images from; see there.

        Returns:
            float32 array `(n, latent_dim)`.
        """
        return draw_latents(
            _check_n(n),
            self.latents or self.latent_dim,
            _check_seed(seed),
            self.latent_distribution,
            start,
            truncation,
        )

    def interpolate(
        self,
        start: ArrayLike | int,
        end: ArrayLike | int,
        steps: int = 10,
        *,
        labels: Any = None,
        use_ema: bool = True,
        batch_size: int | None = None,
    ) -> np.ndarray:
        """Make images on the way from one latent to another, both included.

        Normal latents move along a great circle (White 2016, arXiv:1609.04468), uniform
        ones along a line; a one-hot code changes half way.

        Args:
            start: a latent `(latent_dim,)`, or the seed of one.
            end: likewise.
            steps: int, 2 or more, how many images.
            labels: for a conditional GAN: an int for all images, or an array of
                `steps`. None draws one class for all.
            use_ema: bool: use the averaged generator, or the raw one.
            batch_size: int or None, images per forward pass.

        Returns:
            uint8 array `(steps, height, width, channels)`.

        Example:

        ```python
        first, last = gan.sample_latents(2, seed=7)
        frames = gan.interpolate(first, last, steps=30)
        ```
        """
        if not isinstance(steps, int | np.integer) or steps < 2:
            raise ValueError(
                "`steps` must be a whole number, 2 or more: `start` and `end` are "
                f"among the images. Received: steps={steps!r}"
            )
        first, last = self._end(start), self._end(end)
        if self.num_classes is not None and labels is None:
            labels = random.randrange(self.num_classes)
        plain: Any = {self.latent_distribution: self.latent_dim}
        parts = self.latents or Latents(**plain)
        return self.generate(
            latents=interpolate_latents(first, last, int(steps), parts),
            labels=labels,
            use_ema=use_ema,
            batch_size=batch_size,
        )

    def standing_statistics(
        self,
        batches: int = 16,
        batch_size: int = 64,
        *,
        labels: Any = None,
        seed: int | None = 0,
        truncation: float | None = None,
        use_ema: bool = True,
    ) -> None:
        """Set batch norm's moments in the generator to those of new images.

        The moving moments of training mix in those of older weights, and are of latents
        that are not truncated: call this before images are generated, with the
        truncation that they will have (Brock et al. 2019, appendix C, with 100
        batches). arXiv:1809.11096. Training goes on from them.

        Args:
            batches: int, how many.
            batch_size: int, images in each.
            labels: see `generate`.
            seed: see `generate`.
            truncation: see `generate`.
            use_ema: bool: of the averaged generator, or the raw one.

        Raises:
            ValueError: the generator has no batch norm.

        Example:

        ```python
        gan.standing_statistics(truncation=0.5)
        images = gan.generate(64, truncation=0.5, seed=7)
        ```
        """
        count, size = _check_n(batches), _check_n(batch_size)
        seed = _check_seed(seed)
        network = self.ema_generator if use_ema else self.generator
        recompute_moments(
            network,
            (
                self._inputs(
                    self.sample_latents(size, seed, truncation, start),
                    self._labels_to_make(labels, size, seed, start),
                )
                for start in range(0, count * size, size)
            ),
        )

    def _inputs(self, latents, labels):
        """What the generator takes."""
        if contract.takes_labels(self.generator):
            return {"latents": latents, "labels": labels}
        return latents

    def _end(self, given):
        """One end of a walk, from a latent or a seed."""
        if np.ndim(given) == 0:
            return self.sample_latents(1, given)[0]
        return check_latents(np.reshape(given, (1, -1)), self.latent_dim)[0]

    def _labels_to_make(self, labels, n, seed, start):
        if self.num_classes is None:
            if labels is not None:
                raise ValueError(
                    "This model is unconditional: `generate` takes no labels. "
                    f"Received: labels={labels!r}"
                )
            return None
        if labels is None:
            counts = self.label_counts
            if counts is not None:
                counts = ops.convert_to_numpy(counts)
            return draw_labels(n, self.num_classes, seed, start, counts)
        if np.ndim(labels) == 0:
            labels = np.full(n, labels)
        return check_labels(labels, n, self.num_classes, "labels")


def _check_n(n):
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(
            f"`n` must be 1 or more, for example `generate(16)`. Received: n={n}"
        )
    return int(n)


def _check_seed(seed):
    """A seed from 0 to 2**64 - 1; None draws one."""
    if seed is None:
        return random.randrange(2**31)
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**64:
        raise ValueError(
            "`seed` must be a whole number, 0 or more, for example 7, or None for "
            f"different images on each call. Received: seed={seed!r}"
        )
    return int(seed)


def sample(network: keras.Model, inputs: Any, n: int, batch_size: int) -> np.ndarray:
    """Run `n` latents through a generator.

    Avoids `predict`, whose tf.data pipeline can hang at its end: see `backend.stream`.

    Args:
        network: Keras model.
        inputs: its inputs, arrays of `n` rows each.
        n: int.
        batch_size: int. The last batch is padded, so that the model compiles once.

    Returns:
        uint8 array `(n, height, width, channels)`.
    """
    size = min(batch_size, n)

    def rows(start):
        def cut(values):
            found = values[start : start + size]
            filling = np.zeros((size - len(found), *found.shape[1:]), found.dtype)
            return np.concatenate([found, filling])

        return keras.tree.map_structure(cut, inputs)

    batches = [
        to_uint8(network.predict_on_batch(rows(i))[: n - i]) for i in range(0, n, size)
    ]
    return np.concatenate(batches)
