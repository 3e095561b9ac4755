"""R1 and R2 without gradients: what they estimate, and what they cost."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import backend, penalties
from keras_gan_zoo.augmentation import DiffAugment, Packing
from keras_gan_zoo.training import step
from keras_gan_zoo.training.batch import Batch

tensor = ops.convert_to_tensor
SHAPE, COUNT = (2, 3, 2), 20_000
SLOPE = np.random.default_rng(1).standard_normal(SHAPE).astype("float32")
IMAGE = np.random.default_rng(2).uniform(-1, 1, SHAPE).astype("float32")
PENALTIES = {"real": kgz.R1, "fake": penalties.R2}


def linear(x):
    return ops.sum(x * tensor(SLOPE), axis=(1, 2, 3))[:, None]


def quadratic(x):
    return 0.5 * ops.sum(ops.square(x), axis=(1, 2, 3))[:, None]


@pytest.mark.parametrize("kind", PENALTIES)
@pytest.mark.parametrize(("critic", "gradient"), [(linear, SLOPE), (quadratic, IMAGE)])
def test_the_mean_over_the_noise_is_the_squared_gradient(kind, critic, gradient):
    """20,000 draws, so that the estimate's spread is 1 % of it."""
    penalty = PENALTIES[kind](1.0, method="finite_difference", scale=0.02)
    images = np.broadcast_to(IMAGE, (COUNT, *SHAPE))
    noise = np.random.default_rng(3).standard_normal(images.shape).astype("float32")
    at = Batch(tensor(images))
    other = Batch(tensor(7.0 + images))

    def judge(batch, moved):
        return {"logits": critic(ops.concatenate([batch.images, moved]))}

    given = {"real": other, "fake": other, kind: at}
    found = penalty(judge, *given.values(), lambda shape, law: tensor(noise))
    expected = (gradient**2).sum() / 2
    assert float(ops.convert_to_numpy(found)) == pytest.approx(expected, rel=0.04)
    # exactly, for a linear critic: the mean square of <gradient, noise>
    if critic is linear:
        exact = 0.5 * np.mean(np.tensordot(noise, gradient, 3) ** 2)
        assert float(ops.convert_to_numpy(found)) == pytest.approx(exact, rel=1e-3)


def test_no_second_derivative_is_taken(tiny_gan, noise, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("gradients by the images, to be differentiated again")

    terms = [
        cls(1.0, method="finite_difference", scale=0.1) for cls in PENALTIES.values()
    ]
    gan = tiny_gan(penalties=terms)
    monkeypatch.setattr(backend, "input_vjp", refuse)
    history = gan.fit(noise(8), batch_size=8, verbose=0).history
    assert history["r1_penalty"][0] > 0
    assert history["r2_penalty"][0] > 0


@pytest.mark.parametrize("augmentation", [DiffAugment("color"), Packing(2)])
def test_both_passes_see_the_same_augmentation(augmentation, noise):
    """Its draws would be taken for a difference, divided by the small scale."""
    gan = kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=2, widths=(4,)),
        kgz.networks.dense_discriminator(
            augmentation.compute_output_shape((None, 8, 8, 1))[1:],
            widths=(16,),
            dropout=0,
        ),
        augmentation=augmentation,
        seed=1,
    )
    images = tensor(noise(3).astype("float32") / 255)

    def logits(**moved):
        found = step.judge(gan, Batch(images), **moved)["logits"]
        return ops.convert_to_numpy(ops.stop_gradient(found))

    still, moved = np.split(logits(moved=images), 2)
    np.testing.assert_allclose(still, moved, atol=1e-5)
    assert len(still) == len(logits())
    if isinstance(augmentation, DiffAugment):
        assert np.abs(logits() - logits()).max() > 1e-3
