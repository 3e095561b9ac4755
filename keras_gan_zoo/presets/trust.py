"""What a preset's JSON may build: nothing that could run a stranger's code.

Keras builds whatever class a config names, from any module that can be imported, and
whatever registered object a mere string names. So a config is walked before Keras sees
it. What may be built is: from Keras, the layers on a list, pure operations,
initializers, constraints and the like; from this package, what networks and objectives
are made of. Metrics, optimizers and anything that reads a file may not, even if they
are registered and ours. Everything else is refused by name: `Lambda` and the like,
serialized functions, foreign modules.
"""

import importlib
from collections.abc import Iterable, Iterator
from typing import Any

import keras

from keras_gan_zoo.latents import Latents
from keras_gan_zoo.objectives.losses import AdversarialLoss
from keras_gan_zoo.objectives.penalties import Penalty
from keras_gan_zoo.presets.files import invalid

PACKAGE = "keras_gan_zoo"

_LAYERS = """
Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D
AveragePooling2D AveragePooling3D BatchNormalization CenterCrop Concatenate Conv1D
Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose Cropping1D Cropping2D
Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense
Embedding Flatten GaussianDropout GaussianNoise GlobalAveragePooling1D
GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention
Identity InputLayer LayerNormalization LeakyReLU MaxPooling1D MaxPooling2D
MaxPooling3D Maximum Minimum MultiHeadAttention Multiply Normalization PReLU
Permute RMSNormalization RandomBrightness RandomContrast RandomCrop RandomFlip
RandomGrayscale RandomHue RandomRotation RandomSaturation RandomSharpness
RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape
Resizing SeparableConv1D SeparableConv2D Softmax SpatialDropout1D SpatialDropout2D
SpatialDropout3D SpectralNormalization Subtract UnitNormalization
UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
"""


def _of_kind(module, kind):
    return {
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, kind)
    }


ALLOWED = {
    "keras": {"DTypePolicy", "Sequential"},
    "keras.models": {"Functional", "Sequential"},
    "keras.src.models.functional": {"Functional"},
    "keras.dtype_policies": {
        "DTypePolicy",
        "QuantizedDTypePolicy",
        "QuantizedFloat8DTypePolicy",
    },
    "keras.quantizers": {"AbsMaxQuantizer", "Int8QuantizationConfig"},
    "keras.layers": frozenset(_LAYERS.split()),
    "keras.initializers": _of_kind(keras.initializers, keras.initializers.Initializer),
    "keras.constraints": _of_kind(keras.constraints, keras.constraints.Constraint),
    "keras.regularizers": _of_kind(keras.regularizers, keras.regularizers.Regularizer),
    "keras.optimizers.schedules": _of_kind(
        keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule
    ),
}

#: where Keras keeps the classes behind `keras.ops`
OPERATIONS = frozenset(
    f"keras.src.ops.{name}"
    for name in ("core", "einops", "image", "linalg", "math", "nn", "numpy")
)

#: what networks and objectives are made of
KINDS = (
    keras.layers.Layer,  # auxiliaries, generator penalties and augmentations too
    keras.initializers.Initializer,
    keras.constraints.Constraint,
    keras.regularizers.Regularizer,
    AdversarialLoss,
    Penalty,
    Latents,
    keras.optimizers.schedules.LearningRateSchedule,
)

