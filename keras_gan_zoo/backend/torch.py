"""torch: autograd."""

import contextlib
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import torch

from keras_gan_zoo.backend.keras_internals import (
    get_stateless_scope,
    get_torch_dataloader,
    keep_losses,
)
from keras_gan_zoo.typing import Tensor

# With channels last, Keras copies the images twice per convolution.
DATA_FORMAT = "channels_first"
GROUPED_CONVOLUTIONS = True


@contextlib.contextmanager
def full_float32() -> Iterator[None]:
    """Real float32 in all threads, where a GPU would round products to TF32."""
    places = torch.backends.cudnn, torch.backends.cuda.matmul
    before = [place.allow_tf32 for place in places]
    for place in places:
        place.allow_tf32 = False
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            place.allow_tf32 = value


def images_at_once(images: Tensor) -> int | None:
    """How many images to give a large network at a time; None for all.

    On a CPU, large results of eager convolutions cost new pages of memory
    (benchmarks/scoring.py).
    """
    return 8 if images.device.type == "cpu" else None


class _Scope(keras.StatelessScope):
    """A scope that knows which variables were assigned to."""

    def __init__(self) -> None:
        super().__init__(collect_losses=True)
        self.assigned: dict[int, Any] = {}

    def add_update(self, update: tuple[Any, Tensor]) -> None:
        super().add_update(update)
        self.assigned[id(update[0])] = update[0]


_assigned: Any = weakref.WeakKeyDictionary()  # network -> the same of its calls


def call_in_training(network: Any, inputs: Any) -> Any:
    """Call a network whose layers may assign to variables, such as batch norm's.

    Keras assigns in place, which spoils the gradients of an earlier call in the same
    graph if that has read the variable. So layers read copies of what they assign to:
    from the second call on, for which a first one tells what that is.
    """
    known = _assigned.setdefault(network, {})
    while True:
        scope, outer = _Scope(), get_stateless_scope()
        if outer is not None:
            scope.state_mapping.update(outer.state_mapping)
        scope.state_mapping.update((key, v.value.clone()) for key, v in known.items())
        with scope:
            outputs = network(inputs, training=True)
        if scope.assigned.keys() <= known.keys():
            break
        known.update(scope.assigned)
    keep_losses(network, scope)
    for key, variable in scope.assigned.items():
        variable.assign(scope.state_mapping[key].detach())
    return outputs


def vjp(fn: Callable, variables: Sequence[Any]) -> tuple[Any, Any, Callable]:
    """Run `fn() -> (outputs, aux)` and return `outputs, aux, pull`.

    `pull(cotangents, variables)` gives the gradients of `outputs`, weighted by
    `cotangents` (the same structure), with respect to some of the `variables`.
    """
    with torch.enable_grad():
        outputs, aux = fn()

    def pull(cotangents, variables):
        if not variables:  # of a player that stands still
            return []
        pairs = zip(
            keras.tree.flatten(outputs), keras.tree.flatten(cotangents), strict=True
        )
        # A lazy term that is not due is a constant, which autograd rejects.
        pairs = [pair for pair in pairs if pair[0].requires_grad]
        return torch.autograd.grad(
            [output for output, _ in pairs],
            [v.value for v in variables],
            [cotangent for _, cotangent in pairs],
            retain_graph=True,
            allow_unused=True,
        )

    return outputs, aux, pull


def input_gradients(
    fn: Callable, x: Tensor, differentiable: bool = True
) -> tuple[Tensor, Any]:
    """For `fn(x) -> (y, aux)`, return d sum(y) / dx and aux."""
    with torch.enable_grad():
        x = x.detach().requires_grad_(True)
        y, aux = fn(x)
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=differentiable)
    return gradient, aux


def input_vjp(fn: Callable, x: Tensor) -> tuple[Tensor, Any, Callable]:
    """For `fn(x) -> (y, aux)`, return `y, aux, pull`.

    `pull(cotangent)` is d sum(y * cotangent) / dx, itself differentiable. It costs
    nothing unless it is called, so that `every` can skip it.
    """
    with torch.enable_grad():
        if not x.requires_grad:  # or else it is part of a graph that y must stay in
            x = x.detach().requires_grad_(True)
        y, aux = fn(x)

    def pull(cotangent):
        with torch.enable_grad():
            return torch.autograd.grad(y, x, cotangent, create_graph=True)[0]

    return y, aux, pull


def every(count: Any, k: int, fn: Callable[[], Tensor]) -> Tensor:
    """The scalar `fn()` if the variable `count` is a multiple of `k`, or else 0."""
    if int(count.value) % k == 0:
        return fn()
    return torch.zeros((), device=count.value.device)


def apply_gradients(
    optimizer: Any, gradients: Sequence[Tensor], variables: Sequence[Any]
) -> None:
    """Update `variables` once."""
    with torch.no_grad():
        optimizer.apply(gradients, variables)


def num_replicas() -> int:
    """How many replicas share one step."""
    return 1


def replica_rows(draw: Callable[[Any], Tensor], n: Any) -> Tensor:
    """This replica's `n` rows of `draw(rows)`."""
    return draw(n)


def stream(batches: Callable[[], Iterator[tuple]], specs: Sequence[tuple]) -> Any:
    """A restartable loader from `batches() -> iterator of tuples of arrays`."""
    return get_torch_dataloader(batches())


def jit_compile(chosen: bool | str) -> bool | str:
    """What `compile(jit_compile=chosen)` means here: never.

    `torch.compile` frees what a second backward pass through a step's graph needs.
    """
    if chosen not in ("auto", False):
        raise ValueError(
            "A GAN's step takes several gradients of one graph, which `torch.compile` "
            "can't: leave `jit_compile` out, or train on another backend, such as "
            f"KERAS_BACKEND=jax. Received: jit_compile={chosen!r}"
        )
    return False


class Steps:
    """`train_step` and `test_step` as Keras calls them on this backend."""

    def train_step(self: Any, data: Any) -> Any:
        return self.train_iteration(*keras.utils.unpack_x_y_sample_weight(data)[:2])

    def test_step(self: Any, data: Any) -> Any:
        return self.test_iteration(*keras.utils.unpack_x_y_sample_weight(data)[:2])
