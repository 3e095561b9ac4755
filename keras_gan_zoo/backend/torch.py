"""torch: autograd."""

import contextlib

import keras
import torch

from keras_gan_zoo.backend.keras_internals import get_torch_dataloader

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
        pairs = zip(
            keras.tree.flatten(outputs), keras.tree.flatten(cotangents), strict=True
        )
        # A lazy term that is not due is a constant, which autograd refuses.
        pairs = [pair for pair in pairs if pair[0].requires_grad]
        return torch.autograd.grad(
            [output for output, _ in pairs],
            [v.value for v in variables],
            [cotangent for _, cotangent in pairs],
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


def input_vjp(fn, x):
    """`fn(x) -> (y, aux)`: return `y, aux, pull`.

    `pull(cotangent)` is d sum(y * cotangent) / dx, itself differentiable. Its cost is
    paid where it is called, so that `every` can leave it out.
    """
    with torch.enable_grad():
        if not x.requires_grad:  # else it is part of a graph that y must stay in
            x = x.detach().requires_grad_(True)
        y, aux = fn(x)

    def pull(cotangent):
        with torch.enable_grad():
            return torch.autograd.grad(y, x, cotangent, create_graph=True)[0]

    return y, aux, pull


def every(count, k, fn):
    """The scalar `fn()` where the variable `count` is a multiple of `k`, else 0."""
    if int(count.value) % k == 0:
        return fn()
    return torch.zeros((), device=count.value.device)


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


def stream(batches, specs):
    """A restartable loader from `batches() -> iterator of tuples of arrays`."""
    return get_torch_dataloader(batches())


def auto_jit_compile():
    """Never: `torch.compile` can't differentiate a gradient penalty twice."""
    return False


class Steps:
    """`train_step` and `test_step` as Keras calls them on this backend."""

    def train_step(self, data):
        return self.train_iteration(*keras.utils.unpack_x_y_sample_weight(data)[:2])

    def test_step(self, data):
        return self.test_iteration(*keras.utils.unpack_x_y_sample_weight(data)[:2])
