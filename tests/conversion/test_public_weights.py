"""docs/public-weights.md runs, against a host on loopback with a small checkpoint."""

import numpy as np
import pytest
from conversion.on_loopback import R3GAN, small_r3gan
from test_documents import ROOT, run_blocks

import keras_gan_zoo as kgz
from keras_gan_zoo.conversion import known_sources

EXTRACTOR = (
    "kgz.scoring.Extractor("
    "lambda images: images.reshape(len(images), -1)[:, :8] / 255.0, "
    "outputs=('features',), fingerprint='pixels@1')"
)


@pytest.mark.once
def test_it_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 3), "uint8")
    for i, image in enumerate(pixels):
        kind = ("cats", "dogs")[i % 2]
        kgz.images.save_png(tmp_path / f"my_images/{kind}/{i}.png", image)
    with small_r3gan(tmp_path, monkeypatch) as host:
        names = run_blocks(
            "docs/public-weights.md",
            quicker=[
                ("labels=3, seed=7", "labels=2, seed=7"),
                ("steps=30, labels=3", "steps=3, labels=2"),
                ("batch_size=16, epochs=20", "batch_size=4, epochs=1"),
                (
                    "num_images=500",
                    f"num_images=16, extractor={EXTRACTOR}, verify=False",
                ),
            ],
        )
    assert host.requests == [R3GAN]
    assert names["frames"].shape == (7, 8, 8, 3)
    card = (tmp_path / "my_gan/README.md").read_text()
    assert "Converted from [R3GAN]" in card
    assert "FID 1.96" in card
    with pytest.raises(ValueError, match="does not let them be published again"):
        kgz.upload_preset("hf://me/my_gan", "my_gan")


@pytest.mark.once
def test_every_source_is_in_its_table():
    text = (ROOT / "docs/public-weights.md").read_text()
    for source in known_sources():
        assert f"[{source.title}]({source.home})" in text
