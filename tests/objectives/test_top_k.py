"""Top-k training against NumPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit

from keras_gan_zoo import backend, losses

rng = np.random.default_rng(0)
tensor = ops.convert_to_tensor
LOGITS = rng.normal(size=(10, 1)).astype("float32")


def number(value):
    return float(ops.convert_to_numpy(ops.stop_gradient(value)))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.31])
def test_only_the_best_images_count(share):
    loss = losses.TopK("non_saturating")
    loss.share.assign(share)
    best = np.sort(LOGITS[:, 0].astype("float64"))[::-1][: int(share * 10)]
    with keras.StatelessScope():
        gradient, value = backend.input_gradients(
            lambda x: (loss.generator_loss(x), loss.generator_loss(x)), tensor(LOGITS)
        )
    assert number(value) == pytest.approx(-np.log(expit(best)).mean(), rel=1e-5)
    gradient = ops.convert_to_numpy(ops.stop_gradient(gradient))
    kept = best[-1].astype("float32") <= LOGITS
    np.testing.assert_allclose(
        gradient, np.where(kept, (expit(LOGITS) - 1) / len(best), 0.0), atol=1e-6
    )


def test_the_best_have_the_lowest_energies():
    energies = tensor(np.abs(LOGITS))
    loss = losses.TopK(losses.EnergyMargin(10.0))
    loss.share.assign(0.3)
    best = np.sort(np.abs(LOGITS[:, 0]))[:3]
    assert number(loss.generator_loss(energies)) == pytest.approx(best.mean(), rel=1e-5)


def test_of_a_patch_gan_whole_images_are_kept():
    patches = rng.normal(size=(6, 2, 2, 1)).astype("float32")
    loss = losses.TopK("hinge")
    loss.share.assign(0.5)
    best = np.sort(patches.mean(axis=(1, 2, 3)))[3:]
    assert number(loss.generator_loss(tensor(patches))) == pytest.approx(
        -best.mean(), rel=1e-5
    )


def test_k_decays_after_every_so_many_updates():
    loss = losses.TopK("hinge", gamma=0.8, least=0.6, every=2)
    shares = []
    for _ in range(7):
        loss.update(None, None)
        shares.append(number(loss.share))
    np.testing.assert_allclose(shares, [1, 0.8, 0.8, 0.64, 0.64, 0.6, 0.6], rtol=1e-6)


def test_it_is_saved_with_the_loss_inside(tiny_gan, noise, tmp_path):
    gan = tiny_gan(loss=losses.TopK("least_squares", gamma=0.9, every=3))
    history = gan.fit(noise(48), batch_size=8, verbose=0).history
    assert history["top_k"][0] == pytest.approx((3 + 3 * 0.9) / 6, rel=1e-5)
    gan.save(tmp_path / "gan.keras")
    loss = keras.saving.load_model(tmp_path / "gan.keras").objective
    assert loss.get_config() == gan.objective.get_config()
    assert number(loss.share) == pytest.approx(0.81, rel=1e-5)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"loss": "relativistic_paired"}, "generated images alone"),
        ({"loss": losses.MultiHinge()}, "generated images alone"),
        ({"gamma": 1.1}, "`gamma` must be"),
        ({"least": 0}, "`least` must be"),
        ({"every": 0}, "`every` must be"),
    ],
)
def test_bad_settings(settings, says):
    with pytest.raises(ValueError, match=f"{says}.*Received"):
        losses.TopK(**settings)
