"""Extractors by name: which are built in, and what `extractor=` may be."""

import functools
import inspect
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.images import block_means
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.scoring.extractors import backbones
from keras_gan_zoo.scoring.extractors.classifiers import (
    COLOUR,
    load_classifier,
    stacked_classifier,
)
from keras_gan_zoo.scoring.extractors.extractor import Extractor
from keras_gan_zoo.scoring.extractors.inception import InceptionV3FID
from keras_gan_zoo.scoring.extractors.outputs import OUTPUTS, functional, outputs_of
from keras_gan_zoo.scoring.measures import METRICS
from keras_gan_zoo.typing import PathLike


def digits() -> Extractor:
    """The shipped digit classifier: 28x28x1, 64 features, 10 logits."""
    return _classifier("digits", "mnist")


def fashion() -> Extractor:
    """The shipped Fashion-MNIST classifier: 28x28x1, 64 features, 10 logits."""
    return _classifier("fashion", "fashion_mnist")


def cifar10() -> Extractor:
    """The shipped classifier of CIFAR-10 (JPEG copy): 32x32x3, 96 features, 10 logits.

    For all small colour images that have none of their own, such as emoji. It reads
    88.6 % of the test images as they are labelled.
    """
    return _classifier("cifar10", "cifar10")


def _classifier(name, dataset):
    return Extractor(
        load_classifier(name),
        preprocessing="x / 127.5 - 1",
        label_names=CATALOGUE[dataset].label_names,
    )


def pixels() -> Extractor:
    """Pixels, as means of at most 16x16 blocks: any size, no network and no logits.

    A second opinion that no training has a part in.
    """

    def means(images):
        found = block_means(images, 16)
        return {"features": found.reshape(len(found), -1)}

    return Extractor(
        means,
        name="pixels",
        outputs=("features",),
        preprocessing="x / 127.5 - 1",
        resizing="means of blocks of pixels, at most 16x16 of them",
        fingerprint="keras_gan_zoo pixels, 16x16",
    )


def stacked_digits() -> Extractor:
    """The digit classifier on each of 3 channels: 28x28x3, 192 features, 1000 logits.

    For Stacked-MNIST (Metz et al. 2016, arXiv:1611.02163, and Lin et al. 2017,
    arXiv:1712.04086, which counts modes): class 100 a + 10 b + c is an image whose
    channels show the digits a, b and c. The logits are joint log-probabilities.
    """
    return Extractor(
        stacked_classifier("digits"),
        name="stacked_digits",
        preprocessing="x / 127.5 - 1, each channel on its own",
        label_names=CATALOGUE["stacked_mnist"].label_names,
    )


def inception(weights: Any = None, resizer: str = "tf1") -> Extractor:
    """The FID Inception (2015-12-05): any size, 2048 features, 1008 logits.

    `FID` and `IS` in papers are from this network with the resizer `"tf1"`. Logits are
    without the bias, as in the original score. Grey images are repeated.

    Args:
        weights: a file of the published weights, or a dict of arrays; by default they
            are downloaded once.
        resizer: `"tf1"`, `"clean"` or `"torch"`; the last two are named in labels,
            `FID (inception-clean)`.
    """
    resizing = {
        "tf1": "TF1 bilinear to 299, in the network",
        "clean": "PIL bicubic, antialiased, in float, to 299, in the network",
        "torch": "torch bilinear, not antialiased, to 299, in the network",
    }
    outputs = {"features": "2048", "logits": "logits_unbiased", "spatial": "spatial"}
    model = InceptionV3FID(weights, resizer, tuple(outputs.values()))
    return Extractor(
        model,
        name="inception" if resizer == "tf1" else f"inception-{resizer}",
        outputs=outputs,
        preprocessing="x / 127.5 - 1" if resizer == "torch" else "(x - 128) / 128",
        resizing=resizing[resizer],
        repeat_grey=True,
    )


def dinov2_b(weights: PathLike | None = None, backbone: Any = None) -> Extractor:
    """DINOv2 ViT-B/14 through KerasHub: any size, 768 features."""
    return _dinov2("dinov2_b", weights or "dinov2_base", backbone)


def dinov2_l(weights: PathLike | None = None, backbone: Any = None) -> Extractor:
    """DINOv2 ViT-L/14 through KerasHub: any size, 1024 features."""
    return _dinov2("dinov2_l", weights or "dinov2_large", backbone)


def _dinov2(name, weights, backbone):
    """The class token, normalized (Oquab et al. 2023, arXiv:2304.07193).

    As in the evaluation of Stein et al. 2023, arXiv:2306.04675. `weights` is a preset
    of KerasHub or a folder of one, `backbone` a `DINOV2Backbone` to use instead.
    """
    model, size = backbones.dinov2_model(weights, backbone)
    return Extractor(
        model,
        name=name,
        outputs=("features",),
        preprocessing="ImageNet mean and standard deviation",
        resizing=f"PIL bicubic, antialiased, in float, to {size}, in the network",
        repeat_grey=True,
    )


