import keras
import numpy as np
import pytest

from keras_gan_zoo.datasets.adapters import (
    is_batched,
    is_one_shot,
    iterate,
    iterate_pairs,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 8, 6, 3), dtype="uint8")
LABELS = np.arange(10)
SHAPE = (8, 6, 3)


class Pairs(keras.utils.PyDataset):
    def __init__(self, batches, length=True):
        super().__init__()
        self.batches, self.length, self.events = batches, length, []

    @property
    def num_batches(self):
        return len(self.batches) if self.length else None

    def __getitem__(self, index):
        return self.batches[index % len(self.batches)]

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


def tf_data(*arrays):
    tf = pytest.importorskip("tensorflow")  # an extra; not part of the jax one
    return tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])


def torch_loader(*arrays, **options):
    torch = pytest.importorskip("torch")
    tensors = [torch.from_numpy(array) for array in arrays]
    data = torch.utils.data.TensorDataset(*tensors)
    return torch.utils.data.DataLoader(data, **options)


def generator(*batches):
    yield from batches


SOURCES = {
    "tf.data": lambda: tf_data(IMAGES).batch(4),
    "tf.data with labels": lambda: tf_data(IMAGES, LABELS).batch(4),
    "torch": lambda: torch_loader(IMAGES, batch_size=4),
    "torch with labels": lambda: torch_loader(IMAGES, LABELS, batch_size=4),
    "PyDataset": lambda: Pairs([IMAGES[:4], IMAGES[4:8], IMAGES[8:]]),
    "PyDataset with labels": lambda: Pairs([(IMAGES[:4], 0), (IMAGES[4:], 1)]),
    "generator": lambda: generator(IMAGES[:4], IMAGES[4:8], IMAGES[8:]),
    "generator of tuples": lambda: generator((IMAGES[:4],), (IMAGES[4:], None)),
    "generator of lists of images": lambda: generator(
        list(IMAGES[:4]), list(IMAGES[4:])
    ),
    "generator of tensors": lambda: generator(keras.ops.convert_to_tensor(IMAGES)),
    "iterator": lambda: iter([IMAGES]),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("image_shape", [SHAPE, None])
def test_sources(name, image_shape):
    source = SOURCES[name]()
    assert is_batched(source)
    batches = list(iterate(source, image_shape))
    assert all(isinstance(batch, np.ndarray) for batch in batches)
    assert sum(len(batch) for batch in batches) == 10
    np.testing.assert_array_equal(np.concatenate(batches), IMAGES)


@pytest.mark.parametrize("name", ["tf.data", "torch with labels", "PyDataset"])
def test_a_source_can_be_read_again(name):
    source = SOURCES[name]()
    assert not is_one_shot(source)
    assert len(list(iterate(source))) == len(list(iterate(source))) == 3


@pytest.mark.parametrize("name", ["generator", "iterator"])
def test_one_shot(name):
    source = SOURCES[name]()
    assert is_one_shot(source)
    list(iterate(source))
    with pytest.raises(ValueError, match=r"create a new one.*Received"):
        list(iterate(source))


@pytest.mark.parametrize(
    "x", [IMAGES, [IMAGES], (IMAGES, LABELS), {"image": IMAGES}, "./faces", b"x", None]
)
def test_not_batched(x):
    assert not is_batched(x)


def test_not_batched_tensors_and_paths(tmp_path):
    assert not is_batched(tmp_path)
    assert not is_batched(keras.ops.convert_to_tensor(IMAGES))


def test_map_style_torch_data_needs_a_loader():
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(torch.from_numpy(IMAGES))
    assert not is_batched(data)


def test_py_dataset_hooks():
    source = Pairs([IMAGES])
    list(iterate(source))
    list(iterate(source))
    assert source.events == ["begin", "end"] * 2


def test_endless_py_dataset():
    batches = iterate(Pairs([IMAGES], length=False))
    assert [len(next(batches)) for _ in range(5)] == [10] * 5


def test_floats():
    source = generator(IMAGES / 255)
    (batch,) = iterate(source, SHAPE, value_range=(0, 1))
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch, IMAGES / 127.5 - 1, atol=1e-6)


def test_grey_batches_gain_a_channel():
    grey = IMAGES[..., 0]
    (batch,) = iterate(generator(grey), (8, 6, 1))
    assert batch.shape == (10, 8, 6, 1)
    (batch,) = iterate(torch_loader(grey, LABELS, batch_size=10), (8, 6, 1))
    assert batch.shape == (10, 8, 6, 1)


