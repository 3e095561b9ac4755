"""One step of each kind of GAN against the same written out in NumPy."""

import keras
import numpy as np
import plain_gan as plain
import pytest
from keras import ops
from plain_gan import IMAGES, LABELS, MODES, N, assert_close, softplus

import keras_gan_zoo as kgz
from keras_gan_zoo import augmentation, auxiliaries, generator_penalties

modes = pytest.mark.parametrize("mode", MODES)


def non_saturating(gan):
    """Both players' losses, as functions of their own weights."""
    x, labels = plain.real()
    z, made_labels = plain.drawn()
    made, _ = plain.fake(gan)
    d = plain.weights(gan.discriminator)

    def of_discriminator(p):
        of_real, of_fake = (
            plain.logits(p, x, labels),
            plain.logits(p, made, made_labels),
        )
        return softplus(-of_real).mean() + softplus(of_fake).mean()

    def of_generator(p):
        images, _ = plain.make(p, z, made_labels)
        return softplus(-plain.logits(d, images, made_labels)).mean()

    return of_discriminator, of_generator


def zero_norm(p, x, labels):
    return 0.5 * (plain.by_image(p, x, labels) ** 2).sum(axis=1).mean()


# === The losses alone ===


@modes
def test_a_plain_step(mode):
    gan = plain.build()
    logs, (d,), (g,), _ = plain.step(gan, mode)
    of_discriminator, of_generator = non_saturating(gan)
    assert_close(d, plain.gradients(of_discriminator, plain.weights(gan.discriminator)))
    assert_close(g, plain.gradients(of_generator, plain.weights(gan.generator)))
    expected = of_discriminator(plain.weights(gan.discriminator))
    assert logs["d_loss"] == pytest.approx(expected, rel=1e-5)
    expected = of_generator(plain.weights(gan.generator))
    assert logs["g_loss"] == pytest.approx(expected, rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["d_loss"] + logs["g_loss"], rel=1e-5)


@modes
def test_the_generators_relativistic_loss_sees_the_real_logits(mode):
    gan = plain.build(loss="relativistic_paired")
    _, (d,), (g,), _ = plain.step(gan, mode)
    x, labels = plain.real()
    z, made_labels = plain.drawn()
    made, _ = plain.fake(gan)
    fixed = plain.weights(gan.discriminator)
    of_real = plain.logits(fixed, x, labels)

    def of_discriminator(p):
        gap = plain.logits(p, x, labels) - plain.logits(p, made, made_labels)
        return softplus(-gap).mean()

    def of_generator(p):
        images, _ = plain.make(p, z, made_labels)
        gap = plain.logits(fixed, images, made_labels) - of_real
        return softplus(-gap).mean()

    assert_close(d, plain.gradients(of_discriminator, fixed))
    assert_close(g, plain.gradients(of_generator, plain.weights(gan.generator)))


def test_critic_steps_see_fresh_images_and_the_generator_answers_for_the_last():
    gan = plain.build(critic_steps=2)
    _, found, (g,), _ = plain.step(gan)
    assert len(found) == 2
    x, labels = plain.real()
    half = N // 2
    for i, d in enumerate(found):
        z, made_labels = plain.drawn(i, half)
        made, _ = plain.make(plain.weights(gan.generator), z, made_labels)
        rows = slice(i * half, (i + 1) * half)

        def of_discriminator(p, rows=rows, made=made, made_labels=made_labels):
            of_real = plain.logits(p, x[rows], labels[rows])
            of_fake = plain.logits(p, made, made_labels)
            return softplus(-of_real).mean() + softplus(of_fake).mean()

        p = plain.weights(gan.discriminator)
        assert_close(d, plain.gradients(of_discriminator, p))

    def of_generator(p):
        images, _ = plain.make(p, z, made_labels)
        d = plain.weights(gan.discriminator)
        return softplus(-plain.logits(d, images, made_labels)).mean()

    assert_close(g, plain.gradients(of_generator, plain.weights(gan.generator)))


def test_generator_steps():
    gan = plain.build(generator_steps=2)
    logs, found_d, found, _ = plain.step(gan)
    assert len(found_d) == 1
    assert len(found) == 2
    losses = []
    for i, g in enumerate(found):
        z, labels = plain.drawn(i)

        def of_generator(p, z=z, labels=labels):
            images, _ = plain.make(p, z, labels)
            d = plain.weights(gan.discriminator)
            return softplus(-plain.logits(d, images, labels)).mean()

        p = plain.weights(gan.generator)
        losses.append(of_generator(p))
        assert_close(g, plain.gradients(of_generator, p))
    assert logs["g_loss"] == pytest.approx(np.mean(losses), rel=1e-5)


# === Penalties on the discriminator ===


