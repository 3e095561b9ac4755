"""Every loss and every term under Keras' dtype policies."""

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo import auxiliaries, generator_penalties
from keras_gan_zoo.layers import Tap

SHAPE = (8, 8, 1)
POLICIES = [
    "mixed_float16",  # the only one that scales the loss
    pytest.param("mixed_bfloat16", marks=pytest.mark.once),
    pytest.param("float64", marks=pytest.mark.once),
]
PENALTIES = [
    kgz.R1,
    kgz.penalties.R2,
    kgz.GradientPenalty,
    kgz.penalties.DRAGAN,
]
EAGER = keras.config.backend() == "tensorflow"


@pytest.fixture(params=POLICIES)
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def test_floatx_of_keras_may_be_float64():
    """As `keras.json` may have it."""
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        gan = kgz.MLPGAN(
            SHAPE, latent_dim=4, generator_widths=(8,), discriminator_widths=(8,)
        )
        gan.compile()
        history = gan.fit(np.zeros((8, *SHAPE), "uint8"), verbose=0).history
    finally:
        keras.config.set_floatx(before)
    assert np.isfinite(history["loss"]).all()


def generator():
    """As a user writes it: no layer asks for float32."""
    z = keras.Input((4,))
    w = Tap()(layers.Dense(8)(z))
    x = layers.Dense(64, activation="tanh")(w)
    return keras.Model(z, layers.Reshape(SHAPE)(x))


def discriminator(heads=False):
    images = keras.Input(SHAPE)
    x = layers.LeakyReLU(0.2)(layers.Dense(8)(layers.Flatten()(images)))
    logits = layers.Dense(1)(x)
    if heads:
        logits = {"logits": logits, "codes": layers.Dense(4)(x)}
    return keras.Model(images, logits)


def train(gan, images):
    gan.compile(*(keras.optimizers.Adam(1e-3) for _ in range(2)), run_eagerly=EAGER)
    # A first float16 step may only lower the loss scale.
    return gan.fit(images, batch_size=8, epochs=2, verbose=0).history


def in_float32(gan):
    """The same GAN with the same weights, in float32."""
    keras.config.set_dtype_policy("float32")
    networks = generator(), discriminator()
    for network, other in zip(
        networks, (gan.generator, gan.discriminator), strict=True
    ):
        network.set_weights(other.get_weights())
    penalties = [type(p).from_config(p.get_config()) for p in gan.penalties]
    return kgz.GAN(*networks, loss=gan.objective, penalties=penalties, seed=0)


@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: p.name)
def test_penalties(policy, penalty, noise):
    keras.utils.set_random_seed(0)
    gan = kgz.GAN(generator(), discriminator(), penalties=[penalty(1.0)], seed=0)
    gan.compile()
    found = gan.evaluate(noise(8), return_dict=True, verbose=0)
    same = in_float32(gan)
    same.compile()
    expected = same.evaluate(noise(8), return_dict=True, verbose=0)
    tolerance = {"mixed_float16": 0.02, "mixed_bfloat16": 0.1, "float64": 1e-4}[policy]
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=tolerance, abs=tolerance / 10)
    history = train(gan, noise(16))
    assert np.isfinite(list(history.values())).all()
    assert history[penalty.name][-1] > 0


@pytest.mark.parametrize("loss", sorted(kgz.losses.LOSSES))
def test_losses(policy, loss, noise):
    gan = kgz.GAN(generator(), discriminator(), loss=loss, seed=0)
    before = [network.get_weights() for network in (gan.generator, gan.discriminator)]
    history = train(gan, noise(16))
    assert np.isfinite(list(history.values())).all()
    for old, network in zip(before, (gan.generator, gan.discriminator), strict=True):
        new = network.get_weights()
        assert all(np.isfinite(w).all() for w in new)
        assert any((a != b).any() for a, b in zip(old, new, strict=True))


SETTINGS = {
    "simultaneous": {"update": "simultaneous"},
    "latent optimization": {"update": "latent_optimization"},
    "unrolled": {"update": "unrolled_1"},
    "augmentation": {"augmentation": kgz.augmentation.DiffAugment()},
    "information": {
        "latents": kgz.Latents(normal=1, categorical=(3,)),
        "auxiliaries": [auxiliaries.Information(1, (3,))],
    },
    "path length": {"generator_penalties": [generator_penalties.PathLength()]},
    "average": {"ema_half_life": 100},
}


@pytest.mark.parametrize("settings", SETTINGS)
def test_other_terms_and_schemes(policy, settings, noise):
    chosen = SETTINGS[settings]
    heads = "auxiliaries" in chosen
    gan = kgz.GAN(generator(), discriminator(heads), seed=0, **chosen)
    history = train(gan, noise(16))
    assert np.isfinite(list(history.values())).all()
    assert gan.generate(2, seed=1).dtype == np.uint8


@pytest.mark.parametrize("which", ["generator", "discriminator", "layer"])
def test_half_precision_scales_the_loss_wherever_it_is(which):
    """Both losses pass through the discriminator, so it takes one network, or layer."""
    networks = {}
    for name, build in (("generator", generator), ("discriminator", discriminator)):
        if name == which:
            keras.config.set_dtype_policy("mixed_float16")
        networks[name] = build()
        keras.config.set_dtype_policy("float32")
    if which == "layer":
        x = keras.Input(SHAPE)
        flat = layers.Flatten()(x)
        logits = layers.Dense(1, dtype="mixed_float16")(flat)
        networks["discriminator"] = keras.Model(x, logits)
    gan = kgz.GAN(**networks)
    gan.compile()
    for optimizer in (
        gan.optimizer.generator_optimizer,
        gan.optimizer.discriminator_optimizer,
    ):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def test_the_loss_is_scaled_after_loading_too(policy, noise, tmp_path):
    gan = kgz.GAN(generator(), discriminator(), seed=0)
    gan.compile()
    gan.fit(noise(8), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    keras.config.set_dtype_policy("float32")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.dtype_policy.name == gan.dtype_policy.name == policy
    loaded.compile()
    scaled = isinstance(
        loaded.optimizer.generator_optimizer, keras.optimizers.LossScaleOptimizer
    )
    assert scaled == (policy == "mixed_float16")
    loaded.fit(noise(8), batch_size=8, verbose=0)
