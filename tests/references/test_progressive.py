"""Progressive GAN against facebookresearch/pytorch_GAN_zoo."""

import math

import pytest
from keras import ops
from references import filling
from references.filling import assert_close, conv, linear, same

from keras_gan_zoo.networks import progressive_discriminator, progressive_generator

WIDTHS = (12, 10, 6)  # at 4, 8 and 16 pixels


def in_our_units(weights):
    """Kernels without NVIDIA's gains, biases as they are added.

    Facebook multiplies each layer's output, bias included, by sqrt(2 / fan_in), and
    the code here its kernels by gains that are NVIDIA's for three of the layers.
    """
    gains = {
        "netG.formatLayer": 1 / 4,
        "netG.toRGBLayers.2": math.sqrt(0.5),
        "netD.decisionLayer": math.sqrt(0.5),
    }
    found = {}
    for name, array in weights.items():
        layer, kind = name.rsplit(".module.", 1)
        if kind == "weight":
            found[name] = array / gains.get(layer, 1.0)
        else:
            fan_in = math.prod(weights[f"{layer}.module.weight"].shape[1:])
            found[name] = array * math.sqrt(2 / fan_in)
    return found


def layer(published, ours, turn=conv, turn_bias=same):
    """Rules for a layer's kernel and bias; `ours` may be a function of the match."""

    def path(kind):
        def of(match):
            name = ours(match) if callable(ours) else ours
            return f"{name}/{name}/{kind}"

        return of

    return [
        (rf"{published}\.module\.weight", path("kernel"), turn),
        (rf"{published}\.module\.bias", path("bias"), turn_bias),
    ]


def up(match):
    return f"grid_{int(match[1]) + 1}_{int(match[2]) + 1}"


def down(match):
    return f"down_{1 - int(match[1])}_{int(match[2]) + 1}"


GENERATOR = [
    *layer(r"formatLayer", "project", filling.grid(4, 4), filling.grid(4, 4)),
    *layer(r"groupScale0\.0", "grid_0"),
    *layer(r"scaleLayers\.(\d)\.(\d)", up),
    *layer(r"toRGBLayers\.2", "to_image"),
]
DISCRIMINATOR = [
    *layer(r"fromRGBLayers\.2", "from_image"),
    *layer(r"scaleLayers\.(\d)\.(\d)", down),
    *layer(r"groupScaleZero\.0", "conv"),
    *layer(r"groupScaleZero\.1", "dense", filling.flat(4, 4)),
    *layer(r"decisionLayer", "logits", linear),
]
OF_SMALLER_IMAGES = [r"(to|from)RGBLayers\.[01]\..*"]


@pytest.fixture(scope="module")
def arrays_and_weights():
    weights, arrays = filling.read("progressive", filling.equalized)
    return arrays, in_our_units(weights)


def test_images_and_logits(arrays_and_weights):
    arrays, weights = arrays_and_weights
    generator = progressive_generator((16, 16, 3), 9, WIDTHS)
    filling.fill(generator, filling.part(weights, "netG"), GENERATOR, OF_SMALLER_IMAGES)
    images = generator(ops.convert_to_tensor(arrays["in_z"]))
    found = ops.convert_to_numpy(ops.stop_gradient(images))
    assert_close(found[:3], arrays["out_images"].transpose(0, 2, 3, 1))

    discriminator = progressive_discriminator(
        (16, 16, 3), WIDTHS[::-1], grouping="consecutive"
    )
    filling.fill(
        discriminator, filling.part(weights, "netD"), DISCRIMINATOR, OF_SMALLER_IMAGES
    )
    logits = ops.convert_to_numpy(ops.stop_gradient(discriminator(images)))
    assert_close(logits, arrays["out_logits"])
