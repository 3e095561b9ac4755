"""Networks of other packages as Keras models for uint8 images of any size."""

import contextlib
import inspect
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.scoring.extractors.resize import BicubicResize
from keras_gan_zoo.typing import PathLike, Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@keras.saving.register_keras_serializable("keras_gan_zoo.scoring")
class Normalize(keras.layers.Layer):
    """Scales 0 to 255 so that ImageNet's channels have mean 0 and deviation 1."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32", trainable=False)

    def call(self, x: Tensor) -> Tensor:
        mean = ops.array(IMAGENET_MEAN, "float32") * 255.0
        return (x - mean) / (ops.array(IMAGENET_STD, "float32") * 255.0)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


@keras.saving.register_keras_serializable("keras_gan_zoo.scoring")
class Preprocess(keras.layers.Layer):
    """The `preprocess_input` of a network in `keras.applications`."""

    def __init__(self, network: str, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32", trainable=False)
        self.network = network

    def call(self, x: Tensor) -> Tensor:
        module: Any = inspect.getmodule(getattr(keras.applications, self.network))
        return module.preprocess_input(x, data_format="channels_last")

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {"network": self.network, "name": self.name}


def dinov2_model(preset: PathLike, backbone: Any = None) -> tuple[keras.Model, int]:
    """KerasHub's DINOv2: uint8 (n, h, w, 3) -> its class token, normalized.

    Position embeddings are interpolated as in the authors' code, by torch's bicubic
    with an offset of 0.1 patches, on any backend: KerasHub leaves it to the backend,
    and each has a different bicubic.

    Args:
        preset: str, a preset of KerasHub, `"dinov2_base"`, or a folder of one.
        backbone: a `keras_hub.models.DINOV2Backbone`, channels last, to use instead.

    Returns:
        `(model, size)`, where size is what it resizes images to.

    Raises:
        ImportError: KerasHub is not installed.
        ConnectionError: the preset can't be downloaded or read.
    """
    if backbone is None:
        backbone = _load_dinov2(preset)
    size = backbone.image_shape[0]
    _interpolate_as_published(backbone)
    images = keras.Input((None, None, 3), dtype="uint8", name="images")
    x = Normalize(name="normalize")(BicubicResize((size, size), name="resize")(images))
    tokens = backbone({"images": x})
    return keras.Model(images, tokens[:, 0], name="dinov2"), size


def _load_dinov2(preset):
    try:
        import keras_hub
    except ImportError as error:
        raise ImportError(
            "DINOv2 needs KerasHub: `pip install 'keras-gan-zoo[hub]'`. "
            f"Received: {error}"
        ) from error
    try:
        return keras_hub.models.DINOV2Backbone.from_preset(
            preset,
            image_shape=(224, 224, 3),
            data_format="channels_last",
            dtype="float32",
        )
    except Exception as error:  # each host's client raises its own
        raise ConnectionError(
            "The weights of DINOv2 are a preset that KerasHub downloads once, or a "
            "folder of one: `extractors.get('dinov2_b', weights='./dinov2_base')`. "
            f"Received: weights={preset!r}, which can't be loaded: {error}"
        ) from error


def _interpolate_as_published(backbone):
    layer = backbone.embeddings
    source = layer.position_embedding_shape[0] // layer.patch_size
    target = layer.image_shape[0] // layer.patch_size
    if source == target or layer.num_register_tokens:
        return
    embeddings = ops.convert_to_numpy(layer.position_embeddings.value)
    grid = embeddings[0, 1:].reshape(source, source, -1)
    for axis in (0, 1):
        grid = _torch_bicubic(grid, target, axis)
    found = np.concatenate([embeddings[0, :1], grid.reshape(target**2, -1)])
    layer.interpolated_position_embeddings.assign(found[None].astype("float32"))


def _torch_bicubic(grid, out, axis):
    """`torch.nn.functional.interpolate(scale_factor=(out + 0.1) / size)`, a = -0.75.

    Taps are added one by one, so that the sum is the same everywhere.
    """
    size = grid.shape[axis]
    positions = (np.arange(out) + 0.5) * size / (out + 0.1) - 0.5
    first = np.floor(positions).astype(int)
    total = 0.0
    for tap in (-1, 0, 1, 2):
        x = np.abs(positions - first - tap)
        near = (1.25 * x - 2.25) * x * x + 1.0
        far = ((-0.75 * x + 3.75) * x - 6.0) * x + 3.0
        weights = np.where(x < 1, near, far)
        shape = [1] * grid.ndim
        shape[axis] = out
        values = np.take(grid, np.clip(first + tap, 0, size - 1), axis)
        total = total + values.astype("float64") * weights.reshape(shape)
    return total


def application_model(
    name: str, weights: Any = "imagenet"
) -> tuple[keras.Model, tuple[int, ...]]:
    """A network from `keras.applications`: uint8 (n, h, w, 3) -> features, logits.

    Features are the input of its last layer with weights, flattened. It is float32 and
    channels last, whatever the global settings.

    Returns:
        `(model, size)`, where size is the `(height, width)` that it resizes images to.

    Raises:
        ValueError: no such network.
        ConnectionError: the weights can't be downloaded.

    Example:

    >>> model, size = application_model("MobileNetV3Small", weights=None)
    >>> size, model.output["features"].shape, model.output["logits"].shape
    ((224, 224), (None, 1024), (None, 1000))
    """
    with _plain_settings():
        network = _load_application(name, weights)
        size = tuple(side or 224 for side in network.input_shape[1:3])
        head = [layer for layer in network.layers if layer.weights][-1]
        outputs = {"features": head.input, "logits": network.output}
        network = keras.Model(
            network.inputs[0],
            {key: keras.layers.Flatten()(value) for key, value in outputs.items()},
        )
        images = keras.Input((None, None, 3), dtype="uint8", name="images")
        x = Preprocess(name, name="preprocess")(
            BicubicResize(size, name="resize")(images)
        )
        return keras.Model(images, network(x), name=name), size


def _load_application(name, weights):
    known = [
        each
        for each in dir(keras.applications)
        if inspect.isfunction(getattr(keras.applications, each))
    ]
    if name not in known:
        raise ValueError(
            f"`keras.applications` has the networks {', '.join(known)}. "
            f"Received: name={name!r}"
        )
    build = getattr(keras.applications, name)
    if weights != "imagenet":
        return build(weights=weights, classifier_activation=None)
    try:
        return build(weights=weights, classifier_activation=None)
    except Exception as error:  # Keras raises a bare Exception
        raise ConnectionError(
            f"The ImageNet weights of {name} are downloaded once, and that failed; "
            f"a file will do: `extractors.get('keras_applications/{name}', "
            f"weights='{name}.weights.h5')`. Received: {error}"
        ) from error


@contextlib.contextmanager
def _plain_settings():
    """float32 and channels last, for networks that read the global settings."""
    policy, data_format = keras.config.dtype_policy(), keras.config.image_data_format()
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format(data_format)