@modes
@pytest.mark.parametrize("iterations", [4, 5])
def test_lazy_penalties_on_the_losses_own_pass(mode, iterations):
    """When due as heavy as `every` plain ones; else the step is that of none."""
    penalties = [kgz.R1(2.0, every=4), kgz.penalties.R2(3.0, every=4)]
    gan = plain.build(penalties=penalties)
    gan.optimizer.discriminator_optimizer.iterations.assign(iterations)
    logs, (d,), (g,), _ = plain.step(gan, mode)
    loss, of_generator = non_saturating(gan)
    x, labels = plain.real()
    made, made_labels = plain.fake(gan)
    share = 4 if iterations == 4 else 0

    def of_discriminator(p):
        r1, r2 = zero_norm(p, x, labels), zero_norm(p, made, made_labels)
        return loss(p) + share * (2 * r1 + 3 * r2)

    p = plain.weights(gan.discriminator)
    assert_close(d, plain.gradients(of_discriminator, p))
    assert_close(g, plain.gradients(of_generator, plain.weights(gan.generator)))
    expected = share * 2 * zero_norm(p, x, labels)
    assert logs["r1_penalty"] == pytest.approx(expected, rel=1e-4)
    expected = share * 3 * zero_norm(p, made, made_labels)
    assert logs["r2_penalty"] == pytest.approx(expected, rel=1e-4)


@modes
def test_a_penalty_between_the_images_has_the_real_ones_labels(mode):
    gan = plain.build(loss="wasserstein", penalties=[kgz.GradientPenalty(10.0)])
    _, (d,), _, _ = plain.step(gan, mode)
    x, labels = plain.real()
    made, made_labels = plain.fake(gan)
    share = plain.numbers(0, (N, 1, 1, 1), "uniform").reshape(N, 1)

    def of_discriminator(p):
        loss = (
            plain.logits(p, made, made_labels).mean()
            - plain.logits(p, x, labels).mean()
        )
        slopes = plain.by_image(p, share * x + (1 - share) * made, labels)
        norms = np.sqrt((slopes**2).sum(axis=1))
        return loss + 10 * ((norms - 1) ** 2).mean()

    assert_close(d, plain.gradients(of_discriminator, plain.weights(gan.discriminator)))


def test_a_weight_may_be_a_schedule_of_the_images_seen():
    schedule = keras.optimizers.schedules.PolynomialDecay(8.0, 4 * N, 0.0)
    gan = plain.build(penalties=[kgz.R1(schedule)])
    still = keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0)
    gan.compile(*still)
    found = []
    for _ in range(5):
        gan.reset_metrics()
        logs = gan.train_on_batch(IMAGES, LABELS, return_dict=True)
        found.append(float(logs["r1_penalty"]))
    r1 = zero_norm(plain.weights(gan.discriminator), *plain.real())
    np.testing.assert_allclose(found, [w * r1 for w in (8, 6, 4, 2, 0)], 1e-4, 1e-5)


def test_evaluate_takes_lazy_terms_always_and_unscaled():
    gan = plain.build(
        penalties=[kgz.R1(2.0, every=16)],
        generator_penalties=[generator_penalties.ModeSeeking(1.0, every=16)],
    )
    gan.optimizer.discriminator_optimizer.iterations.assign(3)
    gan.optimizer.generator_optimizer.iterations.assign(3)
    logs = gan.evaluate(IMAGES, LABELS, return_dict=True, verbose=0)
    r1 = zero_norm(plain.weights(gan.discriminator), *plain.real())
    assert logs["r1_penalty"] == pytest.approx(2 * r1, rel=1e-4)
    assert logs["mode_seeking"] > 0


# === Auxiliary terms and augmentation ===


@modes
def test_heads_and_an_auxiliary_beside_a_penalty(mode):
    gan = plain.build(
        heads=True,
        penalties=[kgz.R1(2.0)],
        auxiliaries=[auxiliaries.Classification(0.5)],
    )
    logs, (d,), (g,), _ = plain.step(gan, mode)
    d_loss, g_loss = non_saturating(gan)
    x, labels = plain.real()
    z, made_labels = plain.drawn()
    made, _ = plain.fake(gan)
    fixed = plain.weights(gan.discriminator)

    def of_discriminator(p):
        both = plain.cross_entropy(p, x, labels) + plain.cross_entropy(
            p, made, made_labels
        )
        return d_loss(p) + 0.5 * both + 2 * zero_norm(p, x, labels)

    def of_generator(p):
        images, _ = plain.make(p, z, made_labels)
        return g_loss(p) + 0.5 * plain.cross_entropy(fixed, images, made_labels)

    assert_close(d, plain.gradients(of_discriminator, fixed))
    assert_close(g, plain.gradients(of_generator, plain.weights(gan.generator)))
    total = of_discriminator(fixed) + of_generator(plain.weights(gan.generator))
    assert logs["loss"] == pytest.approx(total, rel=1e-5)


