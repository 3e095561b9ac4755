import json

import keras
import numpy as np
import pytest
from scipy import linalg, stats

from keras_gan_zoo import datasets, metrics
from keras_gan_zoo import images as kgz_images
from keras_gan_zoo.scoring import (
    Extractor,
    collectors,
    extractors,
    load_reference,
    pipeline,
    score,
)
from keras_gan_zoo.weights import weights_sha256

from .conftest import tiny_model

QUIET = {"verify": False, "verbose": 0}


@pytest.fixture
def real(rng):
    return rng.integers(0, 200, (90, 8, 8, 1), "uint8")


def frechet_by_sqrtm(x, y):
    x, y = x.astype("float64"), y.astype("float64")
    root = linalg.sqrtm(np.cov(x.T) @ np.cov(y.T)).real
    gap = x.mean(axis=0) - y.mean(axis=0)
    return gap @ gap + np.trace(np.cov(x.T) + np.cov(y.T) - 2 * root)


def test_arrays_against_scipy(images, real, extractor):
    report = score(images, real, extractor=extractor, num_images=None, **QUIET)
    fake = extractor.extract(images)["features"]
    expected = frechet_by_sqrtm(fake, extractor.extract(real)["features"])
    assert report["fid"] == pytest.approx(expected, rel=1e-4)
    assert 1 < report["is"] < 5
    assert report.conditions["num_fake"] == 120
    assert report.conditions["num_real"] == 90


def test_samples_of_a_gan(gan, real, extractor):
    report = score(gan, real, extractor=extractor, num_images=60, seed=7, **QUIET)
    outputs = extractor.extract(gan.generate(60, seed=7))
    expected = metrics.inception_score(outputs["logits"])
    assert (report["is"], report["is_std"]) == pytest.approx(expected, rel=1e-5)
    expected = frechet_by_sqrtm(
        outputs["features"], extractor.extract(real)["features"]
    )
    assert report["fid"] == pytest.approx(expected, rel=1e-3)


def test_a_seed_that_is_drawn_is_told(gan, real, extractor):
    common = {"extractor": extractor, "num_images": 40, "metrics": "fid", **QUIET}
    reports = [score(gan, real, seed=None, **common) for _ in range(2)]
    one, other = (report.conditions["seed"] for report in reports)
    assert one != other
    assert score(gan, real, seed=one, **common)["fid"] == reports[0]["fid"]


def test_whole_numbers_of_numpy_are_written_down(gan, real, extractor):
    asked = {name: np.int64(2) for name in ("repeats", "splits", "seed")}
    report = score(gan, real, extractor=extractor, num_images=40, **asked, **QUIET)
    facts = json.loads(report.to_json())["conditions"]
    assert [facts[name] for name in ("repeats", "is_splits", "seed")] == [2, 2, 2]


def test_batch_size_and_chunks_change_nothing(gan, real, extractor, monkeypatch):
    common = {"extractor": extractor, "num_images": 61, **QUIET}
    whole = score(gan, real, **common)
    monkeypatch.setattr(pipeline, "CHUNK", 16)
    parts = score(gan, real, batch_size=7, **common)
    for name in whole:
        assert parts[name] == pytest.approx(whole[name], rel=1e-6)


def test_repeats_are_the_next_samples_of_the_stream(gan, real, extractor):
    common = {"extractor": extractor, "seed": 3, **QUIET}
    report = score(gan, real, num_images=40, repeats=3, **common)
    images = gan.generate(120, seed=3)
    features = extractor.extract(real)["features"]
    values = [
        metrics.frechet_distance(extractor.extract(part)["features"], features)
        for part in np.split(images, 3)
    ]
    assert report["fid"] == pytest.approx(np.mean(values), rel=1e-3)
    low, high = report.intervals["fid"]
    expected = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    np.testing.assert_allclose((low, high), expected, rtol=1e-2)
    assert report.conditions["interval_method"] == "t over 3 repeats"


