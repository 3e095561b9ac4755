"""DiffAugment, image by image in NumPy from the same draws."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.augmentation import DiffAugment

rng = np.random.default_rng(0)
SHAPE = (12, 16, 10, 3)
IMAGES = rng.uniform(-1, 1, SHAPE).astype("float32")


class Draw:
    """Uniform numbers, kept in order."""

    def __init__(self, edge=None):
        self.rng, self.edge, self.seen = np.random.default_rng(3), edge, []

    def __call__(self, shape, distribution):
        assert distribution == "uniform"
        shape = tuple(int(size) for size in shape)
        found = self.rng.random(shape).astype("float32")
        if self.edge is not None:
            found = np.full(shape, self.edge, "float32")
        self.seen.append(found.ravel())
        return ops.convert_to_tensor(found)


def color(x, draws):
    brightness, saturation, contrast = draws
    x = x + (brightness - 0.5)
    grey = x.mean(axis=2, keepdims=True)
    x = (x - grey) * (2 * saturation) + grey
    return (x - x.mean()) * (contrast + 0.5) + x.mean()


def translation(x, draws):
    """By up to an eighth of the rows and columns, filled with zeros."""
    height, width, _ = x.shape
    most = {16: 2, 10: 1, 13: 2, 7: 1}  # int(size / 8 + 0.5)
    down = int(np.floor(draws[0] * (2 * most[height] + 1))) - most[height]
    right = int(np.floor(draws[1] * (2 * most[width] + 1))) - most[width]
    moved = np.zeros_like(x)
    for i in range(height):
        for j in range(width):
            if 0 <= i - down < height and 0 <= j - right < width:
                moved[i, j] = x[i - down, j - right]
    return moved


def cutout(x, draws):
    """A hole of half the size around a place in the image, cut off at its edges."""
    x = x.copy()
    height, width, _ = x.shape
    # Its places, and how far it reaches before and behind them.
    rows, up, down = {16: (17, 4, 4), 13: (13, 3, 4)}[height]
    columns, left, right = {10: (10, 2, 3), 7: (8, 2, 2)}[width]
    row, column = int(np.floor(draws[0] * rows)), int(np.floor(draws[1] * columns))
    for i in range(row - up, row + down):
        for j in range(column - left, column + right):
            if 0 <= i < height and 0 <= j < width:
                x[i, j] = 0
    return x


STEPS = {"color": (color, 3), "translation": (translation, 2), "cutout": (cutout, 2)}


@pytest.mark.parametrize("size", [(16, 10), (13, 7)])
@pytest.mark.parametrize("edge", [None, 0.0, 1 - 2**-24])
@pytest.mark.parametrize(
    "policy", ["color", "translation", "cutout", "color,translation,cutout"]
)
def test_each_image_by_its_own_draws(policy, edge, size):
    draw, given = Draw(edge), IMAGES[:, : size[0], : size[1]]
    images = DiffAugment(policy)(ops.convert_to_tensor(given), draw=draw)
    found = ops.convert_to_numpy(images)
    draws = iter(draw.seen)
    expected = list(given)
    for name in policy.split(","):
        step, count = STEPS[name]
        drawn = np.stack([next(draws) for _ in range(count)], axis=1)
        expected = [step(x, row) for x, row in zip(expected, drawn, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert next(draws, None) is None


def test_gradients_flow_to_what_is_shown():
    layer = DiffAugment("translation,cutout")

    def total(x):
        return ops.sum(layer(x, draw=Draw())), None

    with keras.StatelessScope():
        found, _ = backend.input_gradients(
            total, ops.convert_to_tensor(IMAGES), differentiable=False
        )
    # A pixel that is still there counts once, one moved out or cut not at all.
    found = ops.convert_to_numpy(found)
    assert set(np.unique(found)) == {0.0, 1.0}
    marked = ops.convert_to_numpy(layer(ops.ones(SHAPE), draw=Draw()))
    assert found.sum() == marked.sum()


def test_no_policy_twice_and_none_unknown():
    with pytest.raises(ValueError, match=r"`policy` must be some of .*Received"):
        DiffAugment("color,flip")


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(DiffAugment("color", name="mine"))
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == {"policy": "color", "name": "mine"}


def test_it_augments_training_and_leaves_evaluate_alone(tiny_gan, noise):
    gan = tiny_gan(augmentation=DiffAugment())
    plain = tiny_gan()
    logs = [
        model.evaluate(noise(), return_dict=True, verbose=0) for model in (gan, plain)
    ]
    assert logs[0] == pytest.approx(logs[1])
    histories = [
        model.fit(noise(), batch_size=20, verbose=0).history["d_loss"][0]
        for model in (gan, plain)
    ]
    assert histories[0] != histories[1]
