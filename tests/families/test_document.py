"""`docs/add-a-family.md` does what it says."""

import doctest
import importlib.util
import pathlib
import re

import numpy as np
from families.contract import data, moved, small, weights

from keras_gan_zoo import families, zoo

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "add-a-family.md"


def test_the_page_adds_a_family(tmp_path, monkeypatch):
    file, use = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    path = tmp_path / "wgan_lp.py"
    path.write_text(file, "utf-8")
    monkeypatch.chdir(tmp_path)
    # As if it lay in the package's folder.
    name = "keras_gan_zoo.families.wgan_lp"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    before = dict(families.FAMILIES)
    try:
        spec.loader.exec_module(module)
        family = module.WGANLP
        assert doctest.testmod(module).failed == 0
        exec(compile(use, str(PAGE), "exec"), {})

        gan = small(family)
        gan.compile()
        start = weights(gan.generator)
        history = gan.fit(**data(gan)).history
        assert np.isfinite(list(history.values())).all()
        assert moved(start, gan.generator)
        assert "| `wgan_lp` | `WGANLP` |" in zoo.families_table()
    finally:
        families.FAMILIES.clear()
        families.FAMILIES.update(before)
