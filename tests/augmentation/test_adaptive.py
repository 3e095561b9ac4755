"""Probabilities that adapt, are fixed, or follow a schedule."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.augmentation import ADA, APA
from keras_gan_zoo.configs import with_state
from keras_gan_zoo.training import step


def number(value):
    return float(ops.convert_to_numpy(value))


def show(layer, logits):
    layer.update({"logits": ops.convert_to_tensor(np.asarray(logits, "float32"))})


@pytest.mark.parametrize("kind", [ADA, APA])
def test_it_moves_as_published(kind):
    """p += sign(r - 0.6) * images / 500,000, every 4 updates, in [0, 1]."""
    layer, rng, p = with_state(kind(images_to_one=200)), np.random.default_rng(0), 0.0
    for shift in [2.0, 2.0, 0.0, 2.0, -3.0, -3.0, -3.0, -3.0, *[2.0] * 8]:
        signs, images = [], 0
        for n in (8, 8, 8, 5):
            logits = rng.normal(shift, 1.0, (n, 1))
            before = number(layer.probability)
            assert before == pytest.approx(p)
            show(layer, logits)
            signs += list(np.sign(logits[:, 0]))
            images += n
        p = min(max(p + np.sign(np.mean(signs) - 0.6) * images / 200, 0.0), 1.0)
    assert number(layer.probability) == pytest.approx(p) == 1.0


def test_patches_of_an_image_count_as_one():
    layer = with_state(ADA(images_to_one=100, every=1))
    logits = np.ones((5, 4, 4, 1))
    show(layer, logits)
    assert number(layer.probability) == pytest.approx(0.05)


def test_a_fixed_one_stays():
    layer = with_state(ADA(p=0.25))
    for _ in range(5):
        show(layer, np.ones((8, 1)))
    assert number(layer.probability) == 0.25


def test_a_schedule_of_the_images_seen(tiny_gan, noise):
    schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 64, 0.8)
    gan = tiny_gan(augmentation=ADA("blit", p=schedule))
    logs = gan.fit(noise(32), batch_size=8, epochs=2, verbose=0).history
    # The mean of an epoch's iterations, from 0, 8, 16, 24 images seen on.
    assert logs["ada_p"] == pytest.approx([0.15, 0.55])
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(gan.augmentation)
    )
    assert copy.p.get_config() == schedule.get_config()


def test_logs(tiny_gan, noise):
    gan = tiny_gan(augmentation=APA(images_to_one=64, target=-2, every=1))
    logs = gan.fit(noise(32), batch_size=8, verbose=0).history
    assert logs["apa_p"] == pytest.approx([np.mean([8, 16, 24, 32]) / 64])
    assert "apa_p" not in gan.evaluate(noise(8), return_dict=True, verbose=0)


def test_numbers_of_numpy_are_numbers():
    config = ADA(
        p=np.float32(0.25),
        target=np.float32(0.5),
        images_to_one=np.int64(100),
        every=np.int64(2),
    ).get_config()
    expected = {"p": 0.25, "target": 0.5, "images_to_one": 100, "every": 2}
    for name, value in expected.items():
        assert config[name] == value
        assert type(config[name]) is type(value)


@pytest.mark.parametrize("p", [-0.1, 1.5, np.nan, "high"])
def test_bad_probability(p):
    with pytest.raises(ValueError, match=r"`p` must be a number from 0 to 1.*Received"):
        ADA(p=p)


@pytest.mark.parametrize("setting", ["every", "images_to_one"])
def test_bad_settings(setting):
    with pytest.raises(ValueError, match=rf"`{setting}` must be .*Received: {setting}"):
        APA(**{setting: -2})


def test_logits_count_from_the_boundary_of_the_loss(tiny_gan):
    """Least squares wants 1 of real and 0 of generated images: 0.3 is not real."""
    settings = {"every": 1, "images_to_one": 8, "target": 0.0}
    gan = tiny_gan(loss="least_squares", augmentation=ADA("blit", **settings))
    found = []
    for logit in (0.7, 0.7, 0.3, 0.7, -0.1):
        logits = ops.full((2, 1), logit)
        step.move_states(gan, {"logits": logits}, {"logits": logits})
        found.append(number(gan.augmentation.probability))
    assert found == pytest.approx([0.25, 0.5, 0.25, 0.5, 0.25])


@pytest.mark.parametrize("kind", [ADA, APA])
@pytest.mark.parametrize("loss", ["wasserstein", "relativistic_paired"])
def test_losses_under_which_no_logit_says_real(kind, loss, tiny_gan):
    with pytest.warns(UserWarning, match=r"no logit by itself says it.*p=0.3"):
        tiny_gan(loss=loss, augmentation=kind())
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        tiny_gan(loss=loss, augmentation=kind(p=0.3))
        tiny_gan(loss="hinge", augmentation=kind())
