import gc

import pytest


@pytest.fixture(autouse=True, scope="module")
def _little_to_collect():
    """KerasTuner collects garbage before each trial: not in what other tests left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
