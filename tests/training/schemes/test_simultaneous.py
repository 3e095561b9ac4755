"""The simultaneous update moves both players by gradients at the weights before it."""

import keras
import numpy as np
import plain_gan as plain
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import auxiliaries, generator_penalties
from keras_gan_zoo.augmentation import Augmentation


class Fade(Augmentation):
    """The same for every image, so that each pass sees the same ones."""

    def call(self, images, draw):
        return 0.5 * images


CASES = {
    "minimax": {"loss": "minimax"},
    "wasserstein": {"loss": "wasserstein"},
    "non_saturating": {},
    "hinge": {"loss": "hinge"},
    "relativistic": {"loss": "relativistic_average"},
    "penalties": {"loss": "minimax", "penalties": [kgz.R1(2.0), kgz.penalties.R2(3.0)]},
    "reversed, real penalty": {"loss": "minimax", "penalties": [kgz.R1(2.0, every=2)]},
    "points of its own": {"loss": "wasserstein", "penalties": [kgz.GradientPenalty()]},
    "auxiliary": {"loss": "minimax", "auxiliaries": [auxiliaries.Classification(0.5)]},
    "augmentation": {"augmentation": Fade()},
    "reversed, augmentation": {"loss": "minimax", "augmentation": Fade()},
    "generator penalties": {
        "generator_penalties": [
            generator_penalties.PathLength(2.0),
            generator_penalties.ModeSeeking(0.5, every=2),
        ]
    },
    "reversed, generator penalties": {
        "loss": "minimax",
        "generator_penalties": [generator_penalties.PathLength(2.0)],
    },
    "all": {
        "loss": "relativistic_paired",
        "penalties": [kgz.R1(2.0), kgz.penalties.R2(3.0)],
        "auxiliaries": [auxiliaries.Classification(0.5)],
        "augmentation": Fade(),
        "generator_penalties": [generator_penalties.PathLength(2.0)],
    },
}


@pytest.mark.parametrize("case", CASES)
def test_its_gradients_are_those_of_a_still_opponent(case):
    """`step` applies nothing, so the alternating update sees still opponents too."""
    settings = CASES[case]
    heads = "auxiliaries" in settings
    found = []
    for update in ("alternating", "simultaneous"):
        # State of a path length moves by a step that is not shared.
        terms = [
            type(term).from_config(term.get_config())
            for term in settings.get("generator_penalties", ())
        ]
        gan = plain.build(
            heads, update=update, **{**settings, "generator_penalties": terms}
        )
        found.append(plain.step(gan))
    (logs, (d,), (g,), _), (new_logs, (new_d,), (new_g,), _) = found
    plain.assert_close(new_d, d)
    plain.assert_close(new_g, g)
    assert max(np.linalg.norm(gradient) for gradient in g.values()) > 1e-2
    for name, value in logs.items():
        np.testing.assert_allclose(new_logs[name], value, rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("name", ["critic_steps", "generator_steps"])
def test_it_moves_each_player_once(name, tiny_gan):
    with pytest.raises(ValueError, match=f"needs `{name}=1`. Received: {name}=2"):
        tiny_gan(update="simultaneous", **{name: 2})


@pytest.mark.parametrize("loss", ["minimax", "hinge"])
def test_it_trains_through_fit(loss, noise, tiny_gan):
    gan = tiny_gan(update="simultaneous", loss=loss, penalties=[kgz.R1(1.0)])
    before = gan.get_weights()
    history = gan.fit(noise(), batch_size=8, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert int(keras.ops.convert_to_numpy(gan.optimizer.iterations)) == 5
    changed = [(a != b).any() for a, b in zip(before, gan.get_weights(), strict=True)]
    assert np.mean(changed) > 0.5
