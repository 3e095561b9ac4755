import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from keras_gan_zoo.latents import Latents, draw_labels, draw_latents, draw_whole


def test_normal_and_uniform_follow_their_distributions():
    normal = draw_latents(2000, 7, seed=3)
    assert stats.kstest(normal.ravel(), "norm").pvalue > 0.01
    uniform = draw_latents(2000, 7, seed=3, distribution="uniform")
    assert stats.kstest(uniform.ravel(), stats.uniform(-1, 2).cdf).pvalue > 0.01


def test_truncation_cuts_the_distribution():
    latents = draw_latents(2000, 7, seed=3, truncation=0.7)
    assert np.abs(latents).max() <= 0.7
    assert stats.kstest(latents.ravel(), stats.truncnorm(-0.7, 0.7).cdf).pvalue > 0.01


def test_a_latent_depends_on_its_index_alone():
    whole = draw_latents(100, 5, seed=9)
    parts = [draw_latents(n, 5, 9, start=s) for s, n in [(0, 1), (1, 63), (64, 36)]]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    assert (whole != draw_latents(100, 5, seed=10)).all()


def test_the_stream_is_frozen():
    """Philox4x64's integers, through SciPy's inverse normal distribution."""
    bits = np.random.Philox(key=7).random_raw(3)
    expected = stats.norm.ppf(((bits >> np.uint64(11)) + 0.5) / 2**53)
    np.testing.assert_allclose(draw_latents(1, 3, seed=7)[0], expected, rtol=1e-6)


def test_uniform_latents_have_no_truncation():
    with pytest.raises(ValueError, match="for normal latents only"):
        draw_latents(1, 2, 0, distribution="uniform", truncation=1.0)


# === Latents of several laws ===

CODES = Latents(normal=3, uniform=2, categorical=(4, 2))


def check_laws(latents):
    assert stats.kstest(latents[:, :3].ravel(), "norm").pvalue > 0.01
    uniform = stats.uniform(-1, 2).cdf
    assert stats.kstest(latents[:, 3:5].ravel(), uniform).pvalue > 0.01
    for part in (slice(5, 9), slice(9, 11)):
        codes = latents[:, part]
        assert set(np.unique(codes)) == {0.0, 1.0}
        np.testing.assert_array_equal(codes.sum(axis=1), 1.0)
        assert stats.chisquare(codes.sum(axis=0)).pvalue > 0.01
    # Neither code knows of the other, nor of the numbers beside it.
    table = latents[:, 5:9].T @ latents[:, 9:11]
    assert stats.chi2_contingency(table).pvalue > 0.01
    assert np.abs(np.corrcoef(latents[:, :6].T)[~np.eye(6, dtype=bool)]).max() < 0.1


def test_parts_lie_side_by_side():
    assert CODES.dim == 11
    assert CODES.parts == {
        "normal": slice(0, 3),
        "uniform": slice(3, 5),
        "categorical_0": slice(5, 9),
        "categorical_1": slice(9, 11),
    }
    assert list(Latents(categorical=(10,)).parts) == ["categorical_0"]


def test_laws_of_a_seed():
    latents = draw_latents(3000, CODES, seed=3)
    assert latents.shape == (3000, 11)
    assert latents.dtype == "float32"
    check_laws(latents)


def test_laws_in_training():
    rng = np.random.default_rng(0)

    def draw(shape, distribution):
        sample = {"normal": rng.standard_normal, "uniform": rng.random}[distribution]
        return ops.convert_to_tensor(sample(shape).astype("float32"))

    check_laws(ops.convert_to_numpy(CODES.draw(3000, draw)))


def test_a_latent_of_several_laws_depends_on_its_index_alone():
    whole = draw_latents(50, CODES, seed=9)
    parts = [draw_latents(n, CODES, 9, start=s) for s, n in [(0, 1), (1, 30), (31, 19)]]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_truncation_is_of_the_normal_part():
    latents = draw_latents(500, CODES, seed=3, truncation=0.5)
    assert np.abs(latents[:, :3]).max() <= 0.5
    assert np.abs(latents[:, 3:5]).max() > 0.9
    with pytest.raises(ValueError, match="for normal latents only"):
        draw_latents(2, Latents(uniform=2), seed=3, truncation=0.5)


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(CODES)
    assert config["registered_name"] == "keras_gan_zoo>Latents"
    copy = keras.saving.deserialize_keras_object(config)
    assert copy == CODES
    assert hash(copy) == hash(CODES)
    assert copy != Latents(normal=3)
    assert repr(CODES) == "Latents(normal=3, uniform=2, categorical=[4, 2])"


@pytest.mark.parametrize(
    "sizes", [{}, {"normal": -1, "uniform": 3}, {"categorical": (1,)}, {"normal": 0}]
)
def test_bad_sizes(sizes):
    with pytest.raises(ValueError, match=r"`Latents` takes the number .*Received"):
        Latents(**sizes)


# === Labels ===


def test_labels_follow_their_probabilities():
    labels = draw_labels(4000, 5, seed=2)
    assert labels.dtype == "int32"
    assert stats.chisquare(np.bincount(labels, minlength=5)).pvalue > 0.01
    shares = np.array([1, 0, 5, 2, 2])
    counts = np.bincount(draw_labels(4000, 5, 2, probabilities=shares), minlength=5)
    assert counts[1] == 0
    seen = shares > 0
    assert stats.chisquare(counts[seen], 400.0 * shares[seen]).pvalue > 0.01
    np.testing.assert_array_equal(
        draw_labels(50, 5, 2, probabilities=np.zeros(5)), draw_labels(50, 5, 2)
    )


def test_a_label_depends_on_its_index_alone():
    whole = draw_labels(100, 7, seed=9)
    parts = [draw_labels(n, 7, 9, start=s) for s, n in [(0, 1), (1, 63), (64, 36)]]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    assert (whole != draw_labels(100, 7, seed=10)).any()


def test_labels_are_a_stream_of_their_own():
    first = draw_latents(2000, 1, seed=4, distribution="uniform")[:, 0]
    labels = draw_labels(2000, 10, seed=4)
    assert abs(stats.spearmanr(first, labels).statistic) < 0.1


def test_labels_in_training_follow_their_shares():
    uniform = np.random.default_rng(0).random(4000).astype("float32")

    def draw(shape, distribution):
        assert (tuple(shape), distribution) == ((4000,), "uniform")
        return ops.convert_to_tensor(uniform)

    plain = ops.convert_to_numpy(draw_whole(draw, 4000, 4))
    np.testing.assert_array_equal(plain, np.floor(uniform * 4))
    shares = np.array([0.1, 0.0, 0.6, 0.3], "float32")
    found = ops.convert_to_numpy(
        draw_whole(draw, 4000, 4, ops.convert_to_tensor(shares))
    )
    counts = np.bincount(found, minlength=4)
    assert counts[1] == 0
    kept = shares > 0
    assert stats.chisquare(counts[kept], 4000 * shares[kept]).pvalue > 0.01
