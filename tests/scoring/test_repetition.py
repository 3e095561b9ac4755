"""Which reports can be repeated, and how near a repetition must be."""

import re

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.scoring import METRICS, ScoreReport, repetition

SETTINGS = {"num_images": 300, "verify": False, "verbose": 0}
NEIGHBOURS = ("precision", "recall", "density", "coverage")
SLOPES = ("is", "fid", "is_infinity", "fid_infinity")
METRICS_OF_ALL = ("is", "fid", *NEIGHBOURS, "fid_infinity", "swd", "modes")


@pytest.fixture(scope="module")
def gan():
    return kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,), seed=1)


@pytest.fixture(scope="module")
def report(gan):
    return kgz.score(gan, "digits:test", METRICS_OF_ALL, **SETTINGS)


def with_conditions(report, **conditions):
    values = report.to_dict()
    values["conditions"] |= conditions
    return ScoreReport.from_dict(values)


def repeat(report, gan, *args, **kwargs):
    return repetition.repeat(report, gan, *args, verbose=0, **kwargs)


def is_within(report, found, metric):
    value, low, high = repetition.bounds(report, found, metric)
    return low <= value <= high


def test_the_same_samples_have_the_same_scores(gan, report):
    found = repeat(report, gan)
    assert (found.refused, found.left_out, found.num_images) == ({}, {}, None)
    for metric in report.metrics:
        assert found.report[metric] == pytest.approx(report[metric], rel=1e-6), metric
        assert is_within(report, found, metric)


@pytest.mark.parametrize("metric", ["is", "fid", "recall", "swd"])
def test_a_score_that_is_a_little_off_does_not_hold(gan, report, metric):
    """By far less than its interval."""
    values = report.to_dict()
    values["scores"][metric] = 1.05 * values["scores"][metric] + 0.04
    values["intervals"][metric] = None
    other = ScoreReport.from_dict(values)
    found = repetition.Repetition(report, {}, {})
    assert is_within(report, found, metric)
    assert not is_within(other, found, metric)


def test_a_count_may_flip(report):
    values = report.to_dict()
    values["scores"]["recall"] += 9 / 300
    found = repetition.Repetition(ScoreReport.from_dict(values), {}, {})
    assert is_within(report, found, "recall")
    values["scores"]["recall"] += 2 / 300
    found = repetition.Repetition(ScoreReport.from_dict(values), {}, {})
    assert not is_within(report, found, "recall")


@pytest.mark.parametrize("metric", [*NEIGHBOURS, "reverse_kl", "label_accuracy"])
def test_of_few_samples_hardly_any_may_flip(metric):
    """Or else any recall of 10 samples would hold."""
    report = ScoreReport({metric: 0.5}, conditions={"num_fake": 10})
    assert repetition.reach_of_rounding(report, metric) <= 0.05


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ({"extractor": "mine"}, "'mine', is the author's own: pass it"),
        ({"extractor": ["a"]}, "is the author's own"),
        ({"extractor": "fashion"}, "extractor sha256 is .* in the report"),
        ({"extractor_sha256": "0" * 64}, "extractor sha256 is 000000000000... in the"),
        ({"preprocessing": "x / 255"}, "preprocessing is 'x / 255' in the report"),
        ({"reference": "folder cats"}, "'folder cats', is no named data set"),
        ({"reference": "/etc/passwd", "dataset": "mnist"}, "is no named data set"),
        ({"reference": ["mnist:test"]}, "is no named data set"),
        ({"data_fingerprint": "1" * 64}, "data fingerprint is 111111111111... in"),
        ({"num_real": 999}, "num real is 999 in the report, and 1000 here"),
        ({"labels": "as given"}, "labels were given by the author"),
        ({"labels": [1]}, "labels were given by the author"),
        ({"num_fake": "many"}, "'num_fake' must be a whole number"),
        ({"num_fake": 10**9}, "1,000,000,000 images"),
        ({"num_fake": True}, "must be a whole number"),
        ({"repeats": 0}, "'repeats' must be a whole number, 1 or more"),
        ({"seed": -1}, "'seed' must be a whole number, 0 or more"),
        ({"seed": None}, "'seed' must be a whole number"),
        ({"value_handling": "rounded"}, "value handling is 'rounded' in the report"),
        ({"image_shape": [32, 32, 3]}, "image shape is .* here"),
        ({"is_splits": 10**6}, "images are needed"),
    ],
)
def test_what_can_not_be_had_here_is_refused(gan, report, conditions, why):
    found = repeat(with_conditions(report, **conditions), gan, ["is", "fid"])
    assert re.search(why, found.refused["fid"]), found.refused
    assert found.report is None or "fid" not in found.report


