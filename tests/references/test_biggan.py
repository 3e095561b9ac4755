"""BigGAN-deep is pytorch-pretrained-biggan's."""

import numpy as np
import pytest
from references.filling import assert_close, fill, read

from keras_gan_zoo import networks
from keras_gan_zoo.conversion.sources.biggan_deep import generator_rules


def run(network, **inputs):
    return network.predict_on_batch(inputs)  # one compiled call


@pytest.mark.parametrize("place", range(5))
def test_equal_to_pytorch_pretrained_biggan(place):
    weights, arrays = read("biggan_deep")
    generator = networks.biggan_deep_generator(
        (64, 64, 3),
        6,
        (64, 32, 16, 8, 4),
        num_classes=4,
        embedding_dim=6,
        attention=16,
        epsilon=1e-4,
        to_image_width=4,
        statistics="published",
    )
    blocks = [0, 1, 2, 3, 5, 6, 7, 8]
    places = {k: f"{'up' if i % 2 else 'same'}_{i // 2}" for i, k in enumerate(blocks)}
    fill(generator, weights, generator_rules(places))
    images = run(
        generator,
        latents=arrays["in_latents"],
        labels=arrays["in_labels"].astype("int32"),
        truncation=np.full(2, arrays["in_truncations"][place], "float32"),
    )
    expected = arrays["out_images"][place].transpose(0, 2, 3, 1)
    assert_close(images[:, ::3, ::3], expected)
    assert expected.std() > 0.03
