"""The private names of Keras that this package uses, all in one place.

`tests/backend/test_keras_internals.py` tries each on the oldest supported Keras and on
the newest.
"""

import contextlib
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras.src import backend
from keras.src.backend.common import global_state
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.optimizers.base_optimizer import BaseOptimizer
from keras.src.saving import saving_lib
from keras.src.trainers.compile_utils import MetricsList
from keras.src.trainers.data_adapters.data_adapter import DataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import (
    get_jax_iterator,
    get_torch_dataloader,
)
from keras.src.utils.module_utils import tensorflow

__all__ = [
    "BackupHooks",
    "BeginsMidway",
    "DataAdapter",
    "PlainUpdates",
    "all_layers",
    "check_compiled",
    "declare_directions",
    "drop_loss_tracker",
    "forget_initial_epoch",
    "get_jax_iterator",
    "get_stateless_scope",
    "get_torch_dataloader",
    "gradients_of",
    "has_plain_updates",
    "history_of",
    "in_symbolic_scope",
    "keep_losses",
    "keep_random_states",
    "kernel_attribute",
    "lend_averages",
    "losses_of_last_call",
    "prefix_paths",
    "saves_legacy_h5",
    "schedule_of",
    "stored_variables",
    "uncompiled",
    "unwrapped",
    "updates_of",
    "without_tensorflow",
]


class BackupHooks(keras.callbacks.BackupAndRestore):
    """Keras' callback with its writing and reading left to two methods.

    It saves at the end of each epoch, and within one where `is_due` says so.
    """

    def save(self, epoch: int, steps: int) -> None:
        """Back up the model after so many whole epochs, and steps of the next one."""
        raise NotImplementedError

    def restore(self) -> int | None:
        """Load the last backup; returns the epoch to go on with, None without one."""
        raise NotImplementedError

    def is_due(self, steps: int) -> bool:
        """Whether to save after so many steps of an epoch."""
        raise NotImplementedError

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._current_epoch = 0
        epoch = self.restore()
        if epoch is not None:
            self._current_epoch = self.model._initial_epoch = epoch

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._current_epoch = epoch

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        if self.is_due(batch + 1):
            self.save(self._current_epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._current_epoch = epoch + 1
        self.save(epoch + 1, 0)


class BeginsMidway:
    """A model whose `fit` begins an epoch at number `first` of its `DataAdapter`.

    Its batches then begin there, and the steps before are numbers that Keras passes
    over. A mixin, to stand before `keras.Model`.
    """

    def _symbolic_build(self, iterator=None, **arguments):
        if iterator is not None:
            _pass_over(iterator)
        super()._symbolic_build(iterator=iterator, **arguments)

    def _maybe_symbolic_build(self, iterator=None, **arguments):  # on TensorFlow
        if iterator is not None:
            _pass_over(iterator)
        super()._maybe_symbolic_build(iterator=iterator, **arguments)


def _pass_over(iterator):
    """Have Keras' `EpochIterator` count steps before `first`, and yield those after."""
    steps, adapter = iterator._enumerate_iterator, iterator.data_adapter

    def from_first():
        for begin, end, source in steps():
            if begin >= getattr(adapter, "first", 0):
                yield begin, end, source

    iterator._enumerate_iterator = from_first


def unwrapped(optimizer: Any) -> Any:
    """The optimizer inside of one that scales the loss, or any other as it is."""
    return getattr(optimizer, "inner_optimizer", optimizer)


class PlainUpdates:
    """The updates of an optimizer as assignments that gradients pass through.

    Backends update in place, outside of a `keras.StatelessScope`. These are for inside
    of one: the optimizer's own rule, clipping and constraints, without its average.

    Args:
        optimizer: a built Keras optimizer, to be read outside of the scope.
    """

    def __init__(self, optimizer: Any) -> None:
        optimizer = unwrapped(optimizer)
        variables = optimizer._trainable_variables
        self.variables = list(optimizer.variables)
        rule = _rule_of(optimizer)
        self._plain: Any = object.__new__(type(rule.__name__, (rule, _Plain), {}))
        attributes: Any = vars(self._plain)
        attributes.update(
            vars(optimizer),
            _places={id(v): optimizer._get_variable_index(v) for v in variables},
            _decays={id(v): optimizer._use_weight_decay(v) for v in variables},
        )

    def apply(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """One update of `variables`."""
        plain = self._plain
        gradients = plain._clip_gradients(gradients)
        plain._apply_weight_decay(variables)
        plain._backend_update_step(gradients, variables, plain.learning_rate)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))
        plain.assign_add(plain._iterations, 1)


