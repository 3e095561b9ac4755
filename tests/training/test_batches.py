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
