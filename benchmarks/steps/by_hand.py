"""A `train_step` in the style of the Keras examples: every fake made anew.

What a careful user writes for one GAN is here for all the cases: one `tf.function`,
compiled once for each set of lazy penalties that are due together, so that steps
without them do not pay for them.
"""

from steps.cases import images, labels, model
from steps.contender import loop


def keras(case):
    import tensorflow as tf
    from keras import optimizers

    case = case._replace(policy="float32")  # which another policy is compared with
    gan, batch = model(case, compiled=False)
    g, d, critic_steps = gan.generator, gan.discriminator, gan.critic_steps
    d_loss, g_loss = losses(case.loss)
    augment = diff_augment if case.augmentation == "DiffAugment" else lambda x: x
    penalties, path_lengths = gan.penalties, gan.generator_penalties
    path_length = path_length_of(g, batch, gan.latent_dim) if path_lengths else None
    g_optimizer, d_optimizer = (
        optimizers.Adam(
            float(ours.learning_rate), float(ours.beta_1), float(ours.beta_2), 1e-8
        )
        for ours in gan.default_optimizers()
    )
    average = gan.ema_generator if gan.ema_half_life is not None else None
    decay = 0.5 ** (batch / 10_000)

    def generate(labels):
        latents = tf.random.normal((batch, gan.latent_dim))
        inputs = {"latents": latents, "labels": labels} if case.conditional else latents
        return g(inputs, training=True)

    def judge(images, labels):
        images = augment(images)
        inputs = {"images": images, "labels": labels} if case.conditional else images
        return d(inputs, training=True)

    def drawn_labels():
        if not case.conditional:
            return None
        return tf.random.uniform((batch,), 0, 10, "int32")

    def squared_norm(points, labels):
        with tf.GradientTape() as tape:
            tape.watch(points)
            logits = judge(points, labels)
        gradients = tape.gradient(logits, points)
        return tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3])

    def penalty(term, real, of_real, fake, of_fake):
        if term.name == "gradient_penalty":
            mix = tf.random.uniform((batch, 1, 1, 1))
            points = real + mix * (fake - real)
            norm = tf.sqrt(squared_norm(points, of_real) + 1e-12)
            return tf.reduce_mean((norm - 1.0) ** 2)
        at = (real, of_real) if term.name == "r1_penalty" else (fake, of_fake)
        return 0.5 * tf.reduce_mean(squared_norm(*at))

    traces = []

    @tf.function
    def train_step(due, data, *labels):
        traces.append(due)
        data = tf.cast(data, "float32") / 127.5 - 1.0
        for i in range(critic_steps):
            rows = slice(i * batch, (i + 1) * batch)
            real, of_real = data[rows], labels[0][rows] if labels else None
            of_fake = drawn_labels()
            fake = generate(of_fake)
            with tf.GradientTape() as tape:
                value = d_loss(judge(real, of_real), judge(fake, of_fake))
                for term in penalties:
                    if term.name in due:
                        found = penalty(term, real, of_real, fake, of_fake)
                        value += term.every * weight(term) * found
            gradients = tape.gradient(value, d.trainable_weights)
            d_optimizer.apply_gradients(
                zip(gradients, d.trainable_weights, strict=True)
            )
        of_fake = drawn_labels()
        with tf.GradientTape() as tape:
            logits = judge(generate(of_fake), of_fake)
            answer = g_loss(logits, lambda: judge(real, of_real))
            answer += sum(g.losses)  # the regularizers of its kernels
            for term in path_lengths:
                if term.name in due:
                    answer += term.every * weight(term) * path_length()
        gradients = tape.gradient(answer, g.trainable_weights)
        g_optimizer.apply_gradients(zip(gradients, g.trainable_weights, strict=True))
        if average is not None:
            for mean, new in zip(average.weights, g.weights, strict=True):
                mean.assign(new + (mean - new) * decay)
        return value

    n = batch * critic_steps
    data = [tf.constant(array) for array in (images(case, n), *labels(case, n))]
    lazy = [*penalties, *path_lengths]

    def step(i):
        due = tuple(term.name for term in lazy if i % term.every == 0)
        return train_step(due, *data)

    return loop(step, float, traces)


