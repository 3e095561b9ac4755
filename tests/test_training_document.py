"""docs/training.md runs, on a few pictures of two sizes."""

import numpy as np
import pytest
from test_documents import run_blocks, run_lines

import keras_gan_zoo as kgz

TINY = "--epochs 1 --batch-size 4 --generator-widths 4,4 --discriminator-widths 4,4"


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 40, 36, 3), "uint8")
    for i, image in enumerate(pixels):
        path = tmp_path / f"my_images/{('cats', 'dogs')[i % 2]}/{i}.png"
        kgz.images.save_png(path, image[: 34 + i % 2])
    return tmp_path


@pytest.mark.once
def test_its_python_runs(pictures):
    small = "generator_widths=(4, 4), discriminator_widths=(4, 4), ema_half_life"
    names = run_blocks(
        "docs/training.md",
        quicker=[
            ("ema_half_life", small),
            ("epochs=20,", "epochs=20, steps_per_epoch=1,"),
        ],
    )
    assert names["gan"].image_shape == (32, 32, 3)
    assert list((pictures / "logs").glob("events.*"))


@pytest.mark.once
def test_its_shell_lines_run(pictures):
    digits = "--data digits:train[:32] --score-every 2"
    run_lines(
        "docs/training.md",
        [
            ("train --family dcgan --data my_images", TINY),
            ("train --family cgan", TINY.replace("4,4", "4,4,4")),
            ("train --family dcgan --data digits", f"{TINY} {digits}"),
            ("tune", f"--trials 1 --num-images 50 --epochs 1 {digits.split(' --')[0]}"),
            ("train search", TINY),
        ],
    )
    assert (pictures / "run" / "report.html").is_file()
    assert list((pictures / "digits_run" / "tensorboard").glob("events.*"))
