"""What a report's conditions ask for: the samples, real images and extractor."""

import os
from collections.abc import Mapping
from typing import Any

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import ImageFolder, ImagePreparation
from keras_gan_zoo.scoring import extractors, references, sources
from keras_gan_zoo.scoring.preparation import pick_extractor
from keras_gan_zoo.scoring.report import ScoreReport

MOST_IMAGES = 10_000_000
LONGEST_SIDE = 8192  # of a reference's image
#: what the conditions say of labels -> the argument of `score`
LABELS = {
    None: None,
    "drawn by the GAN, from the seed's stream": None,
    "balanced as the reference": "reference",
    "uniform": "uniform",
}
OF_EXTRACTOR = (
    *("extractor_sha256", "weights_file_sha256"),
    *("preprocessing", "resizing", "channels"),
)
OF_REFERENCE = ("data_fingerprint", "num_real", "reference_image_shape")
OF_SAMPLES = ("image_shape", "samples", "value_handling")


class NotRepeatableError(ValueError):
    """The conditions of a score can't be had here; the text says which and why."""


def dataset_of(conditions: Mapping[str, Any]) -> str | None:
    """The data set that scores are compared with; None if it is no named one.

    The condition `dataset` alone does not tell: a folder may have the name of a data
    set, and is `"folder mnist:train"` as a reference.

    Example:

    >>> dataset_of({"reference": "mnist:test"})
    'mnist'
    >>> dataset_of({"reference": "folder mnist:train", "dataset": "mnist"})
    """
    return references.dataset_of(conditions.get("reference"))


def settings_of(report: ScoreReport, num_images: int | None = None) -> dict[str, Any]:
    """The arguments of `score`, but for what is scored and compared, of a report.

    Raises:
        NotRepeatableError: its conditions are no such arguments.
    """
    facts = report.conditions
    count, repeats = (
        _whole(facts, name, 1, default)
        for name, default in (("num_fake", None), ("repeats", 1))
    )
    labels = facts.get("labels")
    if not isinstance(labels, str | None) or labels not in LABELS:
        raise NotRepeatableError(
            f"its labels were given by the author ({labels!r:.80})"
        )
    if num_images is not None and num_images < count:
        count, repeats = num_images, 1
    if count * repeats > MOST_IMAGES:
        raise NotRepeatableError(
            f"it is of {count * repeats:,} images: check it with fewer"
        )
    method = facts.get("infinity_method", "halves")
    is_partial = count < facts["num_fake"]
    return {
        "num_images": count,
        "repeats": repeats,
        "seed": _whole(facts, "seed", 0),
        "splits": _whole(facts, "is_splits", 1, 10),
        "use_ema": facts.get("use_ema", True) is not False,
        "labels": LABELS[labels],
        "infinity_method": "paper"
        if method == "paper" and not is_partial
        else "halves",
    }


def check_samples(gan: Any, report: ScoreReport) -> None:
    """Check that a GAN's samples are made in the way that a report states.

    Raises:
        NotRepeatableError: they are not.
    """
    use_ema = report.conditions.get("use_ema") is not False
    source = sources.Generated(gan, "", 0, use_ema)
    found = {**source.facts, "image_shape": list(source.image_shape)}
    _check_same(found, report, OF_SAMPLES, "the samples")


def check_reference(reference: Any, report: ScoreReport) -> None:
    """Check that a `Reference` is of the images that a report states.

    Raises:
        NotRepeatableError: it is not.
    """
    _check_same(reference.facts, report, OF_REFERENCE, "the reference")


def extractor_of(
    report: ScoreReport, given: Any, metrics: Any, image_shape: Any
) -> Any:
    """The `Extractor` of a report, or the given one if it is the same.

    Raises:
        NotRepeatableError: it is the author's own, or is another one here.
    """
    facts = report.conditions
    if given is None:
        name, options = named_extractor(facts)
        if name is None:
            raise NotRepeatableError(
                f"its extractor, {facts.get('extractor')!r:.80}, is the author's own: "
                "pass it as `extractor`"
            )
        given = extractors.get(name, metrics, **options)
    network = pick_extractor(given, None, metrics)
    network.check_shape(image_shape)
    _check_same(network.facts(image_shape), report, OF_EXTRACTOR, "the extractor")
    return network


def named_extractor(
    conditions: Mapping[str, Any],
) -> tuple[str | None, dict[str, str]]:
    """The name and options of a report's extractor for `extractors.get`.

    Returns:
        `(name, options)`; the name is None if it is the author's own.

    Example:

    >>> named_extractor({"extractor": "inception-clean"})
    ('inception', {'resizer': 'clean'})
    """
    name = str(conditions.get("extractor"))
    family, _, resizer = name.partition("-")
    if family == "inception" and resizer in ("clean", "torch"):
        return family, {"resizer": resizer}
    return (name if name.partition("/")[0] in extractors.EXTRACTORS else None), {}


def preparation_of(conditions: Mapping[str, Any]) -> ImagePreparation:
    """How the images of a report's reference were prepared.

    Raises:
        NotRepeatableError: in a way that there is not.

    Example:

    >>> print(preparation_of({"reference_preparation": {"image_size": [64, 64]}}))
    resized to 64x64 (Pillow's lanczos)
    """
    stated = conditions.get("reference_preparation") or {}
    try:
        config = {name: stated[name] for name in stated if name != "pillow"}
        found = ImagePreparation.from_config(config)
        if max(found.image_size or (0,)) > LONGEST_SIDE:
            raise ValueError(f"an image has up to {LONGEST_SIDE} pixels a side")
    except (TypeError, ValueError) as error:
        raise NotRepeatableError(
            f"its reference was prepared in no way that is known here: {error}"
        ) from error
    return found


def reference_of(report: ScoreReport, given: Any = None) -> Any:
    """What a report compares with, for `score`, or what is given in its place.

    A folder that is given is prepared as the report says.

    Raises:
        NotRepeatableError: it is no named data set, and nothing is given.
    """
    if given is not None:
        return _as_stated(given, report)
    name = report.conditions.get("reference")
    if dataset_of(report.conditions) is not None:
        return name
    raise NotRepeatableError(
        f"its reference, {name!r:.80}, is no named data set: pass the same images as "
        "`reference`"
    )


def _as_stated(given, report):
    """A folder with the preparation of a report; whatever else is given, as it is."""
    preparation = preparation_of(report.conditions)
    if not preparation or not isinstance(given, str | os.PathLike):
        return given
    path, split = datasets.split_name(given)
    if not datasets.is_folder(path):
        return given
    return ImageFolder(path, split, preparation=preparation, verbose=0)


def _check_same(found, report, keys, what):
    """Check that what is here is what a report's conditions state, where they do."""
    for key in keys:
        stated, ours = report.conditions.get(key), found.get(key)
        if None not in (stated, ours) and stated != ours:
            raise NotRepeatableError(
                f"{what} differs: {key.replace('_', ' ')} is {_short(stated)} in the "
                f"report, and {_short(ours)} here"
            )


def _short(value):
    text = str(value)
    return f"{text[:12]}..." if len(text) == 64 else repr(value)[:120]


def _whole(facts, name, least, default=None):
    """A whole number among the conditions."""
    value = facts.get(name, default)
    if type(value) is not int or value < least:
        raise NotRepeatableError(
            f"its condition {name!r} must be a whole number, {least} or more, "
            f"and is {value!r:.80}"
        )
    return value
