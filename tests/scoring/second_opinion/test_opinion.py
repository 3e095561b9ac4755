import subprocess
import sys

import numpy as np
import pytest

from keras_gan_zoo import metrics
from keras_gan_zoo.scoring import Extractor, Moments, score, second_opinion
from keras_gan_zoo.scoring.second_opinion import tfgan
from keras_gan_zoo.scoring.second_opinion import torch_fidelity as fidelity

pytestmark = pytest.mark.skipif(
    second_opinion.why_not() is not None, reason="TF-GAN is an optional extra"
)
needs_fidelity = pytest.mark.skipif(
    fidelity.why_not() is not None, reason="torch-fidelity is an optional extra"
)
VERIFIED = {"num_images": None, "verify": True, "verbose": 0}


@pytest.fixture
def sets(rng):
    return rng.normal(size=(300, 12)), rng.normal(0.2, 1.5, (200, 12))


def test_tfgan_agrees_with_our_metrics(rng, sets):
    logits = rng.normal(0, 3, (203, 10)).astype("float32")
    assert second_opinion.inception_score(logits, 10) == pytest.approx(
        metrics.inception_score(logits)[0], rel=1e-10
    )
    assert second_opinion.frechet_distance(*sets) == pytest.approx(
        metrics.frechet_distance(*sets), rel=1e-6
    )


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_features_of_any_scale(sets, scale):
    """TF-GAN itself is 6 times off at 1e-6: its epsilon is absolute."""
    x, y = (scale * rows for rows in sets)
    assert second_opinion.frechet_distance(x, y) == pytest.approx(
        metrics.frechet_distance(x, y), rel=1e-6
    )


def test_what_tfgans_epsilon_leaves_out_is_known(rng):
    """Of features that hardly vary, as pixels of JPEGs do, it takes no square roots."""
    x = rng.normal(size=(600, 40)) * np.where(np.arange(40) < 20, 1.0, 2e-4)
    real = Moments().update(x + 0.02 * (np.arange(40) == 0))
    theirs, ours = second_opinion.frechet_distance(x, real), 0.02**2
    assert metrics.frechet_distance_from_moments(
        x.mean(axis=0), np.cov(x.T), real.mean, real.covariance
    ) == pytest.approx(ours, rel=1e-4)
    assert theirs > 1.001 * ours
    assert tfgan.left_out(x, real) == pytest.approx(theirs - ours, rel=1e-2)


def test_features_that_hardly_vary_raise_no_alarm(rng):
    """Pixels of CIFAR-10's JPEG copy did."""
    rows = rng.normal(size=(256, 100)) * np.where(np.arange(100) < 20, 1.0, 1e-3)

    def features(images):
        return {"features": rows[images[:, 0, 0, 0]].astype("float32")}

    flat = Extractor(features, fingerprint="flat", outputs=("features",))
    images = np.arange(256, dtype="uint8").reshape(256, 1, 1, 1)
    report = score(images, images, ["fid"], extractor=flat, **VERIFIED)
    assert report["fid"] == pytest.approx(0, abs=1e-6)
    assert report.second_opinion["scores"]["fid"] > 1e-4
    assert report.second_opinion["agrees"] is True


def test_moments_alone_give_tfgan_the_same_as_their_rows(sets):
    x, y = sets
    assert second_opinion.frechet_distance(x, Moments().update(y)) == pytest.approx(
        second_opinion.frechet_distance(x, y), rel=1e-9
    )


