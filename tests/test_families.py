import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz

FAMILIES = [kgz.MLPGAN, kgz.DCGAN, kgz.WGAN, kgz.WGANGP]
SMALL = {"generator_widths": (8, 4), "discriminator_widths": (4, 8)}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "image_shape", [(28, 28, 1), (32, 32, 3), (45, 37, 3), (7, 5, 2), (16, 16, 4)]
)
def test_any_image_shape(family, image_shape):
    gan = family(image_shape=image_shape, **SMALL)
    assert gan.image_shape == image_shape
    assert gan.generator.output_shape == (None, *image_shape)
    assert gan.generate(2, seed=1).shape == (2, *image_shape)
    assert gan.discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("family", FAMILIES)
def test_config_round_trip_and_saving(family, tmp_path):
    gan = family(image_shape=(9, 8, 1), seed=2, ema_half_life=64, **SMALL)
    assert family.from_config(gan.get_config()).get_config() == gan.get_config()
    gan.compile()
    images = np.random.default_rng(0).integers(0, 256, (40, 9, 8, 1), dtype="uint8")
    gan.fit(images, batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert type(loaded) is family
    np.testing.assert_array_equal(loaded.generate(3, seed=5), gan.generate(3, seed=5))


def shapes(network):
    return [
        layer.output.shape[1:]
        for layer in network.layers
        if layer.name.startswith(("reshape", "up", "down", "to_image", "dense"))
    ]


def test_published_sizes_at_28():
    gan = kgz.DCGAN(image_shape=(28, 28, 1))
    assert shapes(gan.generator) == [(7, 7, 128), (14, 14, 64), (28, 28, 1)]
    assert shapes(gan.discriminator) == [(14, 14, 64), (7, 7, 128)]
    assert {
        layer.kernel_size for layer in gan.generator.layers if "up" in layer.name
    } == {(5, 5)}
    assert gan.latent_dim == 100
    assert gan.latent_distribution == "uniform"


def test_published_widths_at_64():
    assert kgz.networks.convolutional.default_widths((64, 64, 3)) == (
        1024,
        512,
        256,
        128,
    )


def test_mlp_gan_sizes_and_game():
    gan = kgz.MLPGAN(image_shape=(28, 28, 1))
    dense = [layer.units for layer in gan.generator.layers if "units" in dir(layer)]
    assert dense == [256, 512, 256, 128, 784]
    dense = [layer.units for layer in gan.discriminator.layers if "units" in dir(layer)]
    assert dense == [128, 256, 1]
    assert isinstance(gan.objective, kgz.losses.Minimax)


def optimizers(gan):
    gan.compile()
    return gan.optimizer.generator_optimizer, gan.optimizer.discriminator_optimizer


def learning_rate(optimizer):
    return float(ops.convert_to_numpy(optimizer.learning_rate))


def test_published_optimizers():
    for optimizer in optimizers(kgz.WGAN(**SMALL)):
        assert isinstance(optimizer, keras.optimizers.RMSprop)
        assert learning_rate(optimizer) == pytest.approx(5e-5)
    for optimizer in optimizers(kgz.WGANGP(**SMALL)):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.0, 0.9)
        assert learning_rate(optimizer) == pytest.approx(1e-4)
    for optimizer in optimizers(kgz.DCGAN(**SMALL)):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)
        assert learning_rate(optimizer) == pytest.approx(2e-4)
    assert kgz.WGAN(**SMALL).critic_steps == kgz.WGANGP(**SMALL).critic_steps == 5


def test_wgan_clips_every_weight_of_the_critic():
    gan = kgz.WGAN(image_shape=(8, 8, 1), clip=0.02, **SMALL)
    gan.compile(discriminator_optimizer=keras.optimizers.SGD(100.0))
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype="uint8")
    gan.fit(images, batch_size=8, verbose=0)
    largest = [
        np.abs(ops.convert_to_numpy(w)).max()
        for w in gan.discriminator.trainable_variables
    ]
    assert max(largest) == pytest.approx(0.02)
    assert any("gamma" in w.path for w in gan.discriminator.trainable_variables)
    free = [
        np.abs(ops.convert_to_numpy(w)).max() for w in gan.generator.trainable_variables
    ]
    assert max(free) > 0.02


def test_no_batch_norm_under_a_gradient_penalty():
    with pytest.raises(ValueError, match="no batch norm"):
        kgz.WGANGP(normalization="batch")
    names = [type(layer).__name__ for layer in kgz.WGANGP(**SMALL).discriminator.layers]
    assert "BatchNormalization" not in names


@pytest.mark.parametrize("image_shape", [(28, 28), (28, 28, 5), (0, 4, 1), "28", 28])
def test_bad_image_shape(image_shape):
    with pytest.raises(ValueError, match="`image_shape` must be"):
        kgz.DCGAN(image_shape=image_shape)


def test_bad_widths():
    with pytest.raises(ValueError, match="one positive width a stage"):
        kgz.DCGAN(generator_widths=(64, 0))


def test_gradient_reversal_is_exact_and_reverses():
    from keras_gan_zoo import backend

    x = ops.convert_to_tensor(np.array([1e-8, 3.3, -1e6], "float32"))
    layer = kgz.layers.GradientReversal(strength=2.0)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(x)), ops.convert_to_numpy(x)
    )
    with keras.StatelessScope():
        gradient, _ = backend.input_gradients(lambda x: (3.0 * layer(x), None), x)
    np.testing.assert_allclose(ops.convert_to_numpy(ops.stop_gradient(gradient)), -6.0)
