"""What was converted is trained on with images of one's own, of other classes too."""

import keras
import numpy as np
import pytest
from conversion.published_files import Persistent, module
from conversion.sources import test_from_r3gan, test_from_stylegan2_ada
from families.contract import EAGER, moved, weights
from references.filling import equalized, read

from keras_gan_zoo import GAN
from keras_gan_zoo.conversion import convert


def stylegan2_ada(path):
    """With a discriminator, R1 and ADA."""
    pipe = module({"p": np.float32(0.3)}, Persistent, None, {"xflip": 1.0})
    published = read("stylegan2_labels", equalized)[0]
    return test_from_stylegan2_ada.write(path, published, augment_pipe=pipe)


def r3gan(path):
    """With a discriminator, R1, R2 and ADA."""
    return test_from_r3gan.write(path, read("r3gan")[0])


def fit(gan, labels):
    before = weights(gan.generator), weights(gan.discriminator)
    gan.compile(run_eagerly=EAGER)
    shape = (len(labels), *gan.image_shape)
    images = np.random.default_rng(0).integers(0, 256, shape).astype("uint8")
    logs = gan.fit(images, labels, batch_size=4, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert moved(before[0], gan.generator)
    assert moved(before[1], gan.discriminator)
    return logs


BACKEND = keras.config.backend()
#: their second derivatives take half a minute to trace for R3GAN on TensorFlow, and a
#: minute for StyleGAN2 on JAX; both families are trained on each backend in
#: families/test_contract.py
TRIED = [stylegan2_ada, r3gan] if BACKEND == "torch" else [stylegan2_ada]
TRAINED = BACKEND != "jax"


@pytest.mark.parametrize("publish", TRIED)
def test_a_converted_preset(publish, tmp_path):
    converted = convert(publish(tmp_path / "network.pkl"))
    converted.save_to_preset(tmp_path / "preset")
    gan = GAN.from_preset(tmp_path / "preset")
    assert type(gan) is type(converted)
    for a, b in zip(
        *(weights(one.ema_generator) for one in (converted, gan)), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    if TRAINED:
        logs = fit(gan, np.arange(8) % gan.num_classes)
        assert {penalty.name for penalty in gan.penalties} | {"ada_p"} <= set(logs)
        assert gan.generate(2, labels=1).shape == (2, *converted.image_shape)

    with pytest.warns(UserWarning, match=r"classes, and this GAN has 7: .*embedding"):
        gan = GAN.from_preset(tmp_path / "preset", num_classes=7)
    assert len(gan.penalties) == len(converted.penalties)
    if TRAINED:
        assert gan.generate(2, labels=6).shape == (2, *converted.image_shape)
