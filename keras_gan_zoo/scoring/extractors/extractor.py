"""`Extractor`: from uint8 images to the features and logits behind the scores."""

import copy
import functools
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_gan_zoo.scoring.extractors.of_function import OfFunction
from keras_gan_zoo.scoring.extractors.of_keras import OfKeras
from keras_gan_zoo.typing import ImageShape

#: channels of an extractor and of images -> what the images are, and the ways out
COLOURS = {
    (1, 3): (
        "in colour",
        "'inception' or any Keras model; or make them grey before a GAN is trained on "
        'them, as `ImagePreparation(color_mode="grayscale")` does.',
    ),
    (3, 1): (
        "grey",
        "'digits', 'fashion' or 'inception'; or repeat the channel before a GAN is "
        'trained on them, as `ImagePreparation(color_mode="rgb")` does.',
    ),
}


class Extractor:
    """A model or function that turns images into features, logits or both.

    Frechet distances compare features; the Inception Score reads logits, before the
    softmax; the spatial FID compares `spatial`. The model sees pixel values from 0 to
    255, channels last, and always runs in inference mode, so scaling belongs inside it
    (`keras.layers.Rescaling`). Images of a wrong size are refused, never resized.

    Args:
        model: a built Keras model with one input, or any callable that takes a uint8
            array `(n, height, width, channels)`. Either returns a dict with the keys
            `"features"`, `"logits"`, `"spatial"` (or some of them), or the pair
            `(features, logits)`, or a single array, which `outputs` names. A callable
            returns arrays with `n` rows, from NumPy or any framework.
        name: str, for labels such as `FID (digits)`; by default the model's name or
            the callable's fingerprint.
        outputs: tuple of str, the names of what is returned, in order, unless it is a
            dict: `("features", "logits")` for a pair, `("logits",)` or `("features",)`
            for a single array. For a dict, the keys to use, or a dict of our names ->
            its own: `{"features": "pool", "logits": "head"}`.
        preprocessing: str, for reports: what happens to pixel values in the model.
        resizing: str, for reports: how the model resizes, if it does.
        fingerprint: str, only for a callable: its name in reports and caches, where a
            Keras model has the hash of its weights, such as `"clip-vit-b-32@v1"`.
            Change it with the weights.
        image_shape: `(height, width, channels)` that a callable takes; None is any.
        repeat_grey: bool: a model with 3 channels accepts grey images too, by repeating
            the channel, and reports say so.
        label_names: tuple of str, the names of the logits' classes, by which they are
            matched with those of samples; None if numbers say it.

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
        model: Any,
        name: str | None = None,
        outputs: Any = None,
        preprocessing: str = "inside the model",
        resizing: str = "none",
        fingerprint: str | None = None,
        image_shape: Sequence[int | None] | None = None,
        repeat_grey: bool = False,
        label_names: Sequence[str] | None = None,
    ) -> None:
        if isinstance(model, keras.Model) or not callable(model):
            if fingerprint is not None or image_shape is not None:
                raise ValueError(
                    "A Keras model is named by the hash of its weights and knows its "
                    "image shape; `fingerprint` and `image_shape` are for callables. "
                    f"Received: fingerprint={fingerprint!r}, image_shape={image_shape}"
                )
            self._of: Any = OfKeras(model, outputs)
        else:
            self._of = OfFunction(model, outputs, fingerprint, image_shape)
        self.name = name or self._of.name
        self.image_shape = self._of.image_shape
        self.preprocessing = preprocessing
        self.resizing = resizing
        self.repeat_grey = repeat_grey
        self.label_names = label_names and tuple(label_names)
        if repeat_grey and self.image_shape[-1] != 3:
            raise ValueError(
                "`repeat_grey=True` is for a model with 3 channels. "
                f"Received: image_shape={self.image_shape}"
            )

    @property
    def model(self) -> Any:
        """The Keras model, or the callable."""
        return self._of.model

    @functools.cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs; a callable is tried on two images to find them."""
        return self._of.outputs or tuple(self._of.run(self._probe_images, None))

    @functools.cached_property
    def sha256(self) -> str:
        """The extractor's identity in reports and caches: the hash of its weights.

        For a callable, the hash of its fingerprint.
        """
        return self._of.sha256

    def renewed(self) -> Self:
        """Itself, and what it knew of its weights forgotten: they may be others now."""
        for name in ("sha256", "probe"):
            vars(self).pop(name, None)
        return self

    @property
    def device(self) -> str:
        """The backend's name of the weights' device; `"unknown"` for callables."""
        return self._of.device

    @property
    def precision(self) -> str:
        """The dtype that the model computes in; `"unknown"` for callables."""
        return self._of.precision

    def facts(self, image_shape: ImageShape) -> dict[str, str]:
        """Facts for the conditions of a report.

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

    def extract(
        self,
        images: np.ndarray,
        batch_size: int = 256,
        outputs: str | Sequence[str] | None = None,
    ) -> dict[str, np.ndarray]:
        """Extract features and logits from images.

        Args:
            images: uint8 array `(n, height, width, channels)`.
            batch_size: int, images that the compiled model sees at once. The last
                batch is padded, so that it compiles once.
            outputs: tuple of str, which of `extractor.outputs` to extract; a Keras
                model computes nothing else. All by default.

        Returns:
            dict of float32 arrays `(n, d)`: those of `"features"`, `"logits"` and
            `"spatial"` that the model has and that are asked for.

        Raises:
            ValueError: images that the model was not made for, unknown outputs.
        """
        self.check(images)
        outputs = self._check_outputs(outputs)
        with self._of.scope():
            batches = [
                self._extract(images[i : i + batch_size], batch_size, outputs)
                for i in range(0, len(images), batch_size)
            ]
        return {
            name: np.concatenate([batch[name] for batch in batches]) for name in outputs
        }

    def __call__(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """`extract` of all outputs."""
        return self.extract(images)

    def _extract(self, images, batch_size, outputs):
        count = len(images)
        if self._repeats(images.shape[1:]):
            images = np.repeat(images, 3, axis=-1)
        if count < batch_size:
            filling = [(0, batch_size - count)] + [(0, 0)] * (images.ndim - 1)
            images = np.pad(images, filling)
        return {
            name: rows.reshape(batch_size, -1)[:count]
            for name, rows in self._of.run(images, outputs).items()
        }

    def on(self, device: str) -> Self:
        """A copy with the same weights on a device, where its `extract` runs.

        For worker threads: two threads must not share an extractor.

        Args:
            device: str, as for `keras.device`: `"cpu:0"`, `"gpu:1"`.

        Returns:
            `Extractor`.

        Raises:
            ValueError: a callable, which this class can't move; no such device.
        """
        moved = copy.copy(self)
        moved.sha256 = self.sha256
        moved._of = self._of.on(device)
        return moved

    def __deepcopy__(self, memo: dict) -> Self:
        return copy.copy(self)  # the model is only read

    def named_model(self) -> keras.Model:
        """For a Keras model, one of the same layers with a dict of our outputs."""
        return self._of.named_model()

    def check(self, images: np.ndarray) -> None:
        """Raise an error for images that the model was not made for."""
        if images.dtype != np.uint8 or images.ndim != 4 or len(images) == 0:
            raise ValueError(
                "An extractor takes at least one uint8 image, in an array of shape (n, "
                "height, width, channels). "
                f"Received: images of shape {images.shape}, dtype {images.dtype}"
            )
        self.check_shape(images.shape[1:])

    def check_shape(self, image_shape: ImageShape) -> None:
        """Raise an error for an image shape that the model was not made for."""
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
        if fits and not right and (self.image_shape[-1], channels) in COLOURS:
            kind, ways = COLOURS[self.image_shape[-1], channels]
            raise ValueError(
                f"The extractor {self.name!r} expects images of shape "
                f"{self.image_shape}, and these are {kind}. Pass an extractor for such "
                f"images, {ways} Received: images of shape {image_shape}"
            )
        if not fits or not right:
            raise ValueError(
                f"The extractor {self.name!r} expects images of shape "
                f"{self.image_shape} and does not resize, because a score depends on "
                "how. Resize or convert the images yourself, or pass an extractor "
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
    def probe(self) -> np.ndarray:
        """Outputs for two fixed images, which distinguish models of equal weights."""
        outputs = self.extract(self._probe_images, batch_size=2)
        return np.concatenate([outputs[name] for name in self.outputs], axis=1)

    def __repr__(self) -> str:
        return (
            f"<Extractor name={self.name!r}, image_shape={self.image_shape}, "
            f"outputs={vars(self).get('outputs', 'not asked yet')}>"
        )
