"""Walks through latents, and mixed styles: the rest of what a `GAN` makes images of."""

import random
from typing import Any

import numpy as np

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.images import to_uint8
from keras_gan_zoo.latents import Latents, check_latents, walk_latents
from keras_gan_zoo.networks import contract
from keras_gan_zoo.networks.running import run
from keras_gan_zoo.networks.styles import find_styled, truncate
from keras_gan_zoo.typing import ArrayLike

TOWARDS = ("average", "class")
CENTRE_OF = 1000  # latents of a class
STOPS, STEPS = 4, 15  # of `walk_frames`, and from one stop to the next


class Walks:
    """The part of `GAN` that moves among latents; `Sampling` draws them."""

    generator: Any
    ema_generator: Any
    num_classes: int | None
    latents: Latents | None
    latent_distribution: str
    latent_dim: int
    generate: Any
    sample_latents: Any
    _labels_to_make: Any

    def interpolate(
        self,
        start: ArrayLike | int | None = None,
        end: ArrayLike | int | None = None,
        steps: int = 10,
        *,
        seed: int | None = None,
        stops: int = 2,
        labels: Any = None,
        truncation: float | None = None,
        use_ema: bool = True,
        batch_size: int | None = None,
    ) -> np.ndarray:
        """Make images on the way from one latent to another, both included.

        Normal latents move along a great circle (White 2016, arXiv:1609.04468), uniform
        ones along a line; a one-hot code changes half way.

        Args:
            start: a latent `(latent_dim,)`, or the seed of one. None: a walk through
                the first `stops` latents of `seed`, those of `generate`.
            end: likewise; None only if `start` is.
            steps: int, 2 or more, how many images from one stop to the next.
            seed: int, 0 or more, or None for another walk on each call.
            stops: int, 2 or more, how many latents of the seed.
            labels: for a conditional GAN: an int for all images; an array of one for
                each stop, which change half way; or one for each image. None draws one
                class for all.
            truncation: float or None, see `generate`; latents that are given stay as
                they are.
            use_ema: bool: use the averaged generator, or the raw one.
            batch_size: int or None, images per forward pass.

        Returns:
            uint8 array `((stops - 1) * (steps - 1) + 1, height, width, channels)`.

        Example:

        ```python
        frames = gan.interpolate(seed=7, stops=4, steps=30)
        first, last = gan.sample_latents(2, seed=7)
        frames = gan.interpolate(first, last, steps=30, labels=[0, 1])
        ```
        """
        for name, value in (("steps", steps), ("stops", stops)):
            if not is_whole(value) or value < 2:
                raise ValueError(
                    f"`{name}` must be a whole number, 2 or more: `start` and `end` "
                    f"are among the images. Received: {name}={value!r}"
                )
        drawn = None if self.has_styles else truncation
        if start is None and end is None:
            latents = self.sample_latents(stops, seed, drawn)
        elif start is None or end is None or seed is not None or stops != 2:
            raise ValueError(
                "A walk has two ends, or a `seed` and so many `stops`. Received: "
                f"start={start!r}, end={end!r}, seed={seed!r}, stops={stops}"
            )
        else:
            ends = [self._some_latents(one, drawn) for one in (start, end)]
            latents = np.concatenate(ends)
        plain: Any = {self.latent_distribution: self.latent_dim}
        walk = walk_latents(latents, int(steps), self.latents or Latents(**plain))
        return self.generate(
            latents=walk,
            labels=self._labels_of_walk(labels, len(latents), len(walk)),
            truncation=truncation if self.truncates_later else None,
            use_ema=use_ema,
            batch_size=batch_size,
        )

    def _some_latents(self, given, truncation=None):
        """Latents `(n, latent_dim)` from one or more of them, or from a seed."""
        if np.ndim(given) == 0:
            return self.sample_latents(1, given, truncation)
        if np.ndim(given) == 1:
            given = np.reshape(given, (1, -1))
        return check_latents(given, self.latent_dim)

    def _labels_of_walk(self, labels, stops, frames):
        if self.num_classes is None:
            return labels  # which are refused
        if labels is None:
            return random.randrange(self.num_classes)
        if np.ndim(labels) == 1 and len(labels) == stops:
            nearest = np.linspace(0, stops - 1, frames)
            return np.asarray(labels)[np.floor(nearest + 0.5).astype(int)]
        return labels

    @property
    def truncates_later(self) -> bool:
        """Whether `truncation` is for more than the latents are drawn with."""
        return self.has_styles or contract.takes_truncation(self.generator)

    @property
    def has_styles(self) -> bool:
        """Whether the generator has styles, one for each layer, such as StyleGAN2's."""
        return find_styled(self.generator) is not None

    def mix_styles(
        self,
        latents: ArrayLike,
        others: ArrayLike,
        place: int,
        *,
        labels: Any = None,
        truncation: float | None = None,
        towards: str = "average",
        use_ema: bool = True,
        batch_size: int | None = None,
    ) -> np.ndarray:
        """Make images whose coarse styles are from some latents, the fine from others.

        Style mixing (Karras et al. 2019, section 3.1): for generators with styles, such
        as StyleGAN2's. arXiv:1812.04948.

        Args:
            latents, others: arrays `(n, latent_dim)`, or the seeds of one latent each.
            place: int, the first layer that takes the others' styles, from 0 on.
            labels: for a conditional GAN: an int for all images, or an array of `n`.
            truncation, towards: see `generate`.
            use_ema: bool: use the averaged generator, or the raw one.
            batch_size: int or None, images per forward pass.

        Returns:
            uint8 array `(n, height, width, channels)`.
        """
        styled = find_styled(self.generator)
        if styled is None:
            raise ValueError(
                "`mix_styles` is for generators with styles, such as StyleGAN2's. "
                f"Received: a generator with the layers {self.generator.layers[0].name}"
                f", ..., {self.generator.layers[-1].name}"
            )
        most = styled.synthesis.input.shape[1]
        if not is_whole(place) or not 0 <= place <= most:
            raise ValueError(
                f"`place` must be a layer, from 0 to {most}. Received: place={place!r}"
            )
        latents, others = self._some_latents(latents), self._some_latents(others)
        if len(latents) != len(others):
            raise ValueError(
                "`latents` and `others` must be as many. "
                f"Received: {len(latents)} latents and {len(others)} others"
            )
        labels = self._labels_to_make(labels, len(latents), check_seed(None), 0)
        truncated = truncation, towards
        return self._from_styles(
            (latents, others, place), labels, truncated, use_ema, batch_size
        )

    def _from_styles(self, given, labels, truncated, use_ema, batch_size):
        """Images from latents, others or None, and the place from which they count."""
        styled = find_styled(self.ema_generator if use_ema else self.generator)
        latents, others, place = given
        truncation, towards = truncated
        if towards not in TOWARDS or (towards == "class" and self.num_classes is None):
            raise ValueError(
                "`towards` must be 'average', or for a conditional GAN 'class'. "
                f"Received: towards={towards!r}, num_classes={self.num_classes}"
            )

        def styles(latents, labels):
            return run(styled.mapping, self._inputs(latents, labels), batch_size)

        def class_centres():
            drawn = self.sample_latents(CENTRE_OF, seed=0)
            found = np.zeros((self.num_classes, styled.centre().size), "float32")
            for label in np.unique(labels):
                same = np.full(CENTRE_OF, label, labels.dtype)
                found[label] = styles(drawn, same).mean(axis=0)
            return found[labels]

        found = [None if z is None else styles(z, labels) for z in (latents, others)]
        if truncation is not None:
            centre = class_centres() if towards == "class" else styled.centre()
            found = [w if w is None else truncate(w, centre, truncation) for w in found]
        return run(styled.synthesis, styled.spread(*found, place), batch_size, to_uint8)

    def _inputs(self, latents, labels, truncation=None):
        """What the generator takes, of these."""
        share = 1.0 if truncation is None else truncation
        given = {
            "latents": latents,
            "labels": labels,
            "truncation": np.full(len(latents), share, "float32"),
        }
        names = contract.input_names(self.generator)
        return {name: given[name] for name in names} if names else latents


