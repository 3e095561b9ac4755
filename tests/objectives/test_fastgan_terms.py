"""FastGAN's loss and its reconstruction of real images."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import FastGAN
from keras_gan_zoo.auxiliaries import PlainReconstruction, Reconstruction
from keras_gan_zoo.configs import with_state
from keras_gan_zoo.losses import RandomHinge

SMALL = {"generator_widths": (4, 4, 4), "discriminator_widths": (2, 4, 4)}


def numpy(x):
    return ops.convert_to_numpy(x)


def test_margins_between_08_and_1():
    loss = with_state(RandomHinge(seed=0))
    zeros = np.zeros((2000, 1), "float32")
    twice = float(numpy(loss.discriminator_loss(zeros, zeros)))
    assert twice == pytest.approx(2 * 0.9, abs=0.02)
    assert twice != float(numpy(loss.discriminator_loss(zeros, zeros)))  # drawn anew
    far = np.ones((4, 1), "float32")
    assert float(numpy(loss.discriminator_loss(far, -far))) == 0.0
    assert float(numpy(loss.generator_loss(far))) == -1.0


def test_reconstruction():
    """The whole from two maps, a quarter from a quarter: squared differences."""
    term = Reconstruction(2.0, widths=(4,))
    rng = np.random.default_rng(0)
    sizes = {"features": 4, "small_features": 4, "middle_features": 8, "seen": 16}
    of = {
        name: rng.uniform(-1, 1, (2, n, n, 3)).astype("float32")
        for name, n in sizes.items()
    }
    term.build({name: (None, *x.shape[1:]) for name, x in of.items()})
    term.training = False
    given = {name: ops.convert_to_tensor(x) for name, x in of.items()}
    for u, (top, left) in ((0.1, (0, 0)), (0.3, (0, 1)), (0.6, (1, 0)), (0.9, (1, 1))):
        loss = term.discriminator_loss(
            None, None, given, None, None, lambda *_, u=u: ops.full((1,), u)
        )
        rows, columns = slice(8 * top, 8 * top + 8), slice(8 * left, 8 * left + 8)
        part = of["middle_features"][:, 4 * top : 4 * top + 4, 4 * left : 4 * left + 4]
        seen = of["seen"]
        expected = (
            np.square(numpy(term.whole(of["features"])) - seen[:, ::2, ::2]).mean()
            + np.square(
                numpy(term.small(of["small_features"])) - seen[:, ::2, ::2]
            ).mean()
            + np.square(numpy(term.part(part)) - seen[:, rows, columns]).mean()
        )
        assert float(numpy(loss)) == pytest.approx(2 * expected, rel=1e-4)


def test_plain_reconstruction():
    """Without a small image; and with as many doublings as there are, in any range."""
    of = {
        name: ops.ones((2, n, n, 4)) * value
        for name, n, value in (("features", 2, 0.5), ("middle_features", 4, 0.1))
    }
    of["seen"] = ops.ones((2, 16, 16, 1)) * 0.25
    for parts in (False, True):
        term = PlainReconstruction(2.0, parts=parts, doublings=2)
        term.build({name: tuple(x.shape) for name, x in of.items()})
        assert [v.shape[-1] for v in term.trainable_variables[::2]][:2] == [4, 2]
        draw = lambda *_: ops.zeros((1,))  # noqa: E731 - the upper left quarter
        loss = term.discriminator_loss(None, None, of, None, None, draw)
        found = numpy(term.whole(of["features"]))
        expected = 2 * np.square(found - 0.25).mean()
        if parts:
            part = numpy(term.part(of["middle_features"][:, :2, :2]))
            expected += 2 * np.square(part - 0.25).mean()
        assert float(numpy(loss)) == pytest.approx(expected, rel=1e-4)
        again = PlainReconstruction.from_config(term.get_config())
        assert (again.parts, again.doublings, again.reads) == (parts, 2, term.reads)


def test_decoders_learn_and_are_saved(tmp_path):
    gan = FastGAN((32, 32, 1), latent_dim=4, seed=1, **SMALL)
    gan.compile(run_eagerly=keras.config.backend() == "tensorflow")  # no trace
    decoders = gan.auxiliaries[0]
    before = [numpy(v) for v in decoders.trainable_variables]
    images = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1), "uint8")
    gan.fit(images, batch_size=4, verbose=0)
    after = [numpy(v) for v in decoders.trainable_variables]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))
    state = [numpy(v) for v in decoders.variables]
    gan.evaluate(images, verbose=0)
    for one, other in zip(state, decoders.variables, strict=True):
        np.testing.assert_array_equal(one, numpy(other))
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras").auxiliaries[0]
    for one, other in zip(state, again.variables, strict=True):
        np.testing.assert_array_equal(one, numpy(other))
