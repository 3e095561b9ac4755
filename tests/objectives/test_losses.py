"""Losses against closed forms and against TF-GAN's own functions."""

import importlib.util

import keras
import numpy as np
import pytest
from keras import ops
from same import values
from scipy.special import expit

import keras_gan_zoo as kgz
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
    "relativistic_paired": (
        -np.log(expit(r - f)).mean(),
        -np.log(expit(f - r)).mean(),
    ),
    "relativistic_average": (
        -np.log(expit(r - f.mean())).mean() - np.log(1 - expit(f - r.mean())).mean(),
        -np.log(expit(f - r.mean())).mean() - np.log(1 - expit(r - f.mean())).mean(),
    ),
}


def both(name):
    loss = losses.get(name)
    real, fake = ops.convert_to_tensor(REAL), ops.convert_to_tensor(FAKE)
    found = loss.discriminator_loss(real, fake), generator_loss(loss, fake, real)
    return tuple(float(ops.convert_to_numpy(value)) for value in found)


def generator_loss(loss, fake, real):
    """Only a relativistic one looks at the real logits."""
    return loss.generator_loss(*((fake, real) if loss.relativistic else (fake,)))


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
    values = loss.discriminator_loss(huge, -huge), generator_loss(loss, huge, -huge)
    assert np.isfinite([float(ops.convert_to_numpy(v)) for v in values]).all()


@pytest.mark.parametrize("name", losses.LOSSES)
def test_names_and_configs_round_trip(name):
    loss = losses.get(name)
    assert losses.serialize(loss) == name
    config = keras.saving.serialize_keras_object(loss)
    assert type(losses.get(config)) is type(loss)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_which_losses_are_zero_sum_and_which_look_at_the_real_logits(name):
    loss = losses.get(name)
    assert loss.zero_sum == (name in ("minimax", "wasserstein"))
    assert loss.relativistic == name.startswith("relativistic")


class Half(losses.AdversarialLoss):
    """One without the discriminator's part."""

    def generator_loss(self, fake_logits):
        return ops.mean(fake_logits)

    def get_config(self):
        return {"share": 0.5}


def test_what_a_loss_of_ones_own_must_define():
    with pytest.raises(NotImplementedError, match="Half must define `discriminator_l"):
        Half().discriminator_loss(REAL, FAKE)
    with pytest.raises(NotImplementedError, match="must define `generator_loss`"):
        losses.AdversarialLoss().generator_loss(FAKE)


def test_repr_shows_the_settings():
    assert repr(losses.get("hinge")) == "Hinge()"
    assert repr(Half()) == "Half(share=0.5)"


@pytest.mark.parametrize("loss", ["nonsaturating", None, losses.Hinge, {}])
def test_what_is_no_loss(loss):
    with pytest.raises(ValueError, match=r"`loss` must be one of .*hinge.*Received"):
        losses.get(loss)


# === Losses with state ===

register = keras.saving.register_keras_serializable(package="test_losses")


@register
class Balanced(losses.AdversarialLoss, keras.layers.Layer):
    """BEGAN's game: k holds E|D(G(z))| at a share of E|D(x)| (Berthelot 2017)."""

    def __init__(self, gamma=0.5, rate=0.1, name="balanced"):
        super().__init__(name=name)
        self.gamma, self.rate = gamma, rate
        self.k = self.add_weight((), initializer="zeros", trainable=False, name="k")

    def discriminator_loss(self, real_logits, fake_logits):
        real, fake = ops.mean(ops.abs(real_logits)), ops.mean(ops.abs(fake_logits))
        return real - self.k * fake

    def generator_loss(self, fake_logits):
        return ops.mean(ops.abs(fake_logits))

    def update(self, real_logits, fake_logits):
        real, fake = ops.mean(ops.abs(real_logits)), ops.mean(ops.abs(fake_logits))
        step = self.rate * (self.gamma * real - fake)
        self.k.assign(ops.clip(self.k + step, 0.0, 1.0))

    def get_config(self):
        return {"gamma": self.gamma, "rate": self.rate, "name": self.name}


@register
class TopK(losses.NonSaturating, keras.layers.Layer):
    """The generator learns from its best images alone, fewer and fewer of them."""

    def __init__(self, decay=0.9, least=0.5, name="top_k"):
        super().__init__(name=name)
        self.decay, self.least = decay, least
        self.share = self.add_weight(
            (), initializer="ones", trainable=False, name="share"
        )

    def generator_loss(self, fake_logits):
        n = ops.shape(fake_logits)[0]
        best = ops.flip(ops.sort(fake_logits[:, 0]))
        count = ops.ceil(self.share * ops.cast(n, "float32"))
        taken = ops.cast(ops.cast(ops.arange(n), "float32") < count, "float32")
        return ops.sum(taken * ops.softplus(-best)) / ops.sum(taken)

    def update(self, real_logits, fake_logits):
        self.share.assign(ops.maximum(self.share * self.decay, self.least))

    def get_config(self):
        return {"decay": self.decay, "least": self.least, "name": self.name}


def with_loss(loss):
    keras.utils.set_random_seed(0)
    gan = kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=4, widths=(8,)),
        kgz.networks.dense_discriminator((8, 8, 1), widths=(8,), dropout=0),
        loss=loss,
        critic_steps=2,
        seed=1,
    )
    gan.compile()
    return gan


@pytest.mark.parametrize("loss", [Balanced, TopK])
def test_a_loss_with_state_trains_and_is_resumed_exactly(loss, noise, tmp_path):
    straight, interrupted = with_loss(loss()), with_loss(loss())
    straight.fit(noise(24), batch_size=4, epochs=2, verbose=0)
    interrupted.fit(noise(24), batch_size=4, verbose=0)
    (between,) = values(interrupted.objective.weights)
    interrupted.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(resumed.objective, loss)
    assert values(resumed.objective.weights) == [between]
    resumed.fit(noise(24), batch_size=4, verbose=0)
    for a, b in zip(values(straight.variables), values(resumed.variables), strict=True):
        np.testing.assert_array_equal(a, b)
    (after,) = values(resumed.objective.weights)
    assert between != after
    if loss is TopK:  # 3 iterations of 2 critic steps an epoch
        np.testing.assert_allclose([between, after], [0.9**6, 0.5], rtol=1e-5)