def check_seed(seed: Any) -> int:
    """A seed from 0 to 2**64 - 1; None draws one."""
    if seed is None:
        return random.randrange(2**31)
    if not is_whole(seed) or not 0 <= seed < 2**64:
        raise ValueError(
            "`seed` must be a whole number, 0 or more and below 2**64, for example 7, "
            f"or None for different images on each call. Received: seed={seed!r}"
        )
    return int(seed)


def walk_frames(
    gan: Any,
    n: int,
    seed: int,
    truncation: float | None = None,
    labels: Any = None,
) -> np.ndarray:
    """Images of `n` latents that each visit some places and come back.

    The first frame is what `generate` makes of the same seed and labels.

    Returns:
        uint8 array `(frames, n, height, width, channels)`.
    """
    labels = gan._labels_to_make(labels, n, seed, 0)
    drawn = None if gan.has_styles else truncation
    stops = gan.sample_latents(STOPS * n, seed=seed, truncation=drawn)
    stops = stops.reshape(STOPS, n, -1)
    legs = [
        [
            gan.interpolate(
                stops[k, i],
                stops[(k + 1) % STOPS, i],
                STEPS + 1,
                labels=None if labels is None else labels[i],
                truncation=truncation,
            )[:-1]
            for i in range(n)
        ]
        for k in range(STOPS)
    ]
    return np.concatenate(np.swapaxes(np.array(legs), 1, 2))