def test_jackknife_covers_fresh_samples(rng, extractor):
    """Intervals from one set are about as wide as fresh sets scatter."""
    real = rng.integers(0, 200, (400, 8, 8, 1), "uint8")
    reference = load_reference(real, extractor)
    widths, values = [], []
    for i in range(12):
        fake = rng.integers(0, 256, (400, 8, 8, 1), "uint8")
        report = score(
            fake, reference, extractor=extractor, num_images=None, seed=i, **QUIET
        )
        low, high = report.intervals["fid"]
        assert low < report["fid"] < high
        widths.append((high - low) / 2 / stats.t.ppf(0.975, 19))
        values.append(report["fid"])
    assert 0.5 < np.mean(widths) / np.std(values, ddof=1) < 2


def test_sorted_arrays_are_shuffled():
    images, labels = datasets.load("digits", "test")
    by_class = images[np.argsort(labels)]
    report = score(by_class, metrics="is", extractor="digits", num_images=None, **QUIET)
    assert report["is"] > 9  # sorted, each tenth is one class, and the score near 1


def test_real_digits_score_like_real_digits():
    images, _ = datasets.load("digits", "test")
    report = score(images, "mnist:test", num_images=None, **QUIET)
    assert report.conditions["extractor"] == "digits"
    assert report["is"] > 9.3
    noise = np.random.default_rng(0).integers(0, 256, images.shape, "uint8")
    worse = score(noise, "mnist:test", num_images=None, **QUIET)
    assert worse["fid"] > 10 * report["fid"]
    assert worse["is"] < report["is"] / 2
    assert score(images, "digits:test", num_images=None, **QUIET)["fid"] < 1e-3


def test_conditions_say_everything(gan, real, extractor):
    report = score(gan, real, extractor=extractor, num_images=50, seed=5, **QUIET)
    facts = report.conditions
    assert facts["generator_sha256"] == weights_sha256(gan.ema_generator)
    assert facts["extractor_sha256"] == weights_sha256(extractor.model)
    assert facts["data_fingerprint"] == datasets.fingerprint(real)
    assert facts["backend"] == keras.config.backend()
    assert facts["precision"] == "float32"
    assert facts["seed"] == 5
    assert facts["num_fake"] == 50
    assert facts["resizing"] == "none"
    assert facts["images_per_second"] > 0
    assert {"python", "numpy", "scipy", "keras", "keras_gan_zoo"} < set(
        facts["versions"]
    )
    for name in ("preprocessing", "value_handling", "device", "date", "is_splits"):
        assert facts[name]


def test_raw_and_averaged_generators(gan, real, extractor):
    weights = gan.generator.get_weights()
    try:
        gan.generator.set_weights([w + 0.5 for w in weights])
        common = {"extractor": extractor, "num_images": 50, **QUIET}
        raw, average = (score(gan, real, use_ema=e, **common) for e in (False, True))
    finally:
        gan.generator.set_weights(weights)
    assert raw["fid"] != pytest.approx(average["fid"], rel=1e-2)
    assert raw.conditions["generator_sha256"] != average.conditions["generator_sha256"]


def test_folders_as_source(images, real, extractor, tmp_path):
    for i, image in enumerate(images):
        kgz_images.save_png(tmp_path / f"{i}.png", image)
    common = {"extractor": extractor, "num_images": None, **QUIET}
    from_folder = score(str(tmp_path), real, **common)
    from_array = score(images, real, **common)
    assert from_folder["fid"] == pytest.approx(from_array["fid"], rel=1e-4)


def test_statistics_file_gives_the_same_score(images, real, extractor, tmp_path):
    features = extractor.extract(real)["features"].astype("float64")
    np.savez(tmp_path / "s.npz", mu=features.mean(axis=0), sigma=np.cov(features.T))
    common = {"metrics": ["fid"], "extractor": extractor, "num_images": None, **QUIET}
    one, two = (
        score(images, str(tmp_path / "s.npz"), **common),
        score(images, real, **common),
    )
    assert one["fid"] == pytest.approx(two["fid"], rel=1e-6)
    assert one.conditions["num_real"] is None
    np.savez(tmp_path / "t.npz", mu=np.zeros(7), sigma=np.eye(7))
    with pytest.raises(ValueError, match=r"6 dimensions.*of 7"):
        score(images, str(tmp_path / "t.npz"), **common)


def test_progress_bar_shows_the_speed(images, real, extractor, capsys):
    score(
        images,
        real,
        extractor=extractor,
        num_images=None,
        verify=False,
        verbose=1,
    )
    out = capsys.readouterr().out
    assert "120/120" in out
    assert "images/s" in out


