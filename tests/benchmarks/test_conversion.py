import importlib.util
import math
from pathlib import Path

from keras_gan_zoo.conversion import convert

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "conversion.py"


def test_the_file_that_it_writes(monkeypatch, tmp_path):
    """It is what is published for 512 pixels, or narrower."""
    monkeypatch.syspath_prepend(SCRIPT.parent)
    spec = importlib.util.spec_from_file_location("benchmark_of_conversion", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    found = script.shapes()
    assert len(found) == 698
    trained = [s for n, s in found.items() if not n.endswith(("_u", "_v"))]
    moments = [s for n, s in found.items() if "running" in n]
    assert sum(map(math.prod, trained)) - sum(map(math.prod, moments)) == 56_163_905

    assert script.write(tmp_path, width=8, classes=5, vector=4) > 100_000
    gan = convert(tmp_path)
    assert gan.image_shape == (512, 512, 3)
    assert (gan.num_classes, gan.latent_dim, gan.attention) == (5, 4, 64)
