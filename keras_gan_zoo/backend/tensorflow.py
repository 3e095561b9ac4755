"""TensorFlow: gradient tapes, tf.data and tf.distribute."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo.typing import Tensor

DATA_FORMAT = "channels_last"  # the faster one for convolutions
GROUPED_CONVOLUTIONS = True


@contextlib.contextmanager
def full_float32() -> Iterator[None]:
    """Real float32 in all threads, where a GPU would round products to TF32."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def images_at_once(images: Tensor) -> int | None:
    """How many images to give a large network at a time; None for all."""
    return None


def call_in_training(network: Any, inputs: Any) -> Any:
    """Call a network whose layers may assign to variables, such as batch norm's."""
    return network(inputs, training=True)


def vjp(fn: Callable, variables: Sequence[Any]) -> tuple[Any, Any, Callable]:
    """Run `fn() -> (outputs, aux)` and return `outputs, aux, pull`.

    `pull(cotangents, variables)` gives the gradients of `outputs`, weighted by
    `cotangents` (the same structure), with respect to some of the `variables`.
    """
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch([v.value for v in variables])
        outputs, aux = fn()

    def pull(cotangents, variables):
        return tape.gradient(
            outputs, [v.value for v in variables], output_gradients=cotangents
        )

    return outputs, aux, pull


def input_gradients(
    fn: Callable, x: Tensor, differentiable: bool = True
) -> tuple[Tensor, Any]:
    """For `fn(x) -> (y, aux)`, return d sum(y) / dx and aux."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        y, aux = fn(x)
    return tape.gradient(y, x), aux


def input_vjp(fn: Callable, x: Tensor) -> tuple[Tensor, Any, Callable]:
    """For `fn(x) -> (y, aux)`, return `y, aux, pull`.

    `pull(cotangent)` is d sum(y * cotangent) / dx, itself differentiable. It costs
    nothing unless it is called, so that `every` can skip it.
    """
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(x)
        y, aux = fn(x)
    return y, aux, lambda cotangent: tape.gradient(y, x, output_gradients=cotangent)


def every(count: Any, k: int, fn: Callable[[], Tensor]) -> Tensor:
    """The scalar `fn()` if the variable `count` is a multiple of `k`, or else 0."""
    return tf.cond(tf.equal(count.value % k, 0), fn, lambda: tf.zeros(()))


def apply_gradients(
    optimizer: Any, gradients: Sequence[Tensor], variables: Sequence[Any]
) -> None:
    """Update `variables` once."""
    optimizer.apply(gradients, variables)


# === Several devices ===


def process() -> tuple[int, int]:
    """This process' number, and how many train one model together."""
    return 0, 1


def num_replicas() -> int:
    """How many replicas share one step."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def division(gan: Any) -> tuple[int, int]:
    """Into how many equal parts its batches are cut, and for how many replicas."""
    count = gan.distribute_strategy.num_replicas_in_sync
    return count, count


def replica_rows(draw: Callable[[Any], Tensor], n: Any) -> Tensor:
    """This replica's `n` rows of `draw(rows)`, drawn for the global batch.

    Every replica has the same seed, so each draws the rows of all.
    """
    context = tf.distribute.get_replica_context()
    if num_replicas() == 1 or context is None:
        return draw(n)
    index = context.replica_id_in_sync_group
    return draw(n * num_replicas())[index * n : (index + 1) * n]


def all_rows(values: Tensor) -> Tensor:
    """The rows of all replicas."""
    context = tf.distribute.get_replica_context()
    if num_replicas() == 1 or context is None:
        return values
    return context.all_gather(values, axis=0)


def mean_logs(logs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The means over all replicas: Keras' metrics add theirs up."""
    return logs


def from_first(variables: Sequence[Any], numbers: Sequence[int]) -> list[int]:
    """A strategy's variables begin alike."""
    return list(numbers)


def any_process(flag: bool) -> bool:
    """Whether the flag of any process is set."""
    return flag


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """What one process does by itself."""
    yield


def launched() -> bool:
    """Whether this is one of several processes."""
    return False


@contextlib.contextmanager
def data_parallel() -> Iterator[None]:
    """Train on all GPUs of this machine.

    Without `cross_device_ops` TensorFlow 2.21 mixes up the messages of a step that has
    several of them, such as one for each player.
    """
    if tf.distribute.has_strategy():
        yield
        return
    adds = tf.distribute.ReductionToOneDevice()
    with tf.distribute.MirroredStrategy(cross_device_ops=adds).scope():
        yield


