"""R3GAN's published settings: those of brownvc/R3GAN's train.py."""

import pytest

from keras_gan_zoo.families import R3GAN

PUBLISHED = {  # gamma, p of ADA and half-life at the end; length; width, group
    "cifar10": (0.05, 0.55, 5e6, 2e7, None, None),
    "ffhq64": (2.0, 0.3, 5e5, 2e7, None, None),
    "ffhq256": (150.0, 0.3, 5e5, 2e7, None, None),
    "imagenet32": (0.5, 0.5, 5e7, 2e8, (1536,) * 4, 32),
    "imagenet64": (1.0, 0.4, 5e7, 2e8, (1536,) * 5, 32),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published(name):
    found = R3GAN.published(name)
    gammas = [penalty.weight for penalty in found["penalties"]]
    p, half_life = found["augmentation"].p, found["ema_half_life"]
    gamma, chance, images, length, *networks = PUBLISHED[name]
    for schedule, start, end in (
        *((schedule, gamma, gamma / 10) for schedule in gammas),
        (p, 0.0, chance),
        (half_life, 0.0, images),
    ):
        assert float(schedule(0)) == pytest.approx(start)
        assert float(schedule(length)) == pytest.approx(end)
        middle = (start + end) / 2  # of half a cosine
        assert float(schedule(length / 2)) == pytest.approx(middle)
    assert [found.get(key) for key in ("generator_widths", "group_size")] == networks


def test_the_defaults_are_cifar10s():
    sizes = {"generator_widths": (16, 16), "blocks": 1, "image_shape": (8, 8, 3)}
    gan = R3GAN(**sizes, **R3GAN.published("cifar10"))
    assert gan.get_config()["penalties"] == R3GAN(**sizes).get_config()["penalties"]


def test_an_unknown_one():
    with pytest.raises(ValueError, match=r"Did you mean 'cifar10'\?"):
        R3GAN.published("cifar")
