"""The published tools on the same features, where they are deterministic."""

import importlib.util

import numpy as np
import pytest
from peers import import_peer

from keras_gan_zoo import metrics
from keras_gan_zoo.scoring import second_opinion


def peer(name):
    package = name.partition(".")[0]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package}, a peer to compare with, is not installed")
    return import_peer(name)


def tensors(*arrays):
    torch = pytest.importorskip("torch", reason="torch-fidelity computes with it")
    return [torch.from_numpy(array) for array in arrays]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def features(rng):
    """Non-negative and correlated, as Inception's: generated and real, float64."""
    mix = rng.normal(size=(24, 24)) / 5
    x = np.maximum(rng.normal(size=(330, 24)) @ mix + 0.1, 0)
    return x, np.maximum(rng.normal(0, 1.1, (300, 24)) @ mix, 0)


@pytest.mark.parametrize(("splits", "rows"), [(1, 500), (10, 503)])
def test_inception_score_is_torch_fidelitys(rng, splits, rows):
    theirs = peer("torch_fidelity.metric_isc")
    logits = rng.normal(0, 3, (rows, 1008))
    found = theirs.isc_features_to_metric(*tensors(logits), splits, False, 2020)
    assert metrics.inception_score(logits, splits) == pytest.approx(
        tuple(found.values()), rel=1e-9
    )


def test_huge_logits_are_nan_to_torch_fidelity_and_exact_here():
    """Where nobody has a class: 0 times the logarithm of 0."""
    theirs = peer("torch_fidelity.metric_isc")
    logits = np.where(np.eye(4, 5, dtype=bool), 1000.0, -1000.0)
    found = theirs.isc_features_to_metric(*tensors(logits), 1, False, 2020)
    assert np.isnan(found[theirs.KEY_METRIC_ISC_MEAN])
    assert metrics.inception_score(logits, 1)[0] == pytest.approx(4.0, rel=1e-12)


def moments(x):
    return x.mean(axis=0), np.cov(x.T)


def test_frechet_distance_is_torch_fidelitys(features):
    theirs = peer("torch_fidelity.metric_fid")
    found = theirs.fid_statistics_to_metric(
        *(theirs.fid_features_to_statistics(*tensors(rows)) for rows in features), False
    )
    expected = found[theirs.KEY_METRIC_FID]
    assert metrics.frechet_distance(*features) == pytest.approx(expected, rel=1e-6)
    x, y = map(moments, features)
    assert metrics.frechet_distance_from_moments(*x, *y) == pytest.approx(
        expected, rel=1e-6
    )


def test_frechet_distance_is_pytorch_fids(features, monkeypatch):
    theirs = peer("pytorch_fid.fid_score")
    sqrtm = theirs.linalg.sqrtm
    # It asks for the error estimate that SciPy no longer returns from 1.18 on.
    monkeypatch.setattr(
        theirs.linalg, "sqrtm", lambda product, disp=True: (sqrtm(product), 0.0)
    )
    x, y = map(moments, features)
    expected = theirs.calculate_frechet_distance(*x, *y)
    assert metrics.frechet_distance(*features) == pytest.approx(expected, rel=1e-6)


def test_features_with_mean_1000_are_off_in_torch_fidelity(features):
    """Its means are of float32; a shift of both sets changes no distance."""
    theirs = peer("torch_fidelity.metric_fid")
    x, y = (np.round(rows * 256) / 256 for rows in features)  # + 1000 is then exact
    expected = metrics.frechet_distance(x, y)
    x, y = ((rows + 1000).astype("float32") for rows in (x, y))
    found = theirs.fid_statistics_to_metric(
        *(theirs.fid_features_to_statistics(*tensors(rows)) for rows in (x, y)), False
    )[theirs.KEY_METRIC_FID]
    assert metrics.frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)
    assert abs(found - expected) > 1e-6 * expected


def test_float64_is_float32_to_torch_fidelity():
    torch = pytest.importorskip("torch")
    assert peer("torch_fidelity.helpers").text_to_dtype("float64") is torch.float32


def test_small_features_are_6_times_too_far_apart_to_tfgan(features):
    if second_opinion.why_not():
        pytest.skip("TF-GAN, a peer to compare with, is not installed")
    theirs = second_opinion.tfgan_module("eval.classifier_metrics")
    x, y = (1e-6 * rows for rows in features)
    expected = 1e-12 * metrics.frechet_distance(*features)
    found = float(theirs.frechet_classifier_distance_from_activations(x, y))
    assert metrics.frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)
    assert found > 1.5 * expected
    assert second_opinion.frechet_distance(x, y) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_kernel_distance_is_torch_fidelitys(features, offset):
    """Subsets of all rows: the draws then differ in order alone."""
    theirs = peer("torch_fidelity.metric_kid")
    x, y = (rows[:300] + offset for rows in features)
    found = theirs.kid_features_to_metric(
        *tensors(x, y), kid_subsets=2, kid_subset_size=300, verbose=False
    )
    expected = found[theirs.KEY_METRIC_KID_MEAN]
    for settings in ({"subsets": None}, {"subsets": 2, "subset_size": 300}):
        mean, _ = metrics.kernel_distance(x, y, **settings)
        assert mean == pytest.approx(expected, rel=1e-6)


