"""What the scores of an entry are: metrics, samples and repeats, by its data set.

Every row of a data set's table, the anchors too, is scored under one protocol: as many
samples as there are test images, 10,000 at least, and not more than there are train
images; three independent sets of them where there are train images for three.
"""

from typing import Any

from keras_gan_zoo import datasets

NUM_IMAGES, REPEATS = 10_000, 3
METRICS = (
    *("is", "fid", "kid", "precision", "recall", "density", "coverage"),
    "fid_infinity",
)
OF_CLASSES = ("class_fid", "cas", "label_accuracy")
OF_MODES = ("modes", "reverse_kl")
MANY = 100  # classes, from which on they are modes

#: a second opinion, of an extractor that no data set is usually scored with
SECOND = {"extractor": "pixels", "metrics": ("fid", "kid")}


def protocol_of(dataset: str | None, by_class: bool = False) -> dict[str, Any]:
    """The arguments of `score` for the entries of a data set.

    Args:
        dataset: a name in the catalogue; anything else has the metrics and the numbers
            of a large one.
        by_class: bool, with the metrics by class: of a conditional GAN, or of images
            with labels.

    Returns:
        dict of `metrics`, `num_images` and `repeats`.

    Example:

    >>> protocol_of("digits")["num_images"], protocol_of("digits")["repeats"]
    (9000, 1)
    >>> protocol_of("mnist", by_class=True)["metrics"][-3:]
    ('class_fid', 'cas', 'label_accuracy')
    """
    row = datasets.CATALOGUE.get(dataset or "")
    classes = row.num_classes if row else None
    many = classes is not None and classes >= MANY
    metrics = (
        *METRICS,
        *(OF_MODES if many else ()),
        *(OF_CLASSES if by_class and not many else ()),
    )
    if row is None:
        return {"metrics": metrics, "num_images": NUM_IMAGES, "repeats": REPEATS}
    train = row.splits["train"]
    count = min(max(NUM_IMAGES, row.splits["test"]), train)
    return {
        "metrics": metrics,
        "num_images": count,
        "repeats": min(REPEATS, train // count),
    }
