"""The second derivative through a layer, against differences of the first."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend


def check_second_derivative(function, *shapes, layers=(), step=1e-2, tolerance=0.02):
    """Check d/dt of k . (d w . f(x)^2 / dx)^2 at x + t d, as a penalty takes it.

    `function` takes tensors of the `shapes`; x is the first, and all move.
    """
    rng = np.random.default_rng(1)

    def drawn(shape):
        return ops.convert_to_tensor(rng.normal(size=shape).astype("float32"))

    points, directions = ([drawn(shape) for shape in shapes] for _ in range(2))
    k, w = drawn(shapes[0]), drawn(function(*points).shape)
    shift = keras.Variable(0.0)

    def penalty():
        def fn(x):
            moved = [
                point + shift * direction
                for point, direction in zip([x, *points[1:]], directions, strict=True)
            ]
            return ops.sum(w * ops.square(function(*moved))), None

        slope, _ = backend.input_gradients(fn, points[0])
        return ops.sum(k * ops.square(slope)), None

    def at(place):
        shift.assign(place)
        with keras.StatelessScope() as scope:
            variables = [shift, *(v for layer in layers for v in layer.variables)]
            scope.state_mapping.update({id(v): v.value for v in variables})
            loss, _, pull = backend.vjp(penalty, [shift])
            slope = pull(ops.ones_like(loss), [shift])[0]
            found = (ops.stop_gradient(value) for value in (loss, slope))
            return [float(ops.convert_to_numpy(value)) for value in found]

    near, far = (at(size * step)[0] - at(-size * step)[0] for size in (1, 2))
    expected = (8 * near - far) / (12 * step)
    assert at(0.0)[1] == pytest.approx(expected, rel=tolerance)
