"""The wheel, which has the zoo in it while the entries are not on the Hub, is small."""

import pathlib
import tomllib
import zlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
MOST = 30e6  # bytes


def contents():
    """What `pyproject.toml` puts into the wheel: a path there -> a file here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    folders = {package: pathlib.Path(package).name for package in wheel["packages"]}
    found = {}
    for source, target in {**folders, **wheel["force-include"]}.items():
        for path in (ROOT / source).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                found[f"{target}/{path.relative_to(ROOT / source)}"] = path
    return found


@pytest.mark.once
def test_the_wheel_stays_small():
    found = contents()
    assert "keras_gan_zoo/zoo_cards/dcgan_mnist/model.weights.h5" in found
    assert "keras_gan_zoo/cards/card.md.jinja" in found
    assert "keras_gan_zoo_cli/app.py" in found
    sizes = {
        name: len(zlib.compress(path.read_bytes(), 1)) for name, path in found.items()
    }
    largest = sorted(sizes, key=sizes.get)[-5:]
    assert sum(sizes.values()) < MOST, {name: sizes[name] for name in largest}
