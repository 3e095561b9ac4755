"""JAX: the same stateful step, run in a `keras.StatelessScope`."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import keras
import numpy as np

from keras_gan_zoo.backend.keras_internals import get_jax_iterator, get_stateless_scope
from keras_gan_zoo.typing import Tensor

DATA_FORMAT = "channels_last"  # the faster one for convolutions
GROUPED_CONVOLUTIONS = False  # on a CPU XLA is slow at them, but good at sums


@contextlib.contextmanager
def full_float32() -> Iterator[None]:
    """Real float32 in all threads, where a GPU would round products to TF32."""
    before = jax.config.jax_default_matmul_precision
    jax.config.update("jax_default_matmul_precision", "highest")
    try:
        yield
    finally:
        jax.config.update("jax_default_matmul_precision", before)


def images_at_once(images: Tensor) -> int | None:
    """How many images to give a large network at a time; None for all."""
    return None


def _run_inside(outer, fn, values=()):
    """Run `fn` in a scope of its own, with `outer`'s values and then `values`.

    Returns the result of `fn`, and the values that variables have afterwards.
    """
    scope = keras.StatelessScope(collect_losses=True, initialize_variables=False)
    scope.state_mapping.update(outer.state_mapping)
    scope.state_mapping.update(values)
    with scope:
        result = fn()
    return result, scope.state_mapping


def call_in_training(network: Any, inputs: Any) -> Any:
    """Call a network whose layers may assign to variables, such as batch norm's."""
    return network(inputs, training=True)


def vjp(fn: Callable, variables: Sequence[Any]) -> tuple[Any, Any, Callable]:
    """Run `fn() -> (outputs, aux)` and return `outputs, aux, pull`.

    `pull(cotangents, variables)` gives the gradients of `outputs`, weighted by
    `cotangents` (the same structure), with respect to some of the `variables`.
    """
    outer = get_stateless_scope()
    keys = [id(v) for v in variables]

    def pure(values):
        (outputs, aux), state = _run_inside(
            outer, fn, dict(zip(keys, values, strict=True))
        )
        return outputs, (aux, state)

    values = [outer.get_current_value(v) for v in variables]
    outputs, pull_all, (aux, state) = jax.vjp(pure, values, has_aux=True)
    outer.state_mapping.update(state)

    def pull(cotangents, variables):
        (gradients,) = pull_all(cotangents)
        by_key = dict(zip(keys, gradients, strict=True))
        return [by_key[id(v)] for v in variables]

    return outputs, aux, pull


def input_gradients(
    fn: Callable, x: Tensor, differentiable: bool = True
) -> tuple[Tensor, Any]:
    """For `fn(x) -> (y, aux)`, return d sum(y) / dx and aux."""
    outer = get_stateless_scope()

    def pure(x):
        (y, aux), state = _run_inside(outer, lambda: fn(x))
        return y.sum(), (aux, state)

    gradient, (aux, state) = jax.grad(pure, has_aux=True)(x)
    outer.state_mapping.update(state)
    return gradient, aux


def input_vjp(fn: Callable, x: Tensor) -> tuple[Tensor, Any, Callable]:
    """For `fn(x) -> (y, aux)`, return `y, aux, pull`.

    `pull(cotangent)` is d sum(y * cotangent) / dx, itself differentiable. It costs
    nothing unless it is called, so that `every` can skip it.
    """
    outer = get_stateless_scope()

    def pure(x):
        (y, aux), state = _run_inside(outer, lambda: fn(x))
        return y, (aux, state)

    y, pull, (aux, state) = jax.vjp(pure, x, has_aux=True)
    outer.state_mapping.update(state)
    return y, aux, lambda cotangent: pull(cotangent)[0]


def every(count: Any, k: int, fn: Callable[[], Tensor]) -> Tensor:
    """The scalar `fn()` if the variable `count` is a multiple of `k`, or else 0."""
    outer = get_stateless_scope()

    def run():
        value, state = _run_inside(outer, fn)
        return value, {key: state[key] for key in outer.state_mapping}

    def skip():
        return jax.numpy.zeros(()), dict(outer.state_mapping)

    due = outer.get_current_value(count) % k == 0
    value, state = jax.lax.cond(due, run, skip)
    outer.state_mapping.update(state)
    return value