class Fade(augmentation.Augmentation):
    """Half the contrast for a part `p` of the images; `p` follows the real logits."""

    def __init__(self, start=0.5, rate=0.25, name="fade"):
        super().__init__(name)
        self.start, self.rate = start, rate
        self.p = self.add_weight(
            (), initializer=keras.initializers.Constant(start), trainable=False
        )

    def call(self, images, draw):
        chosen = draw((ops.shape(images)[0], 1, 1, 1), "uniform") < self.p
        return images * (1.0 - 0.5 * ops.cast(chosen, images.dtype))

    def update(self, of_real):
        sign = ops.sign(ops.mean(ops.sign(of_real["logits"])))
        self.p.assign(ops.clip(self.p + self.rate * sign, 0.0, 1.0))


@modes
def test_penalties_differentiate_through_the_augmentation(mode):
    gan = plain.build(penalties=[kgz.R1(2.0)], augmentation=Fade())
    _, (d,), (g,), states = plain.step(gan, mode, states=[gan.augmentation.p])
    x, labels = plain.real()
    z, made_labels = plain.drawn()
    made, _ = plain.fake(gan)
    fixed = plain.weights(gan.discriminator)

    def kept(i, p):
        chosen = plain.numbers(i, (N, 1, 1, 1), "uniform") < p
        return 1 - 0.5 * chosen.reshape(N, 1)

    at_real, at_fake = kept(0, 0.5), kept(1, 0.5)
    # `p` moves after the discriminator's update, by what it found for real images.
    of_real = plain.logits(fixed, at_real * x, labels)
    p = 0.5 + 0.25 * np.sign(np.sign(of_real).mean())
    assert states == [pytest.approx(p)]
    at_answer = kept(2, p)

    def of_discriminator(p):
        of_real = plain.logits(p, at_real * x, labels)
        of_fake = plain.logits(p, at_fake * made, made_labels)
        slopes = at_real * plain.by_image(p, at_real * x, labels)
        r1 = 0.5 * (slopes**2).sum(axis=1).mean()
        return softplus(-of_real).mean() + softplus(of_fake).mean() + 2 * r1

    def of_generator(p):
        images, _ = plain.make(p, z, made_labels)
        return softplus(-plain.logits(fixed, at_answer * images, made_labels)).mean()

    assert_close(d, plain.gradients(of_discriminator, fixed))
    assert_close(g, plain.gradients(of_generator, plain.weights(gan.generator)))


# === The generator's own penalties ===


@modes
@pytest.mark.parametrize("iterations", [6, 7])
def test_lazy_penalties_of_the_generator(mode, iterations):
    """Path length and mode seeking share the generator's own forward pass."""
    terms = [
        generator_penalties.PathLength(2.0, every=3),
        generator_penalties.ModeSeeking(0.5, every=3),
    ]
    gan = plain.build(generator_penalties=terms)
    terms[0].mean.assign(0.3)
    gan.optimizer.generator_optimizer.iterations.assign(iterations)
    logs, _, (g,), states = plain.step(gan, mode, states=[terms[0].mean])
    _, loss = non_saturating(gan)
    z, labels = plain.drawn()
    others, _ = plain.drawn(1)
    noise = plain.numbers(0, (N, *plain.SHAPE), "normal").reshape(N, -1) / 4.0

    def path_length(p):
        lengths = np.sqrt((plain.make(p, z, labels)[1](noise) ** 2).sum(axis=1) + 1e-12)
        mean = 0.3 + 0.01 * (lengths.mean() - 0.3)
        return ((lengths - mean) ** 2).mean(), mean

    def mode_seeking(p):
        gap = plain.make(p, others, labels)[0] - plain.make(p, z, labels)[0]
        return 1 / (plain.absolute(gap).mean() / np.abs(others - z).mean() + 1e-5)

    due = iterations == 6

    def of_generator(p):
        both = 2 * path_length(p)[0] + 0.5 * mode_seeking(p)
        return loss(p) + due * 3 * both

    p = plain.weights(gan.generator)
    assert_close(g, plain.gradients(of_generator, p))
    expected = due * 3 * 2 * path_length(p)[0]
    assert logs["path_length"] == pytest.approx(expected, rel=1e-4)
    expected = due * 3 * 0.5 * mode_seeking(p)
    assert logs["mode_seeking"] == pytest.approx(expected, rel=1e-4)
    assert states == [pytest.approx(path_length(p)[1] if due else 0.3, rel=1e-5)]
