"""StyleGAN2 against the outputs of NVlabs/stylegan2-ada-pytorch: NVIDIA's networks."""

import math

import keras
import numpy as np
import pytest
from keras import ops
from references import filling
from references.filling import assert_close, conv, linear, same

from keras_gan_zoo.networks import stylegan2_discriminator, stylegan2_generator

WIDTHS = (12, 12, 12, 8)  # at 4, 8, 16 and 32 pixels


def grid(match):
    return int(math.log2(int(match[1]))) - 2


def styled(rest):
    """The path of a tensor of a convolution: "_up" for the one that doubles."""

    def path(match):
        up = "_up" if match[2] == "0" else ""
        return f"grid_{grid(match)}{up}_{rest}"

    return path


def dense(published, ours, turn=linear):
    """Rules for a layer's kernel and bias."""
    return [
        (rf"{published}\.weight", f"{ours}/{ours}/kernel", turn),
        (rf"{published}\.bias", f"{ours}/{ours}/bias", same),
    ]


EMBEDDING = [
    (r"mapping\.embed\.weight", "embedding/embedding/embeddings", linear),
    (r"mapping\.embed\.bias", "embedding_bias/bias", same),
]
MAPPING = EMBEDDING + dense(r"mapping\.fc(\d)", r"map_\1")
LAYER = r"synthesis\.b(\d+)\.conv([01])\."
IMAGE = r"synthesis\.b(\d+)\.torgb\."
GENERATOR = [
    *MAPPING,
    (r"mapping\.w_avg", "average/average", same),
    (r"synthesis\.b4\.const", "constant/constant", lambda x: x.transpose(1, 2, 0)),
    (LAYER + r"weight", styled("conv/kernel"), conv),
    (LAYER + r"bias", styled("activation/bias"), same),
    (LAYER + r"noise_const", styled("noise/noise"), lambda x: x[..., None]),
    (LAYER + r"noise_strength", styled("noise/strength"), same),
    (
        LAYER + r"affine\.(weight)",
        lambda m: f"{styled('style')(m)}/{styled('style')(m)}/kernel",
        linear,
    ),
    (
        LAYER + r"affine\.(bias)",
        lambda m: f"{styled('style')(m)}/{styled('style')(m)}/bias",
        same,
    ),
    (IMAGE + r"weight", lambda m: f"image_{grid(m)}_conv/kernel", conv),
    (IMAGE + r"bias", lambda m: f"image_{grid(m)}_bias/bias", same),
    (
        IMAGE + r"affine\.weight",
        lambda m: f"image_{grid(m)}_style/image_{grid(m)}_style/kernel",
        linear,
    ),
    (
        IMAGE + r"affine\.bias",
        lambda m: f"image_{grid(m)}_style/image_{grid(m)}_style/bias",
        same,
    ),
]


def down(match):
    """From 32 pixels on; the layers are `conv0`, `conv1` and `skip`."""
    names = {"conv0": "conv_1", "conv1": "conv_2", "skip": "skip"}
    return f"down_{len(WIDTHS) - 1 - grid(match)}_{names[match[2]]}"


def discriminator_rules(classes):
    return [
        *MAPPING,
        (r"b32\.fromrgb\.weight", "from_image/from_image/kernel", conv),
        (r"b32\.fromrgb\.bias", "from_image_activation/bias", same),
        (
            r"b(\d+)\.(conv[01]|skip)\.weight",
            lambda m: f"{down(m)}/{down(m)}/kernel",
            conv,
        ),
        (r"b(\d+)\.(conv[01])\.bias", lambda m: f"{down(m)}_activation/bias", same),
        (r"b4\.conv\.weight", "conv/conv/kernel", conv),
        (r"b4\.conv\.bias", "conv_activation/bias", same),
        *dense(r"b4\.fc", "dense", filling.flat),
        *dense(r"b4\.out", "features" if classes else "logits"),
    ]


@pytest.fixture(params=[("stylegan2", None), ("stylegan2_labels", 3)], scope="module")
def case(request):
    name, classes = request.param
    weights, arrays = filling.read(name, filling.equalized)
    generator = stylegan2_generator((32, 32, 3), 8, WIDTHS, classes, 10)
    discriminator = stylegan2_discriminator(
        (32, 32, 3), WIDTHS[::-1], classes, residual=bool(classes), group_size=2
    )
    filling.fill(generator, filling.part(weights, "G"), GENERATOR)
    filling.fill(
        discriminator, filling.part(weights, "D"), discriminator_rules(classes)
    )
    return generator, discriminator, arrays


def latents(arrays):
    if not len(arrays["in_labels"]):
        return ops.convert_to_tensor(arrays["in_z"])
    return {
        "latents": ops.convert_to_tensor(arrays["in_z"]),
        "labels": ops.convert_to_tensor(arrays["in_labels"]),
    }


def numpy(x):
    return ops.convert_to_numpy(ops.stop_gradient(x))


def test_mapping_and_truncation(case):
    generator, _, arrays = case
    w = generator.get_layer("mapping")(latents(arrays))
    assert_close(numpy(w), arrays["out_w"])
    truncated = generator.get_layer("average").truncate(w, 0.7)
    assert_close(numpy(truncated), arrays["out_truncated"])


def test_synthesis(case):
    generator, _, arrays = case
    images = generator.get_layer("synthesis")(ops.convert_to_tensor(arrays["in_ws"]))
    assert_close(numpy(images), arrays["out_synthesis"].transpose(0, 2, 3, 1))


def test_images_and_logits(case):
    generator, discriminator, arrays = case
    images = generator(latents(arrays), training=False)
    assert_close(numpy(images)[:1], arrays["out_image"].transpose(0, 2, 3, 1))
    given = latents(arrays)
    if isinstance(given, dict):
        given = {"images": images, "labels": given["labels"]}
    else:
        given = images
    logits = numpy(discriminator(given, training=False))
    assert np.ptp(arrays["out_logits"]) > 0.05 * np.abs(arrays["out_logits"]).max()
    assert_close(logits, arrays["out_logits"])


def test_a_smaller_grid_has_the_same_layers():
    """Images that are no power of 2 are cut from the middle of the next one."""
    whole, cut = (
        stylegan2_generator((size, size, 1), 4, (4, 4, 4), mapping_width=4)
        for size in (16, 14)
    )
    cut.set_weights(whole.get_weights())
    z = ops.convert_to_tensor(np.ones((1, 4), "float32"))
    found, expected = numpy(cut(z)), numpy(whole(z))[:, 1:-1, 1:-1]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert isinstance(whole.get_layer("mapping"), keras.Model)
