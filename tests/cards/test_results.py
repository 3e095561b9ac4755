"""Scores as the Hub reads them."""

from card_report import report_of

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import eval_results, results


def test_fid_is_the_name_of_the_2015_network_alone(gan, monkeypatch):
    assert {r.metric_type for r in eval_results(report_of(gan))} == {
        "classifier_score",
        "frechet_distance",
    }
    monkeypatch.setattr(results, "INCEPTION_2015", {"i" * 64})
    facts = {"extractor": "inception", "weights_file_sha256": "i" * 64}
    report = report_of(gan)
    report = kgz.ScoreReport(report, conditions={**report.conditions, **facts})
    found = eval_results(report, source=("a run", "https://example.org"))
    assert {r.metric_type for r in found} == {"inception_score", "fid"}
    assert {r.source_url for r in found} == {"https://example.org"}
    assert all(type(r.metric_value) is float for r in found)
    clean = {**report.conditions, "extractor": "inception-clean"}
    found = eval_results(kgz.ScoreReport(report, conditions=clean))
    assert "fid" not in {r.metric_type for r in found}


def test_scores_are_of_the_conditional_task():
    report = kgz.ScoreReport({"fid": 1.0}, conditions={"extractor": "digits"})
    (found,) = eval_results(report, conditional=True)
    assert found.task_type == "conditional-image-generation"
    assert found.task_name == "Conditional Image Generation"
