"""torch: autograd."""

import contextlib

import keras
import torch
from keras.src.trainers.data_adapters.data_adapter_utils import get_torch_dataloader

# Keras copies channels-last images twice a convolution.
DATA_FORMAT = "channels_first"


@contextlib.contextmanager
def full_float32():
    """Float32 as it says, in all threads: a GPU would round products to TF32."""
    places = torch.backends.cudnn, torch.backends.cuda.matmul
    before = [place.allow_tf32 for place in places]
    for place in places:
        place.allow_tf32 = False
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            place.allow_tf32 = value


def images_at_once(images):
    """How many images a large network is given at a time; None for all of them.

    Eager convolutions on a CPU pay for large results in fresh pages of memory
    (benchmarks/scoring.py).
    """
    return 8 if images.device.type == "cpu" else None


def vjp(fn, variables):
    """Run `fn() -> (outputs, aux)` and return `outputs, aux, pull`.

    `pull(cotangents, variables)` gives the gradients of `outputs`, weighted by
    `cotangents` (the same structure), with respect to some of the `variables`.
    """
    with torch.enable_grad():
        outputs, aux = fn()

    def pull(cotangents, variables):
        return torch.autograd.grad(
            outputs,
            [v.value for v in variables],
            cotangents,
            retain_graph=True,
            allow_unused=True,
        )

    return outputs, aux, pull


def input_gradients(fn, x, differentiable=True):
    """`fn(x) -> (y, aux)`: return d sum(y) / dx and aux."""
    with torch.enable_grad():
        x = x.detach().requires_grad_(True)
        y, aux = fn(x)
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=differentiable)
    return gradient, aux


def apply_gradients(optimizer, gradients, variables):
    """One update of `variables`."""
    with torch.no_grad():
        optimizer.apply(gradients, variables)


def num_replicas():
    """How many replicas share one step."""
    return 1


def replica_rows(draw, n):
    """This replica's `n` rows of `draw(rows)`."""
    return draw(n)


def stream(batches, shape, dtype):
    """A restartable loader from `batches() -> iterator of (array,)`."""
    return get_torch_dataloader(batches())


def auto_jit_compile():
    """Never: `torch.compile` can't differentiate a gradient penalty twice."""
    return False


class Trainer:
    """`train_step` and `test_step` as Keras calls them on this backend."""

    def train_step(self, data):
        return self.train_iteration(keras.utils.unpack_x_y_sample_weight(data)[0])

    def test_step(self, data):
        return self.test_iteration(keras.utils.unpack_x_y_sample_weight(data)[0])
