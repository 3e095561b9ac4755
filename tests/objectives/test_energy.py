"""EBGAN's and BEGAN's objectives against NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.auxiliaries import PullAway
from keras_gan_zoo.configs import with_state
from keras_gan_zoo.losses import BoundaryEquilibrium, EnergyMargin
from keras_gan_zoo.training.batch import Batch

rng = np.random.default_rng(0)
REAL, FAKE = rng.uniform(0, 3, (2, 5, 1)).astype("float32")


def number(x):
    return float(ops.convert_to_numpy(x))


def test_the_margin_loss():
    loss = EnergyMargin(2.0)
    expected = REAL.mean() + np.maximum(2.0 - FAKE, 0).mean()
    assert (FAKE > 2.0).any()
    assert (FAKE < 2.0).any()
    assert number(loss.discriminator_loss(REAL, FAKE)) == pytest.approx(expected)
    assert number(loss.generator_loss(FAKE)) == pytest.approx(FAKE.mean())
    assert kgz.losses.get(kgz.losses.serialize(loss)).margin == 2.0


def test_pull_away_is_a_mean_of_squared_cosines():
    encodings = rng.normal(size=(4, 3)).astype("float32")
    total = 0.0
    for i in range(4):
        for j in range(4):
            if i != j:
                a, b = encodings[i].astype("float64"), encodings[j].astype("float64")
                total += (a @ b / np.linalg.norm(a) / np.linalg.norm(b)) ** 2
    term = PullAway(0.1)
    of_fake = {"encodings": ops.convert_to_tensor(encodings)}
    found = number(term.generator_loss(None, Batch(None), of_fake, None))
    assert found == pytest.approx(0.1 * total / 12, rel=1e-5)
    same = {"encodings": ops.convert_to_tensor(np.ones((2, 3), "float32"))}
    assert number(term.generator_loss(None, None, same, None)) == pytest.approx(0.1)
    one = {"encodings": ops.convert_to_tensor(encodings[:1])}
    assert number(term.generator_loss(None, None, one, None)) == 0.0


def test_k_follows_the_published_control():
    loss, k = with_state(BoundaryEquilibrium(gamma=0.6, rate=0.3)), 0.0
    seen = []
    for i in range(40):
        rich = 3.0 if 10 < i < 25 else 1.0  # k rises to 1, then falls to 0
        real, fake = rng.uniform(0, rich, (5, 1)), rng.uniform(0, 1, (5, 1))
        real, fake = real.astype("float32"), fake.astype("float32")
        found = number(loss.discriminator_loss(real, fake))
        assert found == pytest.approx(real.mean() - k * fake.mean(), abs=1e-5)
        logs = {name: number(x) for name, x in loss.logs(real, fake).items()}
        excess = 0.6 * real.mean() - fake.mean()
        assert logs["k"] == pytest.approx(k, abs=1e-5)
        assert logs["convergence"] == pytest.approx(real.mean() + abs(excess), abs=1e-5)
        loss.update(real, fake)
        k = min(max(k + 0.3 * excess, 0.0), 1.0)
        seen.append(k)
    assert number(loss.k) == pytest.approx(k, abs=1e-5)
    assert {0.0, 1.0} < set(seen)


def small(**settings):
    keras.utils.set_random_seed(0)
    gan = kgz.BEGAN(
        image_shape=(8, 8, 1),
        generator_widths=(4,),
        discriminator_widths=(4,),
        encoding_dim=3,
        loss=BoundaryEquilibrium(gamma=2.0, rate=0.02),  # k rises from the start
        seed=1,
        **settings,
    )
    gan.compile()
    return gan


def test_k_is_kept_with_the_model(noise, tmp_path):
    images = noise(24)
    straight, interrupted = small(), small()
    history = straight.fit(images, batch_size=4, epochs=2, verbose=0).history
    assert history["k"][1] > history["k"][0] > 0
    assert history["convergence"][0] > 0
    interrupted.fit(images, batch_size=4, verbose=0)
    between = number(interrupted.objective.k)
    interrupted.save(tmp_path / "gan.keras")
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    assert resumed.objective.rate == 0.02
    assert number(resumed.objective.k) == between
    resumed.fit(images, batch_size=4, verbose=0)
    assert number(resumed.objective.k) == number(straight.objective.k) != between


def test_penalties_take_the_gradient_of_the_energy(noise):
    """An auto-encoder under R1: its energies, positive, are no bounded logits."""
    gan = small(penalties=[kgz.R1(1.0)])
    history = gan.fit(noise(8), batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert history[gan.penalties[0].name][0] > 0
    with pytest.raises(ValueError, match="must have no batch norm"):
        kgz.EBGAN(image_shape=(8, 8, 1), penalties=[kgz.R1(1.0)])
