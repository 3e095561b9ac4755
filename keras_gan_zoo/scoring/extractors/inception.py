"""The FID Inception: the exact network "inception-2015-12-05", on every backend.

Inception-v3 (Szegedy et al. 2016, arXiv:1512.00567) as TensorFlow published it in 2015
and as Heusel et al. (2017, arXiv:1706.08500) use it. It is not the one in
`keras.applications`: average pools don't count the padding, the last block has a max
pool, there are 1008 logits, and the weights are different.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.scoring.extractors.inception_layout import (
    CLASSES,
    CONVOLUTIONS,
    ENDS,
    SHAPES,
    STAGES,
    Conv,
    fold,
    prefix,
)
from keras_gan_zoo.scoring.extractors.inception_weights import load_inception_weights
from keras_gan_zoo.scoring.extractors.resize import RESIZERS, resize
from keras_gan_zoo.typing import Tensor

SPATIAL_CHANNELS = 7

# Output -> its length.
OUTPUTS = {
    "64": 64,
    "192": 192,
    "768": 768,
    "spatial": 17 * 17 * SPATIAL_CHANNELS,
    "2048": 2048,
    "logits_unbiased": CLASSES,
    "logits": CLASSES,
}


class InceptionV3FID(keras.Model):
    """The exact Inception network behind FID and the Inception Score.

    Images of any size are resized to 299x299 inside. Everything is float32, whatever
    the global dtype policy and image data format. Batch norms are folded into the
    convolutions.

    | output            | shape     | what it is                                       |
    |-------------------|-----------|--------------------------------------------------|
    | `64`              | `(n, 64)` | mean over the first max pool                     |
    | `192`             | `(n, 192)`| mean over the second max pool                    |
    | `768`             | `(n, 768)`| mean over `Mixed_6e`                             |
    | `spatial`         | `(n, 2023)`| for sFID: the first 7 channels of the 17x17 map |
    |                   |           | that `Mixed_6d.branch1x1` returns, after ReLU    |
    |                   |           | (`mixed_6/conv:0` in the original graph), in the |
    |                   |           | order row, column, channel                       |
    | `2048`            | `(n, 2048)`| mean over `Mixed_7c`: the features of FID       |
    | `logits_unbiased` | `(n, 1008)`| `2048` times the classifier's matrix: what the  |
    |                   |           | Inception Score has always read                  |
    | `logits`          | `(n, 1008)`| the same plus the classifier's bias             |

    The resizers, each with the value range of the tool that it reproduces:

    - `"tf1"`: bilinear as in TensorFlow 1 (no half-pixel centres, no antialiasing),
      then `(x - 128) / 128`: the original FID and torch-fidelity.
    - `"clean"`: bicubic and antialiased as in PIL, in float without rounding to 8 bits,
      then `(x - 128) / 128`: clean-fid (Parmar et al. 2022, arXiv:2104.11222).
    - `"torch"`: bilinear with half-pixel centres, no antialias, then `x / 127.5 - 1`:
      pytorch-fid.

    Args:
        weights: `None` downloads the published file (96 MB) on first use and caches
            it. Or the path of that file or of an `.npz`, or a dict of arrays, under the
            published names: see `load_inception_weights`.
        resizer: `"tf1"`, `"clean"` or `"torch"`.
        outputs: names of the outputs to compute. Nothing else is computed.

    Raises:
        ValueError: an unknown resizer or output; weights that can't be read, have
            other names or shapes, or are not finite; images that are not uint8.
        ConnectionError: the weights could not be downloaded.

    Example:

    >>> from keras_gan_zoo.scoring.extractors.inception import InceptionV3FID
    >>> model = InceptionV3FID()  # doctest: +SKIP
    >>> model.predict_on_batch(images)["2048"].shape  # doctest: +SKIP
    (64, 2048)
    """

    def __init__(
        self,
        weights: Any = None,
        resizer: str = "tf1",
        outputs: str | Sequence[str] = tuple(OUTPUTS),
        name: str | None = None,
    ) -> None:
        outputs = (outputs,) if isinstance(outputs, str) else tuple(outputs)
        if resizer not in RESIZERS:
            raise ValueError(
                f"`resizer` must be one of {list(RESIZERS)}: a score depends on it. "
                f"Received: resizer={resizer!r}"
            )
        if not outputs or not set(outputs) <= set(OUTPUTS):
            raise ValueError(
                f"`outputs` must be one or more of {list(OUTPUTS)}. "
                f"Received: outputs={outputs}"
            )
        arrays, sha256 = load_inception_weights(weights, SHAPES)
        images = keras.Input((None, None, 3), dtype="uint8", name="images")
        network = _Network(resizer, outputs, name="network", dtype="float32")
        super().__init__(images, network(images), name=name or "inception_v3_fid")
        network.set_weights(fold(arrays))
        self.trainable = False
        if not backend.jit_compile("auto"):
            self.jit_compile = False
        self.resizer = resizer
        self.source_sha256 = sha256

    def call(
        self, inputs: Tensor, training: bool | None = None, mask: Any = None
    ) -> dict[str, Tensor]:
        shape, dtype = (
            tuple(inputs.shape),
            keras.backend.standardize_dtype(inputs.dtype),
        )
        if len(shape) != 4 or shape[-1] != 3 or dtype != "uint8":
            raise ValueError(
                "The Inception network takes uint8 images, 0 to 255, of shape (n, "
                "height, width, 3). Convert floats with `keras_gan_zoo.images.to_uint8`"
                f". Received: images of shape {shape}, dtype {dtype}"
            )
        return super().call(inputs)


@keras.saving.register_keras_serializable("keras_gan_zoo", "InceptionV3FIDNetwork")
class _Network(keras.layers.Layer):
    """uint8 images -> a dict of outputs.

    A single layer, because a functional model keeps what its layers return to the end:
    2.5 GB more for 50 images on an eager backend.
    """

    def __init__(self, resizer, outputs, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.resizer = resizer
        self.outputs = tuple(outputs)
        self.data_format = backend.DATA_FORMAT
        self.parameters = {}

    def build(self, input_shape):
        # All weights, whatever the outputs, so that the hash is always the same.
        shapes = {
            name: (*conv.size, channels, conv.filters)
            for name, (conv, channels) in CONVOLUTIONS.items()
        }
        for name, shape in {**shapes, "fc": (2048, CLASSES)}.items():
            label = name.replace(".", "__")  # torch allows no dots
            self.parameters[name] = tuple(
                self.add_weight(shape, "zeros", trainable=False, name=f"{label}__{key}")
                for key, shape in (("kernel", shape), ("bias", shape[-1:]))
            )

    def get_config(self):
        config = super().get_config()
        config.pop("trainable")
        return {**config, "resizer": self.resizer, "outputs": self.outputs}

    def compute_output_spec(self, images):
        return {
            name: keras.KerasTensor((images.shape[0], OUTPUTS[name]), "float32")
            for name in self.outputs
        }

    def call(self, images):
        count = backend.images_at_once(images)
        if count is None:
            return self._outputs(images)
        starts = range(0, max(len(images), 1), count)
        parts = [self._outputs(images[i : i + count]) for i in starts]
        return {
            name: ops.concatenate([part[name] for part in parts])
            for name in self.outputs
        }

    def _outputs(self, images):
        x = resize(images, self.resizer)
        if self.data_format == "channels_first":
            x = ops.transpose(x, (0, 3, 1, 2))
        ends = {end: name for name, end in ENDS.items() if name in self.outputs}
        found = {}
        for stage, branches in STAGES.items():
            if found.keys() >= set(self.outputs):
                break
            x = self._stage(x, prefix(stage), branches)
            if stage in ends:
                name = ends[stage]
                found[name] = self._spatial(x) if name == "spatial" else self._mean(x)
        if {"logits", "logits_unbiased"} & set(self.outputs):
            kernel, bias = self.parameters["fc"]
            features = found["2048"] if "2048" in found else self._mean(x)
            found["logits_unbiased"] = ops.matmul(features, kernel)
            found["logits"] = ops.add(found["logits_unbiased"], bias)
        return {name: found[name] for name in self.outputs}

    def _stage(self, x, prefix, branches):
        ends = [self._branch(x, prefix, steps) for steps in branches]
        return ends[0] if len(ends) == 1 else self._concatenate(ends)

    def _branch(self, x, prefix, steps):
        for step in steps:
            if step == "avg":  # the mean over what is inside the image
                x = ops.average_pool(x, 3, 1, "same", self.data_format)
            elif step == "max":
                x = ops.max_pool(x, 3, 1, "same", self.data_format)
            elif step == "max/2":
                x = ops.max_pool(x, 3, 2, "valid", self.data_format)
            elif isinstance(step, Conv):
                x = self._convolve(x, prefix, step)
            else:
                x = self._concatenate([self._convolve(x, prefix, c) for c in step])
        return x

    def _convolve(self, x, prefix, conv):
        kernel, bias = self.parameters[prefix + conv.name]
        x = ops.conv(x, kernel, conv.strides, conv.padding, self.data_format)
        if self.data_format == "channels_first":
            bias = ops.reshape(bias, (1, -1, 1, 1))
        x = ops.add(x, bias)
        return ops.relu(x)

    def _concatenate(self, parts):
        return ops.concatenate(parts, 1 if self.data_format == "channels_first" else -1)

    def _mean(self, x):
        return ops.mean(x, (2, 3) if self.data_format == "channels_first" else (1, 2))

    def _spatial(self, x):
        """`branch1x1` comes first in its block, so these are its channels."""
        if self.data_format == "channels_first":
            x = ops.transpose(x[:, :SPATIAL_CHANNELS], (0, 2, 3, 1))
        return ops.reshape(x[..., :SPATIAL_CHANNELS], (-1, OUTPUTS["spatial"]))


# === Resizing ===
