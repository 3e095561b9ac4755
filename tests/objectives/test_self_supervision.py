"""Rotations and InfoNCE, written out."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import log_softmax, logsumexp

from keras_gan_zoo.auxiliaries import InfoMax, Rotations
from keras_gan_zoo.objectives.self_supervision import info_nce, rotate
from keras_gan_zoo.training.batch import Batch

rng = np.random.default_rng(0)
tensor = ops.convert_to_tensor


def numpy(x):
    return ops.convert_to_numpy(x)


def test_a_quarter_of_the_batch_for_each_angle():
    images = rng.normal(size=(6, 5, 5, 2)).astype("float32")
    turned, turns = rotate(tensor(images))
    np.testing.assert_array_equal(numpy(turns), [0, 0, 1, 2, 2, 3])
    for image, of, angle in zip(images, numpy(turned), numpy(turns), strict=True):
        np.testing.assert_array_equal(of, np.rot90(image, angle))


def test_images_that_are_not_square_keep_their_size():
    images = np.ones((4, 6, 3, 1), "float32")
    images[..., :1, :] = 0.0  # the left column, which is the bottom when turned
    turned = numpy(rotate(tensor(images))[0])
    assert turned.shape == images.shape
    np.testing.assert_array_equal(turned[2], images[2, ::-1, ::-1])
    assert turned[1, -1].max() < 0.1
    assert turned[1, 0].min() == turned[3, -1].min() == 1.0


def test_each_player_names_angles_of_its_own_images():
    kernel = rng.normal(size=(16, 4)).astype("float32")
    real, fake = (rng.normal(size=(8, 4, 4, 1)).astype("float32") for _ in range(2))

    def judge(batch):
        flat = ops.reshape(batch.images, (8, 16))
        return {"rotations": ops.matmul(flat, tensor(kernel))}

    def expected(images):
        turns = np.arange(8) // 2
        turned = np.stack([np.rot90(x, k) for x, k in zip(images, turns, strict=True)])
        shares = log_softmax(turned.reshape(8, 16) @ kernel, axis=1)
        return -shares[np.arange(8), turns].mean()

    term = Rotations(0.5, 0.3)
    of = Batch(tensor(real)), None, Batch(tensor(fake)), None
    found = float(numpy(term.discriminator_loss(judge, *of, None)))
    assert found == pytest.approx(0.5 * expected(real), rel=1e-5)
    found = float(numpy(term.generator_loss(judge, Batch(tensor(fake)), None, None)))
    assert found == pytest.approx(0.3 * expected(fake), rel=1e-5)
    assert Rotations.from_config(term.get_config()).generator_weight == 0.3


def test_info_nce():
    """Place by place."""
    local = rng.normal(size=(3, 2, 2, 5)).astype("float32")
    pooled = rng.normal(size=(3, 5)).astype("float32")
    losses = []
    for n in range(3):
        others = [
            -10.0 if m == n else local[m, i, j] @ pooled[n]
            for m in range(3)
            for i in range(2)
            for j in range(2)
        ]
        for own in local[n].reshape(4, 5) @ pooled[n]:
            losses.append(logsumexp([own, *others]) - own)
    found = float(numpy(info_nce(tensor(local), tensor(pooled))))
    assert found == pytest.approx(np.mean(losses), rel=1e-5)

    of_real = {"local": tensor(local), "global": tensor(pooled)}
    of_fake = {"local": tensor(local[::-1]), "global": tensor(pooled)}
    term = InfoMax(0.2)
    value = term.discriminator_loss(None, None, of_real, None, of_fake, None)
    assert float(numpy(value)) == pytest.approx(0.2 * np.mean(losses), rel=1e-5)
    value = float(numpy(term.generator_loss(None, None, of_fake, None)))
    assert value == pytest.approx(
        0.2 * float(numpy(info_nce(of_fake["local"], of_fake["global"]))), rel=1e-6
    )
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(term)
    )
    assert (again.weight, again.name) == (0.2, "info_max")
