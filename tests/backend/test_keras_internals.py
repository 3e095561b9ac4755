"""Each private name of Keras does what is relied on.

Of the package only `backend/keras_internals.py` is loaded, from its file, so that this
tells what a version of Keras changed even where the package cannot be imported.
"""

import contextlib
import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

BACKEND = keras.config.backend()
PATH = Path(__file__).parents[2] / "keras_gan_zoo/backend/keras_internals.py"
if not PATH.exists():  # the tests of an installed package
    PATH = Path(importlib.util.find_spec("keras_gan_zoo").origin).parent
    PATH = PATH / "backend/keras_internals.py"
spec = importlib.util.spec_from_file_location("keras_internals", PATH)
internals = importlib.util.module_from_spec(spec)
spec.loader.exec_module(internals)


def number(value):
    return float(ops.convert_to_numpy(value))


def no_gradients():
    """As the package updates: torch would not let leaves be changed in place."""
    if BACKEND != "torch":
        return contextlib.nullcontext()
    import torch

    return torch.no_grad()


def model():
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="inside")])
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dense(1, name="last")(inner(x)))


def test_every_name_is_tested():
    tests = "".join(name for name in globals() if name.startswith("test_"))
    assert not [name for name in internals.__all__ if name.lower() not in tests.lower()]


def test_unwrapped_finds_the_optimizer_that_a_loss_scale_has_inside():
    adam = keras.optimizers.Adam()
    assert internals.unwrapped(adam) is adam
    assert internals.unwrapped(keras.optimizers.LossScaleOptimizer(adam)) is adam


def test_get_stateless_scope_gives_the_innermost_one():
    """JAX's step nests scopes: it reads and writes `state_mapping`, keyed by `id`."""
    variable = keras.Variable(1.0)
    with keras.StatelessScope(state_mapping=[(variable, ops.ones(()) * 2)]) as outer:
        assert internals.get_stateless_scope() is outer
        assert number(outer.get_current_value(variable)) == 2
        assert number(outer.state_mapping[id(variable)]) == 2
        inner = keras.StatelessScope(initialize_variables=False)
        inner.state_mapping.update(outer.state_mapping)
        with inner:
            assert internals.get_stateless_scope() is inner
            assert number(variable) == 2
            variable.assign(ops.ones(()) * 3)
        assert number(inner.state_mapping[id(variable)]) == 3
        assert number(variable) == 2
    assert number(variable) == 1


def test_in_symbolic_scope_is_true_while_keras_traces_shapes_alone():
    seen = []

    class Watch(keras.layers.Layer):
        def call(self, x):
            seen.append(internals.in_symbolic_scope())
            return x

    layer = Watch()
    layer(keras.Input((2,)))
    assert seen
    assert all(seen)
    layer(np.ones((1, 2), "float32"))
    assert seen[-1] is False


class Numbers(internals.DataAdapter):
    """A DataAdapter of three batches, of which it counts the passes."""

    def __init__(self):
        self.passes = 0

    def _batches(self):
        self.passes += 1
        for i in range(3):
            yield (np.full((4, 3), i, "float32"), np.zeros((4, 1), "float32"))

    def get_numpy_iterator(self):
        return self._batches()

    def get_tf_dataset(self):
        import tensorflow as tf

        of = tf.TensorSpec((None, 3)), tf.TensorSpec((None, 1))
        return tf.data.Dataset.from_generator(self._batches, output_signature=of)

    def get_jax_iterator(self):
        return internals.get_jax_iterator(self._batches())

    def get_torch_dataloader(self):
        return internals.get_torch_dataloader(self._batches())

    @property
    def num_batches(self):
        return 3

    @property
    def batch_size(self):
        return None