def application(name: str, weights: Any = "imagenet") -> Extractor:
    """A network from `keras.applications`, such as EfficientNetB0: any size.

    Features are the input of its last layer, logits the output, before the softmax.
    Grey images are repeated.

    Args:
        name: str, a network in `keras.applications`.
        weights: `"imagenet"`, which is downloaded once, None for random ones, or a
            file.
    """
    model, size = backbones.application_model(name, weights)
    return Extractor(
        model,
        name=f"keras_applications/{name}",
        preprocessing=f"preprocess_input of {name}",
        resizing="PIL bicubic, antialiased, in float, to {}x{}, in the network".format(
            *size
        ),
        repeat_grey=True,
    )


# Name -> function. If a function needs a name itself, it follows after a slash:
# "keras_applications/EfficientNetB0". A new extractor is one more line.
EXTRACTORS = {
    "digits": digits,
    "fashion": fashion,
    "cifar10": cifar10,
    "stacked_digits": stacked_digits,
    "inception": inception,
    "dinov2_b": dinov2_b,
    "dinov2_l": dinov2_l,
    "keras_applications": application,
    "pixels": pixels,
}

# The extractor that goes with a named data set, and with images of a shape.
DEFAULTS = {name: row.extractor for name, row in CATALOGUE.items() if row.extractor}
BY_SHAPE: dict[tuple[int, ...], str] = {COLOUR: "cifar10"}


def default_of(
    dataset: str | None, image_shape: Sequence[int] | None = None
) -> str | None:
    """The name of the extractor that goes with a data set, or else with a shape.

    Args:
        dataset: a name in the catalogue, or None.
        image_shape: `(height, width, channels)`, or None.

    Example:

    >>> default_of("mnist")
    'digits'
    """
    return DEFAULTS.get(dataset or "") or BY_SHAPE.get(tuple(image_shape or ()))


_built: dict[str, Extractor] = {}


def _build(name):
    if name not in _built:
        _built[name] = _factory(name)()
    return _built[name]


def registered_name(extractor: Any) -> str | None:
    """The name for which `get` returns this very extractor, or None."""
    return next((name for name, e in _built.items() if e is extractor), None)


def get(
    extractor: Any, metrics: Sequence[str] | None = None, **options: Any
) -> Extractor:
    """Return an `Extractor`, from a name or a Keras model if need be.

    Args:
        extractor: `Extractor`, a Keras model, or a key of `EXTRACTORS`, such as
            `"inception"`; `"keras_applications/NAME"` for a network of
            `keras.applications`.
        metrics: names of metrics. If a model has a single output, and they need only
            features, then that is what it is; logits only if it is named so.
        **options: options of a named extractor: `weights=`, `resizer=`.

    Raises:
        ValueError: an unknown extractor, options that it does not take, or a bare
            callable, which needs a fingerprint.

    Example:

    >>> get("digits").outputs
    ('features', 'logits')
    """
    if isinstance(extractor, str):
        factory = _factory(extractor)
        taken = inspect.signature(factory).parameters
        if not set(options) <= set(taken):
            raise ValueError(
                f"The extractor {extractor!r} takes the options {list(taken)}. "
                f"Received: {options}"
            )
        return factory(**options) if options else _build(extractor)
    if options:
        raise ValueError(
            f"Options are for named extractors: {list(EXTRACTORS)}. "
            f"Received: extractor={extractor!r}, {options}"
        )
    if isinstance(extractor, Extractor):
        return extractor.renewed()
    if isinstance(extractor, keras.Model):
        extractor = functional(extractor)
        return Extractor(extractor, outputs=_single_output(extractor, metrics))
    if callable(extractor):
        raise ValueError(
            "A callable needs a fingerprint, which names it in reports and caches: "
            "Extractor(function, fingerprint='clip-vit-b-32@v1'). "
            f"Received: extractor={extractor!r}"
        )
    raise _unknown(extractor)


def choices() -> str:
    """The registered extractors, numbered, one per line."""
    lines = []
    for i, (name, factory) in enumerate(EXTRACTORS.items(), start=1):
        name = f"{name}/NAME" if _needs_member(factory) else name
        summary = (inspect.getdoc(factory) or "").partition("\n")[0]
        lines.append(f"  {i}) {name!r}: {summary}")
    return "\n".join(lines)


def _factory(name):
    family, slash, member = name.partition("/")
    factory = EXTRACTORS.get(family)
    needs = factory is not None and _needs_member(factory)
    if factory is None or bool(slash) != needs or bool(member) != needs:
        raise _unknown(name)
    return functools.partial(factory, member) if slash else factory


def _needs_member(factory):
    parameters = inspect.signature(factory).parameters.values()
    return any(parameter.default is parameter.empty for parameter in parameters)


def _unknown(extractor):
    return ValueError(
        f"{did_you_mean(extractor, EXTRACTORS)}"
        "`extractor` must be an `Extractor`, a Keras model, or one of:\n"
        f"{choices()}\nReceived: extractor={extractor!r}"
    )


def _single_output(model, metrics):
    """What the single output of a model is, if metrics or its name tell.

    Anything will do as features. Features that are taken for logits give an Inception
    Score that means nothing.
    """
    found = outputs_of(model)
    if isinstance(found, dict) or len(found or ()) != 1:
        return None
    read = {n for name in metrics or () if name in METRICS for n in METRICS[name].reads}
    read &= set(OUTPUTS)
    if read == {"features"}:
        return ("features",)
    return ("logits",) if model.layers[-1].name == "logits" else None