def test_rows_with_moments(rng):
    y = rng.normal(size=(5, 8))  # less than full rank
    rows = second_opinion.rows_with_moments(y.mean(axis=0), np.cov(y.T))
    np.testing.assert_allclose(rows.mean(axis=0), y.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(np.cov(rows.T), np.cov(y.T), atol=1e-12)


@needs_fidelity
def test_torch_fidelity_agrees_with_our_metrics(rng, sets):
    x, y = sets
    logits = rng.normal(0, 3, (203, 10)).astype("float32")
    assert fidelity.inception_score(logits, 10) == pytest.approx(
        metrics.inception_score(logits)[0], rel=1e-10
    )
    assert fidelity.frechet_distance(x, Moments().update(y)) == pytest.approx(
        metrics.frechet_distance(x, y), rel=1e-6
    )
    halves = [(x[:100], y[:100]), (x[100:200], y[100:])]
    expected = [metrics.kernel_distance(*half, subsets=None)[0] for half in halves]
    assert fidelity.kernel_distance(halves) == pytest.approx(
        np.mean(expected), rel=1e-6
    )


@needs_fidelity
@pytest.mark.parametrize("exact", [False, True])
def test_torch_fidelity_counts_neighbours_as_we_do(sets, exact):
    x, y = sets
    found = fidelity.precision_recall(x + 1000, y + 1000, exact)
    assert found == pytest.approx(metrics.precision_recall(x, y), rel=1e-6)
    assert 0.1 < found["precision"] < 1


def test_report_has_both(images, extractor):
    report = score(images, images[::-1] // 2, extractor=extractor, **VERIFIED)
    opinion = report.second_opinion
    assert opinion["by"].startswith("tensorflow-gan 2.1.0")
    for name in ("is", "fid"):
        assert opinion["scores"][name] == pytest.approx(report[name], rel=1e-5)
        assert opinion["relative_difference"][name] < 1e-5
    assert opinion["agrees"] is True
    assert "exactly the reference's mean" in opinion["real_activations"]


@needs_fidelity
def test_torch_fidelity_is_beside_it(images, extractor):
    asked = ["is", "fid", "kid", "precision", "recall"]
    real = np.random.default_rng(1).integers(0, 200, (120, 8, 8, 1), "uint8")
    report = score(images, real, asked, extractor=extractor, **VERIFIED)
    (other,) = report.second_opinion["others"]
    assert other["by"].startswith("torch-fidelity 0.4")
    assert other["agrees"] is True
    for name in asked:
        assert other["scores"][name] == pytest.approx(report[name], rel=1e-5)
    assert set(report.second_opinion["scores"]) == {"is", "fid", "kid"}
    assert "torch-fidelity" in repr(report)


@needs_fidelity
def test_sets_of_unequal_size_have_no_second_kid(images, extractor):
    report = score(images, images[:90], ["kid"], extractor=extractor, **VERIFIED)
    (other,) = report.second_opinion["others"]
    assert other["agrees"] is None
    assert "equal size" in other["reason"]
    assert report.second_opinion["agrees"] is True
    assert report.second_opinion["scores"]["kid"] == pytest.approx(report["kid"])
    assert "No second opinion from torch-fidelity" in repr(report)


@needs_fidelity
def test_samples_that_are_the_real_ones(images, extractor):
    """Distances of 0 and ties everywhere, where theirs are mostly rounding."""
    copies = np.concatenate([images[:60], images[:60]])
    asked = ["fid", "kid", "precision", "recall"]
    report = score(copies, copies, asked, extractor=extractor, **VERIFIED)
    (other,) = report.second_opinion["others"]
    assert (report["fid"], report["precision"]) == (pytest.approx(0, abs=1e-6), 1)
    assert report.second_opinion["agrees"] is other["agrees"] is True


def test_repeats_are_all_asked_about(images, extractor):
    report = score(
        images,
        images // 2,
        extractor=extractor,
        num_images=60,
        repeats=2,
        verify=True,
        verbose=0,
    )
    opinion = report.second_opinion
    assert opinion["scores"]["fid"] == pytest.approx(report["fid"], rel=1e-5)
    for other in opinion["others"]:
        assert other["scores"]["fid"] == pytest.approx(report["fid"], rel=1e-5)


def test_a_wrong_score_is_found_out(sets):
    right = metrics.frechet_distance(*sets)
    theirs = second_opinion.frechet_distance(*sets)
    good = second_opinion.opinion_of("TF-GAN", {"fid": right}, {"fid": theirs})
    assert good["agrees"] is True
    with pytest.raises(RuntimeError, match=r"fid: .* here, .* there \(TF-GAN\)"):
        second_opinion.opinion_of("TF-GAN", {"fid": right * 1.01}, {"fid": theirs})


def test_a_wrong_score_fails_the_whole(images, extractor, monkeypatch):
    right = metrics.frechet_distance_from_moments

    def wrong(*moments):
        return 1.01 * right(*moments)

    monkeypatch.setattr(metrics, "frechet_distance_from_moments", wrong)
    with pytest.raises(RuntimeError, match="can't be trusted"):
        score(images, images // 2, extractor=extractor, **VERIFIED)


def test_nan_of_another_tool_fails_no_score(rng):
    """Both tools return NaN for logits of +-1000, whose score is exactly 4."""
    logits = 2000 * np.eye(6)[rng.permutation(np.arange(40) % 4)] - 1000
    ours = {"is": metrics.inception_score(logits, splits=1)[0], "fid": 1.0}
    assert ours["is"] == pytest.approx(4)
    theirs = {"is": second_opinion.inception_score(logits, 1), "fid": 1.0}
    opinion = second_opinion.opinion_of("TF-GAN", ours, theirs)
    assert opinion["agrees"] is None
    assert opinion["scores"] == {"fid": 1.0}
    assert "is: it returns nan" in opinion["reason"]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("tfgan.tfgan_module('eval.classifier_metrics')", "tensorflow_gan"),
        ("torch_fidelity.metric_module('metric_prc')", "torch_fidelity"),
    ],
)
@pytest.mark.once
def test_other_packages_are_left_as_they_were(module, name):
    if name == "torch_fidelity" and fidelity.why_not():
        pytest.skip("torch-fidelity is an optional extra")
    code = (
        "import sys; from keras_gan_zoo.scoring.second_opinion import tfgan, "
        f"torch_fidelity; {module}; "
        f"print([m for m in sys.modules if m in ('{name}', '{name}.python', "
        f"'{name}.utils')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_tensorflow_the_report_says_so(images, extractor, monkeypatch):
    monkeypatch.setattr(tfgan, "PACKAGES", {"no_such_module": "no-such"})
    report = score(images, images, extractor=extractor, num_images=None, verbose=0)
    assert report.second_opinion == {"by": None, "reason": "no-such is not installed"}
    with pytest.raises(ImportError, match="no-such is not installed"):
        score(images, images, extractor=extractor, **VERIFIED)


def test_without_torch_fidelity_tfgan_is_asked_alone(images, extractor, monkeypatch):
    monkeypatch.setattr(fidelity, "PACKAGES", {"no_such_module": "no-such"})
    report = score(images, images // 2, extractor=extractor, **VERIFIED)
    assert report.second_opinion["agrees"] is True
    assert report.second_opinion["others"] == []