def test_a_dataadapter_goes_through_fit_and_evaluate_as_it_is():
    network, data, seen = model(), Numbers(), []

    class Count(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    network.compile("sgd", "mse")
    network.fit(data, epochs=2, verbose=0, callbacks=[Count()])
    assert seen == [0, 1, 2] * 2
    assert network.evaluate(data, verbose=0) >= 0


@pytest.mark.skipif(BACKEND != "jax", reason="JAX's own")
def test_get_jax_iterator_gives_tuples_of_arrays():
    import jax

    batches = list(internals.get_jax_iterator(Numbers()._batches()))
    assert len(batches) == 3
    arrays = (np.ndarray, jax.Array)
    assert all(isinstance(x, arrays) for batch in batches for x in batch)
    assert batches[2][0].shape == (4, 3)


@pytest.mark.skipif(BACKEND != "torch", reason="torch's own")
def test_get_torch_dataloader_gives_tensors_once():
    import torch

    batches = list(internals.get_torch_dataloader(Numbers()._batches()))
    assert len(batches) == 3
    assert all(isinstance(x, torch.Tensor) for batch in batches for x in batch)


def test_all_layers_are_those_inside_of_others_too():
    names = {layer.name for layer in internals.all_layers(model())}
    assert {"inside", "last"} <= names


def test_stored_variables_are_those_in_the_file(tmp_path):
    """By their paths, whether they have values or not."""
    import h5py

    def shapes(network):
        found = internals.stored_variables(network)
        return {path: tuple(variable.shape) for path, variable in found.items()}

    network, found = model(), {}
    wrapped = keras.layers.SpectralNormalization(keras.layers.Dense(2))
    network = keras.Model(network.input, wrapped(network.output))
    network.save_weights(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "model.weights.h5") as file:
        file.visititems(
            lambda path, item: (
                found.update({path: item.shape})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    assert shapes(network) == found
    assert len(found) > len(network.weights)  # the kernel is there twice


def test_stored_variables_of_a_network_without_values():
    def dry():
        with keras.StatelessScope(initialize_variables=False):
            return list(internals.stored_variables(model()))

    with ThreadPoolExecutor(1) as thread:  # Keras keeps pending weights in its state
        assert thread.submit(dry).result() == list(internals.stored_variables(model()))


def test_without_tensorflow_keras_serializes_as_ever():
    dense = keras.layers.Dense(2)
    with internals.without_tensorflow():
        config = keras.saving.serialize_keras_object(dense)
    assert config == keras.saving.serialize_keras_object(dense)


def test_saves_legacy_h5_while_keras_writes_one(tmp_path):
    seen = []

    class Watch(keras.Model):
        def get_config(self):
            seen.append(internals.saves_legacy_h5())
            return {}

    watch = Watch()
    watch.built = True
    watch.save(tmp_path / "watch.h5")
    watch.save(tmp_path / "watch.keras")
    assert True in seen
    assert not seen[-1]
    assert not internals.saves_legacy_h5()


def test_check_compiled_raises_keras_own_error():
    network = model()
    with pytest.raises(ValueError, match="compile"):
        internals.check_compiled(network, "fit")
    network.compile("sgd", "mse")
    internals.check_compiled(network, "fit")


def test_drop_loss_tracker_leaves_the_models_own_loss():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.own = keras.metrics.Mean(name="loss")
            self.built = True

    network = Own()
    network.compile("sgd")
    assert [metric.name for metric in network.metrics] == ["loss", "loss"]
    internals.drop_loss_tracker(network)
    assert network.metrics == [network.own]


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (keras.layers.Dense(3), (2, 3)),
        (keras.layers.Conv2D(3, 2), (2, 2, 2, 3)),
        (keras.layers.Conv2DTranspose(3, 2), (2, 2, 3, 2)),
        (keras.layers.Embedding(4, 5), (4, 5)),
    ],
)
def test_kernel_attribute_can_be_exchanged_for_a_call(layer, shape):
    """Spectral norm puts another kernel there, calls the layer, and puts it back."""
    inputs = np.ones((1, 2) if len(shape) == 2 else (1, 4, 4, 2), "float32")
    before = ops.convert_to_numpy(layer(inputs))
    name = internals.kernel_attribute(layer)
    kernel = vars(layer)[name]
    assert tuple(kernel.shape) == shape
    vars(layer)[name] = 2.0 * ops.convert_to_tensor(kernel)
    doubled = ops.convert_to_numpy(layer(inputs))
    vars(layer)[name] = kernel
    np.testing.assert_allclose(doubled, 2 * before, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(inputs)), before)
    assert internals.kernel_attribute(keras.layers.ReLU()) is None


def test_without_tensorflow_keras_does_not_import_it_to_serialize():
    code = """
import sys
import importlib.util
import keras
spec = importlib.util.spec_from_file_location("keras_internals", sys.argv[1])
internals = importlib.util.module_from_spec(spec)
spec.loader.exec_module(internals)
before = "tensorflow" in sys.modules
with internals.without_tensorflow():
    keras.saving.serialize_keras_object(keras.layers.Dense(1))
assert ("tensorflow" in sys.modules) == before
# afterwards Keras finds it as ever
found = importlib.util.find_spec("tensorflow") is not None
assert internals.tensorflow.available == found
"""
    subprocess.run([sys.executable, "-c", code, str(PATH)], check=True)


