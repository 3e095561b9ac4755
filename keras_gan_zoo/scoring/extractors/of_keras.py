"""How an extractor runs a Keras model."""

import contextlib
import copy
from contextlib import AbstractContextManager
from typing import Any, Self

import keras
import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.networks.copying import copy_of
from keras_gan_zoo.scoring.extractors.outputs import functional, name_places, outputs_of
from keras_gan_zoo.weights import weights_sha256


class OfKeras:
    """A built Keras model with one input; only requested outputs are computed.

    Attributes:
        model: the Keras model.
        image_shape: `(height, width, channels)`, with None where any size will do.
        outputs: tuple of our names.
    """

    def __init__(self, model: Any, outputs: Any) -> None:
        model = functional(model)
        self.model, self.name = model, model.name
        self.image_shape = tuple(model.inputs[0].shape[1:])
        self._places = name_places(model, outputs)
        self.outputs = tuple(self._places)
        self._device: str | None = None
        self._runners: dict[Any, keras.Model] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_runners": {}}

    @property
    def _tensors(self):
        """Our names -> the model's symbolic outputs."""
        found = outputs_of(self.model)
        return {name: found[place] for name, place in self._places.items()}

    @property
    def sha256(self) -> str:
        return weights_sha256(self.model)

    @property
    def device(self) -> str:
        weights = self.model.weights
        if not weights:
            return "unknown"
        device = str(getattr(weights[0].value, "device", "unknown"))
        return device.rpartition("/device:")[2]  # TensorFlow's has the job before it

    @property
    def precision(self) -> str:
        return self.model.layers[-1].compute_dtype

    def run(self, images: np.ndarray, names: Any) -> dict[str, np.ndarray]:
        """A dict of float32 arrays, a row for each of the images."""
        if names not in self._runners:
            tensors = self._tensors
            wanted = {name: tensors[name] for name in names}
            runner = keras.Model(self.model.inputs[0], wanted)
            if not backend.jit_compile("auto"):
                runner.jit_compile = False
            self._runners[names] = runner
        found = self._runners[names].predict_on_batch(images)
        return {name: np.asarray(found[name], "float32") for name in names}

    def scope(self) -> AbstractContextManager:
        """The device scope that `run` belongs in."""
        if self._device is None:
            return contextlib.nullcontext()
        return keras.device(self._device)

    def named_model(self) -> keras.Model:
        """A Keras model of the same layers that returns a dict of our outputs."""
        return keras.Model(self.model.inputs[0], self._tensors)

    def on(self, device: str) -> Self:
        """A copy with the same weights on another device."""
        original = self.named_model()
        moved = copy.copy(self)
        moved._device, moved._runners = _check_device(device), {}
        with moved.scope():
            moved.model = copy_of(original, "`device` needs a copy of the extractor")
        moved._places = {name: name for name in self._places}  # of a named model
        return moved


def _check_device(device):
    device = device.lower()
    kind = device.partition(":")[0]
    if kind == "cpu" and keras.config.backend() == "torch":
        device = kind  # torch has one, and thinks "cpu:0" is another
    try:
        with keras.device(device):
            keras.ops.zeros(1)
        known = [device]
        if keras.config.backend() == "tensorflow":  # which falls back silently
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
