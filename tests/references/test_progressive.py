"""Progressive GAN against facebookresearch/pytorch_GAN_zoo."""

from keras import ops
from references.filling import assert_close, equalized, read

from keras_gan_zoo.conversion import part, port
from keras_gan_zoo.conversion.sources.pytorch_gan_zoo import (
    in_our_units,
    progressive_rules,
)
from keras_gan_zoo.networks import progressive_discriminator, progressive_generator

WIDTHS = (12, 10, 6)  # at 4, 8 and 16 pixels


def test_images_and_logits():
    weights, arrays = read("progressive", equalized)
    up, down, unused = progressive_rules(last=2)
    generator = progressive_generator((16, 16, 3), 9, WIDTHS)
    port(generator, in_our_units(part(weights, "netG"), 2), up, unused)
    images = generator(ops.convert_to_tensor(arrays["in_z"]))
    found = ops.convert_to_numpy(ops.stop_gradient(images))
    assert_close(found[:3], arrays["out_images"].transpose(0, 2, 3, 1))

    discriminator = progressive_discriminator(
        (16, 16, 3), WIDTHS[::-1], grouping="consecutive"
    )
    port(discriminator, in_our_units(part(weights, "netD"), 2), down, unused)
    logits = ops.convert_to_numpy(ops.stop_gradient(discriminator(images)))
    assert_close(logits, arrays["out_logits"])