def test_backuphooks_are_told_epochs_and_steps(tmp_path):
    class Recorder(internals.BackupHooks):
        saved, found = (), None

        def save(self, epoch, steps):
            self.saved = (*self.saved, (epoch, steps))

        def restore(self):
            return self.found

        def is_due(self, steps):
            return steps % 2 == 0

    one, x = model(), np.zeros((5, 3))
    one.compile(loss="mse")
    callback = Recorder(tmp_path / "never_made")

    def fit():
        begun = []
        counter = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: begun.append(epoch)
        )
        wanted = [callback, counter]
        one.fit(x, x[:, :1], batch_size=1, epochs=2, verbose=0, callbacks=wanted)
        return begun

    assert fit() == [0, 1]
    assert callback.saved == ((0, 2), (0, 4), (1, 0), (1, 2), (1, 4), (2, 0))
    callback.found = 1
    assert fit() == [1]
    callback.found = None
    assert fit() == [1]  # Keras keeps it
    internals.forget_initial_epoch(one)
    assert fit() == [0, 1]
    assert not (tmp_path / "never_made").exists()


@pytest.mark.parametrize("distributed", [False, True])
def test_a_fit_beginsmidway_where_its_adapter_says(distributed):
    class Model(internals.BeginsMidway, keras.Sequential):
        pass

    if distributed and BACKEND != "tensorflow":
        return  # there Keras builds in another method
    scope = contextlib.nullcontext()
    if distributed:
        import tensorflow as tf

        scope = tf.distribute.OneDeviceStrategy("/cpu:0").scope()
    with scope:
        one = Model([keras.Input((3,)), keras.layers.Dense(1)])
        one.compile(loss="mse")
    seen, numbers = [], Numbers()
    watch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(numbers, "first", 2 - 2 * epoch),
        on_train_batch_begin=lambda batch, logs: seen.append(batch),
    )
    numbers.first = 0
    one.fit(numbers, epochs=2, verbose=0, callbacks=[watch])
    assert seen == [2, 0, 1, 2]


def test_forget_initial_epoch_is_what_keras_has_at_first():
    one = model()
    before = dict(vars(one))
    internals.forget_initial_epoch(one)
    assert vars(one) == before


def test_keep_random_states_makes_dropout_follow_its_saved_state():
    layer = keras.layers.Dropout(0.5)
    x = keras.Input((64,))
    one = keras.Model(x, layer(x))
    config = one.get_config()
    internals.keep_random_states(one)
    assert one.get_config() == config
    state = ops.convert_to_numpy(layer.seed_generator.state)
    first = ops.convert_to_numpy(one(np.ones((1, 64)), training=True))
    keras.utils.set_random_seed(5)
    second = ops.convert_to_numpy(one(np.ones((1, 64)), training=True))
    layer.seed_generator.state.assign(state)
    again = ops.convert_to_numpy(one(np.ones((1, 64)), training=True))
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()


@pytest.mark.parametrize("scaled", [False, True])
def test_lend_averages_shows_them_to_swap_ema_weights(scaled):
    variables = [keras.Variable(np.full(2, float(i))) for i in range(2)]
    players = [
        keras.optimizers.SGD(0.1, use_ema=use_ema, name=f"sgd_{use_ema}")
        for use_ema in (True, False)
    ]
    if scaled:
        players = [keras.optimizers.LossScaleOptimizer(one) for one in players]
    for player, variable in zip(players, variables, strict=True):
        player.build([variable])
    both = keras.optimizers.SGD(0.1)
    internals.lend_averages(both, players)
    if not internals.swaps_by_optimizer():  # one player's alone are not lent
        assert not hasattr(both, "_model_variables_moving_average")
        return
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    network.compile(both, "mse")
    swap = keras.callbacks.SwapEMAWeights()
    swap.set_model(network)
    swap.on_test_begin()
    # The average, which is 0 before any update, is where the weight was.
    found = [ops.convert_to_numpy(variable) for variable in variables]
    np.testing.assert_array_equal(found, [[0, 0], [1, 1]])
    swap.on_test_end()