def stream(
    batches: Callable[[], Iterator[tuple]],
    specs: Sequence[tuple],
    gathered: tuple | None = None,
) -> Any:
    """A restartable tf.data stream from `batches() -> iterator of tuples of arrays`.

    `specs` has the shape, without the first axis, and the dtype of each array. The
    batches may be told in another way too: `gathered` has arrays and `rows()`, which
    iterates over the rows of each batch of a pass. Then TensorFlow gathers them.

    `Dataset.from_generator` would do, but it sets malloc's trim threshold for the
    whole process (TensorFlow 2.21), after which every large tensor is a new mapping,
    and a third of the CPU time goes to page faults.
    """
    if gathered is not None:
        return _gather(*gathered)
    running: dict[
        int, Iterator
    ] = {}  # Keras opens the next iterator before it drops the last one
    numbers = itertools.count()

    def start(_):
        number = next(numbers)
        for old in list(running)[:-1]:
            del running[old]
        running[number] = batches()
        return np.int64(number)

    def pull(number):
        arrays = next(running.get(number, iter(())), None)
        if arrays is None:
            return *(np.empty((0, *shape), dtype) for shape, dtype in specs), False
        return *arrays, True

    def to_tensors(number):
        types = [dtype for _, dtype in specs]
        *arrays, more = tf.numpy_function(pull, [number], [*types, tf.bool])
        for array, (shape, _) in zip(arrays, specs, strict=True):
            array.set_shape((None, *shape))
        more.set_shape(())
        return tuple(arrays), more

    def one_pass(number):
        endless = tf.data.Dataset.from_tensors(number).repeat()
        return endless.map(to_tensors).take_while(lambda arrays, more: more)

    return (
        tf.data.Dataset.from_tensors(0)
        .map(lambda zero: tf.numpy_function(start, [zero], tf.int64))
        .flat_map(one_pass)
        .map(lambda arrays, more: arrays)
        .prefetch(2)
        .with_options(_plain())
    )


def _plain():
    """Options of a stream that is run as it is written.

    There is nothing to tune, and the tuner's thread, which sleeps twice as long each
    time, is often not woken at the end of an epoch: that waits up to a minute. Nor is
    there anything to optimize, which costs more at each start than these save.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return options


def _gather(arrays, rows):
    """A stream of rows of arrays: Python takes part once a pass."""
    with tf.device("CPU"):
        held = [tf.convert_to_tensor(array) for array in arrays]

    def order(_):
        batches = list(rows())
        return np.concatenate(batches), np.array([len(batch) for batch in batches])

    @tf.autograph.experimental.do_not_convert
    def one_pass(zero):
        taken, sizes = tf.numpy_function(order, [zero], (tf.int64, tf.int64))
        taken, sizes = (tf.ensure_shape(found, (None,)) for found in (taken, sizes))
        batches = tf.RaggedTensor.from_row_lengths(taken, sizes, validate=False)
        return tf.data.Dataset.from_tensor_slices(batches).map(gathered)

    @tf.autograph.experimental.do_not_convert
    def gathered(taken):
        return tuple(tf.gather(array, taken) for array in held)

    return (
        tf.data.Dataset.from_tensors(0)
        .flat_map(one_pass)
        .prefetch(2)
        .with_options(_plain())
    )


def jit_compile(chosen: bool | str) -> bool | str:
    """What `compile(jit_compile=chosen)` means here: `"auto"` is accelerators only.

    As measured by benchmarks/train_step.py, on a CPU its convolutions are half as fast
    as TensorFlow's, and its random numbers cost a dense network more than it saves.
    """
    alone = not tf.distribute.has_strategy()
    if chosen == "auto" and not (alone and tf.config.list_physical_devices("GPU")):
        return False
    return chosen


def slow_groups() -> bool:
    """Whether convolutions in groups are worked out number by number."""
    return not tf.config.list_physical_devices("GPU")


def accelerators() -> list[tuple[str, int | None]]:
    """The devices in use besides the CPU: name, and the most bytes of its arrays."""
    found = []
    for i, device in enumerate(tf.config.list_physical_devices("GPU")):
        details = tf.config.experimental.get_device_details(device)
        memory = tf.config.experimental.get_memory_info(f"GPU:{i}")
        found.append((details.get("device_name", device.name), memory["peak"]))
    return found


class Steps:
    """`train_step` and `test_step` as Keras calls them on this backend.

    If a source has no known length, Keras finds its end by running a step that gets no
    images. What does not depend on images, counters and seeds, must not run then.
    """

    def train_step(self: Any, data: Any) -> Any:
        images, labels = keras.utils.unpack_x_y_sample_weight(data)[:2]
        with tf.control_dependencies([images]):
            return self.train_iteration(images, labels)

    def test_step(self: Any, data: Any) -> Any:
        images, labels = keras.utils.unpack_x_y_sample_weight(data)[:2]
        with tf.control_dependencies([images]):
            return self.test_iteration(images, labels)
