"""Consistency terms, LeCam and feature matching, each against NumPy written out."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.auxiliaries import (
    BalancedConsistency,
    Consistency,
    FeatureMatching,
    LatentConsistency,
    LeCam,
)
from keras_gan_zoo.generator_penalties import LatentSensitivity
from keras_gan_zoo.objectives.consistency import flip_and_shift
from keras_gan_zoo.training import step
from keras_gan_zoo.training.batch import Batch

N, SHAPE = 5, (16, 9, 2)
rng = np.random.default_rng(0)
IMAGES = {kind: rng.normal(size=(N, *SHAPE)).astype("float32") for kind in "rf"}
KERNELS = {name: rng.normal(size=(288, 3)) for name in ("logits", "classes")}
LATENTS = rng.normal(size=(N, 4)).astype("float32")
UNIFORM = np.array(
    # down, right, mirrored below a half
    [[0, 0, 0.7], [0.99, 0.99, 0.2], [0.5, 0.5, 0.4], [0.3, 0.7, 0.6], [0.7, 0, 0.49]]
)
NOISE = rng.normal(size=(N, 4))


def number(value):
    return float(ops.convert_to_numpy(value))


def draw(shape, distribution):
    values = {"uniform": UNIFORM, "normal": NOISE}[distribution]
    assert tuple(map(int, shape)) == values.shape
    return ops.convert_to_tensor(values.astype("float32"))


def outputs(images):
    """A discriminator in NumPy, float64."""
    flat = images.reshape(N, -1)
    return {name: np.tanh(0.1 * flat @ kernel) for name, kernel in KERNELS.items()}


def made(latents):
    """A generator in NumPy."""
    return np.tile(np.sin(latents), 72).reshape(N, *SHAPE)


def judge(batch, augment=True):
    """The discriminator of images that no augmentation has touched."""
    assert not augment
    images = batch.images
    if images is None:
        images = made(ops.convert_to_numpy(batch.latents))
    found = outputs(ops.convert_to_numpy(images))
    return {
        name: ops.convert_to_tensor(x.astype("float32")) for name, x in found.items()
    }


def judged(kind):
    batch = Batch(*map(ops.convert_to_tensor, (IMAGES[kind], np.arange(N), LATENTS)))
    return batch, judge(batch, augment=False)


def moved(images):
    """By up to 2 rows and 1 column, after they are mirrored or not."""
    found = []
    for image, (down, right, mirror) in zip(images, UNIFORM, strict=True):
        image = image[:, ::-1] if mirror < 0.5 else image
        rows, columns = int(down * 5) - 2, int(right * 3) - 1
        padded = np.pad(image, ((2, 2), (1, 1), (0, 0)), mode="reflect")
        found.append(padded[2 + rows : 18 + rows, 1 + columns : 10 + columns])
    return np.stack(found)


def test_flip_and_shift():
    found = flip_and_shift(ops.convert_to_tensor(IMAGES["r"]), draw)
    np.testing.assert_allclose(ops.convert_to_numpy(found), moved(IMAGES["r"]))


def test_images_of_one_pixel_are_left_alone():
    one = ops.ones((N, 1, 1, 1))
    np.testing.assert_array_equal(ops.convert_to_numpy(flip_and_shift(one, draw)), 1)


def change(kind, names):
    before, after = outputs(IMAGES[kind]), outputs(moved(IMAGES[kind]))
    return sum(np.mean((before[name] - after[name]) ** 2) for name in names)


@pytest.mark.parametrize("names", [("logits",), ("logits", "classes")])
def test_consistency(names):
    term = Consistency(3.0, outputs=names)
    found = term.discriminator_loss(judge, *judged("r"), *judged("f"), draw)
    assert number(found) == pytest.approx(3 * change("r", names), rel=1e-5)


def test_balanced_consistency():
    term = BalancedConsistency(3.0, 0.5)
    found = term.discriminator_loss(judge, *judged("r"), *judged("f"), draw)
    expected = 3 * change("r", ["logits"]) + 0.5 * change("f", ["logits"])
    assert number(found) == pytest.approx(expected, rel=1e-5)


def test_latent_consistency():
    term = LatentConsistency(2.0, radius=0.3)
    found = term.discriminator_loss(judge, *judged("r"), *judged("f"), draw)
    near = outputs(made(LATENTS + 0.3 * NOISE))["logits"]
    expected = 2 * np.mean((outputs(IMAGES["f"])["logits"] - near) ** 2)
    assert number(found) == pytest.approx(expected, rel=1e-4)


def test_latent_sensitivity():
    """A reward: the images of latents nearby differ."""

    def make(latents, labels):
        return ops.convert_to_tensor(made(ops.convert_to_numpy(latents)))

    fake, _ = judged("f")
    found = LatentSensitivity(radius=0.3).value(fake, make, None, draw, None)
    expected = -np.mean((made(LATENTS + 0.3 * NOISE) - IMAGES["f"]) ** 2)
    assert number(found) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("start", [0, 2])
def test_lecam(start):
    """As LeCam-GAN's code: averages take part from `start` on, the term after it."""
    term, averages = LeCam(0.3, decay=0.9, start=start), [7777.0, 7777.0]
    for update in range(5):
        logits = rng.normal(size=(2, N, 1)) + np.array([[[1.0]], [[-1.0]]])
        decay = 0.9 if update >= max(start, 1) else 0.0
        averages = [
            decay * average + (1 - decay) * some.mean()
            for average, some in zip(averages, logits, strict=True)
        ]
        above = np.maximum(logits[0] - averages[1], 0) ** 2
        below = np.maximum(averages[0] - logits[1], 0) ** 2
        expected = 0.3 * (above.mean() + below.mean()) * (update > start)
        real, fake = (
            {"logits": ops.convert_to_tensor(some.astype("float32"))} for some in logits
        )
        for _ in range(2):  # the term alone moves nothing
            found = term.discriminator_loss(None, None, real, None, fake, None)
            assert number(found) == pytest.approx(expected, rel=1e-5)
        term.update(real, fake)
        found = ops.convert_to_numpy(term.averages)
        np.testing.assert_allclose(found, averages, rtol=1e-5)


