"""Progressive GAN's networks on their way from the first grid to the whole image."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers import FadeIn
from keras_gan_zoo.networks import progressive_discriminator, progressive_generator

WIDTHS, LAST = (6, 5, 4), 2  # 4x4, 8x8 and 16x16 pixels
RNG = np.random.default_rng(0)
LATENTS = RNG.normal(size=(4, 3)).astype("float32")
IMAGES = RNG.uniform(-1, 1, size=(4, 16, 16, 2)).astype("float32")


def generator(doublings=LAST, **growing):
    size = 4 * 2**doublings
    return progressive_generator((size, size, 2), 3, WIDTHS[: doublings + 1], **growing)


def discriminator(doublings=LAST, **growing):
    size = 4 * 2**doublings
    return progressive_discriminator((size, size, 2), WIDTHS[doublings::-1], **growing)


def grown(network, *alphas):
    """Sets the share of each doubling that is faded in, the first one first."""
    layers = [layer for layer in network.layers if isinstance(layer, FadeIn)]
    layers.sort(key=lambda layer: layer.start)
    for layer, alpha in zip(layers, alphas, strict=True):
        layer.alpha.assign(alpha)
    return network


def smaller(network, doublings):
    """The fixed network of so many doublings, with the weights of a growing one."""
    down, out = LAST - doublings, "to_image" if doublings == LAST else ""
    if network.name == "generator":
        names = {"to_image": out or f"to_image_{doublings}"}
        made = generator(doublings)
    else:
        names = {f"down_{i}": f"down_{i + down}" for i in range(doublings)}
        names["from_image"] = f"from_image_{down}" if down else "from_image"
        made = discriminator(doublings)
    for layer in made.layers:
        name = layer.name
        for ours, theirs in names.items():
            if name == ours or name.startswith(f"{ours}_"):
                name = theirs + name.removeprefix(ours)
                break
        layer.set_weights(
            network.get_layer(name).get_weights() if layer.weights else []
        )
    return made


def coarse(images):
    """Images at 16x16, of enlarged pixels."""
    times = 16 // images.shape[1]
    return images.repeat(times, axis=1).repeat(times, axis=2)


def numpy(x):
    return ops.convert_to_numpy(ops.stop_gradient(x))


@pytest.mark.once
@pytest.mark.parametrize("doublings", [0, 1, 2])
def test_at_each_size_it_is_the_network_of_that_size(doublings):
    alphas = [float(i < doublings) for i in range(LAST)]
    full = grown(generator(growing=10), *alphas)
    made = numpy(smaller(full, doublings)(LATENTS))
    np.testing.assert_array_equal(numpy(full(LATENTS)), coarse(made))
    full = grown(discriminator(growing=10), *alphas)
    logits = numpy(smaller(full, doublings)(made))
    np.testing.assert_allclose(numpy(full(coarse(made))), logits, rtol=1e-5)


@pytest.mark.once
def test_a_doubling_is_faded_in():
    full = grown(generator(growing=10), 1.0, 0.25)
    before, after = (numpy(smaller(full, i)(LATENTS)) for i in (1, 2))
    expected = 0.75 * coarse(before) + 0.25 * after
    np.testing.assert_allclose(numpy(full(LATENTS)), expected, atol=1e-6)


@pytest.mark.once
def test_the_discriminator_sees_as_much_as_has_faded_in():
    """Of an image's details, and linearly where what follows is."""
    full = discriminator(growing=10)
    details = IMAGES - coarse(IMAGES.reshape(4, 8, 2, 8, 2, 2).mean(axis=(2, 4)))
    found = {}
    for alpha in (0.0, 0.25, 1.0):
        grown(full, 1.0, alpha)
        entered = full.get_layer("down_0_fade").output
        found[alpha] = [
            numpy(type(full)(full.input, entered)(images))
            for images in (IMAGES, IMAGES - details)
        ]
    np.testing.assert_allclose(*found[0.0], atol=1e-6)
    assert np.abs(found[1.0][0] - found[1.0][1]).max() > 0.01
    for i in (0, 1):
        expected = 0.75 * found[0.0][i] + 0.25 * found[1.0][i]
        np.testing.assert_allclose(found[0.25][i], expected, atol=1e-6)


def test_it_has_what_follows_the_images_seen():
    layer = FadeIn(start=30, images=10)
    layer.build((None, 2), (None, 2))
    for seen, alpha in [(0, 0), (30, 0), (34, 0.4), (40, 1), (90, 1), (0, 1)]:
        layer.begin(seen)
        np.testing.assert_allclose(numpy(layer.alpha), alpha, atol=1e-6)
    starts = {
        layer.name: (layer.start, layer.images)
        for layer in discriminator(growing=10).layers
        if isinstance(layer, FadeIn)
    }
    assert starts == {"down_1_fade": (10, 10), "down_0_fade": (30, 10)}


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kgz.ProgressiveGAN((18, 16, 1), growing=5), "multiples of 8"),
        (lambda: kgz.ProgressiveGAN((8, 8, 1), growing=0), "`images` must be a number"),
        (lambda: FadeIn(-1, 5), "`start` must be a number"),
        (lambda: FadeIn(1, 5)(np.zeros((2, 3)), np.zeros((2, 4))), "same shape"),
    ],
)
def test_what_can_not_grow(make, message):
    with pytest.raises(ValueError, match=rf"{message}.*Received"):
        make()
