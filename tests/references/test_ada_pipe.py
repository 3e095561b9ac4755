"""ADA's whole pipe against the published one, from the same random numbers."""

from pathlib import Path

import numpy as np
import pytest
from keras import ops
from make_ada_pipe import CASES, P, inputs

from keras_gan_zoo.augmentation import ADA


@pytest.mark.parametrize("case", CASES)
def test_the_same_images_from_the_same_numbers(case):
    policy, _ = CASES[case]
    images, uniform, normal, noise = inputs(case)

    def draw(shape, distribution):
        if len(shape) == 4:
            return ops.convert_to_tensor(noise)
        columns = {"uniform": uniform, "normal": normal}[distribution]
        return ops.convert_to_tensor(columns[:, : int(shape[1])])

    found = ops.convert_to_numpy(ADA(policy, p=P)(images, draw=draw))
    expected = np.load(Path(__file__).parent / "ada_pipe.npz")[case]
    assert np.abs(expected - images).max() > 0.5
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.ptp(expected))
