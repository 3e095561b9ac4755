"""Weights at the start, any image size."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.networks import r3gan_discriminator, r3gan_generator
from keras_gan_zoo.networks.r3gan import default_widths


@pytest.mark.once
@pytest.mark.parametrize("shape", [(28, 28, 1), (45, 37, 3), (7, 5, 2), (3, 3, 1)])
@pytest.mark.parametrize("num_classes", [None, 3])
def test_any_size(shape, num_classes):
    small = {"widths": (16, 8), "num_classes": num_classes}
    generator = r3gan_generator(shape, 5, **small)
    discriminator = r3gan_discriminator(shape, **small)
    latents = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    labels = np.array([0, 2], "int32")
    given = latents if num_classes is None else {"latents": latents, "labels": labels}
    images = ops.convert_to_numpy(generator(given))
    assert images.shape == (2, *shape)
    given = images if num_classes is None else {"images": images, "labels": labels}
    logits = ops.convert_to_numpy(discriminator(given))
    assert logits.shape == (2, 1)
    assert np.isfinite(logits).all()


def test_weights_at_the_start():
    """Blocks are the identity at first; the other weights are scaled by L^(-1/4)."""
    keras.utils.set_random_seed(0)
    network = r3gan_discriminator((8, 8, 3), (64, 32), num_classes=400, blocks=2)
    gain = np.sqrt(2 / 1.04) * 4**-0.25  # of 4 blocks
    spreads = {
        "from_image": 1 / np.sqrt(3),
        "stage_0_block_0_expand": gain / np.sqrt(64),
        "stage_0_block_1_groups": gain / np.sqrt(9 * 16),
        "stage_1_project": 1 / np.sqrt(64),
        "basis": 1 / 4,
        "features": 1 / np.sqrt(32),
        "embedding": 1 / np.sqrt(400) / np.sqrt(32),
    }
    for name, spread in spreads.items():
        kernel = ops.convert_to_numpy(network.get_layer(name).weights[0])
        assert kernel.std() == pytest.approx(spread, rel=0.15), name
    for i in range(2):
        for layer in ("reduce", "expand"):
            weights = network.get_layer(f"stage_{i}_block_0_{layer}").weights
            assert np.all(ops.convert_to_numpy(weights[-1]) == 0), layer
    assert len(network.get_layer("stage_0_block_0_reduce").weights) == 1


def test_default_widths():
    assert default_widths((32, 32, 3)) == (768,) * 4
    assert default_widths((64, 64, 3)) == (768, 768, 768, 768, 384)
    assert default_widths((256, 192, 3)) == (768, 768, 768, 768, 384, 192, 96)


@pytest.mark.parametrize("width", [9, 20, 25])
def test_groups_that_do_not_fit(width):
    with pytest.raises(ValueError, match="multiple of `group_size`"):
        r3gan_generator((8, 8, 1), widths=(width,))


@pytest.mark.parametrize(
    ("width", "groups", "count"), [(2, 1, 4), (8, 1, 16), (24, 3, 16)]
)
def test_groups_have_their_size_or_are_one(width, groups, count):
    network = r3gan_discriminator((8, 8, 1), widths=(width,))
    layer = network.get_layer("stage_0_block_0_groups")
    assert (layer.groups, layer.kernel.shape[-2]) == (groups, count)
