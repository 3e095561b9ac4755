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

    def counted(data):
        traces.append(1)
        return train_step(data)

    gan.train_step = counted
    return traces


def step(case, own_pass=False):
    """Our compiled step alone, on a batch that stays."""
    import tensorflow as tf

    gan, batch = model(case, own_pass)
    traces = count_traces(gan)
    n = batch * gan.critic_steps
    data = tuple(tf.constant(array) for array in (images(case, n), *labels(case, n)))
    compiled = tf.function(lambda *x: gan.train_step(x), jit_compile=gan.jit_compile)
    return loop(lambda i: compiled(*data), lambda logs: float(logs["d_loss"]), traces)


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
