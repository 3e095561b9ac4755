"""Extractors: uint8 images -> the features and logits that scores are made of."""

import contextlib
import copy
import functools
import hashlib
import inspect

import keras
import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.scoring.extractors import backbones
from keras_gan_zoo.weights import weights_sha256

OUTPUTS = ("features", "logits", "spatial")
PAIR = OUTPUTS[:2]


class Extractor:
    """A model or function that turns images into features, logits or both.

    Features are what Frechet distances compare; logits, before the softmax, are what
    the Inception Score reads; `spatial` is what the spatial FID compares. The model
    sees pixel values 0 to 255, channels last, and always runs in inference mode, so
    scaling belongs inside of it (`keras.layers.Rescaling`). Images of another size
    than it takes are refused, never resized.

    Args:
        model: a built Keras model with one input, or any callable that takes a uint8
            array `(n, height, width, channels)`. Either returns a dict with the keys
            `"features"`, `"logits"`, `"spatial"` (or some of them), or the pair
            `(features, logits)`, or a single array, which `outputs` names. The
            callable returns arrays of `n` rows, of NumPy or of any framework.
        name: str, for labels such as `FID (digits)`; by default the model's name or
            the callable's fingerprint.
        outputs: tuple of str, the names of what is returned in its order, where that
            is no dict: `("features", "logits")` of a pair, `("logits",)` or
            `("features",)` of a single array. Of a dict, the keys to take, or a dict
            of our names to its own: `{"features": "pool", "logits": "head"}`.
        preprocessing: str, for reports: what happens to pixel values in the model.
        resizing: str, for reports: how the model resizes, if it does.
        fingerprint: str, of a callable alone: what names it in reports and caches in
            place of the hash of a Keras model's weights, such as
            `"clip-vit-b-32@v1"`. Change it with the weights.
        image_shape: `(height, width, channels)` that a callable takes; None is any.
        repeat_grey: bool: a model of 3 channels takes grey images as well, the one
            channel repeated, and a report says so.

    Raises:
        ValueError: a model that is not built, or whose outputs can't be told apart; a
            callable without a fingerprint.

    Example:

    >>> x = keras.Input((8, 8, 1))
    >>> features = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x))
    >>> logits = keras.layers.Dense(10)(features)
    >>> extractor = Extractor(keras.Model(x, (features, logits)), name="mine")
    >>> outputs = extractor.extract(np.zeros((5, 8, 8, 1), "uint8"))
    >>> outputs["features"].shape, outputs["logits"].shape
    ((5, 64), (5, 10))

    >>> def mean_colour(images):
    ...     return {"features": images.mean(axis=(1, 2))}
    >>> Extractor(mean_colour, fingerprint="mean-colour@v1").outputs
    ('features',)
    """

    def __init__(
        self,
        model,
        name=None,
        outputs=None,
        preprocessing="inside the model",
        resizing="none",
        fingerprint=None,
        image_shape=None,
        repeat_grey=False,
    ):
        is_model = isinstance(model, keras.Model) or not callable(model)
        if is_model and len(_inputs(model)) != 1:
            raise ValueError(
                "An extractor is a built Keras model with one input, images of shape "
                "(n, height, width, channels), or a callable that takes such images. "
                f"Received: model={model!r}"
            )
        self.model = model
        self.preprocessing = preprocessing
        self.resizing = resizing
        self.repeat_grey = repeat_grey
        self._device = None
        self._runners = {}
        if is_model:
            if fingerprint is not None or image_shape is not None:
                raise ValueError(
                    "A Keras model is named by the hash of its weights and knows its "
                    "image shape; `fingerprint` and `image_shape` belong to callables. "
                    f"Received: fingerprint={fingerprint!r}, image_shape={image_shape}"
                )
            self.name = name or model.name
            self.image_shape = tuple(model.inputs[0].shape[1:])
            self._tensors = _name_tensors(model, outputs)
            self.outputs = tuple(self._tensors)
        else:
            if not fingerprint or not isinstance(fingerprint, str):
                raise ValueError(
                    "A callable must name itself, so that its scores are never taken "
                    "for another's: Extractor(function, "
                    "fingerprint='clip-vit-b-32@v1'). "
                    f"Received: fingerprint={fingerprint!r}"
                )
            self.name = name or fingerprint
            self.image_shape = tuple(image_shape or (None, None, None))
            self.sha256 = hashlib.sha256(fingerprint.encode()).hexdigest()
            self._tensors = None
            self._wanted = outputs
        if repeat_grey and self.image_shape[-1] != 3:
            raise ValueError(
                "`repeat_grey=True` is for a model of 3 channels. "
                f"Received: image_shape={self.image_shape}"
            )

    @functools.cached_property
    def outputs(self):
        """Names of what there is to extract; a callable is asked with two images."""
        return tuple(self._call(self._probe_images, None))

    @functools.cached_property
    def sha256(self):
        """What names the extractor in reports and caches: the hash of its weights.

        Of a callable, that of its fingerprint.
        """
        return weights_sha256(self.model)

    @property
    def device(self):
        """Where the weights lie, in the backend's words."""
        weights = getattr(self.model, "weights", None)
        if not weights:
            return "unknown"
        device = str(getattr(weights[0].value, "device", "unknown"))
        return device.rpartition("/device:")[2]  # TensorFlow's has the job before it

    @property
    def precision(self):
        """The dtype that the model computes in; `"unknown"` of a callable."""
        if self._tensors is None:
            return "unknown"
        return self.model.layers[-1].compute_dtype

    def facts(self, image_shape):
        """For the conditions of a report.

        Args:
            image_shape: `(height, width, channels)` of the images that are scored.

        Returns:
            dict of str.
        """
        grey = self._repeats(image_shape)
        file = getattr(self.model, "source_sha256", None)
        return {
            "extractor": self.name,
            "extractor_sha256": self.sha256,
            "preprocessing": self.preprocessing,
            "resizing": self.resizing,
            "channels": "grey repeated to 3 channels" if grey else "as given",
            **({"weights_file_sha256": file} if file else {}),
        }

    def extract(self, images, batch_size=256, outputs=None):
        """Features and logits of images.

        Args:
            images: uint8 array `(n, height, width, channels)`.
            batch_size: int, images that the compiled model sees at once. The last
                batch is filled up, so that it compiles once.
            outputs: tuple of str, what to extract, of `extractor.outputs`; a Keras
                model computes nothing else. All by default.

        Returns:
            dict of float32 arrays `(n, d)`: `"features"`, `"logits"`, `"spatial"`, as
            far as the model has them and they are asked for.

        Raises:
            ValueError: images that the model was not made for, unknown outputs.
        """
        self.check(images)
        outputs = self._check_outputs(outputs)
        with self._scope():
            batches = [
                self._extract(images[i : i + batch_size], batch_size, outputs)
                for i in range(0, len(images), batch_size)
            ]
        return {
            name: np.concatenate([batch[name] for batch in batches]) for name in outputs
        }

    def __call__(self, images):
        """`extract` of all outputs."""
        return self.extract(images)

    def _extract(self, images, batch_size, outputs):
        count = len(images)
        if self._repeats(images.shape[1:]):
            images = np.repeat(images, 3, axis=-1)
        if count < batch_size:
            filling = [(0, batch_size - count)] + [(0, 0)] * (images.ndim - 1)
            images = np.pad(images, filling)
        run = self._call if self._tensors is None else self._predict
        return {
            name: rows.reshape(batch_size, -1)[:count]
            for name, rows in run(images, outputs).items()
        }

    def _predict(self, images, names):
        if names not in self._runners:
            wanted = {name: self._tensors[name] for name in names}
            runner = keras.Model(self.model.inputs[0], wanted)
            if not backend.auto_jit_compile():
                runner.jit_compile = False
            self._runners[names] = runner
        found = self._runners[names].predict_on_batch(images)
        return {name: np.asarray(found[name], "float32") for name in names}

    def _call(self, images, names):
        found = _name_arrays(self.model(images), self._wanted)
        found = {name: _to_numpy(found[name]) for name in names or found}
        for name, rows in found.items():
            if rows.ndim == 0 or len(rows) != len(images):
                raise ValueError(
                    "A callable returns a row for each image. Received: "
                    f"{len(images)} images, and {name!r} of shape {rows.shape}"
                )
        return found

    def on(self, device):
        """A copy that lives on a device: the same weights, and `extract` runs there.

        For worker threads, each its own: one extractor is no place for two threads.

        Args:
            device: str, in the words of `keras.device`: `"cpu:0"`, `"gpu:1"`.

        Returns:
            `Extractor`.

        Raises:
            ValueError: a callable, which this class can't move; no such device.
        """
        if self._tensors is None:
            raise ValueError(
                "A callable chooses its device itself and can't be copied to one. "
                f"Received: device={device!r} of the extractor {self.name!r}"
            )
        device = _check_device(device)
        original = self.named_model()
        moved = copy.copy(self)
        moved._device = device
        moved._runners = {}
        moved.sha256 = self.sha256
        with moved._scope():
            moved.model = keras.models.clone_model(
                original, clone_function=_clone_layer, recursive=True
            )
            moved.model.set_weights(original.get_weights())
        moved._tensors = dict(moved.model.output)
        return moved

    def named_model(self):
        """A Keras model of the same layers, with a dict of our outputs."""
        return keras.Model(self.model.inputs[0], self._tensors)

    def _scope(self):
        if self._device is None:
            return contextlib.nullcontext()
        return keras.device(self._device)

    def check(self, images):
        """Refuse what the model was not made for."""
        if images.dtype != np.uint8 or images.ndim != 4 or len(images) == 0:
            raise ValueError(
                "An extractor takes uint8 images of shape (n, height, width, channels),"
                " at least one. "
                f"Received: images of shape {images.shape}, dtype {images.dtype}"
            )
        self.check_shape(images.shape[1:])

    def check_shape(self, image_shape):
        """Refuse image sizes that the model was not made for."""
        image_shape = tuple(image_shape)
        channels = image_shape[-1]
        if self.image_shape[-1] == 3 and channels in (2, 4):
            raise ValueError(
                f"The extractor {self.name!r} takes 3 channels. Flatten the alpha "
                "channel first, for example onto white: with `a = images[..., -1:] / "
                "255`, `(images[..., :-1] * a + 255 * (1 - a) + 0.5).astype('uint8')`. "
                f"Received: images of shape {image_shape}"
            )
        sizes = zip(self.image_shape[:2], image_shape[:2], strict=True)
        fits = all(want in (None, got) for want, got in sizes)
        right = self.image_shape[-1] in (None, channels) or self._repeats(image_shape)
        if not fits or not right:
            raise ValueError(
                f"The extractor {self.name!r} expects images of shape "
                f"{self.image_shape} and does not resize: a score depends on how it is "
                "done. Resize or convert the images yourself, or pass an extractor "
                "made for this size, such as any Keras model. "
                f"Received: images of shape {image_shape}"
            )

    def _repeats(self, image_shape):
        return self.repeat_grey and image_shape[-1] == 1

    def _check_outputs(self, outputs):
        if outputs is None:
            return self.outputs
        outputs = (outputs,) if isinstance(outputs, str) else tuple(outputs)
        unknown = [name for name in outputs if name not in self.outputs]
        if unknown or not outputs:
            raise ValueError(
                f"The extractor {self.name!r} has the outputs {self.outputs}. "
                f"Received: outputs={outputs}"
            )
        return tuple(name for name in self.outputs if name in outputs)

    @property
    def _probe_images(self):
        height, width, channels = self.image_shape
        shape = (height or 32, width or 32, channels or 3)
        values = np.random.Philox(key=0).random_raw(2 * int(np.prod(shape)))
        return (values >> np.uint64(56)).astype("uint8").reshape(2, *shape)

    @functools.cached_property
    def probe(self):
        """Outputs for two fixed images: tells models of equal weights apart."""
        outputs = self.extract(self._probe_images, batch_size=2)
        return np.concatenate([outputs[name] for name in self.outputs], axis=1)

    def __repr__(self):
        return (
            f"<Extractor name={self.name!r}, image_shape={self.image_shape}, "
            f"outputs={vars(self).get('outputs', 'not asked yet')}>"
        )


