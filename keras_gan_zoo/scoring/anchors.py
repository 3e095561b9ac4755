"""What scores lie between: those of real images, of noise, of one image, of the mean.

`zoo_cards/anchors.json` holds them, each as `ScoreReport.to_dict()` makes it, by
reference, extractor and anchor:

    {"mnist:test": {
        "digits": {"train": {...}, "mean_image": {...}, "one_image": {...},
                   "noise": {...}},
        "pixels": {...}},
     "fashion_mnist:test": {...}}

`train` is the floor: real images, of the train split, under the protocol of the
entries, with as many samples and repeats. `one_image` (one real image, again and again)
and `noise` (uniform) are ceilings, and `mean_image` is the mean of all. Only the floor
has labels, and so scores by class. `tools/score_zoo.py --anchors` writes the file.
"""

from pathlib import Path

from keras_gan_zoo.presets import files, index
from keras_gan_zoo.scoring.report import ScoreReport
from keras_gan_zoo.typing import PathLike

FILE = "anchors.json"
#: anchor -> what it is called in tables
TITLES = {
    "train": "real images (train)",
    "mean_image": "the mean image",
    "one_image": "one image, repeated",
    "noise": "noise",
}
FLOOR, CEILING = "train", "noise"

#: conditions in which a score and its anchors must agree
SHARED = ("reference", "data_fingerprint", "extractor_sha256", "num_fake", "is_splits")

Anchors = dict[str, dict[str, dict[str, ScoreReport]]]


def read_anchors(path: PathLike | None = None) -> Anchors:
    """All anchors, by reference, extractor and name; none without a file.

    Args:
        path: a file, by default the package's own.

    Returns:
        dict of dicts of dicts of `ScoreReport`.

    Raises:
        ValueError: the file is something else.
    """
    path = index.zoo_folder() / FILE if path is None else Path(path)
    if not path.is_file():
        return {}
    found = files.read_json(path.parent, path.name, path)
    try:
        return {
            reference: {
                extractor: {
                    name: ScoreReport.from_dict(one) for name, one in of.items()
                }
                for extractor, of in by_extractor.items()
            }
            for reference, by_extractor in found.items()
        }
    except (AttributeError, TypeError) as error:
        raise ValueError(
            "Anchors are a JSON object of reports by reference, extractor and name. "
            f"Received: {path}: {error}"
        ) from error


def anchors_of(
    report: ScoreReport, anchors: Anchors | None = None
) -> dict[str, ScoreReport]:
    """The anchors that a report can be compared with, by their names.

    Those are of the same reference, extractor and number of samples.

    Args:
        report: `ScoreReport`.
        anchors: see `read_anchors`; by default the package's own.

    Returns:
        dict of `ScoreReport`, empty if there are none.

    Example:

    >>> anchors_of(ScoreReport({"fid": 1.5}, conditions={"reference": "mine"}))
    {}
    """
    facts = report.conditions
    found = (read_anchors() if anchors is None else anchors).get(
        str(facts.get("reference")), {}
    )
    same = {
        name: one
        for name, one in found.get(str(facts.get("extractor")), {}).items()
        if all(one.conditions.get(key) == facts.get(key) for key in SHARED)
    }
    return {name: same[name] for name in TITLES if name in same}
