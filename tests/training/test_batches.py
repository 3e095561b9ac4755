"""Groups of batches, one an iteration; each image once an epoch."""

import keras
import numpy as np
import pytest

from keras_gan_zoo.training.batches import ImageBatches, group_batches, group_sizes


@pytest.mark.parametrize("critic_steps", [1, 2, 5])
@pytest.mark.parametrize("batch_size", [1, 4, 32])
def test_sizes_add_up_and_give_each_critic_step_an_image(batch_size, critic_steps):
    for n in range(critic_steps, 70):
        sizes = group_sizes(n, batch_size, critic_steps)
        full = batch_size * critic_steps
        assert sum(sizes) == n
        assert min(sizes) >= critic_steps
        assert set(sizes[:-1]) <= {full}
        assert len(sizes) in (n // full, -(-n // full)) or sizes == [n]


@pytest.mark.parametrize("critic_steps", [1, 2, 5])
@pytest.mark.parametrize("n", [5, 8, 21, 22, 40, 43])
def test_batches_are_joined_as_arrays_are_cut(n, critic_steps):
    images, labels = np.arange(n), 2 * np.arange(n)
    batches = [(images[i : i + 4], labels[i : i + 4]) for i in range(0, n, 4)]
    groups = list(group_batches(batches, critic_steps))
    assert [len(group[0]) for group in groups] == group_sizes(n, 4, critic_steps)
    np.testing.assert_array_equal(np.concatenate([g[0] for g in groups]), images)
    np.testing.assert_array_equal(np.concatenate([g[1] for g in groups]), labels)


def test_too_few_images():
    with pytest.raises(ValueError, match=r"`critic_steps=5`.*Received: 3 image"):
        list(group_batches([(np.zeros(3),)], 5))
    with pytest.raises(ValueError, match=r"`critic_steps=5`.*Received: 3 image"):
        ImageBatches.from_arrays((np.zeros((3, 2, 2, 1)),), 4, 5)


def epochs(batches, count):
    for epoch in range(count):
        batches.epoch = epoch
        yield np.concatenate([batch[0] for batch in batches.get_numpy_iterator()])


def test_the_order_is_a_function_of_seed_and_epoch():
    images = np.arange(30)
    first, second = epochs(ImageBatches.from_arrays((images,), 4, 1, seed=3), 2)
    assert sorted(first) == sorted(second) == list(images)
    assert (first != second).any()
    # An order by NumPy, which no backend and no earlier epoch has a say in.
    expected = np.random.default_rng((3, 1)).permutation(30)
    np.testing.assert_array_equal(second, expected)
    (kept,) = epochs(ImageBatches.from_arrays((images,), 4, 1), 1)
    np.testing.assert_array_equal(kept, images)


def test_steps_go_on_through_the_laps():
    images = np.arange(12)
    whole = epochs(ImageBatches.from_arrays((images,), 4, 1, seed=3), 2)
    parts = epochs(ImageBatches.from_arrays((images,), 4, 1, seed=3, steps=2), 3)
    np.testing.assert_array_equal(np.concatenate([*whole]), np.concatenate([*parts]))


@pytest.mark.parametrize(
    ("critic_steps", "steps", "expected"), [(1, None, 7), (3, None, 3), (3, 2, 2)]
)
def test_a_known_length_is_told(critic_steps, steps, expected):
    def iterate(lap, skip):
        return iter([(np.zeros((4, 2, 2, 1), "uint8"),)] * 7)

    batches = ImageBatches.from_batches(iterate, critic_steps, steps, length=7)
    assert batches.num_batches == expected
    assert len(list(batches.get_numpy_iterator())) == expected
    assert ImageBatches.from_batches(iterate, critic_steps).num_batches is None


def test_what_every_backend_streams():
    """Images and labels as `fit` gets them, twice, with shapes and types kept."""
    images = np.arange(40, dtype="uint8").reshape(10, 2, 2, 1)
    labels = np.arange(10, dtype="int32")
    batches = ImageBatches.from_arrays((images, labels), 4, 1)
    for _ in range(2):
        found = [
            [np.asarray(array) for array in batch] for batch in batches.get_tf_dataset()
        ]
        assert [len(batch[0]) for batch in found] == [4, 4, 2]
        assert [array.dtype for array in found[0]] == ["uint8", "int32"]
        np.testing.assert_array_equal(np.concatenate([b[0] for b in found]), images)
        np.testing.assert_array_equal(np.concatenate([b[1] for b in found]), labels)


@pytest.mark.parametrize("most", [0, 2**20])  # bytes of arrays that are gathered
@pytest.mark.parametrize(("n", "critic_steps", "steps"), [(13, 3, None), (10, 1, 7)])
def test_arrays_that_are_gathered(n, critic_steps, steps, most, monkeypatch):
    """Groups of several sizes, epochs within a lap, an epoch from its middle on."""
    monkeypatch.setattr("keras_gan_zoo.training.batches.MOST_GATHERED", most)
    images = np.arange(4 * n, dtype="uint8").reshape(n, 2, 2, 1)
    labels = np.arange(n, dtype="int32")
    batches = ImageBatches.from_arrays((images, labels), 2, critic_steps, 3, steps)
    streamed = None
    for epoch, first in ((0, 0), (2, 1)):
        batches.epoch, batches.first = epoch, first
        if streamed is None or keras.config.backend() != "tensorflow":
            streamed = batches.get_tf_dataset()  # once on TensorFlow, as Keras does
        expected = list(batches.get_numpy_iterator())
        found = [[np.asarray(array) for array in batch] for batch in streamed]
        assert len(found) == len(expected) > 0
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])


def test_steps_that_are_executed_together_are_those_taken_one_by_one(tiny_gan, noise):
    """Where the number of steps is no multiple too; callbacks are called less often."""
    if keras.config.backend() == "torch":
        gan = tiny_gan(compiled=False)
        gan.compile(steps_per_execution=3)
        with pytest.raises(ValueError, match="must be 1 with the PyTorch backend"):
            gan.fit(noise(12), batch_size=4)
        return
    runs = []
    for together in (1, 3):
        gan, ends = tiny_gan(compiled=False), []
        gan.compile(steps_per_execution=together)
        told = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs, ends=ends: ends.append(batch)
        )
        history = gan.fit(noise(31), batch_size=4, epochs=2, callbacks=[told])
        runs.append((ends, history.history, gan.get_weights()))
    (each, logs, weights), (some, same_logs, same_weights) = runs
    assert each == [*range(8)] * 2
    assert some[:3] == [2, 5, 8]
    assert len(some) == 6
    for name, values in logs.items():
        np.testing.assert_allclose(same_logs[name], values, rtol=1e-6)
    for one, other in zip(weights, same_weights, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-7)


def test_an_empty_source():
    with pytest.raises(ValueError, match="`x` has no batches"):
        ImageBatches.from_batches(lambda lap, skip: iter([]), 1)


@pytest.mark.once
@pytest.mark.parametrize("source", ["arrays", "batches"])
def test_who_watches_is_shown_each_batch(source, tiny_gan, noise):
    class Watch(keras.callbacks.Callback):
        def set_batches(self, batches):
            self.images = []
            batches.watch = lambda batch: self.images.extend(batch[0])

    watch, images = Watch(), noise(20)
    given = {"x": images, "batch_size": 6}
    if source == "batches":
        given = {"x": iter([images[:9], images[9:]])}
    tiny_gan().fit(**given, epochs=2, verbose=0, callbacks=[watch])
    found = sorted(image.tobytes() for image in watch.images)
    assert found == sorted([image.tobytes() for image in images] * 2)