def digits():
    """The digit classifier that is shipped: 28x28x1, 64 features, 10 logits."""
    from keras_gan_zoo.scoring.extractors.classifiers import load_classifier

    return Extractor(load_classifier("digits"), preprocessing="x / 127.5 - 1")


def fashion():
    """The Fashion-MNIST classifier that is shipped: 28x28x1, 64 features, 10 logits."""
    from keras_gan_zoo.scoring.extractors.classifiers import load_classifier

    return Extractor(load_classifier("fashion"), preprocessing="x / 127.5 - 1")


def stacked_digits():
    """The digit classifier on each of 3 channels: 28x28x3, 192 features, 1000 logits.

    For Stacked-MNIST (Metz et al. 2016, arXiv:1611.02163, and Lin et al. 2017,
    arXiv:1712.04086, which counts modes): class 100 a + 10 b + c is an image whose
    channels show the digits a, b and c. The logits are joint log-probabilities.
    """
    from keras_gan_zoo.scoring.extractors.classifiers import stacked_classifier

    return Extractor(
        stacked_classifier("digits"),
        name="stacked_digits",
        preprocessing="x / 127.5 - 1, each channel on its own",
    )


def inception(weights=None, resizer="tf1"):
    """The FID Inception (2015-12-05): any size, 2048 features, 1008 logits.

    `FID` and `IS` of papers are of this network with the resizer `"tf1"`. Logits are
    without the bias, as in the original score. Grey images are repeated.

    Args:
        weights: file of the published weights, or a dict of arrays; by default they
            are downloaded once.
        resizer: `"tf1"`, `"clean"` or `"torch"`; the last two are named in labels,
            `FID (inception-clean)`.
    """
    from keras_gan_zoo.scoring.extractors.inception import InceptionV3FID

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


