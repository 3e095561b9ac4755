"""The moving average of the generator, and what has been seen."""

import keras
import numpy as np
import pytest
from keras import ops
from same import values

import keras_gan_zoo as kgz
from keras_gan_zoo.layers import SpectralNormalization
from keras_gan_zoo.schedules import Cosine


def test_average_follows_the_half_life_and_batch_norm_statistics(noise, tiny_gan):
    gan = tiny_gan(ema_half_life=16.0)
    images = noise(16)
    # Past the ramp (16 / 0.05 = 320 images) a batch of 16 halves the distance.
    for _ in range(20):
        gan.train_on_batch(images)
    average = values(gan.ema_generator.weights)
    gan.train_on_batch(images)
    raw = values(gan.generator.weights)
    for old, new, weight in zip(
        average, values(gan.ema_generator.weights), raw, strict=True
    ):
        np.testing.assert_allclose(new, 0.5 * old + 0.5 * weight, rtol=1e-4, atol=1e-6)
    assert any("moving_mean" in w.path for w in gan.ema_generator.weights)
    assert (gan.generate(4, seed=1) != gan.generate(4, seed=1, use_ema=False)).any()


def test_a_short_run_does_not_show_its_first_weights(tiny_gan, noise):
    gan = tiny_gan(ema_half_life=1_000_000)
    gan.fit(noise(), batch_size=8, verbose=0)
    for average, raw in zip(
        gan.ema_generator.weights, gan.generator.weights, strict=True
    ):
        np.testing.assert_allclose(*values([average, raw]), atol=0.02)


@pytest.mark.parametrize("half_life", [None, 1.0])
@pytest.mark.parametrize("critic_steps", [1, 3])
def test_images_seen_is_a_true_count(half_life, critic_steps, tiny_gan, noise):
    gan = tiny_gan(ema_half_life=half_life, critic_steps=critic_steps)
    # 22 images by 4: a last group that is not full, or that joined another.
    gan.fit(noise(22), batch_size=4, epochs=2, verbose=0)
    assert int(ops.convert_to_numpy(gan.images_seen)) == 2 * 22
    gan.evaluate(noise(22), verbose=0)
    gan.train_on_batch(noise(7))
    assert int(ops.convert_to_numpy(gan.images_seen)) == 2 * 22 + 7


@pytest.mark.parametrize("critic_steps", [1, 2])
def test_the_average_is_that_of_the_formula(critic_steps, tiny_gan, noise):
    """StyleGAN2's: a half-life of at most a twentieth of the images so far."""
    gan = tiny_gan(ema_half_life=6.0, critic_steps=critic_steps)
    expected = [w.astype("float64") for w in values(gan.ema_generator.weights)]
    seen = 0
    for n in (10, 9, 10, 10, 200, 10):
        gan.train_on_batch(noise(n))
        last = n - n // 2 if critic_steps == 2 else n  # what the generator answers for
        seen += last
        decay = 0.5 ** (last / min(seen * 0.05, 6.0))
        raw = values(gan.generator.weights)
        expected = [w + (e - w) * decay for e, w in zip(expected, raw, strict=True)]
        for found, value in zip(
            values(gan.ema_generator.weights), expected, strict=True
        ):
            np.testing.assert_allclose(found, value, rtol=1e-4, atol=1e-6)


def test_a_scheduled_half_life_is_taken_as_it_is(tiny_gan, noise):
    """A schedule of the images seen before the step; at 0 the average is a copy."""
    gan = tiny_gan(ema_half_life=Cosine(0.0, 8.0, images=20))
    expected, seen = None, 0
    for n in (10, 9, 10, 10):
        gan.train_on_batch(noise(n))
        raw = values(gan.generator.weights)
        half_life = 4.0 * (1 - np.cos(np.pi * min(seen / 20, 1)))
        decay = 0.5 ** (n / half_life) if half_life else 0.0
        expected = expected or raw
        expected = [w + (e - w) * decay for e, w in zip(expected, raw, strict=True)]
        seen += n
        found = values(gan.ema_generator.weights)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert type(gan).from_config(gan.get_config()).ema_half_life.end == 8.0


def test_the_average_is_a_copy_up_to_its_start(tiny_gan, noise):
    """BigGAN's: then it has its whole half-life at once."""
    gan = tiny_gan(ema_half_life=20.0, ema_start=25)
    for seen in (10, 20):
        gan.train_on_batch(noise(10))
        for pair in zip(gan.ema_generator.weights, gan.generator.weights, strict=True):
            np.testing.assert_array_equal(*values(pair), err_msg=f"after {seen} images")
    for _ in range(2):  # from 30 images on, whatever the counter says
        average = values(gan.ema_generator.weights)
        gan.train_on_batch(noise(10))
        raw = values(gan.generator.weights)
        for old, new, weight in zip(
            average, values(gan.ema_generator.weights), raw, strict=True
        ):
            expected = weight + (old - weight) * 0.5**0.5
            np.testing.assert_allclose(new, expected, rtol=1e-4, atol=1e-6)