def test_batches_are_checked_as_they_come():
    batches = iterate(generator(IMAGES, IMAGES[..., :1]), SHAPE)
    assert next(batches).shape == IMAGES.shape
    with pytest.raises(ValueError, match=r"^Batch 1 of the data: .*Received: "):
        next(batches)


@pytest.mark.parametrize("with_labels", [False, True])
@pytest.mark.parametrize("kind", ["tf.data", "torch"])
@pytest.mark.parametrize("channels", [1, 3])
def test_unbatched(kind, with_labels, channels):
    arrays = [IMAGES[..., :channels], LABELS][: 1 + with_labels]
    source = tf_data(*arrays)
    if kind == "torch":
        source = torch_loader(*arrays, batch_size=None)
    for image_shape in ((8, 6, channels), None):
        with pytest.raises(ValueError, match=r"Batch 0 .*\.batch\(64\).*Received: "):
            list(iterate(source, image_shape))


def test_unbatched_grey_images_without_a_channel():
    with pytest.raises(ValueError, match=r"\.batch\(64\)"):
        list(iterate(tf_data(IMAGES[..., 0]), (8, 6, 1)))


@pytest.mark.parametrize("names", [("image", "label"), ("images", "labels"), ("img",)])
def test_dict_elements(names):
    batch = dict(zip(names, (IMAGES, LABELS), strict=False))
    ((images, labels),) = iterate_pairs(generator({"id": [1, 2], **batch}))
    np.testing.assert_array_equal(images, IMAGES)
    if len(names) > 1:
        np.testing.assert_array_equal(labels, LABELS)
    else:
        assert labels is None


def test_dicts_of_tf_data_and_torch():
    if keras.backend.backend() == "torch":
        import torch

        rows = [{"image": x, "label": y} for x, y in zip(IMAGES, LABELS, strict=True)]
        source = torch.utils.data.DataLoader(rows, batch_size=2)
    else:
        source = tf_data({"image": IMAGES, "label": LABELS}).batch(2)
    found = list(iterate_pairs(source))
    np.testing.assert_array_equal(np.concatenate([x for x, _ in found]), IMAGES)
    np.testing.assert_array_equal(np.concatenate([y for _, y in found]), LABELS)


@pytest.mark.parametrize("keys", [("picture",), ("image", "images"), ("label",)])
def test_other_dicts(keys):
    batch = dict.fromkeys(keys, IMAGES)
    with pytest.raises(ValueError, match=rf"Batch 0 .*keys \['{keys[0]}'"):
        list(iterate(generator(batch)))


@pytest.mark.parametrize("image_shape", [(8, 6, 3), None])
def test_batches_that_are_channels_first(image_shape):
    (images,) = iterate(generator(np.moveaxis(IMAGES, -1, 1)), image_shape)
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize(
    ("batch", "hint"),
    [
        (IMAGES / 255, "value_range"),
        (IMAGES.astype("int64"), "astype"),
        (np.full((2, 8, 6, 3), np.nan), "finite"),
        (IMAGES[:0], "at least one"),
        (IMAGES[:, :7], "Resize"),
        ([IMAGES[0], IMAGES[1, :7]], "same size"),
        ("image.png", "numbers"),
        (7, "must have shape"),
        (None, "numbers"),
    ],
)
def test_bad_batches(batch, hint):
    with pytest.raises(ValueError, match=f"Batch 0 .*({hint}).*Received: "):
        list(iterate(generator(batch), SHAPE))


@pytest.mark.parametrize("source", [[], (), Pairs([])])
def test_no_batches(source):
    with pytest.raises(ValueError, match=r"at least one batch.*Received: "):
        list(iterate(source))


def test_errors_of_the_source_pass_through():
    def failing():
        yield IMAGES
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        list(iterate(failing()))


def test_ragged_batches():
    tf = pytest.importorskip("tensorflow")
    ragged = tf.data.Dataset.from_generator(
        lambda: iter([np.zeros((8, 6, 3), "uint8"), np.zeros((7, 6, 3), "uint8")]),
        output_signature=tf.TensorSpec((None, 6, 3), "uint8"),
    ).ragged_batch(2)
    with pytest.raises(ValueError, match=r"Batch 0 .*Received: "):
        list(iterate(ragged, SHAPE))
