"""Every metric through `score` equals its pure function on the same outputs."""

import keras
import numpy as np
import pytest

from keras_gan_zoo import metrics
from keras_gan_zoo.cards.results import metric_name
from keras_gan_zoo.scoring import Extractor, compare, load_reference, score
from keras_gan_zoo.scoring.measures import METRICS, Metric

QUIET = {"verify": False, "verbose": 0, "num_images": None}


@pytest.fixture(scope="module")
def extractor():
    """8x8x1 -> 6 features, 5 logits, 7 spatial values."""
    x = keras.Input((8, 8, 1))
    start = [keras.initializers.RandomNormal(0, 0.3, seed=seed) for seed in range(3)]
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 64)(x))
    features = keras.layers.Dense(6, "softplus", kernel_initializer=start[0])(flat)
    outputs = {
        "features": features,
        "logits": keras.layers.Dense(5, kernel_initializer=start[1])(features),
        "spatial": keras.layers.Dense(7, kernel_initializer=start[2])(flat),
    }
    return Extractor(keras.Model(x, outputs), name="tiny")


@pytest.fixture
def fake(rng):
    return rng.integers(0, 256, (300, 8, 8, 1), "uint8")


@pytest.fixture
def real(rng):
    return rng.integers(0, 220, (250, 8, 8, 1), "uint8")


@pytest.fixture
def outputs(fake, real, extractor):
    order = np.random.default_rng(0).permutation(300)  # `score` shuffles arrays
    return extractor.extract(fake[order]), extractor.extract(real)


LABELS = np.arange(300) % 3, np.arange(250) % 3  # of the fake and the real images


def expected(name, fake, real):
    x, y = fake["features"], real["features"]
    return {
        "is": lambda: metrics.inception_score(fake["logits"])[0],
        "fid": lambda: metrics.frechet_distance(x, y),
        "sfid": lambda: metrics.frechet_distance(fake["spatial"], real["spatial"]),
        "precision": lambda: metrics.precision_recall(x, y)["precision"],
        "recall": lambda: metrics.precision_recall(x, y)["recall"],
        "density": lambda: metrics.density_coverage(x, y)["density"],
        "coverage": lambda: metrics.density_coverage(x, y)["coverage"],
        "class_fid": lambda: metrics.class_frechet_distances(
            x, LABELS[0][np.random.default_rng(0).permutation(300)], y, LABELS[1]
        )["mean"],
        "label_accuracy": lambda: np.mean(
            fake["logits"].argmax(axis=1)
            == LABELS[0][np.random.default_rng(0).permutation(300)]
        ),
        "swd": lambda: metrics.sliced_wasserstein(x, y),
        "modes": lambda: len(set(fake["logits"].argmax(axis=1))),
        "cmmd": lambda: metrics.cmmd(*(unit(rows) for rows in (x, y))),
    }[name]()


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


ELSEWHERE = {"kid", "reverse_kl", "cas", "fid_infinity", "is_infinity"}


@pytest.mark.parametrize("name", sorted(set(METRICS) - ELSEWHERE))
def test_equals_the_pure_function(name, fake, real, extractor, outputs):
    real, given = (real, LABELS[1]), {"labels": LABELS[0], "extractor": extractor}
    report = score(fake, real, metrics=name, **given, **QUIET)
    assert report[name] == pytest.approx(expected(name, *outputs), rel=1e-6)


def test_kernel_distance_is_unbiased_over_blocks(fake, real, extractor, outputs):
    """300 samples are one block, against 250 real rows: the full estimate."""
    report = score(fake, real, metrics="kid", extractor=extractor, **QUIET)
    x, y = (part["features"] for part in outputs)
    whole, _ = metrics.kernel_distance(x, y, subsets=None)
    assert report["kid"] == pytest.approx(whole, rel=1e-6)
    assert report.intervals["kid"] is None


def test_reverse_kl(fake, real, extractor, outputs):
    report = score(fake, metrics=["reverse_kl"], extractor=extractor, **QUIET)
    p = np.bincount(outputs[0]["logits"].argmax(axis=1), minlength=5) / 300
    p = p[p > 0]
    assert report["reverse_kl"] == pytest.approx(np.sum(p * np.log(p * 5)), rel=1e-9)
    assert "modes" not in report


def test_all_in_one_pass(fake, real, extractor):
    pair, given = (real, LABELS[1]), {"labels": LABELS[0], "extractor": extractor}
    one = score(fake, pair, metrics=list(METRICS), **given, **QUIET)
    assert set(METRICS) <= set(one)
    for name in ("fid", "precision", "kid"):
        alone = score(fake, real, metrics=name, extractor=extractor, **QUIET)
        assert alone[name] == pytest.approx(one[name], rel=1e-9)


def test_features_of_a_reference_are_cached(real, extractor, cache):
    first = load_reference(real, extractor, needs={"features", "spatial"})
    assert (first.origin, first.features.shape) == ("computed", (250, 6))
    again = load_reference(real, extractor, needs={"features", "spatial"})
    assert again.origin == "cached"
    np.testing.assert_array_equal(again.features, first.features)
    np.testing.assert_allclose(again.spatial.mean, first.spatial.mean)
    (rows,) = cache.glob("*.npy")
    rows.write_bytes(rows.read_bytes()[:-100])
    mended = load_reference(real, extractor, needs={"features"})
    assert mended.origin == "computed"
    np.testing.assert_array_equal(mended.features, first.features)


def test_statistics_alone_are_too_little_for_some(fake, real, extractor, tmp_path):
    features = extractor.extract(real)["features"].astype("float64")
    np.savez(tmp_path / "s.npz", mu=features.mean(axis=0), sigma=np.cov(features.T))
    with pytest.raises(ValueError, match="Pass the images"):
        score(fake, tmp_path / "s.npz", metrics="kid", extractor=extractor, **QUIET)


def test_a_metric_is_one_row(fake, real, extractor, outputs, monkeypatch):
    """Scored, printed, compared and named on the Hub from its row alone."""
    row = Metric(
        "brightness",
        reads=("features",),
        function=lambda rows, reference, seed: {
            "bright": rows["features"].mean(),
            "bright_std": rows["features"].std(),
        },
        higher=True,
        extras={"bright_std": "std over features"},
        scale=100,
        protocol="mean of all features",
        general=("mean_feature", "Mean feature"),
    )
    monkeypatch.setitem(METRICS, "bright", row)
    report = score(fake, metrics="bright", extractor=extractor, **QUIET)
    mean = outputs[0]["features"].mean()
    assert report["bright"] == pytest.approx(mean, rel=1e-5)
    assert report.conditions["protocols"] == {"bright": "mean of all features"}
    _, (label, value, _, better, *_) = report.rows()
    assert (label, better) == ("brightness x 1e2 (tiny)", "higher")
    assert value.startswith(f"{100 * mean:.3f} (std ")
    other = score(fake // 2, metrics="bright", extractor=extractor, **QUIET)
    best = "a" if report["bright"] > other["bright"] else "b"
    assert compare({"a": report, "b": other}).ranking()[0] == best
    assert metric_name("bright", report.conditions) == (
        "mean_feature",
        "Mean feature (tiny)",
    )
