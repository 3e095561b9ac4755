"""The pictures of a demo, as files: sheets of images, and walks among them."""

import json
import re
from pathlib import Path
from typing import Any

from keras_gan_zoo import images
from keras_gan_zoo.pictures import save_image, save_moving
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.walks import walk_frames

MOST_IMAGES, MOST_MOVING = 64, 16
PIXELS = 2**20  # of a sheet, at most
KEPT = 32  # files: the page takes a copy of each at once


class Drawing:
    """Draws a GAN's images into files.

    The same request gives the same file, and the images are those of `generate`.

    Args:
        gan: a `GAN`.
        name: str, with which the names of the files begin.
        folder: path of an empty folder, in which the latest files stay.

    Attributes:
        most_images: int, the most images on a sheet.
        most_moving: int, the most images that walk at once.
        truncations: `(low, high)`, the truncations that the GAN takes, or None.
    """

    def __init__(self, gan: Any, name: str, folder: PathLike) -> None:
        self.gan = gan
        self.name = re.sub(r"[^\w.-]+", "_", name).strip("_.")[:60] or "gan"
        self.folder = Path(folder)
        height, width, _ = gan.image_shape
        self.most_images = max(4, min(MOST_IMAGES, PIXELS // (height * width)))
        self.most_moving = max(1, min(MOST_MOVING, PIXELS // 16 // (height * width)))
        self.truncations = truncations_of(gan)

    def sheet(
        self,
        seed: int,
        n: int,
        label: int | None = None,
        truncation: float | None = None,
    ) -> Path:
        """Draw `generate(n, labels=label, seed=seed, truncation=truncation)` as PNG.

        Raises:
            ValueError: what `generate` refuses, or more images than `most_images`.
        """
        self._check(seed, n)
        made = self.gan.generate(n, labels=label, seed=seed, truncation=truncation)
        path = self._path(".png", seed, n, label, truncation)
        return save_image(path, images.grid(made))

    def walk(
        self,
        seed: int,
        n: int,
        label: int | None = None,
        truncation: float | None = None,
    ) -> Path:
        """Draw the first images of a sheet as they walk to others and back, as WebP.

        At most `most_moving` of them. Raises what `sheet` raises.
        """
        self._check(seed, n)
        n = min(n, self.most_moving)
        frames = walk_frames(self.gan, n, seed, truncation, label)
        path = self._path(".webp", seed, n, label, truncation)
        return save_moving(path, [images.grid(frame) for frame in frames])

    def _check(self, seed, n):
        if seed is None:  # which would be another one each time
            raise ValueError("The seed must be a whole number, 0 or more, such as 7.")
        if n > self.most_images:
            raise ValueError(
                f"There can be {self.most_images} images at once. Received: n={n}"
            )

    def _path(self, ending, seed, n, label, truncation):
        """The file of a request; older ones go."""
        words = [self.name, f"seed{seed}", f"n{n}"]
        words += [] if label is None else [f"label{label}"]
        words += [] if truncation is None else [f"truncation{truncation:g}"]
        files = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for file in files[: -KEPT + 1]:
            file.unlink(missing_ok=True)
        return self.folder / ("-".join(words) + ending)


def truncations_of(gan: Any) -> tuple[float, float] | None:
    """The truncations that `generate` takes; at the upper end none is lost.

    Returns:
        `(low, high)`, or None for latents that are not normal.
    """
    if gan.truncates_later:
        return 0.1, 1.0
    latents = gan.latents
    normal = latents.normal if latents else gan.latent_distribution == "normal"
    return (0.1, 3.0) if normal else None


def code(
    address: str,
    seed: int,
    n: int,
    label: int | None = None,
    truncation: float | None = None,
) -> str:
    """The Python that makes the images of a sheet.

    Example:

    >>> print(code("dcgan_mnist", seed=7, n=16))
    import keras_gan_zoo as kgz
    <BLANKLINE>
    gan = kgz.GAN.from_preset("dcgan_mnist")
    images = gan.generate(16, seed=7)
    """
    given = {"labels": label, "seed": seed, "truncation": truncation}
    words = [f"{name}={value}" for name, value in given.items() if value is not None]
    return (
        "import keras_gan_zoo as kgz\n\n"
        f"gan = kgz.GAN.from_preset({json.dumps(address)})\n"
        f"images = gan.generate({', '.join([str(n), *words])})"
    )
