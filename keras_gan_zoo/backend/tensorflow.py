"""TensorFlow: gradient tapes, tf.data and tf.distribute."""

import keras
import tensorflow as tf


def vjp(fn, variables):
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


def input_gradients(fn, x, differentiable=True):
    """`fn(x) -> (y, aux)`: return d sum(y) / dx and aux."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        y, aux = fn(x)
    return tape.gradient(y, x), aux


def apply_gradients(optimizer, gradients, variables):
    """One update of `variables`."""
    optimizer.apply(gradients, variables)


def num_replicas():
    """How many replicas share one step."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def replica_rows(draw, n):
    """This replica's `n` rows of `draw(rows)`, drawn for the global batch.

    Every replica holds the same seed, so each draws everyone's rows.
    """
    replicas = num_replicas()
    if replicas == 1:
        return draw(n)
    index = tf.distribute.get_replica_context().replica_id_in_sync_group
    return draw(n * replicas)[index * n : (index + 1) * n]


def stream(batches, shape, dtype):
    """A restartable tf.data stream from `batches() -> iterator of (array,)`."""
    spec = (tf.TensorSpec((None, *shape), dtype),)
    return tf.data.Dataset.from_generator(batches, output_signature=spec).prefetch(2)


def auto_jit_compile(model):
    """XLA where it pays: on accelerators, and on a CPU without convolutions.

    Measured (benchmarks/train_step.py): XLA makes dense networks faster, and its
    CPU convolutions are half as fast as TensorFlow's.
    """
    if num_replicas() > 1 or tf.distribute.has_strategy():
        return False
    if tf.config.list_physical_devices("GPU"):
        return "auto"
    networks = (model.generator, model.discriminator)
    return not any(
        isinstance(layer, keras.layers.Layer) and hasattr(layer, "kernel_size")
        for network in networks
        for layer in network._flatten_layers()
    )


class Trainer:
    """`train_step` and `test_step` as Keras calls them on this backend."""

    def train_step(self, data):
        return self.train_iteration(keras.utils.unpack_x_y_sample_weight(data)[0])

    def test_step(self, data):
        return self.test_iteration(keras.utils.unpack_x_y_sample_weight(data)[0])
