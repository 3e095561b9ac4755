"""StyleGAN2's published settings: those of NVlabs/stylegan2-ada-pytorch's train.py."""

import pytest

from keras_gan_zoo.families import StyleGAN2

PUBLISHED = {  # gamma, images of the average's half-life, group, mapping layers
    "cifar": (0.01, 500_000, 32, 2),
    "paper256": (1.0, 20_000, 8, 8),
    "paper512": (0.5, 20_000, 8, 8),
    "paper1024": (2.0, 10_000, 4, 8),
    "stylegan2": (10.0, 10_000, 4, 8),
}


def facts(settings):
    (penalty,) = settings["penalties"]
    assert penalty.every == 16
    return (
        penalty.weight,
        settings["ema_half_life"],
        settings["group_size"],
        settings["mapping_layers"],
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_published(name):
    assert facts(StyleGAN2.published(name)) == PUBLISHED[name]


def test_auto_follows_size_and_batch():
    found = facts(StyleGAN2.published("auto", (256, 256, 3), batch_size=16))
    assert found == (pytest.approx(0.8192), 5_000, 4, 2)


def test_an_unknown_one():
    with pytest.raises(ValueError, match=r"Did you mean 'cifar'\?"):
        StyleGAN2.published("cifar10")


def test_what_it_builds():
    sizes = {"generator_widths": (8, 4), "mapping_width": 4, "latent_dim": 4}
    auto = StyleGAN2((8, 8, 3), **sizes)
    assert facts(StyleGAN2.published("auto"))[:2] == (
        pytest.approx(auto.penalties[0].weight),
        auto.ema_half_life,
    )
    (path_length,) = auto.generator_penalties
    assert (path_length.weight, path_length.every) == (2.0, 4)
    cifar = StyleGAN2((8, 8, 3), **sizes, **StyleGAN2.published("cifar"))
    assert cifar.generator_penalties == []
    names = [layer.name for layer in cifar.discriminator.layers]
    assert not [name for name in names if "skip" in name]
    for optimizer, c in zip(auto.default_optimizers(), (4 / 5, 16 / 17), strict=True):
        found = optimizer.get_config()
        assert float(found["learning_rate"]) == pytest.approx(0.0025 * c)
        assert (found["beta_1"], found["beta_2"]) == (0.0, pytest.approx(0.99**c))


def test_activations_may_be_without_limit():
    sizes = {"generator_widths": (4, 4), "mapping_width": 4, "latent_dim": 4}
    for clamp in (None, 3.0):
        gan = StyleGAN2((8, 8, 3), **sizes, clamp=clamp, group_size=None)
        conv = gan.discriminator.get_layer("down_0_conv_2_activation")
        assert conv.limit == (clamp and pytest.approx(clamp * 0.5**0.5))
        synthesis = gan.generator.get_layer("synthesis")
        assert synthesis.get_layer("image_1_bias").limit == clamp
        assert gan.get_config()["clamp"] == clamp
