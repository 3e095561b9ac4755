"""What a user does to a family's networks is still there after storing."""

import inspect

import keras
import numpy as np
import pytest
from families.contract import small

import keras_gan_zoo as kgz


def policies(network):
    """Of its layers; Keras stores none for a model or an input."""
    without = keras.Model, keras.layers.InputLayer
    layers = [x for x in network._flatten_layers() if not isinstance(x, without)]
    return [layer.dtype_policy.name for layer in layers]


def frozen(network):
    return [layer.name for layer in network._flatten_layers() if not layer.trainable]


def stored(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    yield keras.saving.load_model(tmp_path / "gan.keras")
    yield type(gan).from_config(gan.get_config())


def base():
    made = small(kgz.DCGAN)
    return kgz.GAN(made.generator, made.discriminator)


@pytest.mark.parametrize(
    "build", [lambda: small(kgz.DCGAN), base], ids=["family", "GAN"]
)
def test_frozen_layers_stay_frozen(build, tmp_path, noise):
    gan = build()
    gan.generator.get_layer("project").trainable = False
    gan.discriminator.get_layer("down_0").trainable = False
    gan.compile()
    images = np.zeros((8, *gan.image_shape), "uint8")
    gan.fit(images, batch_size=4, verbose=0)
    counts = len(gan.optimizer.variables)
    for loaded in stored(gan, tmp_path):
        for name in ("generator", "discriminator"):
            network, again = getattr(gan, name), getattr(loaded, name)
            assert frozen(again) == frozen(network) != []
            assert len(again.trainable_variables) == len(network.trainable_variables)
        if loaded.compiled:
            assert len(loaded.optimizer.variables) == counts
            assert int(loaded.optimizer.iterations) == 2


def test_a_frozen_network_stays_frozen(tmp_path):
    gan = small(kgz.DCGAN)
    gan.discriminator.trainable = False
    for loaded in stored(gan, tmp_path):
        assert loaded.discriminator.trainable_variables == []
        assert len(loaded.generator.trainable_variables) > 0


def test_frozen_layers_inside_of_other_models(tmp_path):
    latents = keras.Input((4,))
    inner = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(64)]
    )
    inner.layers[0].trainable = False
    shape = keras.layers.Reshape((8, 8, 1))
    gan = kgz.GAN(
        keras.Model(latents, shape(inner(latents))),
        kgz.networks.dense_discriminator((8, 8, 1), (4,)),
    )
    for loaded in stored(gan, tmp_path):
        assert len(loaded.generator.trainable_variables) == 2


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_a_policy_given_to_the_constructor(policy, tmp_path):
    gan = small(kgz.DCGAN, dtype=policy)
    assert keras.config.dtype_policy().name == "float32"
    assert gan.dtype_policy.name == policy
    for network in (gan.generator, gan.discriminator):
        assert policy in policies(network)
    scaler = keras.optimizers.LossScaleOptimizer
    gan.compile()
    scaled = isinstance(gan.optimizer.generator_optimizer, scaler)
    assert scaled == (policy == "mixed_float16")
    for loaded in stored(gan, tmp_path):
        assert loaded.dtype_policy.name == policy
        for name in ("generator", "discriminator"):
            assert policies(getattr(loaded, name)) == policies(getattr(gan, name))


def test_the_policy_of_keras_setting_is_kept(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = small(kgz.WGANGP)
        gan.compile()
    finally:
        keras.config.set_dtype_policy("float32")
    assert gan.dtype_policy.name == "mixed_bfloat16"
    for loaded in stored(gan, tmp_path):
        assert policies(loaded.generator) == policies(gan.generator)
        assert loaded.dtype_policy.name == "mixed_bfloat16"
    # A file of float32 loads as such, whatever the setting is then.
    plain = small(kgz.WGANGP)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        for loaded in stored(plain, tmp_path):
            assert set(policies(loaded.generator)) == {"float32"}
    finally:
        keras.config.set_dtype_policy("float32")


def test_weights_in_float16_generate_and_do_not_train():
    gan = small(kgz.DCGAN, dtype="float16")
    assert gan.generate(2, seed=0).shape[0] == 2
    with pytest.raises(ValueError, match=r"mixed_float16.*Received: generator"):
        gan.compile()


def test_given_networks_bring_their_own_dtype():
    made = small(kgz.DCGAN)
    networks = made.generator, made.discriminator
    assert kgz.GAN(*networks, dtype="float32").dtype_policy.name == "float32"
    with pytest.raises(ValueError, match=r"set_dtype_policy\('mixed_float16'\)"):
        kgz.GAN(*networks, dtype="mixed_float16")
    with pytest.raises(ValueError, match="Build them anew"):
        small(kgz.DCGAN, generator=networks[0], dtype="mixed_bfloat16")


def test_frozen_from_the_constructor():
    made = small(kgz.DCGAN)
    gan = kgz.GAN(made.generator, made.discriminator, trainable=False)
    assert gan.generator.trainable_variables == []
    assert gan.discriminator.trainable_variables == []


def test_the_signature_says_so():
    for family in (kgz.GAN, kgz.DCGAN):
        parameters = inspect.signature(family).parameters
        assert "dtype" in parameters
        assert "kwargs" not in parameters