def apply_gradients(
    optimizer: Any, gradients: Sequence[Tensor], variables: Sequence[Any]
) -> None:
    """Update `variables` once."""
    if not variables:  # of a player that stands still
        return
    state = optimizer.variables
    values, new_state = optimizer.stateless_apply(
        [v.value for v in state], gradients, [v.value for v in variables]
    )
    for variable, value in zip(
        [*variables, *state], [*values, *new_state], strict=True
    ):
        variable.assign(value)


# === Several devices and processes ===


def process() -> tuple[int, int]:
    """This process' number, and how many train one model together."""
    if not jax.distributed.is_initialized():
        return 0, 1
    return jax.process_index(), jax.process_count()


def num_replicas() -> int:
    """How many replicas share one step: JAX's arrays are global, so one."""
    return 1


def division(gan: Any) -> tuple[int, int]:
    """Into how many equal parts its batches are cut, and for how many replicas."""
    chosen = keras.distribution.distribution()
    if chosen is None or chosen.batch_dim_name is None:
        return 1, 1
    mesh = chosen.device_mesh
    return int(mesh.shape[mesh.axis_names.index(chosen.batch_dim_name)]), 1


def replica_rows(draw: Callable[[Any], Tensor], n: Any) -> Tensor:
    """This replica's `n` rows of `draw(rows)`."""
    return draw(n)


def all_rows(values: Tensor) -> Tensor:
    """The rows of all replicas."""
    return values


def mean_logs(logs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The means over all replicas."""
    return logs


def from_first(variables: Sequence[Any], numbers: Sequence[int]) -> list[int]:
    """Keras gives all processes the same seed, and so the same values."""
    return list(numbers)


def any_process(flag: bool) -> bool:
    """Whether the flag of any process is set."""
    if process()[1] == 1:
        return flag
    from jax.experimental import multihost_utils  # `import jax` does not bring it

    return bool(multihost_utils.process_allgather(np.array(flag)).any())


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """What one process does by itself: Keras creates variables even to save a model.

    With a distribution all processes must create them, at the same time.
    """
    if process()[1] == 1:
        yield
        return
    chosen = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(chosen)


def launched() -> bool:
    """Whether Keras' variables say that this is one of several processes."""
    return int(os.environ.get("KERAS_DISTRIBUTION_NUM_PROCESSES") or 1) > 1


@contextlib.contextmanager
def data_parallel() -> Iterator[None]:
    """Train on all devices, of all processes that Keras' variables name."""
    if launched() and not jax.distributed.is_initialized():
        keras.distribution.initialize()
    if keras.distribution.distribution() is not None:
        yield
        return
    with keras.distribution.DataParallel().scope():
        yield


def stream(
    batches: Callable[[], Iterator[tuple]],
    specs: Sequence[tuple],
    gathered: tuple | None = None,
) -> Any:
    """Arrays for JAX from `batches() -> iterator of tuples of arrays`."""
    return get_jax_iterator(batches())


def jit_compile(chosen: bool | str) -> bool | str:
    """What `compile(jit_compile=chosen)` means here: what it means to Keras."""
    return chosen


def slow_groups() -> bool:
    """Whether convolutions in groups are worked out number by number."""
    return jax.default_backend() == "cpu"


def accelerators() -> list[tuple[str, int | None]]:
    """The devices in use besides the CPU: name, and the most bytes of its arrays."""
    return [
        (device.device_kind, (device.memory_stats() or {}).get("peak_bytes_in_use"))
        for device in jax.local_devices()
        if device.platform != "cpu"
    ]


class Steps:
    """`train_step` and `test_step` as Keras calls them on this backend."""

    def train_step(self: Any, state: Sequence[Any], data: Any) -> Any:
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )
        return self._stateless(self.train_iteration, groups, state, data)

    def test_step(self: Any, state: Sequence[Any], data: Any) -> Any:
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.metrics_variables,
        )
        return self._stateless(self.test_iteration, groups, state, data)

    def _stateless(self, step, groups, state, data):
        def run(state, batch):
            pairs = [
                pair
                for variables, values in zip(groups, state, strict=True)
                for pair in zip(variables, values, strict=True)
            ]
            with keras.StatelessScope(pairs, collect_losses=True) as scope:
                logs = step(*batch)
            return logs, tuple(
                [scope.get_current_value(v) for v in variables] for variables in groups
            )

        # Here, for it needs what Keras does not import of JAX.
        from keras_gan_zoo.backend.jax_convolutions import fast_convolutions

        batch = keras.utils.unpack_x_y_sample_weight(data)[:2]
        return fast_convolutions(run)(state, batch)
