"""One GAN iteration, for every backend.

`alternating_update` shares the generator's forward pass: the images that the last
critic step saw as fakes are the ones that the generator then answers for, so an
iteration costs 3 generator and 8 discriminator passes instead of 4 and 8.
"""

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import GradientReversal


def to_model_range(images):
    """uint8 -> float32 in [-1, 1]; floats are in that range already."""
    if images.dtype in ("uint8", ops.convert_to_tensor(0, "uint8").dtype):
        return ops.cast(images, "float32") / 127.5 - 1.0
    return ops.cast(images, "float32")


def judge(gan, images, training=True):
    """The discriminator's float32 logits."""
    return ops.cast(gan.discriminator(images, training=training), "float32")


def discriminator_losses(gan, real, real_logits, fake, fake_logits, draw, training):
    """The discriminator's whole loss, and its parts for the logs."""
    loss = gan.objective.discriminator_loss(real_logits, fake_logits)
    logs = {"d_loss": loss, **gan.objective.metrics(real_logits, fake_logits)}
    for penalty in gan.penalties:
        logs[penalty.name] = penalty(
            lambda x: gan.discriminator(x, training=training), real, fake, draw
        )
        loss = loss + logs[penalty.name]
    return loss, logs


def player_loss(optimizer, loss):
    """A loss as its optimizer wants it: scaled for float16, shared by replicas."""
    return optimizer.scale_loss(loss / backend.num_replicas())


def discriminator_update(gan, real, fake):
    """One step of the discriminator on fixed fakes."""
    optimizer = gan.optimizer.discriminator_optimizer
    variables = gan.discriminator.trainable_variables

    def losses():
        loss, logs = discriminator_losses(
            gan, real, judge(gan, real), fake, judge(gan, fake), gan.draw, True
        )
        return player_loss(optimizer, loss), logs

    loss, logs, pull = backend.vjp(losses, variables)
    backend.apply_gradients(optimizer, pull(ops.ones_like(loss), variables), variables)
    return logs


def alternating_update(gan, real):
    """`critic_steps` discriminator updates on fresh images, then the generator's."""
    optimizer = gan.optimizer.generator_optimizer
    variables = gan.generator.trainable_variables
    n, steps = ops.shape(real)[0], gan.critic_steps

    for i in range(steps):
        batch = real if steps == 1 else real[n * i // steps : n * (i + 1) // steps]
        latents = gan.draw_latents(ops.shape(batch)[0])
        if i < steps - 1:
            fake = gan.generator(latents, training=True)
        else:
            fake, _, pull = backend.vjp(
                lambda z=latents: (gan.generator(z, training=True), None), variables
            )
        logs = discriminator_update(gan, batch, ops.stop_gradient(fake))

    def generator_loss(images):
        loss = gan.objective.generator_loss(judge(gan, images))
        return player_loss(optimizer, loss), loss

    cotangent, loss = backend.input_gradients(
        generator_loss, ops.stop_gradient(fake), differentiable=False
    )
    backend.apply_gradients(optimizer, pull(cotangent, variables), variables)
    return {**logs, "g_loss": loss}, ops.shape(fake)[0]


def simultaneous_update(gan, real):
    """Both players at the weights before the update, from one shared forward pass.

    In a zero-sum game the generator's gradient is the discriminator's, reversed, so
    one backward pass serves both. Any other loss is pulled back a second time.
    """
    optimizers = (
        gan.optimizer.generator_optimizer,
        gan.optimizer.discriminator_optimizer,
    )
    players = gan.generator.trainable_variables, gan.discriminator.trainable_variables
    latents = gan.draw_latents(ops.shape(real)[0])
    zero_sum = gan.objective.zero_sum
    # With float16 each player has a loss scale of its own.
    strength = optimizers[0].scale_loss(1.0) / optimizers[1].scale_loss(1.0)
    reverse = GradientReversal(strength, dtype="float32")

    def losses():
        fake = gan.generator(latents, training=True)
        fake_logits = judge(gan, reverse(fake) if zero_sum else fake)
        d_loss, logs = discriminator_losses(
            gan,
            real,
            judge(gan, real),
            ops.stop_gradient(fake),
            fake_logits,
            gan.draw,
            True,
        )
        g_loss = gan.objective.generator_loss(fake_logits)
        scaled = player_loss(optimizers[0], g_loss), player_loss(optimizers[1], d_loss)
        return scaled, {**logs, "g_loss": g_loss}

    outputs, logs, pull = backend.vjp(losses, [*players[0], *players[1]])
    zero, one = ops.zeros_like(outputs[0]), ops.ones_like(outputs[0])
    if zero_sum:
        both = pull((zero, one), [*players[0], *players[1]])
        gradients = both[: len(players[0])], both[len(players[0]) :]
    else:
        gradients = pull((one, zero), players[0]), pull((zero, one), players[1])
    for optimizer, gradient, variables in zip(
        optimizers, gradients, players, strict=True
    ):
        backend.apply_gradients(optimizer, gradient, variables)
    return logs, ops.shape(real)[0]


def update_average(gan, n):
    """Move the averaged generator towards the generator by `n` images.

    The half-life is in images, and grows with the run up to `ema_half_life`, so
    that a short run does not show its first weights (StyleGAN2's ramp of 0.05).
    """
    if gan.ema_half_life is None:
        return
    n = ops.cast(n * backend.num_replicas(), "float32")
    ramp = 0.05
    seen = ops.minimum(gan.images_seen + n, gan.ema_half_life / ramp)
    gan.images_seen.assign(seen)
    decay = ops.power(0.5, n / ops.minimum(seen * ramp, float(gan.ema_half_life)))
    for average, weight in zip(
        gan.ema_generator.weights, gan.generator.weights, strict=True
    ):
        average.assign(weight + (average - weight) * ops.cast(decay, average.dtype))


def train_iteration(gan, images):
    """One GAN iteration on real images: returns what the logs show."""
    update = simultaneous_update if gan.update == "simultaneous" else alternating_update
    logs, n = update(gan, to_model_range(images))
    update_average(gan, n)
    return logs


def test_iteration(gan, images):
    """The same logs at fixed weights."""
    real = to_model_range(images)
    fake = gan.generator(
        gan.draw_latents(ops.shape(real)[0], training=False), training=False
    )
    fake_logits = judge(gan, fake, training=False)

    def draw(shape, distribution):
        return gan.draw(shape, distribution, training=False)

    _, logs = discriminator_losses(
        gan, real, judge(gan, real, training=False), fake, fake_logits, draw, False
    )
    return {**logs, "g_loss": gan.objective.generator_loss(fake_logits)}
