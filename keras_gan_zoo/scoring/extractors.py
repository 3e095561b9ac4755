"""Extractors: uint8 images -> the features and logits that scores are made of."""

import functools
import inspect

import keras
import numpy as np

from keras_gan_zoo.weights import weights_sha256

OUTPUTS = ("features", "logits")


class Extractor:
    """A Keras model that turns images into features, logits or both.

    Features are what Frechet distances compare; logits, before the softmax, are what
    the Inception Score reads. The model sees pixel values 0 to 255, channels last,
    and always runs in inference mode, so scaling belongs inside of it
    (`keras.layers.Rescaling`). Images of another size than it takes are refused,
    never resized.

    Args:
        model: a built Keras model with one input. Its outputs are a dict with the
            keys `"features"` and `"logits"` (or one of them), or the pair
            `(features, logits)`, or a single output, which `outputs` names.
        name: str, for labels such as `FID (digits)`; the model's name by default.
        outputs: tuple of str, the names of a model's outputs in their order,
            where it returns no dict: `("features", "logits")` of a pair,
            `("logits",)` or `("features",)` of a single one.
        preprocessing: str, for reports: what happens to pixel values in the model.
        resizing: str, for reports: how the model resizes, if it does.

    Raises:
        ValueError: a model without a fixed number of channels, or whose outputs
            can't be told apart.

    Example:

    >>> x = keras.Input((8, 8, 1))
    >>> features = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x))
    >>> logits = keras.layers.Dense(10)(features)
    >>> extractor = Extractor(keras.Model(x, (features, logits)), name="mine")
    >>> outputs = extractor.extract(np.zeros((5, 8, 8, 1), "uint8"))
    >>> outputs["features"].shape, outputs["logits"].shape
    ((5, 64), (5, 10))
    """

    def __init__(
        self,
        model,
        name=None,
        outputs=None,
        preprocessing="inside the model",
        resizing="none",
    ):
        if not isinstance(model, keras.Model) or len(_inputs(model)) != 1:
            raise ValueError(
                "An extractor is a built Keras model with one input, images of shape "
                f"(n, height, width, channels). Received: model={model!r}"
            )
        self.model = model
        self.name = name or model.name
        self.outputs = _output_names(model, outputs)
        self.preprocessing = preprocessing
        self.resizing = resizing

    @property
    def image_shape(self):
        """`(height, width, channels)` that the model takes; None is any size."""
        return tuple(self.model.inputs[0].shape[1:])

    @functools.cached_property
    def sha256(self):
        """What names the extractor in reports and caches: the hash of its weights."""
        return weights_sha256(self.model)

    def extract(self, images, batch_size=256):
        """Features and logits of images.

        Args:
            images: uint8 array `(n, height, width, channels)`.
            batch_size: int, images that the compiled model sees at once. The last
                batch is filled up, so that it compiles once.

        Returns:
            dict of float32 arrays: `"features"` of shape `(n, d)`, `"logits"` of
            shape `(n, classes)`, as far as the model has them.
        """
        self.check(images)
        batches = [
            self._extract(images[i : i + batch_size], batch_size)
            for i in range(0, len(images), batch_size)
        ]
        return {
            name: np.concatenate([batch[name] for batch in batches])
            for name in self.outputs
        }

    def _extract(self, images, batch_size):
        count = len(images)
        if count < batch_size:
            filling = [(0, batch_size - count)] + [(0, 0)] * (images.ndim - 1)
            images = np.pad(images, filling)
        outputs = self.model.predict_on_batch(images)
        if not isinstance(outputs, dict):
            outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
            outputs = dict(zip(self.outputs, outputs, strict=True))
        return {
            name: np.asarray(outputs[name], "float32").reshape(batch_size, -1)[:count]
            for name in self.outputs
        }

    def check(self, images):
        """Refuse what the model was not made for."""
        if images.dtype != np.uint8 or images.ndim != 4:
            raise ValueError(
                "An extractor takes uint8 images of shape (n, height, width, channels)."
                f" Received: images of shape {images.shape}, dtype {images.dtype}"
            )
        self.check_shape(images.shape[1:])

    def check_shape(self, image_shape):
        """Refuse image sizes that the model was not made for."""
        fits = all(
            want in (None, got)
            for want, got in zip(self.image_shape, image_shape, strict=True)
        )
        if not fits:
            raise ValueError(
                f"The extractor {self.name!r} expects images of shape "
                f"{self.image_shape} and does not resize: a score depends on how it is "
                "done. Resize or convert the images yourself, or pass an extractor "
                "made for this size, such as any Keras model. "
                f"Received: images of shape {tuple(image_shape)}"
            )

    @functools.cached_property
    def probe(self):
        """Outputs for two fixed images: tells models of equal weights apart."""
        shape = [size or 32 for size in self.image_shape]
        values = np.random.Philox(key=0).random_raw(2 * int(np.prod(shape)))
        images = (values >> np.uint64(56)).astype("uint8").reshape(2, *shape)
        outputs = self.extract(images, batch_size=2)
        return np.concatenate([outputs[name] for name in self.outputs], axis=1)

    def __repr__(self):
        return (
            f"<Extractor name={self.name!r}, image_shape={self.image_shape}, "
            f"outputs={self.outputs}>"
        )


