"""What can be done, and checked, before there is an image to score."""

from collections.abc import Sequence
from typing import Any

from keras_gan_zoo.scoring import extractors, references
from keras_gan_zoo.scoring.extractors.extractor import Extractor
from keras_gan_zoo.scoring.extractors.outputs import OUTPUTS
from keras_gan_zoo.scoring.measures import METRICS, check_metrics, needs_of
from keras_gan_zoo.typing import ImageShape, ValueRange


def prepare(
    reference: Any,
    metrics: str | Sequence[str],
    extractor: Any = None,
    image_shape: ImageShape | None = None,
    batch_size: int = 250,
    verbose: bool | int | str = 0,
    labels: Any = None,
    value_range: ValueRange | None = None,
) -> tuple[Any, Extractor]:
    """Prepare a reference and an extractor once, for many calls of `score`.

    Args:
        reference, metrics, extractor, batch_size, verbose, labels, value_range: see
            `score`.
        image_shape: `(height, width, channels)` of the samples, if it is known.

    Returns:
        `(reference, extractor)`: a `Reference`, or None if no metric reads it, and an
        `Extractor`. `score` takes both.

    Raises:
        ValueError: they don't fit together.
    """
    metrics = check_metrics(metrics)
    needs = needs_of(metrics)
    if isinstance(labels, str) and labels == "reference":
        needs |= {"label_counts"}
    if needs and reference is None:
        named = [METRICS[name].label for name in metrics if METRICS[name].real]
        raise ValueError(
            f"{', '.join(named) or 'labels=' + repr(labels)} needs a `reference`: "
            "which real images? Pass for example 'mnist:test', an image folder, an "
            "array of images or a statistics file. Only a preset whose recipe names a "
            "data set brings its own. Received: reference=None"
        )
    extractor = pick_extractor(extractor, reference, metrics, image_shape)
    if image_shape is not None:
        extractor.check_shape(image_shape)
    if not needs:
        return None, extractor
    found: Any = references.load_reference(
        reference, extractor, batch_size, needs, verbose, value_range
    )
    if "images" in needs and image_shape is not None:
        real_shape = found.images.shape[1:]
        if tuple(image_shape) != real_shape:
            raise ValueError(
                "A network that is trained on samples and tested on real images needs "
                "both in one size: resize the reference, or leave out `cas`. "
                f"Received: samples of shape {tuple(image_shape)}, a reference of "
                f"shape {real_shape}"
            )
    return found, extractor


def pick_extractor(
    extractor: Any,
    reference: Any,
    metrics: Sequence[str],
    image_shape: Sequence[int] | None = None,
) -> Extractor:
    """Return an `Extractor` with what the metrics read, by default the reference's.

    If the reference has none, it is the one that goes with the images' shape.
    """
    if extractor is None:
        dataset = references.dataset_of(reference)
        extractor = extractors.default_of(dataset, image_shape)
        if extractor is None:
            raise ValueError(
                "Which extractor? None goes with this reference. Pass "
                "`extractor=`, a Keras model or one of:\n"
                f"{extractors.choices()}\nReceived: extractor=None, "
                f"reference={_name(reference)}"
            )
    extractor = extractors.get(extractor, metrics)
    for metric in metrics:
        read = [name for name in METRICS[metric].reads if name in OUTPUTS]
        for needs in set(read) - set(extractor.outputs):
            raise ValueError(
                f"The metric {metric!r} reads `{needs}`, which this extractor does not "
                "return. Leave out the metric, or give the model an output named "
                f"`{needs}`. Received: "
                f"extractor={extractor.name!r} with outputs {extractor.outputs}"
            )
    return extractor


def usual_metrics(
    extractor: Any, reference: Any, image_shape: Sequence[int] | None = None
) -> list[str]:
    """Inception Score and FID, or FID alone where the extractor has no logits."""
    outputs = pick_extractor(extractor, reference, (), image_shape).outputs
    return ["is", "fid"] if "logits" in outputs else ["fid"]


def _name(reference):
    return repr(reference) if isinstance(reference, str) else type(reference).__name__