def test_a_score_without_real_images_stays_when_they_are_missing(gan, report):
    found = repeat(with_conditions(report, reference="folder cats"), gan)
    assert set(found.refused) == set(report.metrics) - {"is", "modes"}
    assert found.report["is"] == pytest.approx(report["is"])


def test_another_protocol_is_another_score(gan, report):
    protocols = {**report.conditions["protocols"], "fid": "by sqrtm"}
    found = repeat(with_conditions(report, protocols=protocols), gan, ["is", "fid"])
    assert "another protocol: 'by sqrtm'" in found.refused["fid"]
    assert found.report.metrics == ["is"]


def test_a_metric_of_a_newer_version(gan, report):
    values = report.to_dict()
    values["scores"] |= {"fid_2030": 1.0, "\x1b[2J": 2.0}
    found = repeat(ScoreReport.from_dict(values), gan, ["is", "fid_2030", "\x1b[2J"])
    assert "no metric 'fid_2030'" in found.refused["fid_2030"]
    assert "\x1b" not in found.refused["\x1b[2J"]
    assert found.report.metrics == ["is"]


def test_fewer_images_are_a_quick_check(gan, report):
    found = repeat(report, gan, num_images=200)
    assert found.num_images == found.report.conditions["num_fake"] == 200
    assert set(found.left_out) == {*NEIGHBOURS, "swd", "modes"}
    for metric in ("is", "fid", "fid_infinity"):
        assert is_within(report, found, metric)
    values = report.to_dict()
    values["scores"]["fid"] *= 0.5
    assert not is_within(ScoreReport.from_dict(values), found, "fid")


def test_a_quick_check_is_carried_over_to_the_number_of_images():
    """FID falls and IS rises with the number of samples."""
    gan = kgz.GAN.from_preset("mlp_gan_mnist")
    card = ScoreReport.load(kgz.presets.resolve("mlp_gan_mnist") / "scores.json")
    found = repeat(card, gan, ["is", "fid"], num_images=300)
    for metric in ("is", "fid"):
        value, low, high = repetition.bounds(card, found, metric)
        off, carried = (abs(v - card[metric]) for v in (found.report[metric], value))
        assert carried < 0.8 * off
        assert low < value < high


@pytest.fixture(scope="module")
def collapsed():
    """A GAN that has but one image, and its report."""
    gan = kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,), seed=1)
    weights = [1e-4 * w if w.ndim == 2 else w for w in gan.generator.get_weights()]
    gan.generator.set_weights(weights)
    gan.ema_generator.set_weights(weights)
    return gan, kgz.score(gan, "digits:test", SLOPES, **SETTINGS)


def rounded(report, share=1e-7):
    """A report as another backend might round it."""
    values = report.to_dict()
    for name in ("is", "is_infinity", "fid", "fid_infinity"):
        moved = values["scores"][name] * share
        values["scores"][name] += moved
        values["intervals"][name] = [b + moved for b in values["intervals"][name]]
    for name in ("is_slope", "fid_slope"):
        of = values["scores"]["is" if name == "is_slope" else "fid"]
        values["scores"][name] += of * share * values["conditions"]["num_fake"]
    values["scores"]["is_std"] += values["scores"]["is"] * share
    return ScoreReport.from_dict(values)


def test_a_collapsed_gan_has_no_noise_but_rounding(collapsed):
    """Its spread and its slope are nothing but rounding, and no lie in a card."""
    gan, report = collapsed
    assert abs(report["is_std"]) < 1e-9
    assert abs(report["is_slope"]) < 1e-6
    found, card = repeat(report, gan), rounded(report)
    for metric in SLOPES:
        assert is_within(card, found, metric)
        assert repetition.beside(card, found, metric) is None, metric
    wrong = report.to_dict()
    wrong["scores"] |= {"is_std": 0.1, "fid_slope": 0.01 * 300 * report["fid"]}
    for metric, extra in (("is", "is_std"), ("fid_infinity", "fid_slope")):
        said = repetition.beside(ScoreReport.from_dict(wrong), found, metric)
        assert said.startswith(f"{extra} is ")


def test_a_quick_check_of_a_collapsed_gan_lets_rounding_pass(collapsed):
    gan, report = collapsed
    found = repeat(report, gan, num_images=200)
    for metric in SLOPES:
        assert is_within(rounded(report), found, metric), metric


def test_as_many_images_are_no_quick_check(gan, report):
    found = repeat(report, gan, ["recall"], num_images=1000)
    assert found.num_images is None
    assert found.report.conditions["num_fake"] == 300


def test_what_is_asked_for_by_name_is_refused_by_name(gan, report):
    found = repeat(report, gan, ["recall"], num_images=100)
    assert "depends on the number of images" in found.refused["recall"]
    assert found.left_out == {}