def test_losses_of_last_call_are_those_of_layers_inside_too():
    class Added(keras.layers.Layer):
        def call(self, x):
            self.add_loss(ops.sum(x))
            return x

    x = keras.Input((3,))
    inside = keras.Sequential([keras.Input((3,)), Added()])
    dense = keras.layers.Dense(2, "relu", kernel_regularizer="l2")
    outer = keras.Model(x, dense(inside(Added()(x))))
    for value in (1.0, 2.0):
        with keras.StatelessScope(collect_losses=True):
            outer(ops.ones((2, 3)) * value)
            found = internals.losses_of_last_call(outer)
        assert [number(loss) for loss in found] == [6 * value, 6 * value]


def test_prefix_paths_is_done_once():
    network = model()
    before = [v.path for v in network.variables]
    for _ in range(2):
        internals.prefix_paths(network.variables, "player")
    assert [v.path for v in network.variables] == [f"player/{path}" for path in before]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Adam", [3.0, 4.0]),
        ("Nadam", [3.0, 4.0]),
        ("RMSprop", [9.0, 16.0]),
        ("SGD", []),
        ("Adagrad", []),
    ],
)
def test_gradients_of_are_what_an_optimizer_averages(name, expected):
    first = {"RMSprop": {"rho": 0.0}, "SGD": {}, "Adagrad": {}}
    optimizer = getattr(keras.optimizers, name)(**first.get(name, {"beta_1": 0.0}))
    weight = keras.Variable([1.0, 1.0])
    optimizer.build([weight])
    with no_gradients():
        optimizer.apply([ops.convert_to_tensor([3.0, 4.0])], [weight])
    averages, squared = internals.gradients_of(optimizer)
    found = np.concatenate([[], *map(ops.convert_to_numpy, averages)])
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert squared == (name not in ("Adam", "Nadam"))


@pytest.mark.parametrize("scaled", [False, True])
def test_schedule_of_is_none_for_a_number(scaled):
    schedule = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    for rate, expected in ((0.1, None), (schedule, schedule)):
        optimizer = keras.optimizers.SGD(rate)
        if scaled:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        assert internals.schedule_of(optimizer) is expected


@pytest.mark.parametrize(("higher", "best"), [(True, 3.0), (False, 1.0)])
def test_declare_directions_is_what_auto_looks_for(higher, best):
    """`mode="auto"` of a log that a callback adds; the model's own logs stay."""
    made = model()
    made.compile("sgd", "mse")
    for _ in range(2):  # the last one holds
        internals.declare_directions(made, {"score": not higher, "other": True})
        internals.declare_directions(made, {"score": higher})

    class Adds(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["score"] = [2.0, 1.0, 3.0][epoch]

    stopping = keras.callbacks.EarlyStopping(monitor="score", patience=5)
    x, y = np.zeros((4, 3)), np.zeros((4, 1))
    history = made.fit(x, y, epochs=3, verbose=0, callbacks=[Adds(), stopping]).history
    assert stopping.best == best
    assert set(history) == {"loss", "score"}
    assert set(made.evaluate(x, y, verbose=0, return_dict=True)) == {"loss"}
    unknown = keras.callbacks.EarlyStopping(monitor="other", patience=5)
    unknown.set_model(made)
    with pytest.raises(ValueError, match="isn't able to"):
        unknown.on_epoch_end(0, {"other": 1.0})


def test_history_of_a_tensor_is_the_call_that_made_it():
    x = keras.Input((3,))
    layer = keras.layers.Dense(2)
    other, y = layer(keras.Input((3,))), layer(x)
    operation, call, index = internals.history_of(y)
    assert operation is layer
    assert len(call.input_tensors) == 1
    assert call.input_tensors[0] is x
    assert call.arguments.args[0] is x
    assert index == 0
    assert internals.history_of(other)[1] is not call


def test_keep_losses_that_layers_added_in_a_scope():
    class Adds(keras.layers.Layer):
        def call(self, x):
            self.add_loss(ops.sum(x))
            return x

    inner = Adds()
    network = keras.Sequential([keras.Input((2,)), Adds(), inner])
    network(ops.ones((1, 2)))
    for times in (2, 3):  # those of the last call alone
        with keras.StatelessScope(collect_losses=True) as scope:
            network(times * ops.ones((1, 2)))
        internals.keep_losses(network, scope)
        assert [*map(number, network.losses)] == [2 * times] * 2
        assert [*map(number, inner.losses)] == [2 * times]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.SGD(0.1, momentum=0.9, clipvalue=0.2),
        lambda: keras.optimizers.Adam(0.1, beta_1=0.5),
        lambda: keras.optimizers.AdamW(0.1, weight_decay=0.5, clipnorm=0.3),
        lambda: keras.optimizers.RMSprop(0.1),
        lambda: keras.optimizers.Nadam(0.1),
        lambda: keras.optimizers.Nadam(0.1, weight_decay=0.5),
        lambda: keras.optimizers.Muon(0.1, weight_decay=0.5),
        lambda: keras.optimizers.Muon(0.1),
    ],
)
@pytest.mark.parametrize("shape", [(2,), (1, 2)])
def test_plainupdates_are_those_of_the_optimizer(optimizer, shape):
    optimizer = optimizer()
    start, gradients = np.array([1.0, -2.0]), np.array([[0.3, -0.4], [0.5, 0.1]])
    start, gradients = start.reshape(shape), gradients.reshape(2, *shape)
    variable = keras.Variable(start, dtype="float32")
    variable.constraint = keras.constraints.NonNeg()
    optimizer.build([variable])
    gradients = [ops.convert_to_tensor(g, "float32") for g in gradients]
    updates = internals.PlainUpdates(optimizer)
    with keras.StatelessScope() as scope:
        for gradient in gradients:
            updates.apply([gradient], [variable])
        found = ops.stop_gradient(scope.get_current_value(variable))
        found = ops.convert_to_numpy(found)
    np.testing.assert_array_equal(ops.convert_to_numpy(variable.value), start)
    assert number(optimizer.iterations) == 0
    for gradient in gradients:
        with no_gradients():
            optimizer.apply([gradient], [variable])
    expected = ops.convert_to_numpy(ops.stop_gradient(variable.value))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert (found >= 0).all()


