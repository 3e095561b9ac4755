"""StyleGAN2 against the outputs of NVlabs/stylegan2-ada-pytorch: NVIDIA's networks."""

import keras
import numpy as np
import pytest
from keras import ops
from references import filling
from references.filling import assert_close

from keras_gan_zoo.conversion.sources.stylegan2_ada import (
    GENERATOR,
    discriminator_rules,
)
from keras_gan_zoo.networks import stylegan2_discriminator, stylegan2_generator

WIDTHS = (12, 12, 12, 8)  # at 4, 8, 16 and 32 pixels


@pytest.fixture(params=[("stylegan2", None), ("stylegan2_labels", 3)], scope="module")
def case(request):
    name, classes = request.param
    weights, arrays = filling.read(name, filling.equalized)
    generator = stylegan2_generator((32, 32, 3), 8, WIDTHS, classes, 10)
    discriminator = stylegan2_discriminator(
        (32, 32, 3), WIDTHS[::-1], classes, residual=bool(classes), group_size=2
    )
    filling.fill(generator, filling.part(weights, "G"), GENERATOR)
    rules = discriminator_rules(32, classes)
    filling.fill(discriminator, filling.part(weights, "D"), rules)
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
