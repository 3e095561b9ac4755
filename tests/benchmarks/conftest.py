import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark_module(monkeypatch):
    """Imports a script of benchmarks/ by name."""

    def load(name):
        monkeypatch.syspath_prepend(FOLDER)
        return importlib.import_module(name)

    return load
