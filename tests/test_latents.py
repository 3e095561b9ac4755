import numpy as np
import pytest
from scipy import stats

from keras_gan_zoo.latents import draw_latents


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
