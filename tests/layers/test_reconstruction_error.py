import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.layers import ReconstructionError

rng = np.random.default_rng(0)
ONE, OTHER = rng.normal(size=(2, 3, 4, 5, 2)).astype("float32")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("norm", [np.linalg.norm(a - b) for a, b in zip(ONE, OTHER, strict=True)]),
        ("mean_absolute", np.abs(ONE - OTHER).reshape(3, -1).mean(axis=1)),
    ],
)
def test_errors(kind, expected):
    layer = ReconstructionError(kind)
    found = ops.convert_to_numpy(layer([ONE, OTHER]))
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-5)
    assert layer.compute_output_shape([(3, 4, 5, 2)] * 2) == (3, 1)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert again.kind == kind
    assert np.isfinite(ops.convert_to_numpy(layer([ONE, ONE]))).all()


def test_unknown_kinds():
    with pytest.raises(ValueError, match="kind='mse'"):
        ReconstructionError("mse")
