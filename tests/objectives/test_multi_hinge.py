"""MHGAN's loss, image by image in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import losses
from keras_gan_zoo.training.batch import Batch, Judged

rng = np.random.default_rng(0)
tensor = ops.convert_to_tensor


def number(value):
    return float(ops.convert_to_numpy(value))


LABELS = {kind: rng.integers(0, 3, 8).astype("int32") for kind in ("real", "fake")}
SCORES = {kind: rng.normal(size=(8, 4)).astype("float32") for kind in LABELS}


def hinge(kind, labels):
    found = []
    for scores, label in zip(SCORES[kind].astype("float64"), labels, strict=True):
        others = [score for i, score in enumerate(scores) if i != label]
        found.append(max(0.0, 1 + max(others) - scores[label]))
    return np.mean(found)


def test_multi_hinge():
    real, fake = (
        Judged(Batch(None, tensor(LABELS[kind])), {"classes": tensor(SCORES[kind])})
        for kind in LABELS
    )
    loss = losses.MultiHinge(0.1)
    expected = hinge("real", LABELS["real"]) + hinge("fake", [3] * 8)
    assert float(
        ops.convert_to_numpy(loss.of_discriminator(real, fake))
    ) == pytest.approx(expected, rel=1e-5)
    expected = 0.1 * hinge("fake", LABELS["fake"])
    assert number(loss.of_generator(fake, None)) == pytest.approx(expected, rel=1e-5)
    config = keras.saving.serialize_keras_object(loss)
    assert losses.get(config).get_config() == {"generator_weight": 0.1}


def test_the_discriminator_must_return_what_a_loss_reads(tiny_gan):
    with pytest.raises(ValueError, match=r"`MultiHinge` reads .*classes.*Received"):
        tiny_gan(loss=losses.MultiHinge())