def test_kernel_distance_over_subsets_is_torch_fidelitys_within_chance(features):
    theirs = peer("torch_fidelity.metric_kid")
    found = theirs.kid_features_to_metric(
        *tensors(*features), kid_subsets=3000, kid_subset_size=50, verbose=False
    )
    mean, std = metrics.kernel_distance(*features, subsets=3000, subset_size=50)
    assert std == pytest.approx(found[theirs.KEY_METRIC_KID_STD], rel=0.1)
    assert mean == pytest.approx(
        found[theirs.KEY_METRIC_KID_MEAN], abs=6 * std / np.sqrt(3000)
    )


def float32_kernel_distance(x, y):
    theirs = peer("torch_fidelity.metric_kid")
    found = theirs.kid_features_to_metric(
        *tensors(x.astype("float32"), y.astype("float32")),
        kid_subsets=1,
        kid_subset_size=len(x),
        verbose=False,
    )
    return found[theirs.KEY_METRIC_KID_MEAN]


def test_small_features_are_lost_to_torch_fidelity(features):
    """The kernel is then linear: 3 |gap of the means|^2 / d without its bias."""
    x, y = (1.5e-6 * features[0][:300], 1e-6 * features[1])
    gap = x.mean(axis=0) - y.mean(axis=0)
    bias = (x.var(axis=0, ddof=1) + y.var(axis=0, ddof=1)).sum() / 300
    expected = 3 * (gap @ gap - bias) / 24
    ours, _ = metrics.kernel_distance(x, y, None)
    assert ours == pytest.approx(expected, rel=1e-5, abs=0)
    assert abs(float32_kernel_distance(x, y) - expected) > 0.01 * expected


def test_features_with_mean_1000_are_garbage_to_torch_fidelity(features):
    """Exact values are those of whole numbers, in `test_kernel.py`."""
    x, y = (rows[:300] + 1000 for rows in features)
    ours, _ = metrics.kernel_distance(x, y, 1, 300)
    assert ours == pytest.approx(metrics.kernel_distance(x, y, None)[0], rel=1e-6)
    assert abs(float32_kernel_distance(x, y) - ours) > 0.01 * abs(ours)


def test_kernel_distance_is_tfgans(features):
    if second_opinion.why_not():
        pytest.skip("TF-GAN, a peer to compare with, is not installed")
    import tensorflow as tf

    theirs = second_opinion.tfgan_module("eval.classifier_metrics")
    expected, _ = theirs.kernel_classifier_distance_and_std_from_activations(
        *(tf.constant(rows) for rows in features)
    )
    assert metrics.kernel_distance(*features, None)[0] == pytest.approx(
        float(expected), rel=1e-6
    )


@pytest.mark.parametrize("k", [1, 3, 5])
def test_neighbours_are_prdcs(features, k):
    theirs = peer("prdc.prdc")
    x, y = features
    expected = theirs.compute_prdc(y, x, k)
    assert metrics.neighbour_scores(x, y, k, k) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("blockwise", [True, False])
def test_precision_and_recall_are_torch_fidelitys(features, k, blockwise):
    theirs = peer("torch_fidelity.metric_prc")
    found = theirs.prc_features_to_metric(
        *tensors(*features),
        prc_neighborhood=k,
        prc_batch_size=100,
        save_cpu_ram=blockwise,
        verbose=False,
    )
    assert metrics.precision_recall(*features, k) == pytest.approx(
        {name: found[name] for name in ("precision", "recall")}, rel=1e-6
    )


def test_where_torch_fidelitys_float32_distances_fail(features):
    """Features with mean 1000: distances by squares of 1000 in 7 digits."""
    theirs = peer("torch_fidelity.metric_prc")
    x, y = ((rows * 0.1 + 1000).astype("float32") for rows in features)
    found = theirs.prc_features_to_metric(
        *tensors(x, y),
        prc_neighborhood=3,
        prc_batch_size=1000,
        save_cpu_ram=False,
        verbose=False,
    )
    ours = metrics.precision_recall(x, y)
    exact = peer("prdc.prdc").compute_prdc(
        y.astype("float64") - 1000, x.astype("float64") - 1000, 3
    )
    assert ours == pytest.approx({name: exact[name] for name in ours}, abs=0.005)
    assert abs(found["precision"] - ours["precision"]) > 0.05


def test_slerp_is_torch_fidelitys(rng):
    theirs = peer("torch_fidelity.noise")
    a, b = rng.normal(size=(2, 20, 16))
    found = theirs.batch_slerp_any(*tensors(a, b), 0.3)
    np.testing.assert_allclose(metrics.slerp(a, b, 0.3), found.numpy(), rtol=1e-9)