def test_images_that_the_reader_brings(gan):
    images = kgz.datasets.load("digits", "test[:500]")[0]
    report = kgz.score(gan, images, ["fid"], "digits", **SETTINGS)
    assert "is no named data set" in repeat(report, gan).refused["fid"]
    found = repeat(report, gan, reference=images)
    assert found.report["fid"] == pytest.approx(report["fid"])
    found = repeat(report, gan, reference=images[::-1].copy())
    assert "data fingerprint" in found.refused["fid"]


def mean_rows(images):
    return {"features": images.mean(axis=(1, 3)).astype("float32")}


def test_an_extractor_that_the_reader_brings(gan):
    own, other = (
        kgz.scoring.Extractor(mean_rows, fingerprint=name) for name in ("a", "b")
    )
    report = kgz.score(gan, "digits:test", ["fid"], own, **SETTINGS)
    assert "the author's own" in repeat(report, gan).refused["fid"]
    found = repeat(report, gan, extractor=own)
    assert found.report["fid"] == pytest.approx(report["fid"])
    assert "extractor sha256" in repeat(report, gan, extractor=other).refused["fid"]


def test_labels_and_repeats_are_the_reports(conditional_gan):
    gan = conditional_gan()
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (90, 8, 8, 1), dtype="uint8")
    real = images, np.arange(90) % 3
    own = kgz.scoring.Extractor(mean_rows, fingerprint="a")
    settings = {"verify": False, "verbose": 0, "num_images": 60}
    for labels in ("reference", "uniform"):
        report = kgz.score(
            gan, real, ["class_fid"], own, labels=labels, repeats=2, seed=5, **settings
        )
        found = repeat(report, gan, reference=real, extractor=own)
        assert found.report["class_fid"] == pytest.approx(report["class_fid"])
        for key in ("labels", "repeats", "seed", "num_fake"):
            assert found.report.conditions[key] == report.conditions[key]


def test_scores_of_single_classes_are_repeated(conditional_gan):
    gan, by = conditional_gan(), ["class_fid"]
    rng = np.random.default_rng(0)
    real = rng.integers(0, 256, (90, 8, 8, 1), dtype="uint8"), np.arange(90) % 3
    own = kgz.scoring.Extractor(mean_rows, fingerprint="a")
    report = kgz.score(gan, real, by, own, verify=False, verbose=0, num_images=60)
    found = repeat(report, gan, reference=real, extractor=own)
    assert repetition.beside(report, found, "class_fid") is None
    values = report.to_dict()
    for change, told in (
        ({"1": 0.5 * values["per_class"]["fid"]["1"]}, "that of class '1' is"),
        ({"7": 1.0}, "that of class '7' is 1.000 in the card, and there is none here"),
    ):
        by_class = {**values["per_class"]["fid"], **change}
        card = ScoreReport.from_dict({**values, "per_class": {"fid": by_class}})
        assert repetition.beside(card, found, "class_fid").startswith(told)


def test_each_limit_is_a_metric():
    for row in METRICS.values():
        assert row.limit is None or METRICS[row.limit].limit == row.limit


@pytest.fixture
def pictures(tmp_path):
    """A folder of digits that are larger than a GAN's images, and not square."""
    for number, image in enumerate(kgz.datasets.load("digits", "test[:40]")[0]):
        large = np.pad(image.repeat(2, 0).repeat(2, 1), ((0, 0), (6, 6), (0, 0)))
        kgz.images.save_png(tmp_path / "pictures" / f"{number:02}.png", large)
    return tmp_path / "pictures"


ASKED = {"image_size": 28, "crop_to_aspect_ratio": True}


def test_a_folder_is_prepared_as_it_was(gan, pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    images = kgz.datasets.ImageFolder(pictures, **ASKED)
    settings = {**SETTINGS, "num_images": 40, "extractor": "digits"}
    report = kgz.score(gan, images, ["fid", "recall"], **settings)
    for given in (pictures, f"{pictures}:train", images):
        found = repeat(report, gan, reference=given)
        assert found.refused == {}
        assert dict(found.report) == pytest.approx(dict(report), rel=1e-6)


@pytest.mark.parametrize(
    ("preparation", "why"),
    [
        ({"image_size": [28, 28]}, "the reference differs: data fingerprint is"),
        ({"melted": True}, "prepared in no way that is known here: There is no way"),
        ({"image_size": [10**6, 10**6]}, "an image has up to 8192 pixels a side"),
        (["image_size"], "prepared in no way that is known"),
    ],
)
def test_a_preparation_of_another_kind_is_told(gan, pictures, report, preparation, why):
    stated = {"reference": "folder pictures", "reference_preparation": preparation}
    other = with_conditions(report, **stated)
    found = repeat(other, gan, ["fid"], reference=pictures)
    assert re.search(why, found.refused["fid"]), found.refused
