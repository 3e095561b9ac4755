"""Grids of the published code, blocks against NumPy."""

import keras
import numpy as np
import pytest
from keras import ops
from undrawn import undrawn

from keras_gan_zoo.layers import BatchNormalization
from keras_gan_zoo.networks import (
    blocks,
    resnet,
    resnet_discriminator,
    resnet_generator,
)


def numpy(x):
    return ops.convert_to_numpy(x)


def grids(network, name):
    return [
        layer.output.shape[1]
        for layer in network.layers
        if layer.name.startswith(name) and layer.name.endswith("_add")
    ]


@pytest.mark.parametrize(
    ("size", "up", "down"),
    [
        (32, [8, 16, 32], [16, 8, 8, 8]),
        (48, [12, 24, 48], [24, 12, 6, 3, 3]),
        (64, [8, 16, 32, 64], [32, 16, 8, 4, 2]),
        (128, [8, 16, 32, 64, 128], [64, 32, 16, 8, 4, 4]),
    ],
)
def test_grids(size, up, down):
    found = undrawn(
        lambda: (
            grids(resnet_generator((size, size, 3)), "up_"),
            grids(resnet_discriminator((size, size, 3)), "block_"),
        )
    )
    assert found == (up, down)


SMALL = {"widths": (8, 4, 4)}


@pytest.mark.once
@pytest.mark.parametrize("shape", [(28, 28, 1), (45, 37, 3), (7, 5, 2)])
@pytest.mark.parametrize("num_classes", [None, 3])
def test_any_size(shape, num_classes):
    generator = resnet_generator(shape, 5, num_classes=num_classes, **SMALL)
    discriminator = resnet_discriminator(shape, num_classes=num_classes, **SMALL)
    latents = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    labels = np.array([0, 2], "int32")
    given = latents if num_classes is None else {"latents": latents, "labels": labels}
    images = numpy(generator(given, training=True))
    assert tuple(images.shape) == (2, *shape)
    given = images if num_classes is None else {"images": images, "labels": labels}
    logits = numpy(discriminator(given, training=True))
    assert logits.shape == (2, 1)
    assert np.isfinite(logits).all()


def test_classes_matter():
    generator = resnet_generator((8, 8, 1), 5, num_classes=3, widths=(8, 4))
    discriminator = resnet_discriminator((8, 8, 1), num_classes=3, widths=(8, 4))
    z = np.ones((3, 5), "float32")
    y = np.arange(3, dtype="int32")
    images = numpy(generator({"latents": z, "labels": y}))
    assert np.abs(images[0] - images[1]).max() > 1e-5
    x = np.repeat(images[:1], 3, axis=0)
    logits = numpy(discriminator({"images": x, "labels": y}))
    assert np.abs(logits[0] - logits[1]).max() > 1e-6


def test_the_projection():
    """psi(phi) + <embed(y), phi>, each matrix divided by its sigma."""
    network = resnet_discriminator((8, 8, 1), num_classes=3, widths=(8, 4))
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype("float32")
    y = np.array([0, 2, 1, 2], "int32")
    logits = numpy(network({"images": x, "labels": y}))
    phi = numpy(
        keras.Model(network.input, network.get_layer("features").output)(
            {"images": x, "labels": y}
        )
    )
    linear, table = network.get_layer("logit"), network.get_layer("embedding")
    w, v = numpy(linear.layer.kernel), numpy(table.layer.embeddings)
    w = w / (numpy(linear.u) @ w.T @ numpy(linear.v))
    v = v / (numpy(table.u) @ v @ numpy(table.v))
    expected = phi @ w + numpy(linear.layer.bias) + (v[y] * phi).sum(1, keepdims=True)
    np.testing.assert_allclose(logits, expected, atol=1e-4)


def conv(x, layer):
    """Stride 1, "same", channels last."""
    kernel, bias = (numpy(w).astype("float64") for w in layer.weights[:2])
    size, (_, h, w, _) = len(kernel), x.shape
    x = np.pad(x, ((0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0)))
    parts = [
        x[:, i : i + h, j : j + w] @ kernel[i, j]
        for i in range(size)
        for j in range(size)
    ]
    return sum(parts) + bias


def spectral(x, layer):
    bias = numpy(layer.layer.bias)
    kernel = numpy(layer.layer.kernel)
    matrix = kernel.reshape(-1, kernel.shape[-1]).T
    sigma = numpy(layer.u) @ matrix @ numpy(layer.v)
    return (conv(x, layer.layer) - bias) / sigma + bias


