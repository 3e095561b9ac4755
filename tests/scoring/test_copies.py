"""Reports, extractors and metrics survive `pickle` and `copy`."""

import copy
import pickle

import keras
import numpy as np
import pytest

from keras_gan_zoo.scoring import (
    Extractor,
    FrechetDistance,
    InceptionScore,
    ScoreReport,
    compare,
    load_reference,
    score,
)

COPIES = {
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}
QUIET = {"num_images": None, "verify": False, "verbose": 0}
copies = pytest.mark.parametrize("how", COPIES)


@copies
def test_reports(images, extractor, how):
    labels = np.arange(120) % 2
    report = score(
        images,
        (images // 2, labels),
        ["is", "fid", "class_fid"],
        extractor,
        labels=labels,
        **QUIET,
    )
    copied = COPIES[how](report)
    assert type(copied) is ScoreReport
    assert copied == report
    assert copied.intervals == report.intervals
    assert copied.per_class == report.per_class
    assert str(copied) == str(report)
    both = COPIES[how](compare({"a": report, "b": copied}))
    assert both.ranking() == ["a", "b"]


def pixels(images):
    return {"features": images.reshape(len(images), -1)[:, :6].astype("float32")}


def pair_model():
    x = keras.Input((8, 8, 1))
    features = keras.layers.Dense(6)(keras.layers.Flatten()(x))
    return keras.Model(x, (features, keras.layers.Dense(5)(features)))


def mapped_model():
    x = keras.Input((8, 8, 1))
    features = keras.layers.Dense(6)(keras.layers.Flatten()(x))
    return keras.Model(x, {"pool": features, "head": keras.layers.Dense(5)(features)})


EXTRACTORS = {
    "dict": lambda given: given,
    "pair": lambda given: Extractor(pair_model()),
    "mapped": lambda given: Extractor(
        mapped_model(), outputs={"features": "pool", "logits": "head"}
    ),
    "sequential": lambda given: Extractor(
        keras.Sequential(
            [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(4)]
        ),
        outputs=("features",),
        preprocessing="none",
    ),
    "moved": lambda given: given.on("cpu:0"),
    "function": lambda given: Extractor(pixels, fingerprint="pixels@1"),
}


@copies
@pytest.mark.parametrize("kind", EXTRACTORS)
@pytest.mark.parametrize("used", [False, True])
def test_extractors(images, extractor, how, kind, used):
    original = EXTRACTORS[kind](extractor)
    if used:
        original.extract(images[:3])
    copied = COPIES[how](original)
    expected = original.extract(images)
    found = copied.extract(images)
    assert found.keys() == expected.keys()
    for name in found:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-5)
    assert copied.facts((8, 8, 1)) == original.facts((8, 8, 1))
    assert copied.outputs == original.outputs


def test_a_copy_may_be_changed(extractor):
    copied = copy.deepcopy(extractor)
    copied.name = "mine"
    assert extractor.name == "tiny"


@copies
def test_references(images, extractor, how):
    reference = load_reference(images, extractor, needs={"features"})
    copied = COPIES[how](reference)
    again = score(images, copied, ["fid", "kid"], extractor, **QUIET)
    assert again["fid"] == pytest.approx(0, abs=1e-6)


@copies
def test_keras_metrics(images, extractor, how):
    for metric in (FrechetDistance(images, extractor), InceptionScore(extractor)):
        metric.update_state(images[:60])
        copied = COPIES[how](metric)
        for one in (metric, copied):
            one.update_state(images[60:])
        if how != "copy":
            assert float(copied.result()) == pytest.approx(float(metric.result()))