def test_plainupdates_of_a_rule_that_is_in_several_methods():
    class Own(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            self.move(variable, learning_rate * gradient)

        def move(self, variable, by):
            self.assign_sub(variable, by)

    optimizer, variable = Own(0.5), keras.Variable([1.0])
    optimizer.build([variable])
    updates = internals.PlainUpdates(optimizer)
    with keras.StatelessScope() as scope:
        updates.apply([ops.ones((1,))], [variable])
        assert number(ops.stop_gradient(scope.get_current_value(variable))[0]) == 0.5
    assert number(ops.stop_gradient(variable.value)[0]) == 1.0


def test_uncompiled():
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    outer = keras.Sequential([keras.Input((2,)), inner])
    for model in (inner, outer):
        model.compile("adam", "mse", metrics=["mae"])
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    before, optimizer = (
        outer.evaluate(ops.ones((1, 2)), ops.ones((1,))),
        outer.optimizer,
    )
    with internals.uncompiled([outer, plain]):
        config = str(keras.saving.serialize_keras_object(outer))
        assert "mse" not in config
        stored = [*internals.stored_variables(outer)]
    assert len(stored) == 2, stored
    assert outer.optimizer is optimizer
    assert outer.evaluate(ops.ones((1, 2)), ops.ones((1,))) == before
    assert "mse" in str(keras.saving.serialize_keras_object(inner))
    assert not plain.compiled


def test_has_plain_updates():
    class Own(keras.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            super().apply(grads, trainable_variables)

    names = ["SGD", "Adam", "AdamW", "Nadam", "Muon", "RMSprop", "Lion", "Adafactor"]
    for name in names:
        assert internals.has_plain_updates(getattr(keras.optimizers, name)()), name
    scaled = keras.optimizers.LossScaleOptimizer
    several = keras.optimizers.SGD(gradient_accumulation_steps=2)
    for other in (Own(), several, scaled(several)):
        assert not internals.has_plain_updates(other)
    assert internals.has_plain_updates(scaled(keras.optimizers.Adam()))


@pytest.mark.parametrize("scaled", [False, True])
def test_updates_of_an_optimizer_that_accumulates(scaled):
    inner = optimizer = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=1.0)
    variable = keras.Variable([1.0])
    optimizer.build([variable])
    for _ in range(3):
        with no_gradients():
            inner.apply([ops.ones((1,))], [variable])
    assert isinstance(internals.updates_of(optimizer), keras.Variable)
    assert number(internals.updates_of(optimizer)) == 3
    assert number(inner.iterations) == 1


@pytest.mark.parametrize("kind", ["he_normal", "glorot_uniform", "orthogonal"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_without_drawing(kind, dtype):
    with internals.without_drawing():
        layer = keras.layers.Dense(3, kernel_initializer=kind, dtype=dtype)
        layer.build((None, 2))
    assert layer.kernel.dtype == dtype
    np.testing.assert_array_equal(layer.get_weights()[0].astype("float32"), 0)
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    assert np.ptp(layer.get_weights()[0]) > 0
