import doctest
import importlib
import pkgutil

import pytest

import keras_gan_zoo

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(
        keras_gan_zoo.__path__,
        "keras_gan_zoo.",
        onerror=None,
    )
    if not module.name.startswith("keras_gan_zoo.backend")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