NUMBERS = {"bool", "bfloat16", "float16", "float32", "float64"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def strip(value: Any) -> Any:
    """A config without the `compile_config` and `build_config` inside it."""
    if isinstance(value, dict):
        return {
            key: strip(item)
            for key, item in value.items()
            if key not in ("compile_config", "build_config")
        }
    return [strip(item) for item in value] if isinstance(value, list) else value


def check_config(
    config: Any, preset: Any, custom_objects: dict[str, Any] | None = None
) -> None:
    """Check every object in a config.

    Args:
        config: the parsed JSON of a file.
        preset: str, for the error.
        custom_objects: dict, the caller's own classes and functions by their class
            name or registered name.

    Raises:
        ValueError: the config names something that is not on the list.
    """
    try:
        for what, name, module in untrusted(config, custom_objects or {}):
            raise ValueError(
                f"it holds `{what}` (module `{module}`), but a preset may build only "
                "common Keras layers and operations, and what networks and objectives "
                "of keras_gan_zoo are made of. If it is your own and you trust it, "
                f"pass it: `from_preset(..., custom_objects={{{name!r}: ...}})`."
            )
    except ValueError as error:
        raise invalid(preset, error) from None


def check_can_load(found: Iterable[tuple]) -> None:
    """Check that `custom_objects` can vouch for what `untrusted` found.

    Raises:
        ValueError: there is a `Lambda` or the like.
    """
    for _, name, module in found:
        if name.startswith("__") or (name, module) == ("Lambda", "keras.layers"):
            raise ValueError(
                "A preset holds no Python code, so networks with a `Lambda` layer or "
                "an anonymous function can't be saved as one. Use layers or "
                "`keras.ops`, or write a `keras.layers.Layer` of your own, and pass it "
                f"to `from_preset(..., custom_objects=...)`. Received: {name}"
            )


def untrusted(
    value: Any, custom_objects: dict[str, Any], in_call: bool = False
) -> Iterator[tuple[Any, Any, Any]]:
    """Each object in a config that is not on the list.

    Yields:
        The object's name, the name that it needs in `custom_objects`, and its module.
    """
    if isinstance(value, str):
        if is_registered(value) and not _may_build(value) | (value in custom_objects):
            yield value, value, None
    elif isinstance(value, list):
        for item in value:
            yield from untrusted(item, custom_objects, in_call)
    elif isinstance(value, dict):
        items = value
        if "class_name" in value:
            name, module, registered = _names(value)
            known = _is_known(name, registered, custom_objects)
            if not known and not _is_allowed(value, name, module, registered, in_call):
                what = registered or name
                yield what, name if what == "function" else what, module
            items = {k: v for k, v in value.items() if k not in _NAMES}
        for key, item in items.items():
            yield from untrusted(
                item, custom_objects, in_call or key == "inbound_nodes"
            )


def _is_known(name, registered, custom_objects):
    """Whether what Keras would find is one of the caller's own objects.

    Keras looks for the registered name first, so an untrusted one must not hide behind
    the name of a trusted class.
    """
    if registered in custom_objects:
        return True
    found = keras.saving.get_registered_object(registered)
    return name in custom_objects and found in (None, custom_objects[name])


_NAMES = ("class_name", "module", "registered_name")


def _names(spec):
    """The names of an object; a function goes by its own name."""
    name, module = spec["class_name"], spec.get("module")
    # If there is no registered name, Keras uses the class name as one.
    registered = spec.get("registered_name", name)
    if name == "function":
        name = spec.get("config")
    for value in (name, module, registered):
        if not isinstance(value, (str, type(None))):
            raise ValueError(
                "`class_name`, `module` and `registered_name` must be strings. "
                f"Received: {value!r:.80}"
            )
    return str(name), module, registered


def _is_allowed(spec, name, module, registered, in_call):
    if spec["class_name"] == "function":
        return False
    if is_registered(registered):
        return _may_build(registered, name)
    if name in ("__keras_tensor__", "__slice__", "__ellipsis__"):
        return True
    if name in ("__tensor__", "__numpy__"):  # a constant in a call
        config = spec.get("config")
        dtype = config.get("dtype") if isinstance(config, dict) else None
        return in_call and isinstance(dtype, str) and dtype in NUMBERS
    return registered in (None, name) and (
        name in ALLOWED.get(module, ()) or _is_operation(name, module)
    )


def _is_operation(name, module):
    """Whether it is one of the classes behind `keras.ops`, which only touch tensors.

    If they call a function, it is in their config, where it is refused.
    """
    if module not in OPERATIONS:
        return False
    cls = vars(importlib.import_module(module)).get(name)
    return (
        isinstance(cls, type)
        and issubclass(cls, keras.Operation)
        and cls.__module__ == module
    )


def is_registered(name: Any) -> bool:
    """Whether Keras would turn this string into an object, wherever it appears."""
    return (
        isinstance(name, str)
        and ">" in name
        and keras.saving.get_registered_object(name) is not None
    )


def _may_build(registered, name=None):
    cls = registered_class(registered)
    return (
        cls is not None
        and name in (None, cls.__name__)
        and issubclass(cls, KINDS)
        and not is_model(cls)
        and not cls.__module__.startswith(f"{PACKAGE}.scoring")
    )


def registered_class(registered: Any) -> type | None:
    """A class of this package by its registered name, or None."""
    if not isinstance(registered, str) or not registered.startswith(f"{PACKAGE}>"):
        return None
    cls = keras.saving.get_registered_object(registered)
    ours = isinstance(cls, type) and cls.__module__.split(".")[0] == PACKAGE
    return cls if ours else None


def is_model(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, keras.Model)