def dinov2_b(weights=None, backbone=None):
    """DINOv2 ViT-B/14 through KerasHub: any size, 768 features."""
    return _dinov2("dinov2_b", weights or "dinov2_base", backbone)


def dinov2_l(weights=None, backbone=None):
    """DINOv2 ViT-L/14 through KerasHub: any size, 1024 features."""
    return _dinov2("dinov2_l", weights or "dinov2_large", backbone)


def _dinov2(name, weights, backbone):
    """The class token, normed (Oquab et al. 2023, arXiv:2304.07193).

    As in the evaluation of Stein et al. 2023, arXiv:2306.04675. `weights` is a preset
    of KerasHub or a folder of one, `backbone` a `DINOV2Backbone` that takes its place.
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


def application(name, weights="imagenet"):
    """A network of `keras.applications`, such as EfficientNetB0: any size.

    Features are what its last layer reads, logits what that returns, before the
    softmax. Grey images are repeated.

    Args:
        name: str, a class of `keras.applications`.
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


# Name -> function; what a function needs beyond options follows the name and a slash:
# "keras_applications/EfficientNetB0". A new extractor is one more line.
EXTRACTORS = {
    "digits": digits,
    "fashion": fashion,
    "stacked_digits": stacked_digits,
    "inception": inception,
    "dinov2_b": dinov2_b,
    "dinov2_l": dinov2_l,
    "keras_applications": application,
}

