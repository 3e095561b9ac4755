"""ADA: each transform against its own definition, and the whole as a part of a GAN."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.spatial.transform import Rotation
from scripted import Scripted, Seeded

from keras_gan_zoo import backend
from keras_gan_zoo.augmentation import ADA
from keras_gan_zoo.families import R3GAN

rng = np.random.default_rng(0)
N, SIZE = 4, 12
IMAGES = rng.uniform(-1, 1, (N, SIZE, SIZE, 3)).astype("float32")
GET, MISS = 0.0, 0.999  # below the probability, and not


def apply(policy, images=IMAGES, uniform=(), normal=(), p=0.5):
    if isinstance(policy, str):
        policy = {policy: 1}
    layer = ADA(policy, p=p)
    draw = Scripted(uniform, normal)
    return ops.convert_to_numpy(layer(ops.convert_to_tensor(images), draw=draw))


def close(found, expected, atol=1e-5):
    np.testing.assert_allclose(found, expected, atol=atol)


def smooth(x, y):
    return 0.5 * np.cos(0.13 * x + 0.4) + 0.4 * np.sin(0.17 * y) + 0.002 * x * y


def grid(width=20, height=24):
    x, y = np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2
    return np.meshgrid(x, y)


# === Pixel blitting: the filter is not quite symmetric, which noise would show ===

SMOOTH = smooth(*grid(16, 16)).astype("float32")[None, :, :, None]


def test_xflip():
    close(apply("xflip", SMOOTH, uniform=[0.9, GET]), SMOOTH[:, :, ::-1], 0.02)
    close(apply("xflip", uniform=[0.4, GET]), IMAGES)


@pytest.mark.parametrize("quarters", range(4))
def test_rotate90(quarters):
    """Against the clock."""
    found = apply("rotate90", SMOOTH, uniform=[(quarters + 0.5) / 4, GET])
    close(found, np.rot90(SMOOTH, quarters, axes=(1, 2)), 0.02)


@pytest.mark.parametrize(("x", "y"), [(1, 0), (0, -1), (-2, 1)])
def test_xint(x, y):
    """By whole pixels, up to an eighth of the size; the edge reflects."""
    tall = rng.uniform(-1, 1, (N, 20, 16, 3)).astype("float32")
    u, v = (0.5 + 0.5 * move / (0.125 * size) for move, size in ((x, 16), (y, 20)))
    found = apply("xint", tall, uniform=[u, v, GET])
    padded = np.pad(tall, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    close(found, np.roll(padded, (y, x), axis=(1, 2))[:, 3:-3, 3:-3])


# === Geometric transforms: of a smooth image, which is known between its pixels ===


TURNED = 0.7  # of pi, as a uniform number
ANGLE = np.pi * (2 * TURNED - 1)
TURN = np.array([[np.cos(ANGLE), np.sin(ANGLE)], [-np.sin(ANGLE), np.cos(ANGLE)]])


@pytest.mark.parametrize(
    ("name", "uniform", "normal", "forward", "move"),
    [
        ("scale", [GET], [1.0], 2**0.2 * np.eye(2), (0, 0)),
        ("aniso", [GET], [1.5], np.diag([2**0.3, 2**-0.3]), (0, 0)),
        ("rotate", [TURNED, GET, 0, MISS], [], TURN, (0, 0)),
        ("rotate", [0, MISS, TURNED, GET], [], TURN, (0, 0)),
        ("xfrac", [GET], [0.5, -0.3], np.eye(2), (0.125 * 0.5 * 20, -0.125 * 0.3 * 24)),
    ],
)
def test_geometric_transforms(name, uniform, normal, forward, move):
    """What stood at (x, y) stands at `forward` (x, y) + `move`, y pointing down."""
    points = np.stack(grid(), axis=-1)
    image = smooth(*grid()).astype("float32")[None, :, :, None]
    found = apply(name, image, uniform, normal)[0, :, :, 0]
    sources = (points - move) @ np.linalg.inv(forward).T
    expected = smooth(sources[..., 0], sources[..., 1])
    inside = (np.abs(sources) < (7, 9)).all(axis=-1)  # away from the reflection
    assert inside.sum() > 100
    np.testing.assert_allclose(found[inside], expected[inside], atol=0.01)


def test_beyond_one_reflection_it_is_black():
    found = apply("scale", np.ones((1, 16, 16, 1)), [GET], [-20.0])  # to a 16th
    assert found[0, 8, 8, 0] == pytest.approx(1, abs=0.1)
    assert found[0, 0, 0, 0] == 0


# === Colors ===

MEAN = IMAGES.mean(axis=-1, keepdims=True)


def test_brightness():
    close(apply("brightness", uniform=[GET], normal=[1.5]), IMAGES + 0.2 * 1.5)


def test_contrast():
    close(apply("contrast", uniform=[GET], normal=[-1.2]), IMAGES * 2**-0.6)


def test_lumaflip():
    """A reflection of the grey axis, which leaves differences between channels."""
    close(apply("lumaflip", uniform=[0.5, GET]), IMAGES - 2 * MEAN)
    close(apply("lumaflip", uniform=[0.49, GET]), IMAGES)


def test_hue():
    """A rotation around the grey axis."""
    axis = np.ones(3) / np.sqrt(3)
    matrix = Rotation.from_rotvec(np.pi * 0.4 * axis).as_matrix()
    close(apply("hue", uniform=[0.7, GET]), IMAGES @ matrix.T)


def test_saturation():
    found = apply("saturation", uniform=[GET], normal=[1.3])
    close(found, MEAN + 2**1.3 * (IMAGES - MEAN))


def test_grey_images_have_brightness_contrast_and_luma_only():
    grey = IMAGES[..., :1]
    found = apply("color", grey, uniform=[GET, GET, 0.5, GET], normal=[1.0, 1.0])
    close(found, -(2**0.5) * (grey + 0.2))


def test_other_images_have_no_colors():
    with pytest.raises(ValueError, match=r"one channel or three.*Received: 2 channels"):
        ADA("bgc", p=0.5)(ops.ones((2, 8, 8, 2)), draw=Seeded())


def test_other_images_have_no_colors_is_said_before_training():
    sizes = {"generator_widths": (8, 8), "discriminator_widths": (8, 8)}
    with pytest.raises(ValueError, match=r"one channel or three.*Received: 4 channels"):
        R3GAN((8, 8, 4), **sizes)
    R3GAN((8, 8, 4), augmentation=ADA("bg"), **sizes)


# === Filters, noise, cutout ===


def gains(t):
    """Each gain, with the power of typical images kept by each for itself."""
    power = np.array([10, 1, 1, 1]) / 13
    found = np.ones(4)
    for i in range(4):
        band = np.where(np.arange(4) == i, t, 1.0)
        found *= band / np.sqrt((power * band**2).sum())
    return found


def test_filters_change_the_bands_of_a_constant_and_of_the_finest_checks():
    t = np.array([0.5, 2.0, 3.0, 4.0])
    flat = np.ones((1, 24, 20, 1))
    checks = (-1.0) ** np.add.outer(np.arange(24), np.arange(20))[None, :, :, None]
    for image, band in ((flat, 0), (checks, 3)):
        found = apply("filter", image, [GET] * 4, list(np.log2(t)))
        close(found, gains(t)[band] ** 2 * image, 1e-4)


def test_filters_with_equal_gains_change_nothing():
    for images in (IMAGES, IMAGES[:, :5, :1]):  # smaller than the filters reach
        close(apply("filter", images, [MISS] * 4, [1.0] * 4), images)


def test_noise():
    found = apply("noise", uniform=[GET], normal=[-0.7])
    close(found, IMAGES + 0.07)  # times ones


def test_cutout():
    """Half of the height and half of the width, a quarter of the area."""
    found = apply("cutout", np.ones((1, 16, 20, 3)), uniform=[GET, 0.5, 0.5])
    expected = np.ones((1, 16, 20, 3))
    expected[:, 4:12, 5:15] = 0
    close(found, expected)
    corner = apply("cutout", np.ones((1, 16, 20, 3)), uniform=[GET, 0.0, 0.0])
    assert 1 - corner.mean() == pytest.approx(1 / 16)


# === Who gets what ===


def test_each_image_is_chosen_by_a_number_of_its_own():
    chosen = np.array([0.1, 0.19, 0.21, 0.9])
    found = apply({"brightness": 0.4}, uniform=[chosen], normal=[1.0], p=0.5)
    close(found, IMAGES + 0.2 * (chosen < 0.2)[:, None, None, None])


def test_either_rotation_happens_with_the_probability():
    """Each with 1 - sqrt(1 - p): 0.2 for p = 0.36."""
    places = np.array([0.19, 0.21, 0.5, 0.9])
    images = np.repeat(SMOOTH, 4, axis=0)
    found = apply("rotate", images, [0.75, places, 0.75, places], p=0.36)
    close(found[:1], np.rot90(SMOOTH, 2, axes=(1, 2)), 0.02)
    close(found[1:], images[1:])


def test_nothing_happens_at_0():
    for policy in ("bgcfnc", "bgc"):
        close(apply_seeded(ADA(policy, p=0.0)), IMAGES)
        close(apply_seeded(ADA(policy)), IMAGES)  # where an adaptive one starts


def apply_seeded(layer, images=IMAGES):
    return ops.convert_to_numpy(layer(ops.convert_to_tensor(images), draw=Seeded()))


def test_policies():
    by_groups = ADA({"blit": 1, "geom": 1, "color": 1}, p=0.7)
    np.testing.assert_array_equal(
        apply_seeded(by_groups), apply_seeded(ADA("bgc", p=0.7))
    )
    single = ADA({"xflip": 1, "cutout": 0.0, "rotate90": 1, "xint": 1}, p=0.7)
    np.testing.assert_array_equal(
        apply_seeded(single), apply_seeded(ADA("blit", p=0.7))
    )


@pytest.mark.parametrize("policy", ["bgx", "xflip,noise", {"flip": 1}, {"blit": 2}])
def test_bad_policy(policy):
    with pytest.raises(ValueError, match=r"`policy` must be one of .*Received: policy"):
        ADA(policy)


def test_config_round_trip():
    policy = {"blit": 1, "geom": 1, "color": 0.5, "cutout": 1}
    layer = ADA(policy, p=0.3, target=0.5, images_to_one=100_000, every=8, name="mine")
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert copy.get_config() == layer.get_config()
    np.testing.assert_array_equal(apply_seeded(copy), apply_seeded(layer))


# === Gradients ===


def test_gradients_flow_to_the_images_twice():
    """Augmentation is affine in an image, so its matrix tells both derivatives."""
    shape = (1, 4, 5, 1)
    layer = ADA("bgcfnc", p=0.9)

    def flat(image):
        image = ops.convert_to_tensor(image.reshape(shape).astype("float32"))
        return ops.convert_to_numpy(layer(image, draw=Seeded(3))).ravel()

    offset = flat(np.zeros(20))
    matrix = np.stack([flat(unit) - offset for unit in np.eye(20)], axis=1)
    assert np.abs(matrix - np.eye(20)).max() > 0.1
    weights = rng.normal(size=20)

    def squared_gradient(w):
        def judged(x):
            return ops.sum(w * ops.reshape(layer(x, draw=Seeded(3)), (-1,))), None

        gradient, _ = backend.input_gradients(judged, ops.zeros(shape))
        return ops.sum(ops.square(gradient)), gradient

    with keras.StatelessScope():
        second, first = backend.input_gradients(
            squared_gradient, ops.convert_to_tensor(weights.astype("float32"))
        )
    first, second = (
        ops.convert_to_numpy(ops.stop_gradient(g)) for g in (first, second)
    )
    close(first.ravel(), matrix.T @ weights, 1e-4)
    close(second, 2 * matrix @ matrix.T @ weights, 1e-3)


# === In a GAN ===


def test_real_and_fake_are_treated_alike_in_both_updates(tiny_gan, noise):
    """Every image that the discriminator sees in training went through it."""
    seen = []

    class Counting(ADA):
        def call(self, images, draw):
            seen.append(tuple(images.shape[1:]))
            return super().call(images, draw)

    gan = tiny_gan(augmentation=Counting("cutout", p=0.5), compiled=False)
    gan.compile(run_eagerly=True)
    gan.fit(noise(8), batch_size=8, verbose=0)
    assert seen == [(8, 8, 1)] * 3  # D's real and fake, G's fake
    gan.evaluate(noise(8), verbose=0)
    assert len(seen) == 3