class _Plain(keras.optimizers.Optimizer):
    """What stands between an optimizer's rule and a backend's way to apply it."""

    _backend_update_step = BaseOptimizer._backend_update_step

    def _apply_weight_decay(self, variables):
        if self.weight_decay is not None:
            BaseOptimizer._apply_weight_decay(self, variables)

    def _get_variable_index(self, variable):
        return self._places[id(variable)]

    def _use_weight_decay(self, variable):
        return self._decays[id(variable)]

    def assign(self, variable, value):
        variable.assign(value)

    def assign_add(self, variable, value):
        variable.assign(variable + value)

    def assign_sub(self, variable, value):
        variable.assign(variable - value)


def _rule_of(optimizer):
    """An optimizer's class, without what torch does to all variables at once."""
    return next(
        kind
        for kind in type(optimizer).__mro__
        if issubclass(kind, keras.optimizers.Optimizer)
        and not hasattr(kind, "_parallel_update_step")
    )


def has_plain_updates(optimizer: Any) -> bool:
    """Whether an optimizer updates at each `apply`, as Keras does, by its own rule."""
    optimizer = unwrapped(optimizer)
    kind, keras_own = _rule_of(optimizer), keras.optimizers.Optimizer
    names = ("apply", "_backend_apply_gradients")
    return not optimizer.gradient_accumulation_steps and all(
        getattr(kind, name) is getattr(keras_own, name) for name in names
    )


def updates_of(optimizer: Any) -> Any:
    """The variable that counts the updates.

    With `gradient_accumulation_steps` an optimizer's `iterations` are a tensor, and
    count the steps that its weights take.
    """
    return unwrapped(optimizer)._iterations


def all_layers(model: Any) -> list[Any]:
    """The layers of a model, including those inside other layers."""
    return list(model._flatten_layers(include_self=False))


def check_compiled(model: Any, method: str) -> None:
    """Raise Keras' own error if a model is not compiled."""
    model._assert_compile_called(method)


def declare_directions(model: Any, higher: dict[str, bool]) -> None:
    """Let `mode="auto"` of callbacks know logs that the model itself does not compute.

    Args:
        model: a Keras model.
        higher: dict of the logs' names -> whether a higher value is better.
    """
    kept = [m for m in model._metrics if not isinstance(m, _Directions)]
    model._metrics[:] = [*kept, _Directions(higher)]


class _Directions(MetricsList):
    """Where Keras' callbacks look a direction up; it has no state and no result."""

    def __init__(self, higher):
        super().__init__([])
        self.metrics = [
            types.SimpleNamespace(name=name, _direction="up" if is_higher else "down")
            for name, is_higher in higher.items()
        ]

    def reset_state(self):
        pass

    def result(self):
        return {}


def drop_loss_tracker(model: Any) -> None:
    """Drop Keras' average of `loss`, because the model has one of its own."""
    model._loss_tracker = None


def forget_initial_epoch(model: Any) -> None:
    """Have the next `fit` start where its own arguments say.

    Keras keeps the epoch that a backup restored for all further calls.
    """
    model._initial_epoch = None


def keep_random_states(model: Any) -> None:
    """Have dropout without a seed draw from its own state, which is saved.

    On torch Keras would take the numbers from torch's global generator.
    """
    for layer in all_layers(model):
        for generator in vars(layer).get("_seed_generators", ()):
            if generator._initial_seed is None:
                generator._initial_seed = int(
                    keras.ops.convert_to_numpy(generator.state)[0]
                )


def gradients_of(optimizer: Any) -> tuple[list[Any], bool]:
    """The averages of gradients that an optimizer keeps, and if they are of squares.

    Adam's kin keep both, of which those of the gradients are shorter, RMSprop those of
    the squares; SGD and others keep none: an empty list.
    """
    optimizer = unwrapped(optimizer)
    squares = getattr(optimizer, "_velocities", [])
    if squares and hasattr(optimizer, "beta_1"):
        return list(optimizer._momentums), False
    return list(squares), True


def history_of(tensor: Any) -> tuple[Any, Any, int]:
    """The operation that made a symbolic tensor, the call of it, and which output.

    The call has `arguments` (`args` and `kwargs`) and the list `input_tensors`.
    """
    operation, call, index = tensor._keras_history
    return operation, operation._inbound_nodes[call], index


def keep_losses(model: Any, scope: Any) -> None:
    """Leave with the layers what they added to the loss inside a `StatelessScope`."""
    for layer in model._flatten_layers():
        own = [loss for loss in scope.losses if id(loss) in layer._loss_ids]
        layer._losses.extend(own)


def kernel_attribute(layer: Any) -> str | None:
    """The attribute in which a layer keeps its kernel or embeddings, or None."""
    names = ("_kernel", "kernel", "_embeddings", "embeddings")
    return next((name for name in names if name in vars(layer)), None)