# The extractor that belongs to a named data set.
DEFAULTS = {"mnist": "digits", "digits": "digits", "fashion_mnist": "fashion"}


_built = {}


def _build(name):
    if name not in _built:
        _built[name] = _factory(name)()
    return _built[name]


def registered_name(extractor):
    """The name under which `get` returns this very extractor, or None."""
    return next((name for name, e in _built.items() if e is extractor), None)


def get(extractor, metrics=None, **options):
    """An `Extractor` from an `Extractor`, a name or a Keras model.

    Args:
        extractor: `Extractor`, a Keras model, or a key of `EXTRACTORS`, such as
            `"inception"`; `"keras_applications/NAME"` for a network of
            `keras.applications`.
        metrics: names of metrics: where a model has a single output, and these need
            only features or only logits, it is that.
        **options: what a named extractor takes: `weights=`, `resizer=`.

    Raises:
        ValueError: no such extractor, or options that it does not take; a bare
            callable, which needs a fingerprint.

    Example:

    >>> get("digits")
    <Extractor name='digits', image_shape=(28, 28, 1), outputs=('features', 'logits')>
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
            f"Options belong to named extractors: {list(EXTRACTORS)}. "
            f"Received: extractor={extractor!r}, {options}"
        )
    if isinstance(extractor, Extractor):
        return extractor
    if isinstance(extractor, keras.Model):
        return Extractor(extractor, outputs=_single_output(extractor, metrics))
    if callable(extractor):
        raise ValueError(
            "A callable needs a fingerprint, which names it in reports and caches: "
            "Extractor(function, fingerprint='clip-vit-b-32@v1'). "
            f"Received: extractor={extractor!r}"
        )
    raise _unknown(extractor)


def choices():
    """The registered extractors, numbered, one a line."""
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
        "`extractor` must be an `Extractor`, a Keras model, or one of:\n"
        f"{choices()}\nReceived: extractor={extractor!r}"
    )


def _single_output(model, metrics):
    """What the single output of a model is, as far as metrics tell."""
    if len(model.outputs or ()) != 1 or isinstance(model.output, dict):
        return None
    from keras_gan_zoo.scoring.measures import METRICS

    read = {METRICS[name].output for name in metrics or () if name in METRICS}
    return tuple(read) if len(read) == 1 else None


def _inputs(model):
    try:
        return model.inputs or ()
    except AttributeError:  # a Sequential model that is not built, or no model at all
        return ()


def _name_tensors(model, outputs):
    """Our names -> the symbolic outputs of a Keras model."""
    if isinstance(model.output, dict):
        return _pick(model.output, outputs, "model")
    return _zip(model.outputs, outputs, "model")


def _name_arrays(found, outputs):
    """Our names -> what a callable returned."""
    if isinstance(found, dict):
        return _pick(found, outputs, "callable")
    found = found if isinstance(found, list | tuple) else [found]
    return _zip(found, outputs, "callable")


def _pick(found, outputs, kind):
    if not outputs:
        outputs = [name for name in OUTPUTS if name in found]
    wanted = dict(outputs) if isinstance(outputs, dict) else {o: o for o in outputs}
    if not wanted or not set(wanted) <= set(OUTPUTS):
        raise ValueError(
            f"A {kind}'s outputs must be named `features` and `logits` (and `spatial`)"
            ", or some of them, or be mapped to these: outputs={'features': 'pool'}. "
            f"Received: outputs named {sorted(found)}, outputs={outputs!r}"
        )
    missing = [theirs for theirs in wanted.values() if theirs not in found]
    if missing:
        raise ValueError(
            f"`outputs` must name what the {kind} returns, {sorted(found)}. "
            f"Received: outputs={outputs!r}"
        )
    return {name: found[wanted[name]] for name in OUTPUTS if name in wanted}


def _zip(found, outputs, kind):
    if outputs is None and len(found) == 2:
        outputs = PAIR
    fits = isinstance(outputs, list | tuple) and len(outputs) == len(found)
    if not fits or not set(outputs) <= set(OUTPUTS) or len(set(outputs)) < len(found):
        raise ValueError(
            f"Which output of the {kind} is which? Return the dict {{'features': ..., "
            "'logits': ...} or the pair (features, logits), or name what there is: "
            f"`Extractor({kind}, outputs=('logits',))` or `('features',)`. Received: a "
            f"{kind} with {len(found)} outputs, outputs={outputs!r}"
        )
    return dict(zip(outputs, found, strict=True))


def _check_device(device):
    device = device.lower()
    kind = device.partition(":")[0]
    if kind == "cpu" and keras.config.backend() == "torch":
        device = kind  # it has one, and takes "cpu:0" for another
    try:
        with keras.device(device):
            keras.ops.zeros(1)
        known = [device]
        if keras.config.backend() == "tensorflow":  # falls back without a word
            known = keras.distribution.list_devices(kind)
    except Exception as error:  # each backend raises its own
        known, reason = [], error
    else:
        reason = f"{kind} devices are {known}"
    if device not in known and f"{device}:0" not in known:
        raise ValueError(
            "`device` must be one that Keras finds here, such as 'cpu:0' or 'gpu:1'. "
            f"Received: device={device!r}: {reason}"
        )
    return device


def _to_numpy(values):
    if hasattr(values, "detach"):  # a tensor that lies on a GPU, or has a gradient
        values = values.detach().cpu()
    return np.asarray(values, "float32")


def _clone_layer(layer):
    """A layer with state anew; one without (a Lambda may be) serves both models."""
    if not getattr(layer, "variables", None):  # an operation of `keras.ops` has none
        return layer
    config = layer.get_config()
    config.pop("trainable", None)  # nothing is trained, and some layers set it
    return layer.__class__.from_config(config)