def test_a_start_needs_an_average(tiny_gan):
    with pytest.raises(ValueError, match="for an average, with `ema_half_life`"):
        tiny_gan(ema_start=100)


def test_the_average_of_a_normalized_layer_divides_by_its_own_size(tiny_gan, noise):
    """A mean of unit vectors that turn is shorter, a product of two more so."""
    hidden = SpectralNormalization(
        keras.layers.Dense(16, use_bias=False), name="hidden"
    )
    latents = keras.Input((4,), name="latents")
    x = keras.layers.Dense(64, activation="tanh")(hidden(latents))
    generator = keras.Model(latents, keras.layers.Reshape((8, 8, 1))(x))
    gan = kgz.GAN(generator, tiny_gan().discriminator, ema_half_life=64.0, seed=0)
    gan.compile()
    for turn in range(4):
        u = np.roll(np.eye(16, dtype="float32")[0], turn)  # far from where it was
        hidden.u.assign(u)
        gan.train_on_batch(noise(32))
    averaged = gan.ema_generator.get_layer("hidden")
    kernel, u, v = values([averaged.layer.kernel, averaged.u, averaged.v])
    np.testing.assert_allclose([np.linalg.norm(u), np.linalg.norm(v)], 1.0, rtol=1e-6)
    z = noise(4)[:, 0, 0, :1].astype("float32") * np.ones((4, 4), "float32") / 255
    expected = z @ kernel / (v @ kernel @ u)
    np.testing.assert_allclose(values([averaged(z)])[0], expected, rtol=1e-4, atol=1e-6)


# === Weights from elsewhere ===


def same(one, other):
    pairs = zip(values(one.weights), values(other.weights), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_an_average_begins_anew(tiny_gan, noise):
    """Of a generator whose weights were set, `generate` shows these."""
    gan, other = tiny_gan(ema_half_life=100), tiny_gan(seed=5)
    gan.fit(noise(16), batch_size=8, verbose=0)
    assert float(gan.images_averaged) == 16
    gan.generator.set_weights([w + 0.1 for w in other.generator.get_weights()])
    assert not same(gan.ema_generator, gan.generator)
    gan.reset_average()
    assert same(gan.ema_generator, gan.generator)
    assert float(gan.images_averaged) == 0
    np.testing.assert_array_equal(
        gan.generate(2, seed=1), gan.generate(2, seed=1, use_ema=False)
    )
    other.reset_average()  # which has none


NAMES = [
    ("gan.weights.h5", {}),
    ("gan.weights.json", {"max_shard_size": 0.1}),
    ("gan.keras", {}),
]


def saved(gan, path, settings):
    (gan.save if path.suffix == ".keras" else gan.save_weights)(path, **settings)
    return path


@pytest.mark.parametrize(("name", "settings"), NAMES)
def test_weights_with_an_average_for_a_gan_without(
    name, settings, tiny_gan, noise, tmp_path
):
    """As in presets, the average is what the generator gets, and it is said."""
    gan, other = tiny_gan(ema_half_life=100), tiny_gan(seed=5)
    gan.fit(noise(16), batch_size=8, verbose=0)
    assert not same(gan.generator, gan.ema_generator)
    path = saved(gan, tmp_path / name, settings)
    with pytest.warns(UserWarning, match=r"average.*`ema_half_life`.*Received: "):
        other.load_weights(path)
    assert same(other.generator, gan.ema_generator)
    assert same(other.discriminator, gan.discriminator)


@pytest.mark.parametrize(("name", "settings"), NAMES)
def test_weights_without_an_average_for_a_gan_with_one(
    name, settings, tiny_gan, noise, tmp_path
):
    gan, other = tiny_gan(), tiny_gan(ema_half_life=100, seed=5)
    gan.fit(noise(16), batch_size=8, verbose=0)
    other.fit(noise(16), batch_size=8, verbose=0)
    other.load_weights(saved(gan, tmp_path / name, settings))
    for network in (other.generator, other.ema_generator):
        assert same(network, gan.generator)
    assert same(other.discriminator, gan.discriminator)
    assert float(other.images_averaged) == 0
    assert int(other.images_seen) == 16
    other.fit(noise(16), batch_size=8, verbose=0)


@pytest.mark.parametrize("half_life", [None, 100])
def test_weights_for_a_gan_like_theirs_are_read_in_silence(
    half_life, tiny_gan, tmp_path, recwarn
):
    gan, other = (tiny_gan(ema_half_life=half_life, seed=s) for s in (1, 2))
    gan.save_weights(tmp_path / "gan.weights.h5")
    other.load_weights(tmp_path / "gan.weights.h5")
    assert same(other.generator, gan.generator)
    assert not [w for w in recwarn if issubclass(w.category, UserWarning)]
