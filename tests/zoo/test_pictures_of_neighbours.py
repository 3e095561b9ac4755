"""The picture of samples beside the training images nearest to them."""

import numpy as np

from keras_gan_zoo.zoo import neighbours


def test_copies_come_before_what_lies_in_a_crowd():
    train = np.arange(40, dtype="uint8")[:, None, None, None].repeat(8, 1).repeat(8, 2)
    # A crowd of 39 around 0, and one image far away.
    of_train = np.append(np.linspace(-0.01, 0.01, 39), 100.0)[:, None]
    samples = train[:9] + np.uint8(100)
    of_samples = np.zeros((9, 1)) + 0.0001  # in the crowd, nearest of all
    of_samples[7] = 100.5  # a copy, though further from it
    picture = neighbours._picture(samples, train, of_samples, of_train)
    first = picture[4::10, 4::10, 0]  # a pixel of each image
    assert first[:4, 0].tolist() == [100, 101, 102, 103]  # as they came
    assert first[4, :2].tolist() == [107, 39]
    assert set(first[5:, 0].tolist()) <= {104, 105, 106, 108}
