"""Class terms and their gradients, as PyTorch-StudioGAN computes them."""

import keras
import numpy as np
import pytest
from keras import ops
from references.filling import assert_close, read

from keras_gan_zoo import auxiliaries, backend, losses
from keras_gan_zoo.training.batch import Batch, Judged

_, ARRAYS = read("studiogan_losses")
LABELS = ARRAYS["in_labels"]


def on_embeddings(term):
    proxy = ops.convert_to_tensor(ARRAYS["in_proxies"][LABELS])

    def value(embedding):
        of = {"embedding": embedding, "proxy": proxy}
        fake = Batch(None, ops.convert_to_tensor(LABELS))
        return term.generator_loss(None, fake, of, None)

    return value, ARRAYS["in_embedding"]


def multi_hinge():
    batch = Batch(None, ops.convert_to_tensor(LABELS))

    def value(classes):
        return losses.MultiHinge(1.0).of_generator(
            Judged(batch, {"classes": classes}), None
        )

    return value, ARRAYS["in_classes"]


CASES = {
    "contrastive": lambda: on_embeddings(
        auxiliaries.ConditionalContrastive(1.0, temperature=0.7)
    ),
    "data_to_data": lambda: on_embeddings(
        auxiliaries.DataToDataCrossEntropy(1.0, temperature=0.5, margin=0.98)
    ),
    "multi_hinge": multi_hinge,
}


@pytest.mark.parametrize("name", CASES)
def test_as_published(name):
    function, at = CASES[name]()
    with keras.StatelessScope():
        gradient, value = backend.input_gradients(
            lambda x: (function(x), function(x)), ops.convert_to_tensor(at)
        )
    value, gradient = (
        ops.convert_to_numpy(ops.stop_gradient(x)) for x in (value, gradient)
    )
    np.testing.assert_allclose(value, ARRAYS[f"out_{name}"], rtol=1e-5)
    assert_close(gradient, ARRAYS[f"out_{name}_gradient"])
