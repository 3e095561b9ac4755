"""What a preset's JSON may build: nothing that could run a stranger's code.

Keras builds whatever class a config names, from any module that can be imported.
So a config is walked before Keras sees it, and everything that is not on the list
is refused by name: `Lambda` and its kin, serialized functions, foreign modules.
"""

import keras

from keras_gan_zoo.presets.files import invalid

PACKAGE = "keras_gan_zoo"

_LAYERS = """
Activation Add Average AveragePooling1D AveragePooling2D BatchNormalization
Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Cropping1D Cropping2D
Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense Embedding
Flatten GaussianDropout GaussianNoise GlobalAveragePooling1D
GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D GroupNormalization
GroupQueryAttention Identity InputLayer LayerNormalization LeakyReLU
MaxPooling1D MaxPooling2D Maximum Minimum MultiHeadAttention Multiply PReLU
Permute RMSNormalization ReLU RepeatVector Rescaling Reshape SeparableConv1D
SeparableConv2D Softmax SpatialDropout1D SpatialDropout2D SpectralNormalization
Subtract UnitNormalization UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D
"""

ALLOWED = {
    "keras": {"DTypePolicy", "Sequential"},
    "keras.models": {"Functional", "Sequential"},
    "keras.src.models.functional": {"Functional"},
    "keras.dtype_policies": {"DTypePolicy"},
    "keras.layers": frozenset(_LAYERS.split()),
    **{
        f"keras.{kind}": {
            name
            for name, value in vars(getattr(keras, kind)).items()
            if isinstance(value, type)
        }
        for kind in ("initializers", "constraints", "regularizers")
    },
}


def strip(value):
    """A config without the `compile_config` and `build_config` inside it."""
    if isinstance(value, dict):
        return {
            key: strip(item)
            for key, item in value.items()
            if key not in ("compile_config", "build_config")
        }
    return [strip(item) for item in value] if isinstance(value, list) else value


def check_config(config, preset, custom_objects=None):
    """Check every object in a config.

    Args:
        config: what `json` made of a file.
        preset: str, for the error.
        custom_objects: dict, the caller's own classes and functions by their class
            name or registered name.

    Raises:
        ValueError: the config names something that is not on the list.
    """
    if isinstance(config, dict):
        if "class_name" in config:
            _check_object(config, preset, custom_objects or {})
        config = list(config.values())
    if isinstance(config, list):
        for item in config:
            check_config(item, preset, custom_objects)


def _check_object(spec, preset, custom_objects):
    name, module = spec["class_name"], spec.get("module")
    registered = spec.get("registered_name")
    if name == "function":
        name = spec.get("config")
    for value in (name, module, registered):
        if not isinstance(value, (str, type(None))):
            raise invalid(
                preset,
                "`class_name`, `module` and `registered_name` must be strings. "
                f"Received: {value!r:.80}",
            )
    if {name, registered} & set(custom_objects):
        return
    if spec["class_name"] != "function" and (
        name == "__keras_tensor__"
        or _is_ours(name, registered)
        or (name in ALLOWED.get(module, ()) and registered in (None, name))
    ):
        return
    raise invalid(
        preset,
        f"it holds `{registered or name}` (module `{module}`), and a preset may build "
        "classes of keras_gan_zoo and common Keras layers only. If it is of your own "
        "and you trust it, pass it: "
        f"`from_preset(..., custom_objects={{{(registered or name)!r}: ...}})`.",
    )


def _is_ours(name, registered):
    cls = registered_class(registered)
    return cls is not None and cls.__name__ == name and not is_model(cls)


def registered_class(registered):
    """A class of this package by its registered name, or None."""
    if not isinstance(registered, str) or not registered.startswith(f"{PACKAGE}>"):
        return None
    cls = keras.saving.get_registered_object(registered)
    ours = isinstance(cls, type) and cls.__module__.split(".")[0] == PACKAGE
    return cls if ours else None


def is_model(cls):
    return isinstance(cls, type) and issubclass(cls, keras.Model)