def lend_averages(optimizer: Any, players: Sequence[Any]) -> None:
    """Show an optimizer's `players` with `use_ema` to `SwapEMAWeights` as its own.

    Older Keras pairs the averages with all variables of the model, whoever trains them:
    there it takes averages of all players.
    """
    players = [unwrapped(one) for one in players]
    averaging = [one for one in players if one.use_ema]
    if averaging and (swaps_by_optimizer() or len(averaging) == len(players)):
        optimizer._trainable_variables = [
            v for one in averaging for v in one._trainable_variables
        ]
        optimizer._model_variables_moving_average = [
            v for one in averaging for v in one._model_variables_moving_average
        ]


def swaps_by_optimizer() -> bool:
    """Whether `SwapEMAWeights` takes the variables from the optimizer."""
    return hasattr(keras.callbacks.SwapEMAWeights, "_apply_to_ema_optimizers")


def losses_of_last_call(model: Any) -> list[Any]:
    """What `add_loss` and activity regularizers gave in a model's last call."""
    layers = model._flatten_layers()
    return [loss for layer in layers for loss in layer._get_own_losses()]


def prefix_paths(variables: Sequence[Any], prefix: str) -> None:
    """Put a name before the paths of variables, where it is not there yet."""
    for variable in variables:
        if not variable.path.startswith(f"{prefix}/"):
            variable._path = f"{prefix}/{variable.path}"


@contextlib.contextmanager
def without_drawing() -> Iterator[None]:
    """Random initializers give zeros, in this thread, for weights that will be set.

    JAX compiles a program for each shape that it draws, which takes longer than all
    else that is done for a network of small layers; orthogonal kernels of a large one
    are seconds of QR decompositions.
    """
    here = threading.get_ident()

    def zeros(draw, shape, dtype):
        known = all(isinstance(size, int) for size in shape)
        if not known or threading.get_ident() != here:
            return draw()
        return np.zeros(shape, backend.standardize_dtype(dtype))

    def in_zeros(draw):
        def make(shape, *args, dtype=None, **kwargs):
            return zeros(
                lambda: draw(shape, *args, dtype=dtype, **kwargs), shape, dtype
            )

        return make

    kind = keras.initializers.Orthogonal
    orthogonal = kind.__call__

    def call(self, shape, dtype=None):
        return zeros(lambda: orthogonal(self, shape, dtype), shape, dtype)

    names = ("normal", "uniform", "truncated_normal")
    drawn = {name: getattr(backend.random, name) for name in names}
    for name, draw in drawn.items():
        setattr(backend.random, name, in_zeros(draw))
    kind.__call__ = call
    try:
        yield
    finally:
        for name, draw in drawn.items():
            setattr(backend.random, name, draw)
        kind.__call__ = orthogonal


def schedule_of(optimizer: Any) -> Any:
    """An optimizer's learning-rate schedule or function; None for a number."""
    rate = unwrapped(optimizer)._learning_rate
    return rate if callable(rate) else None


def saves_legacy_h5() -> bool:
    """Whether Keras is writing a model as a legacy `.h5` file at the moment."""
    return bool(global_state.get_global_attribute("use_legacy_config", False))


def stored_variables(model: Any) -> dict[str, Any]:
    """What `save_weights` would store, a dict: path in the file -> variable."""
    store = saving_lib.NpzIOStore("never written", mode="w")
    saving_lib._save_state(model, store, None, "", set())
    return {
        f"{path}/vars/{name}".removeprefix("__root__/"): variable
        for path, variables in store.contents.items()
        for name, variable in variables.items()
    }


@contextlib.contextmanager
def uncompiled(models: Sequence[Any]) -> Iterator[None]:
    """Have models, and models inside of them, look as if they weren't compiled."""
    blank: dict[str, Any] = {
        "compiled": False,
        "optimizer": None,
        "_loss_tracker": None,
        "_compile_loss": None,
        "_compile_metrics": None,
    }
    found = [vars(layer) for model in models for layer in model._flatten_layers()]
    found = [attributes for attributes in found if attributes.get("compiled")]
    kept = [{k: own[k] for k in blank if k in own} for own in found]
    for attributes, own in zip(found, kept, strict=True):
        attributes.update((k, blank[k]) for k in own)
    try:
        yield
    finally:
        for attributes, own in zip(found, kept, strict=True):
            attributes.update(own)


@contextlib.contextmanager
def without_tensorflow() -> Iterator[None]:
    """Keep Keras from importing TensorFlow to see if an object is one of its types.

    Keras does so whenever it serializes something, also on JAX and torch, which costs
    seconds and half a gigabyte. Nothing is of a type that was not imported yet.
    """
    if "tensorflow" not in sys.modules:
        tensorflow._available = False
    try:
        yield
    finally:
        if tensorflow.module is None:
            tensorflow._available = None  # not asked yet
