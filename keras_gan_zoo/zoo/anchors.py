"""Scores the anchors of a data set: see `keras_gan_zoo.scoring.anchors`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.files import write_json
from keras_gan_zoo.presets import index
from keras_gan_zoo.scoring import ScoreReport, score
from keras_gan_zoo.scoring.anchors import (
    FILE,
    FLOOR,
    TITLES,
    Anchors,
    read_anchors,
)
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.protocol import SECOND, protocol_of


def score_anchors(
    names: Sequence[str],
    path: PathLike | None = None,
    num_images: int | None = None,
    seed: int = 0,
    resume: bool = False,
    verbose: str | int = "auto",
) -> Anchors:
    """Score real images, noise, one image and the mean image for data sets.

    Each is scored as the data set's entries are, and by a second extractor. The file
    is written after each data set; what it has of others stays.

    Args:
        names: data sets of the catalogue.
        path: the file, by default the package's own, `zoo_cards/anchors.json`.
        num_images: int, by default what the entries have.
        seed: int.
        resume: bool: keep what the file has under the same conditions.
        verbose: see `score`.

    Returns:
        All anchors in the file.

    Raises:
        ValueError: no such data set, or none of the extractors goes with it.
    """
    path = index.zoo_folder() / FILE if path is None else Path(path)
    found = read_anchors(path)
    for name in names:
        reference, labelled = f"{name}:test", datasets.label_names(name) is not None
        sources = _sources(name, seed)
        for second in (False, True):
            extractor = pick_extractor(
                SECOND["extractor"] if second else None, reference, ("fid",)
            )
            rows = found.setdefault(reference, {}).setdefault(extractor.name, {})
            for anchor in TITLES:
                asked = protocol_of(name, by_class=labelled and anchor == FLOOR)
                asked |= {"metrics": SECOND["metrics"]} if second else {}
                asked |= {"num_images": num_images, "repeats": 1} if num_images else {}
                if resume and _is_same(rows.get(anchor), asked, extractor, seed):
                    continue
                report = score(
                    sources[anchor],
                    reference,
                    extractor=extractor,
                    seed=seed,
                    verify="auto" if anchor == FLOOR else False,  # or singular
                    verbose=verbose,
                    **asked,
                )
                rows[anchor] = _titled(report, TITLES[anchor])
                write_json(path, _plain(found))
    return found


def _sources(name, seed):
    """What `score` takes for each anchor of a data set."""
    images, _ = datasets.load(name, "train")
    shape = images.shape[1:]
    mean = np.floor(images.mean(axis=0, dtype="float64") + 0.5).astype("uint8")

    def noise(numbers):
        draws = [np.random.default_rng((seed, number)) for number in numbers]
        return np.stack([rng.integers(0, 256, shape, "uint8") for rng in draws])

    return {
        "train": f"{name}:train",
        "mean_image": lambda numbers: np.repeat(mean[None], len(numbers), axis=0),
        "one_image": lambda numbers: np.repeat(images[:1], len(numbers), axis=0),
        "noise": noise,
    }


def _titled(report, title):
    conditions = {**report.conditions, "source": title}
    return ScoreReport.from_dict({**report.to_dict(), "conditions": conditions})


def _is_same(report, asked, extractor, seed):
    if report is None:
        return False
    facts = report.conditions
    return (
        tuple(facts["metrics"]) == tuple(asked["metrics"])
        and facts["num_fake"] == asked["num_images"]
        and facts["repeats"] == asked["repeats"]
        and facts["extractor_sha256"] == extractor.sha256
        and facts["seed"] == seed
    )


def _plain(anchors):
    return {
        reference: {
            extractor: {name: report.to_dict() for name, report in of.items()}
            for extractor, of in by_extractor.items()
        }
        for reference, by_extractor in anchors.items()
    }