def test_scores_that_are_not_finite(images, real):
    model = tiny_model()
    model.set_weights([w * np.nan for w in model.get_weights()])
    with pytest.raises(ValueError, match="finite"):
        score(images, real, extractor=model, num_images=None, **QUIET)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"metrics": ["fdi"]}, r"one or more of \['is', 'fid', .*Received.*fdi"),
        ({"metrics": []}, "one or more"),
        ({"extractor": "inceptoin"}, r"1\) 'digits'"),
        ({"extractor": None}, r"Which extractor\?.*\n  1\) 'digits'"),
        ({"reference": None}, "needs a `reference`"),
        ({"reference": "no_such:test"}, "no_such"),
        ({"num_images": 121}, "num_images=121.*120 images"),
        ({"num_images": 60, "repeats": 3}, "repeats=3"),
        ({"num_images": 9}, "At least 10 images"),
        ({"num_images": 1, "metrics": ["fid"]}, "At least 2 images"),
        ({"repeats": 0}, "`repeats` must be"),
        ({"repeats": None}, "`repeats` must be a whole number, 1 or .* repeats=None"),
        ({"splits": None}, "`splits` must be a whole number, 1 or .* splits=None"),
        ({"seed": -1}, "`seed` must be a whole number, 0 or more, or None"),
        ({"verify": "maybe"}, "'maybe'"),
        ({"source": np.zeros((120, 9, 9, 1), "uint8")}, "does not resize"),
        ({"source": np.zeros((120, 8, 8, 1), "float32")}, "value_range|uint8"),
        ({"source": np.zeros((0, 8, 8, 1), "uint8")}, "at least one image"),
        ({"source": "./no_such_folder_or_preset"}, "no_such_folder_or_preset"),
    ],
)
def test_bad_arguments(images, real, extractor, change, match):
    arguments = {
        "source": images,
        "reference": real,
        "extractor": extractor,
        "num_images": None,
        **QUIET,
        **change,
    }
    with pytest.raises(ValueError, match=f"(?s){match}"):
        score(**arguments)


def test_a_generator_never_ends(gan, real, extractor):
    with pytest.raises(ValueError, match="A generator never ends"):
        score(gan, real, extractor=extractor, num_images=None, **QUIET)


def test_the_extractor_of_a_named_reference(gan):
    with pytest.raises(ValueError, match=r"expects images of shape \(28, 28, 1\)"):
        score(gan, "mnist:test", **QUIET)
    with pytest.raises(ValueError, match=r"expects images of shape \(32, 32, 3\)"):
        score(gan, "emoji32:train", **QUIET)
    with pytest.raises(ValueError, match="Which extractor"):
        score(gan, gan.generate(16, seed=0), **QUIET)
    assert extractors.DEFAULTS["mnist"] == "digits"


def test_wide_features_have_a_coarser_jackknife(images, real, extractor, monkeypatch):
    common = {"extractor": extractor, "metrics": "fid", "num_images": None, **QUIET}
    fine = score(images, real, **common).intervals["fid"]
    monkeypatch.setattr(collectors, "WIDE", 5)
    coarse = score(images, real, **common).intervals["fid"]
    assert fine != coarse
    assert 0.3 < np.diff(coarse)[0] / np.diff(fine)[0] < 3
    assert score(images, real, intervals=False, **common).intervals["fid"] is None


def test_a_reference_of_another_size_is_said(rng):
    x = keras.Input((None, None, 1))
    pooled = keras.layers.AveragePooling2D(4)(keras.layers.Rescaling(1 / 255)(x))
    features = keras.layers.GlobalMaxPooling2D()(pooled)
    extractor = Extractor(
        keras.Model(x, keras.layers.Concatenate()([features, features**2])),
        outputs=("features",),
    )
    images = [rng.integers(0, 256, (60, n, n, 1), "uint8") for n in (8, 32)]
    settings = {"extractor": extractor, "num_images": None, **QUIET}
    report = score(images[0], images[1], ["fid"], **settings)
    assert report.conditions["reference_image_shape"] == "32x32x1"
    assert "Samples are 8x8x1, the reference 32x32x1" in repr(report)
    assert "Samples are" not in repr(score(images[0], images[0], ["fid"], **settings))
