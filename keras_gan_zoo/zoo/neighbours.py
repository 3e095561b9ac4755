"""Whether a GAN repeats its training images: its samples' nearest neighbours there.

`scores.json` has the result under `"neighbours"`: the conditions, and under `"spaces"`,
by extractor, what `keras_gan_zoo.metrics.data_copying` gives.
"""

from typing import Any

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.images import grid
from keras_gan_zoo.metrics import data_copying, nearest_rows
from keras_gan_zoo.metrics.nearest import nearness
from keras_gan_zoo.presets.origin import public_data
from keras_gan_zoo.scoring.extractors import get
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.zoo.protocol import SECOND

MOST = 2000  # samples, and unseen images, whose neighbours are looked for
ROWS, COLUMNS = 8, 8  # of the picture


def find_neighbours(
    gan: Any, data: str, extractor: Any = None, num_images: int = MOST, seed: int = 0
) -> tuple[dict[str, Any], np.ndarray]:
    """Compare how near samples and unseen real images are to the training images.

    Distances are taken among the extractor's features, and among pixels.

    Args:
        gan: a `GAN`.
        data: what it was trained on, such as `"mnist:train[:55000]"`; the unseen images
            are those of the data's test split.
        extractor: see `score`; by default the one that goes with the data.
        num_images: int, the most samples and unseen images.
        seed: int.

    Returns:
        `(facts, picture)`: a dict for JSON, and a uint8 grid. A row of the picture is a
        sample and then the training images nearest to it; the upper half has the first
        samples, the lower half those most like copies: nearest to one image, as a share
        of the distance to the second nearest.
    """
    name, split = datasets.split_name(data)
    reference = f"{name}:test"
    train = _distinct(datasets.load(name, split)[0])
    unseen = np.asarray(datasets.load(name, "test")[0])
    if len(unseen) > num_images:
        chosen = np.random.default_rng(seed).permutation(len(unseen))[:num_images]
        unseen = unseen[np.sort(chosen)]
    samples = gan.generate(num_images, seed=seed)
    own = pick_extractor(extractor, reference, ("fid",), gan.image_shape)
    spaces, rows = {}, {}
    for look in (own, get(SECOND["extractor"])):
        generated, real, known = (
            look.extract(images, outputs="features")["features"]
            for images in (samples, unseen, train)
        )
        rows[look.name] = generated, known
        found = data_copying(generated, real, known)
        spaces[look.name] = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in found.items()
        }
    facts = {
        "train": public_data(f"{name}:{split}"),
        "held_out": public_data(reference),
        "num_fake": len(samples),
        "num_real": len(unseen),
        "num_train": len(train),
        "seed": seed,
        "level": 0.95,
        "extractor": own.name,
        "extractor_sha256": own.sha256,
        "spaces": spaces,
    }
    return facts, _picture(samples, train, *rows[own.name])


def _distinct(images):
    """Each image once: one that is there twice has no second nearest."""
    images = np.asarray(images)
    numbers = {image.tobytes(): number for number, image in enumerate(images)}
    return images[list(numbers.values())]


def _picture(samples, train, of_samples, of_train):
    count = min(COLUMNS - 1, len(train))
    nearest, _ = nearest_rows(of_samples, of_train)
    upper = np.arange(min(ROWS // 2, len(samples)))
    rest = np.argsort(nearness(nearest), kind="stable")
    lower = rest[~np.isin(rest, upper)][: ROWS // 2]
    chosen = np.concatenate([upper, lower])
    _, numbers = nearest_rows(of_samples[chosen], of_train, k=count)
    rows = [
        np.concatenate([samples[i][None], train[near]])
        for i, near in zip(chosen, numbers, strict=True)
    ]
    return grid(np.concatenate(rows), columns=count + 1)