def test_feature_matching():
    real, fake = rng.normal(size=(2, N, 3, 3, 4))
    of_real, of_fake = (
        {"h": ops.convert_to_tensor(x.astype("float32"))} for x in (real, fake)
    )
    term = FeatureMatching(2.0, output="h")
    found = term.generator_loss(None, None, of_fake, None, of_real=of_real)
    expected = 2 * np.abs(fake.mean(axis=0) - real.mean(axis=0)).mean()
    assert number(found) == pytest.approx(expected, rel=1e-5)


TERMS = (
    Consistency(2.0, ("logits", "classes"), name="mine"),
    BalancedConsistency(2.0, 3.0),
    LatentConsistency(2.0, 0.1),
    LeCam(0.2, 0.9, 10),
    FeatureMatching(0.5, "hidden"),
    LatentSensitivity(0.1, every=2, radius=0.2),
)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: type(term).__name__)
def test_config_round_trip(term):
    config = keras.saving.serialize_keras_object(term)
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(term)
    assert copy.get_config() == term.get_config()


def test_outputs_must_be_there(tiny_gan):
    for term in (Consistency(outputs=("logits", "classes")), FeatureMatching()):
        with pytest.raises(ValueError, match=r"reads .*(classes|features).*Received"):
            tiny_gan(auxiliaries=[term])


# === In a GAN ===


def with_features(gan):
    """The discriminator, with its hidden layer as an output."""
    discriminator = gan.discriminator
    hidden = discriminator.layers[-2].output
    return keras.Model(
        discriminator.input, {"logits": discriminator.output, "features": hidden}
    )


@pytest.mark.parametrize(
    ("update", "loss"),
    [("alternating", "hinge"), ("simultaneous", "relativistic_paired")],
)
def test_they_train_together(update, loss, tiny_gan, noise):
    discriminator = with_features(tiny_gan(compiled=False))
    gan = tiny_gan(compiled=False)
    gan = type(gan)(
        gan.generator,
        discriminator,
        loss=loss,
        update=update,
        auxiliaries=[
            Consistency(),
            BalancedConsistency(),
            LatentConsistency(),
            LeCam(start=1),
            FeatureMatching(),
        ],
        generator_penalties=[LatentSensitivity()],
    )
    gan.compile()
    logs = gan.fit(noise(32), batch_size=8, verbose=0).history
    for name in ("d_consistency", "d_balanced_consistency", "d_latent_consistency"):
        assert logs[name][0] > 0
    assert logs["d_lecam"][0] > 0
    assert logs["g_feature_matching"][0] > 0
    assert logs["latent_sensitivity"][0] < 0
    assert number(gan.auxiliaries[3].updates) == 4
    state = ops.convert_to_numpy(gan.auxiliaries[3].averages)
    gan.evaluate(noise(8), verbose=0)
    found = ops.convert_to_numpy(gan.auxiliaries[3].averages)
    np.testing.assert_array_equal(found, state)


def test_images_made_for_the_discriminator_move_no_generator(tiny_gan):
    """`judge` makes images of a batch that has none, without a gradient."""
    gan = tiny_gan(compiled=False)
    gan.discriminator.trainable = False
    latents = ops.convert_to_tensor(LATENTS)

    def total(z):
        logits = step.judge(gan, Batch(None, None, z))["logits"]
        return ops.sum(logits) + 0.0 * ops.sum(z), None

    with keras.StatelessScope():
        gradient, _ = backend.input_gradients(total, latents, differentiable=False)
        expected = step.judge(
            gan, Batch(step.make(gan, latents, None, False)), training=False
        )["logits"]
        found = step.judge(gan, Batch(None, None, latents), training=False)["logits"]
    assert not ops.convert_to_numpy(gradient).any()
    found, expected = (
        ops.convert_to_numpy(ops.stop_gradient(x)) for x in (found, expected)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-5)
