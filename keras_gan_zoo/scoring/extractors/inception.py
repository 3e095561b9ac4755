"""The FID Inception: the network "inception-2015-12-05", exact, on every backend.

Inception-v3 (Szegedy et al. 2016, arXiv 1512.00567) as TensorFlow published it in 2015
and as Heusel et al. (2017, 1706.08500) measure with it. It is not the one of
`keras.applications`: average pools don't count the padding, the last block has a max
pool, there are 1008 logits, and the weights are others.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.scoring.extractors.backbones import bicubic_matrix
from keras_gan_zoo.scoring.extractors.inception_weights import load_inception_weights

SIZE = 299
CLASSES = 1008
EPSILON = 1e-3  # of every batch norm
SPATIAL_CHANNELS = 7

# How images get to 299x299 and into the network's range.
RESIZERS = ("tf1", "clean", "torch")

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
    """The Inception network behind FID and the Inception Score, exact.

    Images of any size are resized to 299x299 inside. Everything is float32, whatever
    the global dtype policy and image data format are. Batch norms are folded into the
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

    Resizers, each with the range of the tool that it reproduces:

    - `"tf1"`: bilinear as TensorFlow 1 does it (no half-pixel centres, no antialias),
      then `(x - 128) / 128`: the original FID and torch-fidelity.
    - `"clean"`: bicubic and antialiased as PIL does it, in float without rounding to 8
      bits, then `(x - 128) / 128`: clean-fid (Parmar et al. 2022, 2104.11222).
    - `"torch"`: bilinear with half-pixel centres, no antialias, then `x / 127.5 - 1`:
      pytorch-fid.

    Args:
        weights: `None` pulls the published file (96 MB) on first use and caches it.
            Or the path of that file or of an `.npz`, or a dict of arrays, under the
            published names: see `load_inception_weights`.
        resizer: `"tf1"`, `"clean"` or `"torch"`.
        outputs: names of the outputs that are wanted. Nothing beyond them is computed.

    Raises:
        ValueError: an unknown resizer or output; weights that can't be read, of other
            names or shapes, or not finite; images that are not uint8.
        ConnectionError: the weights could not be pulled.

    Example:

    >>> from keras_gan_zoo.scoring.extractors.inception import InceptionV3FID
    >>> model = InceptionV3FID()  # doctest: +SKIP
    >>> model.predict_on_batch(images)["2048"].shape  # doctest: +SKIP
    (64, 2048)
    """

    def __init__(self, weights=None, resizer="tf1", outputs=tuple(OUTPUTS), name=None):
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
        network.set_weights(_fold(arrays))
        self.trainable = False
        if not backend.auto_jit_compile():
            self.jit_compile = False
        self.resizer = resizer
        self.source_sha256 = sha256

    def call(self, inputs, training=None, mask=None):
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


# === The network, as data. A branch is a list of steps, one after the other: a ===
# === convolution, "avg" or "max" (pools), or a tuple of convolutions side by side. ===


class Conv(NamedTuple):
    """A convolution without bias, batch norm and ReLU."""

    name: str
    filters: int
    size: tuple = (1, 1)
    strides: int = 1
    padding: str = "same"


def _conv(name, filters, size=1, strides=1, padding="same"):
    size = (size, size) if isinstance(size, int) else size
    return Conv(name, filters, size, strides, "valid" if strides == 2 else padding)


def _block_a(pool_filters):
    """35x35, figure 5 of the paper, with a 5x5 convolution as in figure 4."""
    return [
        [_conv("branch1x1", 64)],
        [_conv("branch5x5_1", 48), _conv("branch5x5_2", 64, 5)],
        [
            _conv("branch3x3dbl_1", 64),
            _conv("branch3x3dbl_2", 96, 3),
            _conv("branch3x3dbl_3", 96, 3),
        ],
        ["avg", _conv("branch_pool", pool_filters)],
    ]


def _block_b():
    """35x35 to 17x17, figure 10."""
    return [
        [_conv("branch3x3", 384, 3, strides=2)],
        [
            _conv("branch3x3dbl_1", 64),
            _conv("branch3x3dbl_2", 96, 3),
            _conv("branch3x3dbl_3", 96, 3, strides=2),
        ],
        ["max/2"],
    ]


def _block_c(c):
    """17x17, figure 6 with n = 7."""
    return [
        [_conv("branch1x1", 192)],
        [
            _conv("branch7x7_1", c),
            _conv("branch7x7_2", c, (1, 7)),
            _conv("branch7x7_3", 192, (7, 1)),
        ],
        [
            _conv("branch7x7dbl_1", c),
            _conv("branch7x7dbl_2", c, (7, 1)),
            _conv("branch7x7dbl_3", c, (1, 7)),
            _conv("branch7x7dbl_4", c, (7, 1)),
            _conv("branch7x7dbl_5", 192, (1, 7)),
        ],
        ["avg", _conv("branch_pool", 192)],
    ]


def _block_d():
    """17x17 to 8x8."""
    return [
        [_conv("branch3x3_1", 192), _conv("branch3x3_2", 320, 3, strides=2)],
        [
            _conv("branch7x7x3_1", 192),
            _conv("branch7x7x3_2", 192, (1, 7)),
            _conv("branch7x7x3_3", 192, (7, 1)),
            _conv("branch7x7x3_4", 192, 3, strides=2),
        ],
        ["max/2"],
    ]


def _block_e(pool):
    """8x8, figure 7."""
    return [
        [_conv("branch1x1", 320)],
        [
            _conv("branch3x3_1", 384),
            (_conv("branch3x3_2a", 384, (1, 3)), _conv("branch3x3_2b", 384, (3, 1))),
        ],
        [
            _conv("branch3x3dbl_1", 448),
            _conv("branch3x3dbl_2", 384, 3),
            (
                _conv("branch3x3dbl_3a", 384, (1, 3)),
                _conv("branch3x3dbl_3b", 384, (3, 1)),
            ),
        ],
        [pool, _conv("branch_pool", 192)],
    ]


# Name of a stage -> its branches. The stem's have no name of their own in the file.
STAGES = {
    "stem_1": [
        [
            _conv("Conv2d_1a_3x3", 32, 3, strides=2),
            _conv("Conv2d_2a_3x3", 32, 3, padding="valid"),
            _conv("Conv2d_2b_3x3", 64, 3),
            "max/2",
        ]
    ],
    "stem_2": [
        [
            _conv("Conv2d_3b_1x1", 80),
            _conv("Conv2d_4a_3x3", 192, 3, padding="valid"),
            "max/2",
        ]
    ],
    "Mixed_5b": _block_a(32),
    "Mixed_5c": _block_a(64),
    "Mixed_5d": _block_a(64),
    "Mixed_6a": _block_b(),
    "Mixed_6b": _block_c(128),
    "Mixed_6c": _block_c(160),
    "Mixed_6d": _block_c(160),
    "Mixed_6e": _block_c(192),
    "Mixed_7a": _block_d(),
    "Mixed_7b": _block_e("avg"),
    "Mixed_7c": _block_e("max"),  # a slip in 2015, and so a part of the definition
}


# Output -> the stage at whose end it is taken.
ENDS = {
    "64": "stem_1",
    "192": "stem_2",
    "spatial": "Mixed_6d",
    "768": "Mixed_6e",
    "2048": "Mixed_7c",
}


def _walk():
    """Each convolution with its published name and its input channels."""
    channels = 3
    for stage, branches in STAGES.items():
        total = 0
        for steps in branches:
            width = channels
            for step in steps:
                if isinstance(step, str):
                    continue
                for conv in _side_by_side(step):
                    yield _prefix(stage) + conv.name, conv, width
                width = sum(conv.filters for conv in _side_by_side(step))
            total += width
        channels = total


def _side_by_side(step):
    return (step,) if isinstance(step, Conv) else step


def _prefix(stage):
    return "" if stage.startswith("stem") else f"{stage}."


# Published name -> (Conv, input channels), in the order of the graph.
CONVOLUTIONS = {name: (conv, channels) for name, conv, channels in _walk()}


def _shapes():
    shapes = {}
    for name, (conv, channels) in CONVOLUTIONS.items():
        shapes[f"{name}.conv.weight"] = (conv.filters, channels, *conv.size)
        for key in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{name}.bn.{key}"] = (conv.filters,)
    return {**shapes, "fc.weight": (CLASSES, 2048), "fc.bias": (CLASSES,)}


# Published key -> shape, as in the file: kernels (out, in, height, width).
SHAPES = _shapes()


def _fold(arrays):
    """The weights of `_Network` in their order, batch norms folded into convolutions.

    gamma (W x - mean) / sqrt(variance + epsilon) + beta, in float64.
    """
    folded = []
    for name in CONVOLUTIONS:
        kernel, gamma, beta, mean, variance = (
            arrays[f"{name}.{key}"].astype("float64")
            for key in (
                "conv.weight",
                "bn.weight",
                "bn.bias",
                "bn.running_mean",
                "bn.running_var",
            )
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        folded.append((kernel * scale[:, None, None, None]).transpose(2, 3, 1, 0))
        folded.append(beta - mean * scale)
    folded += [arrays["fc.weight"].T, arrays["fc.bias"]]
    return [np.ascontiguousarray(values, "float32") for values in folded]


@keras.saving.register_keras_serializable("keras_gan_zoo", "InceptionV3FIDNetwork")
class _Network(keras.layers.Layer):
    """uint8 images -> dict of outputs.

    One layer, since a functional model holds what its layers return to the end: 2.5 GB
    more for 50 images on an eager backend.
    """

    def __init__(self, resizer, outputs, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.resizer = resizer
        self.outputs = tuple(outputs)
        self.data_format = backend.DATA_FORMAT
        self.parameters = {}

    def build(self, input_shape):
        # All weights, whatever the outputs: they always hash to the same.
        shapes = {
            name: (*conv.size, channels, conv.filters)
            for name, (conv, channels) in CONVOLUTIONS.items()
        }
        for name, shape in {**shapes, "fc": (2048, CLASSES)}.items():
            label = name.replace(".", "__")  # torch refuses dots
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
            x = self._stage(x, _prefix(stage), branches)
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
            if step == "avg":  # the mean over what lies within the image
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
        """`branch1x1` comes first in its block, so that these are its channels."""
        if self.data_format == "channels_first":
            x = ops.transpose(x[:, :SPATIAL_CHANNELS], (0, 2, 3, 1))
        return ops.reshape(x[..., :SPATIAL_CHANNELS], (-1, OUTPUTS["spatial"]))


# === Resizing ===


def resize(images, resizer):
    """uint8 `(n, height, width, 3)` -> float32 `(n, 299, 299, 3)` in [-1, 1].

    Bilinear ones pick and mix two columns, then two rows, as the originals do: in
    float32 also on chips that round the factors of a matrix product. Values are brought
    into range in between, where there are few of them.

    Example:

    >>> images = np.full((1, 8, 8, 3), 255, "uint8")
    >>> [float(ops.max(resize(images, name))) for name in RESIZERS]
    [0.9921875, 0.9921875, 1.0]
    """
    shape = ops.shape(images)
    if resizer == "clean":
        x = _to_range(images, resizer)
        x = ops.transpose(x, (0, 3, 1, 2))
        x = ops.matmul(x, ops.transpose(bicubic_matrix(SIZE, shape[2])))
        x = ops.matmul(bicubic_matrix(SIZE, shape[1]), x)
        # clean-fid clips what bicubic overshoots to [0, 255].
        return ops.clip(ops.transpose(x, (0, 2, 3, 1)), -1.0, 127 / 128)
    x = _mix(images, _centres(shape[2], resizer), axis=2)
    x = _to_range(x, resizer)
    return _mix(x, _centres(shape[1], resizer), axis=1)


def _to_range(x, resizer):
    x = ops.cast(x, "float32")
    return x / 127.5 - 1.0 if resizer == "torch" else (x - 128.0) / 128.0


def _centres(size, resizer):
    """Where, in pixels of a side of length `size`, each of the 299 new pixels lies."""
    scale = ops.cast(size, "float32") / float(SIZE)
    i = ops.arange(SIZE, dtype="float32")
    if resizer == "tf1":
        return i * scale
    return ops.maximum((i + 0.5) * scale - 0.5, 0.0)


def _mix(x, centres, axis):
    """Linear interpolation between the two pixels around each centre."""
    low = ops.cast(centres, "int32")
    high = ops.minimum(low + 1, ops.shape(x)[axis] - 1)
    weight = centres - ops.cast(low, "float32")
    weight = ops.reshape(weight, (SIZE,) + (1,) * (3 - axis))
    a = ops.cast(ops.take(x, low, axis), "float32")
    b = ops.cast(ops.take(x, high, axis), "float32")
    return a + (b - a) * weight
