"""Adam that follows schedules of the images seen."""

import keras
import numpy as np
import pytest
from keras import ops
from same import values

from keras_gan_zoo.optimizers import ScheduledAdam
from keras_gan_zoo.schedules import Cosine


def torch_adam(gradients, rates, beta_1, beta_2s, epsilon=1e-8):
    """torch.optim.Adam with the `lr` and `betas` of each step, written out."""
    w, m, v = 1.0, 0.0, 0.0
    for t, (g, rate, beta_2) in enumerate(
        zip(gradients, rates, beta_2s, strict=True), start=1
    ):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        step = rate / (1 - beta_1**t)
        w -= step * m / (np.sqrt(v) / np.sqrt(1 - beta_2**t) + epsilon)
    return w


@pytest.mark.parametrize("beta_1", [0.0, 0.5])
def test_the_published_updates(beta_1):
    rate, beta_2 = Cosine(0.1, 0.02, 40), Cosine(0.9, 0.99, 40)
    adam = ScheduledAdam(rate, beta_1, beta_2)
    weight = keras.Variable(np.ones((), "float32"))
    adam.build([weight])
    gradients, seen = [0.5, -1.0, 2.0, 0.3, 0.1], [0, 10, 20, 30, 80]
    for gradient, images in zip(gradients, seen, strict=True):
        adam.begin(images)
        adam.apply([ops.convert_to_tensor(np.float32(gradient))], [weight])
    at = [[float(one(images)) for images in seen] for one in (rate, beta_2)]
    expected = torch_adam(gradients, at[0], beta_1, at[1])
    assert float(ops.convert_to_numpy(weight)) == pytest.approx(expected, abs=1e-5)


def test_a_run_follows_the_images_and_resumes(tiny_gan, noise, tmp_path):
    gan = tiny_gan(compiled=False, critic_steps=2)
    rate = keras.optimizers.schedules.PolynomialDecay(1e-2, 48, 0.0)
    gan.compile(ScheduledAdam(rate, 0.0, Cosine(0.9, 0.99, 48)), ScheduledAdam(rate))
    gan.fit(noise(24), batch_size=4, verbose=0)
    # The last of three steps of 8 images began after 16.
    np.testing.assert_allclose(gan.optimizer.learning_rates, 1e-2 * 32 / 48, rtol=1e-5)
    beta = float(ops.convert_to_numpy(gan.optimizer.generator_optimizer.beta_2))
    assert beta == pytest.approx(0.945 - 0.045 * np.cos(np.pi / 3), rel=1e-5)
    with pytest.raises(TypeError, match="neither of which may follow a schedule"):
        gan.optimizer.learning_rate = 1e-3

    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.optimizer.generator_optimizer.schedules["beta_2"].end == 0.99
    for run in (gan, again):
        run.fit(noise(24), batch_size=4, verbose=0)
    for one, other in zip(
        values(gan.generator.weights), values(again.generator.weights), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_numbers_are_adam():
    config = ScheduledAdam(1e-3, 0.5, 0.999).get_config()
    assert (config["beta_1"], config["beta_2"], config["epsilon"]) == (0.5, 0.999, 1e-8)
    assert config["learning_rate"] == pytest.approx(1e-3)