def relu(x):
    return np.maximum(x, 0.0)


def mean(x):
    """Of 2x2; at an odd end, of what is there."""
    rows, columns = x.shape[1] % 2, x.shape[2] % 2
    x = np.pad(x, ((0, 0), (0, rows), (0, columns), (0, 0)), constant_values=np.nan)
    n, h, w, c = x.shape
    return np.nanmean(x.reshape(n, h // 2, 2, w // 2, 2, c), axis=(2, 4))


@pytest.mark.parametrize("size", [6, 5])
@pytest.mark.parametrize(
    ("first", "downsample", "options"),
    [
        (True, 1, {}),
        (False, 1, {}),
        (False, 0, {}),
        (False, 1, {"wide": True, "activated": True}),
        (False, 0, {"activated": True}),
    ],
)
def test_residual_down(size, first, downsample, options):
    x = keras.Input((size, size, 3))
    width = 5 if first or downsample else 3
    y = blocks.residual_down(x, width, bool(downsample), "b", first, **options)
    network = keras.Model(x, y)
    at = {layer.name: layer for layer in network.layers}
    x = np.random.default_rng(0).normal(size=(2, size, size, 3))
    if first:
        shortcut = spectral(mean(x), at["b_shortcut"])
        h = x
    else:
        h = relu(x)
        shortcut = h if "activated" in options else x
        if downsample:
            shortcut = mean(spectral(shortcut, at["b_shortcut"]))
    h = spectral(relu(spectral(h, at["b_conv_1"])), at["b_conv_2"])
    expected = (mean(h) if downsample else h) + shortcut
    np.testing.assert_allclose(numpy(network(x.astype("float32"))), expected, atol=1e-4)
    hidden = 5 if first or "wide" in options else 3
    assert at["b_conv_1"].layer.filters == hidden


def bilinear(x):
    """Doubled: 3/4 of a place and 1/4 of its neighbour, or all of it at an edge."""
    for axis in (1, 2):
        ends = np.concatenate([x.take([0], axis), x, x.take([-1], axis)], axis)
        n = x.shape[axis]
        before, after = ends.take(range(n), axis), ends.take(range(2, n + 2), axis)
        pairs = [0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after]
        shape = list(x.shape)
        shape[axis] *= 2
        x = np.stack(pairs, axis + 1).reshape(shape)
    return x


def nearest(x):
    return x.repeat(2, axis=1).repeat(2, axis=2)


@pytest.mark.parametrize("double", [nearest, bilinear])
def test_residual_up(double):
    x = keras.Input((3, 4, 3))
    norms = []

    def normalize(x, name):
        norms.append(name)
        return BatchNormalization(epsilon=1e-5, name=name)(x)

    y = blocks.residual_up(x, 5, normalize, "b", interpolation=double.__name__)
    network = keras.Model(x, y)
    at = {layer.name: layer for layer in network.layers}
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 3))

    def norm(x):
        return (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-5)

    h = conv(double(relu(norm(x))), at["b_conv_1"])
    h = conv(relu(norm(h)), at["b_conv_2"])
    expected = h + conv(double(x), at["b_shortcut"])
    got = numpy(network(x.astype("float32"), training=True))
    np.testing.assert_allclose(got, expected, atol=1e-4)
    assert norms == ["b_norm_1", "b_norm_2"]


@pytest.mark.parametrize(
    ("size", "up", "down"),
    [(128, "up_2", "block_1"), (32, "up_1", "block_0"), (28, "up_0", "block_0")],
)
def test_places_of_attention(size, up, down):
    """At 32 of 128 pixels as in the paper, at 16 of 32 as in PyTorch-StudioGAN."""

    def before(network):
        layer = network.get_layer("attention")
        (found,) = layer._inbound_nodes[0].input_tensors
        return found._keras_history.operation.name

    def both():
        shape = (size, size, 3)
        grid = resnet.attention_grid(shape)
        return (
            before(resnet_generator(shape, attention=grid)),
            before(resnet_discriminator(shape, attention=grid)),
        )

    assert undrawn(both) == (f"{up}_add", f"{down}_add")


def test_bad_downsample():
    with pytest.raises(ValueError, match="`downsample` must say for each block"):
        resnet_discriminator((8, 8, 1), widths=(4, 4), downsample=(True,))
