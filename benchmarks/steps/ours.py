"""Our `fit` and parts of it."""

import time

from steps.cases import images, labels, model
from steps.contender import Contender, loop


def fit(case):
    """Our `fit`, with its data pipeline, logs and callbacks."""
    gan, batch = model(case)
    traces = count_traces(gan)
    n = batch * gan.critic_steps * 200
    data = (images(case, n), *labels(case, n))

    def run(steps):
        start = time.perf_counter()
        gan.fit(*data, batch_size=batch, steps_per_epoch=steps, verbose=0)
        return time.perf_counter() - start

    return Contender(run, traces)


def count_traces(gan):
    """A list that grows when Python runs the step: once for each trace."""
    traces, train_step = [], gan.train_step

    def counted(*arguments):
        traces.append(1)
        return train_step(*arguments)

    gan.train_step = counted
    return traces


def step(case, own_pass=False):
    """Our compiled step alone, on a batch that stays, on Keras' backend."""
    from keras.config import backend

    gan, batch = model(case, own_pass)
    traces = count_traces(gan)
    n = batch * gan.critic_steps
    data = images(case, n), *labels(case, n)
    of_backend = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    run = of_backend[backend()](gan, data)
    return loop(lambda i: run(), lambda logs: float(logs["d_loss"]), traces)


def _tensorflow(gan, data):
    import tensorflow as tf

    data = tuple(map(tf.constant, data))
    run = tf.function(lambda *x: gan.train_step(x), jit_compile=gan.jit_compile)
    return lambda: run(*data)


def _jax(gan, data):
    import jax

    data = tuple(map(jax.numpy.asarray, data))
    run = jax.jit(gan.train_step, donate_argnums=0)
    groups = (
        gan.trainable_variables,
        gan.non_trainable_variables,
        gan.optimizer.variables,
        gan.metrics_variables,
    )
    state = tuple([v.value for v in group] for group in groups)

    def next_step():
        nonlocal state
        logs, state = run(state, data)
        return logs

    return next_step


def _torch(gan, data):
    from keras import ops

    data = tuple(map(ops.convert_to_tensor, data))
    return lambda: gan.train_step(data)


def step_before(case):
    """Our step with the penalties on passes of their own."""
    return step(case, own_pass=True)


def critic(case, own_pass=False):
    """The discriminator's update alone, on fakes that stay."""
    import tensorflow as tf

    from keras_gan_zoo.training.batch import Batch, to_model_range
    from keras_gan_zoo.training.step import discriminator_update, fixed

    gan, batch = model(case, own_pass)
    real = Batch(to_model_range(tf.constant(images(case, batch))))
    fake = Batch(tf.random.uniform((batch, *case.image_shape), -1, 1))
    compiled = tf.function(lambda: discriminator_update(gan, real, fixed(fake)))
    return loop(lambda i: compiled(), lambda logs: float(logs["d_loss"]), [])


def critic_before(case):
    """The same with the penalties on passes of their own."""
    return critic(case, own_pass=True)
