"""Images from latents: `generate` and `sample_latents` of a `GAN`."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan_zoo.arguments import check_count, is_number, is_whole
from keras_gan_zoo.images import to_uint8
from keras_gan_zoo.labels import check_labels
from keras_gan_zoo.latents import check_latents, draw_labels, draw_latents
from keras_gan_zoo.networks import contract
from keras_gan_zoo.networks.running import run
from keras_gan_zoo.networks.statistics import recompute_moments
from keras_gan_zoo.typing import ArrayLike
from keras_gan_zoo.walks import Walks, check_seed


class Sampling(Walks):
    """The part of `GAN` that makes images."""

    label_counts: Any

    def generate(
        self,
        n: int | None = None,
        *,
        labels: Any = None,
        seed: int | None = None,
        truncation: float | None = None,
        towards: str = "average",
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
            truncation: float or None, for less variety and cleaner images. Normal
                latents are drawn within [-truncation, truncation], as in BigGAN. A
                generator that has an input `truncation`, such as DeepMind's
                BigGAN-deep, gets it, from above 0 to 1, with latents drawn within
                [-2, 2] and multiplied by it. In a generator with styles, such as
                StyleGAN2's, it is the styles that move towards their average, which
                0 is, and 1 leaves them as they are.
            towards: where truncated styles move: `"average"`, that of all images, or
                `"class"`, the average of an image's own class, which it stays one of.
            use_ema: bool: use the averaged generator, or the raw one.
            batch_size: int or None, images per forward pass.
            start: int, index of the first image in the seed's stream.
            latents: array `(n, latent_dim)` to make the images from, in place of
                drawn ones: see `sample_latents`.

        Returns:
            uint8 array `(n, height, width, channels)`.
        """
        styled = self.has_styles and truncation is not None
        if latents is not None:
            latents = check_latents(latents, self.latent_dim)
            needless = truncation is not None and not self.truncates_later
            if n not in (None, len(latents)) or needless:
                raise ValueError(
                    "`latents` say how many images there are and what is in them: "
                    "leave `n` and `truncation` out. "
                    f"Received: latents of shape {latents.shape}, n={n}, "
                    f"truncation={truncation}"
                )
            n = len(latents)
        n = _check_n(n)
        seed = check_seed(seed)
        if latents is None:
            drawn = None if styled else truncation
            latents = self.sample_latents(n, seed, drawn, start)
        labels = self._labels_to_make(labels, n, seed, start)
        if styled:
            truncated = truncation, towards
            return self._from_styles(
                (latents, None, None), labels, truncated, use_ema, batch_size
            )
        inputs = self._inputs(latents, labels, truncation)
        return run(self if use_ema else self.generator, inputs, batch_size, to_uint8)

    def sample_latents(
        self,
        n: int,
        seed: int | None = None,
        truncation: float | None = None,
        start: int = 0,
    ) -> np.ndarray:
        """Draw the latents that `generate` makes images from; see there.

        `truncation` is that of normal latents, which generators with styles leave
        whole.

        Returns:
            float32 array `(n, latent_dim)`.
        """
        if contract.takes_truncation(self.generator):
            share = 1.0 if truncation is None else check_share(truncation)
            return share * draw_latents(
                _check_n(n), self.latent_dim, check_seed(seed), "normal", start, 2.0
            )
        return draw_latents(
            _check_n(n),
            self.latents or self.latent_dim,
            check_seed(seed),
            self.latent_distribution,
            start,
            truncation,
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
        if contract.takes_truncation(self.generator):
            raise ValueError(
                "This generator has moments for each truncation, so there are none to "
                "set: call `generate(truncation=...)`."
            )
        count = check_count("batches", batches)
        size = check_count("batch_size", batch_size)
        seed = check_seed(seed)
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


def check_share(truncation: float) -> float:
    """A truncation above 0 and at most 1, for a generator that is told of it."""
    if not (is_number(truncation) and 0 < truncation <= 1):
        raise ValueError(
            "`truncation` of this generator must be above 0 and at most 1, for example "
            f"0.5. Received: truncation={truncation}"
        )
    return float(truncation)


def _check_n(n):
    if not is_whole(n) or n < 1:
        raise ValueError(
            f"`n` must be 1 or more, for example `generate(16)`. Received: n={n}"
        )
    return int(n)