def weight(term):
    """A number: where it is a schedule, its first value."""
    from keras_gan_zoo.schedules import weight_at

    return float(weight_at(term.weight, 0))


def losses(name):
    """The discriminator's and the generator's, the latter of fake logits and a function
    that returns the real ones."""
    import tensorflow as tf
    from keras.losses import BinaryCrossentropy

    bce = BinaryCrossentropy(from_logits=True)

    def cross_entropy(real, fake):
        return bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)

    def hinge(real, fake):
        real, fake = tf.nn.relu(1.0 - real), tf.nn.relu(1.0 + fake)
        return tf.reduce_mean(real) + tf.reduce_mean(fake)

    def paired(low, high):
        return tf.reduce_mean(tf.nn.softplus(high - low))

    def minus(fake, real):
        return -tf.reduce_mean(fake)

    return {
        "minimax": (
            cross_entropy,
            lambda fake, real: -bce(tf.zeros_like(fake), fake),
        ),
        "non_saturating": (
            cross_entropy,
            lambda fake, real: bce(tf.ones_like(fake), fake),
        ),
        "wasserstein": (
            lambda real, fake: tf.reduce_mean(fake) - tf.reduce_mean(real),
            minus,
        ),
        "hinge": (hinge, minus),
        "relativistic_paired": (paired, lambda fake, real: paired(fake, real())),
    }[name]


def path_length_of(g, batch, latent_dim):
    """StyleGAN2's penalty, on a pass of its own as in the authors' code."""
    import tensorflow as tf
    from keras import Model

    to_ws = Model(g.inputs, g.get_layer("w").output)
    synthesis = g.get_layer("synthesis")
    running = tf.Variable(0.0)

    def path_length():
        ws = to_ws(tf.random.normal((batch, latent_dim)), training=True)
        with tf.GradientTape() as tape:
            tape.watch(ws)
            made = synthesis(ws, training=True)
            size = float(made.shape[1] * made.shape[2])
            noise = tf.random.normal(made.shape) / tf.sqrt(size)
            answer = tf.reduce_sum(made * noise)
        slopes = tf.square(tape.gradient(answer, ws))
        lengths = tf.sqrt(tf.reduce_mean(tf.reduce_sum(slopes, 2), 1) + 1e-12)
        mean = running + 0.01 * (tf.reduce_mean(lengths) - running)
        running.assign(tf.stop_gradient(mean))
        return tf.reduce_mean(tf.square(lengths - mean))

    return path_length


def diff_augment(x):
    """Zhao et al. 2020, as in the authors' code: color, translation, cutout."""
    import tensorflow as tf

    n, height, width, _ = x.shape
    one = (n, 1, 1, 1)
    x = x + tf.random.uniform(one) - 0.5
    mean = tf.reduce_mean(x, 3, keepdims=True)
    x = (x - mean) * tf.random.uniform(one, 0.0, 2.0) + mean
    mean = tf.reduce_mean(x, [1, 2, 3], keepdims=True)
    x = (x - mean) * tf.random.uniform(one, 0.5, 1.5) + mean
    for axis, size in ((1, height), (2, width)):
        most = int(size / 8 + 0.5)
        moved = tf.random.uniform((n, 1), -most, most + 1, "int32") + tf.range(size)
        around = [[0, 0]] * 4
        around[axis] = [1, 1]
        at = tf.clip_by_value(moved + 1, 0, size + 1)
        x = tf.gather(tf.pad(x, around), at, axis=axis, batch_dims=1)
    holes = []
    for size in (height, width):
        hole = int(size / 2 + 0.5)
        start = tf.random.uniform((n, 1), 0, size + 1 - hole % 2, "int32") - hole // 2
        at = tf.range(size)[None]
        holes.append(tf.cast((at >= start) & (at < start + hole), x.dtype))
    return x * (1.0 - holes[0][:, :, None, None] * holes[1][:, None, :, None])
