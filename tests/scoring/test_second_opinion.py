import subprocess
import sys

import numpy as np
import pytest

from keras_gan_zoo import metrics
from keras_gan_zoo.scoring import Moments, score, second_opinion

pytestmark = pytest.mark.skipif(
    second_opinion.why_not() is not None, reason="TF-GAN is an optional extra"
)


def test_tfgan_agrees_with_our_metrics(rng):
    logits = rng.normal(0, 3, (203, 10)).astype("float32")
    x, y = rng.normal(size=(300, 12)), rng.normal(0.2, 1.5, (200, 12))
    assert second_opinion.inception_score(logits, 10) == pytest.approx(
        metrics.inception_score(logits)[0], rel=1e-10
    )
    assert second_opinion.frechet_distance(x, y) == pytest.approx(
        metrics.frechet_distance(x, y), rel=1e-6
    )


def test_moments_alone_give_tfgan_the_same_as_their_rows(rng):
    x, y = rng.normal(size=(300, 12)), rng.normal(0.2, 1.5, (200, 12))
    assert second_opinion.frechet_distance(x, Moments().update(y)) == pytest.approx(
        second_opinion.frechet_distance(x, y), rel=1e-9
    )


def test_rows_with_moments(rng):
    y = rng.normal(size=(5, 8))  # less than full rank
    rows = second_opinion.rows_with_moments(y.mean(axis=0), np.cov(y.T))
    np.testing.assert_allclose(rows.mean(axis=0), y.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(np.cov(rows.T), np.cov(y.T), atol=1e-12)


def test_report_has_both(images, extractor):
    report = score(
        images,
        images[::-1] // 2,
        extractor=extractor,
        num_images=None,
        second_opinion=True,
        verbose=0,
    )
    opinion = report.second_opinion
    assert opinion["by"].startswith("tensorflow-gan 2.1.0")
    for name in ("is", "fid"):
        assert opinion["scores"][name] == pytest.approx(report[name], rel=1e-5)
        assert opinion["relative_difference"][name] < 1e-5
    assert opinion["agrees"]
    assert opinion["real_activations"] == "the reference's"


def test_a_wrong_score_is_found_out(rng):
    x, y = rng.normal(size=(300, 4)), rng.normal(0.2, 1.5, (200, 4))
    ours = {"fid": metrics.frechet_distance(x, y) * 1.01}
    opinion = second_opinion.ask(ours, generated=x, real=y)
    assert opinion["relative_difference"]["fid"] == pytest.approx(0.01, rel=0.02)
    assert not opinion["agrees"]


def test_tensorflow_gan_is_left_as_it_was():
    code = (
        "import sys; from keras_gan_zoo.scoring import second_opinion as s; "
        "s.tfgan_module('eval.classifier_metrics'); "
        "print([m for m in sys.modules if m in "
        "('tensorflow_gan', 'tensorflow_gan.python')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_tensorflow_the_report_says_so(images, extractor, monkeypatch):
    monkeypatch.setattr(second_opinion, "PACKAGES", {"no_such_module": "no-such"})
    report = score(images, images, extractor=extractor, num_images=None, verbose=0)
    assert report.second_opinion == {"by": None, "reason": "no-such is not installed"}
    with pytest.raises(ImportError, match="no-such is not installed"):
        score(
            images,
            images,
            extractor=extractor,
            num_images=None,
            second_opinion=True,
            verbose=0,
        )
