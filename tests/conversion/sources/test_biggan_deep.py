"""BigGAN-deep's published files, with random weights."""

import json
import re

import numpy as np
import pytest
import torch
from references.filling import assert_close, read
from undrawn import undrawn

from keras_gan_zoo import GAN, BigGANDeep, networks
from keras_gan_zoo.conversion import Files, convert, identify

NAME = "biggan-deep-128-pytorch_model.bin"


def published(weights):
    """Tensors as the published files have them: strides transposed, or nearly all."""
    return {
        name: torch.tensor(array).t().contiguous().t()
        if array.ndim == 2
        else torch.tensor(array)
        for name, array in weights.items()
    }


def write(folder, weights, **config):
    torch.save(published(weights), folder / NAME, _use_new_zipfile_serialization=False)
    config = {"num_classes": 4, "class_embed_dim": 6, "eps": 1e-4, **config}
    (folder / "biggan-deep-128-config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("biggan"), read("biggan_deep")[0])


@pytest.fixture(scope="module")
def gan(folder):
    return convert(folder)


def test_it_makes_the_published_images(gan):
    arrays = read("biggan_deep")[1]
    assert type(gan) is BigGANDeep
    assert gan.discriminator is None
    for truncation, expected in zip(
        arrays["in_truncations"], arrays["out_images"], strict=True
    ):
        inputs = {
            "latents": arrays["in_latents"],
            "labels": arrays["in_labels"].astype("int32"),
            "truncation": np.full(2, truncation, "float32"),
        }
        images = gan.ema_generator.predict(inputs, verbose=0)
        assert_close(images[:, ::3, ::3], expected.transpose(0, 2, 3, 1))


def test_the_mended_statistics_differ_between_tables(gan, folder):
    mended = convert(folder / NAME, statistics="interpolated")
    for truncation, same in ((0.5, True), (0.505, False)):
        given = {"labels": 1, "truncation": truncation, "seed": 3}
        close = mended.generate(1, **given) == gan.generate(1, **given)
        assert close.all() == same


def test_truncation_scales_latents_within_two_deviations(gan):
    whole, half = (gan.sample_latents(64, seed=5, truncation=t) for t in (None, 0.5))
    np.testing.assert_allclose(half, 0.5 * whole)
    assert np.abs(whole).max() <= 2
    assert gan.interpolate(seed=3, steps=2, truncation=0.4).shape == (2, 64, 64, 3)
    with pytest.raises(ValueError, match=r"above 0 and at most 1.*truncation=1.5"):
        gan.generate(1, truncation=1.5)
    with pytest.raises(ValueError, match="moments for each truncation"):
        gan.standing_statistics()


def test_a_preset_keeps_it(gan, tmp_path):
    gan.save_to_preset(tmp_path / "preset")
    again = GAN.from_preset(tmp_path / "preset")
    given = {"labels": [0, 2], "truncation": 0.58, "seed": 1}
    np.testing.assert_array_equal(again.generate(2, **given), gan.generate(2, **given))


def test_wrong_files(tmp_path):
    weights = read("biggan_deep")[0]
    name = "generator.layers.0.conv_0.bias"
    more = {**weights, "generator.extra": np.zeros(2, "float32")}
    less = {k: v for k, v in weights.items() if k != name}
    other = {**weights, name: np.zeros(3, "float32")}
    for found, message in (
        (more, r"Only in the file: generator\.extra\. .* network: nothing"),
        (less, r"Only in the file: nothing\. .* network: same_0_conv_1/"),
        (other, rf"`{re.escape(name)}`, \(3,\)\. In the network: .*\(16,\)"),
    ):
        write(tmp_path, found)
        with pytest.raises(ValueError, match=message):
            convert(tmp_path)
    write(tmp_path, weights, num_classes=1000)
    with pytest.raises(ValueError, match=r"must be the configuration of these weights"):
        convert(tmp_path)


def test_other_files_are_not_its(tmp_path):
    torch.save({"model.0.weight": torch.ones(2, 2)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"The weights must be of one of: .*BigGAN"):
        identify(Files(tmp_path))


# Widths of the published configurations, and their numbers of parameters.
PUBLISHED = {
    128: ((16, 16, 8, 4, 2, 1), 50_388_609),
    256: ((16, 16, 8, 8, 4, 2, 1), 55_880_833),
    512: ((16, 16, 8, 8, 4, 2, 1, 1), 56_163_905),
}


@pytest.mark.once
@pytest.mark.parametrize("size", PUBLISHED)
def test_published_sizes(size):
    multiples, expected = PUBLISHED[size]

    def count():
        generator = networks.biggan_deep_generator(
            (size, size, 3),
            128,
            tuple(128 * m for m in multiples),
            num_classes=1000,
            epsilon=1e-4,
            to_image_width=128,
            statistics="published",
        )
        return sum(int(np.prod(v.shape)) for v in generator.trainable_variables)

    assert undrawn(count) == expected
