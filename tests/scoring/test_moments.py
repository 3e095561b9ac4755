import numpy as np
import pytest

from keras_gan_zoo.scoring import Moments


def streamed(features, sizes):
    moments, start = Moments(), 0
    for size in sizes:
        moments.update(features[start : start + size])
        start += size
    assert start == len(features)
    return moments


@pytest.mark.parametrize("sizes", [[100], [1, 99], [33, 1, 0, 66], [1] * 100])
def test_any_batches_give_numpys_moments(rng, sizes):
    features = rng.normal(size=(100, 5)) @ rng.normal(size=(5, 5)) + 3
    moments = streamed(features, sizes)
    assert moments.count == 100
    np.testing.assert_allclose(moments.mean, features.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(
        moments.covariance, np.cov(features.T, ddof=1), rtol=1e-12
    )


def test_shards_merge_to_the_whole(rng):
    features = rng.normal(1, 2, (90, 4))
    shards = [streamed(features[a::3], [10, 20]) for a in range(3)]
    total = Moments().merge(Moments())
    for shard in shards:
        total.merge(shard)
    assert total.count == 90
    np.testing.assert_allclose(total.mean, features.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(total.covariance, np.cov(features.T), rtol=1e-12)


def test_merging_leaves_the_other_alone(rng):
    first, second = Moments(), Moments().update(rng.normal(size=(5, 2)))
    before = second.covariance
    first.merge(second).update(rng.normal(size=(5, 2)))
    np.testing.assert_array_equal(second.covariance, before)
    assert second.count == 5


def test_no_cancellation_far_from_zero(rng):
    features = rng.normal(size=(200, 3))
    far = streamed(features + 1e6, [50] * 4)
    near = np.cov((features + 1e6 - 1e6).T)
    np.testing.assert_allclose(far.covariance, near, rtol=1e-8)


def test_low_precision_features_are_summed_in_float64(rng):
    features = rng.normal(1000, 1, (300, 3)).astype("float16")
    moments = streamed(features, [100] * 3)
    exact = features.astype("float64")
    np.testing.assert_allclose(moments.mean, exact.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(moments.covariance, np.cov(exact.T), rtol=1e-10)


def test_nan_names_its_row(rng):
    moments = Moments().update(rng.normal(size=(4, 2)))
    bad = rng.normal(size=(4, 2))
    bad[3, 1] = np.nan
    with pytest.raises(
        ValueError, match=r"of the rows 4 to 7, the first of them row 7$"
    ):
        moments.update(bad)
    assert moments.count == 4


def test_what_has_no_moments():
    with pytest.raises(ValueError, match="at least 1 rows"):
        _ = Moments().mean
    with pytest.raises(ValueError, match="at least 2 rows"):
        _ = Moments().update([[1.0, 2.0]]).covariance
    with pytest.raises(ValueError, match="shape"):
        Moments().update([1.0, 2.0])
    with pytest.raises(ValueError, match="3 dimensions after features of 2"):
        Moments().update([[1.0, 2.0]]).update([[1.0, 2.0, 3.0]])
