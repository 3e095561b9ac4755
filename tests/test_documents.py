"""The Python of the documents runs, block after block, as it stands."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["docs/scoring.md"])
def test_python_blocks_run(name, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.S)
    assert blocks
    exec(compile("\n".join(blocks), name, "exec"), {})
    assert "FID (digits)" in capsys.readouterr().out
