"""torch: autograd.

One file a backend, whatever its length: all that the package asks of torch.
"""

import atexit
import contextlib
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import torch
import torch.distributed as dist
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

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


class _WholeKernels(TorchFunctionMode):
    """Convolutions with one filter of which a CPU can take the gradient.

    Keras' kernels are views with their axes in another order. Of one filter such a view
    passes for channels last, for which torch's own convolution, that of single images
    and of other dtypes than float32, has no gradient.
    """

    KINDS = (functional.conv1d, functional.conv2d, functional.conv3d)

    def __torch_function__(
        self, kind: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if kind in self.KINDS:
            images, kernel, *others = args
            args = (images, kernel.contiguous(), *others)
        return kind(*args, **(kwargs or {}))


def _whole_kernels(network, inputs):
    """`_WholeKernels` where a CPU needs them: they cost Python at every operation."""
    first = keras.tree.flatten(inputs)[0]
    if first.device.type != "cpu":
        return contextlib.nullcontext()
    is_plain = network.compute_dtype == "float32" and len(first) > 1
    return contextlib.nullcontext() if is_plain else _WholeKernels()


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
        with scope, _whole_kernels(network, inputs):
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


def _twice_differentiable():
    """Attention by products and a softmax: fused kernels have no second gradient."""
    return sdpa_kernel(SDPBackend.MATH)


def input_gradients(
    fn: Callable, x: Tensor, differentiable: bool = True
) -> tuple[Tensor, Any]:
    """For `fn(x) -> (y, aux)`, return d sum(y) / dx and aux."""
    with torch.enable_grad(), _twice_differentiable():
        x = x.detach().requires_grad_(True)
        y, aux = fn(x)
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=differentiable)
    return gradient, aux


def input_vjp(fn: Callable, x: Tensor) -> tuple[Tensor, Any, Callable]:
    """For `fn(x) -> (y, aux)`, return `y, aux, pull`.

    `pull(cotangent)` is d sum(y * cotangent) / dx, itself differentiable. It costs
    nothing unless it is called, so that `every` can skip it.
    """
    with torch.enable_grad(), _twice_differentiable():
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
    """Update `variables` once, by the sum of all processes' gradients.

    `DistributedDataParallel` adds up what `backward` leaves in parameters, and a GAN's
    step takes its gradients by `autograd.grad`.
    """
    with torch.no_grad():
        if num_replicas() > 1:
            gradients = _sums(gradients)
        optimizer.apply(gradients, variables)


def _sums(gradients):
    """Sums over the processes, in one message for each dtype."""
    gradients = list(gradients)
    places: dict[Any, list[int]] = {}
    for i, gradient in enumerate(gradients):
        if gradient is not None:
            places.setdefault(gradient.dtype, []).append(i)
    for some in places.values():
        flat = torch.cat([gradients[i].reshape(-1) for i in some])
        dist.all_reduce(flat)
        parts = flat.split([gradients[i].numel() for i in some])
        for i, part in zip(some, parts, strict=True):
            gradients[i] = part.view(gradients[i].shape)
    return gradients


# === Several processes ===


def process() -> tuple[int, int]:
    """This process' number, and how many train one model together."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


def num_replicas() -> int:
    """How many replicas share one step: one in each process."""
    return process()[1]


def division(gan: Any) -> tuple[int, int]:
    """Into how many equal parts its batches are cut, and for how many replicas."""
    return num_replicas(), num_replicas()


def replica_rows(draw: Callable[[Any], Tensor], n: Any) -> Tensor:
    """This replica's `n` rows of `draw(rows)`, drawn for the global batch.

    Every process has the same seed, so each draws the rows of all.
    """
    index, count = process()
    return draw(n) if count == 1 else draw(n * count)[index * n : (index + 1) * n]


def all_rows(values: Tensor) -> Tensor:
    """The rows of all replicas, without their gradients."""
    count = num_replicas()
    if count == 1:
        return values
    values = values.detach().contiguous()
    found = [torch.empty_like(values) for _ in range(count)]
    dist.all_gather(found, values)
    return torch.cat(found)


def mean_logs(logs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The means over all replicas, for every process' logs to agree."""
    if num_replicas() == 1:
        return logs
    own = torch.stack([keras.ops.cast(value, "float32") for value in logs.values()])
    return dict(zip(logs, all_rows(own[None]).mean(0), strict=True))


def from_first(variables: Sequence[Any], numbers: Sequence[int]) -> list[int]:
    """Give all processes the first one's values of variables; returns its numbers."""
    if num_replicas() == 1:
        return list(numbers)
    with torch.no_grad():
        for variable in variables:
            value = variable.value.detach().contiguous()
            dist.broadcast(value, 0)
            variable.assign(value)
        sent = keras.ops.convert_to_tensor(list(numbers), "int64")
        dist.broadcast(sent, 0)
    return sent.tolist()


def any_process(flag: bool) -> bool:
    """Whether the flag of any process is set."""
    if num_replicas() == 1:
        return flag
    found = keras.ops.convert_to_tensor([int(flag)])
    dist.all_reduce(found, dist.ReduceOp.MAX)
    return bool(found.item())


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """What one process does by itself."""
    yield


def launched() -> bool:
    """Whether torchrun, or what sets the same variables, started several processes."""
    needed = ("RANK", "MASTER_ADDR", "MASTER_PORT")
    several = int(os.environ.get("WORLD_SIZE") or 1) > 1
    return several and all(name in os.environ for name in needed)


@contextlib.contextmanager
def data_parallel() -> Iterator[None]:
    """Train on the devices of all processes that torchrun started."""
    if process()[1] == 1:
        if not launched():
            raise ValueError(
                "On torch each device has a process of its own, which torchrun starts: "
                "`torchrun --nproc-per-node 2 -m keras_gan_zoo.cli train ...`, or "
                "`torchrun --nproc-per-node 2 train.py`. Received: one process"
            )
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
        dist.init_process_group()
        atexit.register(dist.destroy_process_group)
    yield


def stream(
    batches: Callable[[], Iterator[tuple]],
    specs: Sequence[tuple],
    gathered: tuple | None = None,
) -> Any:
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


def slow_groups() -> bool:
    """Whether convolutions in groups are worked out number by number."""
    return False


def accelerators() -> list[tuple[str, int | None]]:
    """The devices in use besides the CPU: name, and the most bytes of its arrays."""
    if not (torch.cuda.is_available() and torch.cuda.is_initialized()):
        return []
    return [
        (torch.cuda.get_device_name(i), torch.cuda.max_memory_allocated(i))
        for i in range(torch.cuda.device_count())
        if torch.cuda.max_memory_allocated(i)
    ]


class Steps:
    """`train_step` and `test_step` as Keras calls them on this backend."""

    def train_step(self: Any, data: Any) -> Any:
        return self.train_iteration(*keras.utils.unpack_x_y_sample_weight(data)[:2])

    def test_step(self: Any, data: Any) -> Any:
        return self.test_iteration(*keras.utils.unpack_x_y_sample_weight(data)[:2])
