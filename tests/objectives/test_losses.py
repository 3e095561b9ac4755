"""Losses against closed forms and against TF-GAN's own functions."""

import importlib.util

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit

from keras_gan_zoo import losses

rng = np.random.default_rng(0)
REAL = (3 * rng.standard_normal((64, 1))).astype("float32")
FAKE = (3 * rng.standard_normal((64, 1))).astype("float32")

# (discriminator, generator) in float64, from the papers' equations.
r, f = REAL.astype("float64"), FAKE.astype("float64")
CLOSED_FORMS = {
    "minimax": (
        -np.log(expit(r)).mean() - np.log(1 - expit(f)).mean(),
        np.log(1 - expit(f)).mean(),
    ),
    "non_saturating": (
        -np.log(expit(r)).mean() - np.log(1 - expit(f)).mean(),
        -np.log(expit(f)).mean(),
    ),
    "wasserstein": (f.mean() - r.mean(), -f.mean()),
    "least_squares": (
        ((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2,
        ((f - 1) ** 2).mean() / 2,
    ),
    "hinge": (
        np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        -f.mean(),
    ),
}


def both(name):
    loss = losses.get(name)
    real, fake = ops.convert_to_tensor(REAL), ops.convert_to_tensor(FAKE)
    return tuple(
        float(ops.convert_to_numpy(value))
        for value in (loss.discriminator_loss(real, fake), loss.generator_loss(fake))
    )


@pytest.mark.parametrize("name", losses.LOSSES)
def test_closed_form(name):
    np.testing.assert_allclose(both(name), CLOSED_FORMS[name], rtol=1e-5)


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_gan") is None,
    reason="TF-GAN, the independent source here, is not installed",
)
@pytest.mark.parametrize(
    ("name", "tfgan", "discriminator_arguments"),
    [
        ("minimax", "minimax", {"label_smoothing": 0.0}),
        ("non_saturating", "modified", {"label_smoothing": 0.0}),
        ("wasserstein", "wasserstein", {}),
        ("least_squares", "least_squares", {}),
    ],
)
def test_tf_gan(name, tfgan, discriminator_arguments):
    from keras_gan_zoo.scoring import second_opinion

    wargs = second_opinion.tfgan_module("losses.losses_impl")
    ours = both(name)
    theirs = getattr(wargs, f"{tfgan}_discriminator_loss")(
        REAL, FAKE, **discriminator_arguments
    )
    np.testing.assert_allclose(ours[0], float(theirs), rtol=1e-5)
    if name == "minimax":
        # TF-GAN's generator loss is all of V(D, G); ours the part that depends on G.
        theirs = -theirs + np.log1p(np.exp(-r)).mean()
    else:
        theirs = getattr(wargs, f"{tfgan}_generator_loss")(FAKE)
    np.testing.assert_allclose(ours[1], float(theirs), rtol=1e-5)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_large_logits_stay_finite(name):
    loss = losses.get(name)
    huge = ops.convert_to_tensor(np.array([[-1e4], [1e4]], "float32"))
    values = loss.discriminator_loss(huge, huge), loss.generator_loss(huge)
    assert np.isfinite([float(ops.convert_to_numpy(v)) for v in values]).all()


@pytest.mark.parametrize("name", losses.LOSSES)
def test_names_and_configs_round_trip(name):
    loss = losses.get(name)
    assert losses.serialize(loss) == name
    config = keras.saving.serialize_keras_object(loss)
    assert type(losses.get(config)) is type(loss)