def digits():
    """The digit classifier that is shipped: 28x28x1, 64 features, 10 logits."""
    from keras_gan_zoo.scoring.digit_network import WEIGHTS, digit_network

    model = digit_network()
    model.load_weights(WEIGHTS)
    return Extractor(model, name="digits", preprocessing="x / 127.5 - 1")


# Name -> function without arguments. A new extractor is one more line.
EXTRACTORS = {"digits": digits}

# The extractor that belongs to a named data set.
DEFAULTS = {"mnist": "digits", "digits": "digits"}


@functools.cache
def _build(name):
    return EXTRACTORS[name]()


def get(extractor, metrics=None):
    """An `Extractor` from an `Extractor`, a name or a Keras model.

    Args:
        extractor: `Extractor`, a key of `EXTRACTORS`, or a Keras model.
        metrics: names of metrics: where a model has a single output, and these need
            only features or only logits, it is that.
    """
    if isinstance(extractor, Extractor):
        return extractor
    if isinstance(extractor, keras.Model):
        outputs = None
        if len(extractor.outputs or ()) == 1 and not isinstance(extractor.output, dict):
            needs = {"is": "logits", "fid": "features"}
            named = {needs[metric] for metric in metrics or () if metric in needs}
            outputs = tuple(named) if len(named) == 1 else None
        return Extractor(extractor, outputs=outputs)
    if isinstance(extractor, str) and extractor in EXTRACTORS:
        return _build(extractor)
    raise ValueError(
        "`extractor` must be an `Extractor`, a Keras model, or one of:\n"
        f"{choices()}\nReceived: extractor={extractor!r}"
    )


def choices():
    """The registered extractors, numbered, one a line."""
    lines = []
    for i, (name, factory) in enumerate(EXTRACTORS.items(), start=1):
        summary = (inspect.getdoc(factory) or "").partition("\n")[0]
        lines.append(f"  {i}) {name!r}: {summary}")
    return "\n".join(lines)


def _inputs(model):
    try:
        return model.inputs or ()
    except AttributeError:  # a Sequential model that is not built
        return ()


def _output_names(model, outputs):
    structure = model.output
    if isinstance(structure, dict):
        names = tuple(name for name in OUTPUTS if name in structure)
        if not names:
            raise ValueError(
                "A model's outputs must be named `features` and `logits`, or one of "
                f"them. Received: outputs named {sorted(structure)}"
            )
        return names
    count = len(model.outputs)
    if outputs is None and count == 2:
        outputs = OUTPUTS
    if outputs is None or len(outputs) != count or not set(outputs) <= set(OUTPUTS):
        raise ValueError(
            "Which output of the model is which? Return the dict {'features': ..., "
            "'logits': ...} or the pair (features, logits), or name what there is: "
            "`Extractor(model, outputs=('logits',))` or `('features',)`. Received: a "
            f"model with {count} outputs, outputs={outputs!r}"
        )
    return tuple(outputs)
