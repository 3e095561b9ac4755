import json

import numpy as np
import pytest

from keras_gan_zoo import datasets


@pytest.fixture
def stacked(benchmark_module, monkeypatch):
    """The benchmark with two steps of narrow networks, and few samples."""
    module = benchmark_module("stacked_mnist")
    for name, case in module.CASES.items():
        settings = {
            **case.settings,
            "generator_widths": [4, 4],
            "discriminator_widths": [4, 4],
        }
        small = case._replace(settings=settings, batch_size=4, steps=2)
        monkeypatch.setitem(module.CASES, name, small)
    monkeypatch.setattr(module, "SAMPLES", 20)
    return module


def test_a_perfect_sampler(benchmark_module):
    """26,000 draws of 1000 modes: (1000 - 1) / (2 * 26,000) = 0.0192 to first order."""
    modes, divergence = benchmark_module("stacked_mnist").perfect()
    assert modes == pytest.approx(1000)
    assert divergence == pytest.approx(999 / 52_000, rel=0.02)


def test_the_classifier_reads_stacks(benchmark_module):
    module = benchmark_module("stacked_mnist")
    digits, labels = datasets.load("digits", "test[:300]")
    images, modes = module.stacks.stack(digits, labels, np.arange(300).reshape(100, 3))
    found = module.scores(images)
    assert found["modes"] == pytest.approx(len(np.unique(modes)), abs=5)


def test_every_case_runs_and_the_table_is_written(stacked, tmp_path, monkeypatch):
    path = tmp_path / "stacked_mnist.json"
    command = ["stacked_mnist.py", "--data", "digits", "--seeds", "0"]
    monkeypatch.setattr("sys.argv", [*command, "--results", str(path)])
    stacked.main()
    runs = json.loads(path.read_text())["runs"]
    assert len(runs) == len(stacked.CASES)
    for record in runs.values():
        assert record["steps"] == 2
        assert 1 <= record["modes"] <= 20
        assert 3 < record["reverse_kl"] <= np.log(1000) + 1e-6
    text = path.with_suffix(".md").read_text()
    assert "| perfect sampler | 1000 | 0.019 |" in text
    assert "| PacDCGAN2 | 1000 | 0.06 |  |  |  | published |" in text
    assert text.count("stacks of digits") == len(stacked.CASES)
    # Nothing is left to do.
    monkeypatch.setattr(stacked, "train", None)
    stacked.main()


def test_what_is_not_measured_is_said(stacked):
    text = stacked.table({"conditions": {}, "runs": {}})
    assert text.count("| not measured |") == len(stacked.CASES)
