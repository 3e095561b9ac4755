"""A folder trains as the array of its images does, to the bit, wherever it is kept."""

import shutil
import warnings

import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import stores
from keras_gan_zoo.training.sources import batches_of, split_off

COUNT = 26


@pytest.fixture(params=["memory", "disk", "nowhere"])
def kept(request, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stores, "MEMORY", 256 if request.param == "memory" else 1e-9)
    monkeypatch.setattr(stores, "DISK", 100 if request.param == "disk" else 1e-12)
    warnings.filterwarnings("ignore", "Images are decoded anew")
    return request.param


@pytest.fixture
def folder(tmp_path, noise):
    """Images in a folder for each of three classes, of 13, 9 and 4."""
    for number, pixels in enumerate(noise(COUNT)):
        name = "ant" if number % 2 else "bee" if number % 3 else "cat"
        path = tmp_path / "data" / name / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels[..., 0]).save(path)
    return tmp_path / "data"


@pytest.fixture
def decoded(monkeypatch):
    """The numbers of the images that were decoded."""
    numbers, read = [], datasets.ImageFolder.read

    def counted(self, number):
        numbers.append(number)
        return read(self, number)

    monkeypatch.setattr(datasets.ImageFolder, "read", counted)
    return numbers


def batches(gan, x, y=None, epochs=2, **kwargs):
    source = batches_of(gan, x, y, **kwargs)
    found = []
    for source.epoch in range(epochs):
        found += source.get_numpy_iterator()
    return found


@pytest.mark.once
@pytest.mark.parametrize("source", ["folder", "zip", "ImageFolder", "half"])
@pytest.mark.parametrize(
    "kwargs",
    [
        {"batch_size": 8, "seed": 3},
        {"batch_size": 4, "seed": 3, "critic_steps": 3},
        {"batch_size": 8, "seed": 3, "steps": 5},
        {"batch_size": 8, "seed": None},
    ],
)
def test_its_batches_are_those_of_the_array(
    conditional_gan, folder, kept, source, kwargs, decoded
):
    gan = conditional_gan()
    images, labels = datasets.load(folder)
    decoded.clear()
    x = str(folder)
    if source == "zip":
        x = shutil.make_archive(str(folder), "zip", folder)
    elif source == "ImageFolder":
        x = datasets.ImageFolder(folder)
    elif source == "half":
        images, labels, x = images[13:], labels[13:], f"{folder}:train[50%:]"
    expected = batches(gan, images, labels, **kwargs)
    found = batches(gan, x, **kwargs)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype
    if kept != "nowhere":
        assert sorted(decoded) == list(range(len(images)))


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_it_trains_as_the_array_does(where, tiny_gan, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stores, "MEMORY", 256 if where == "memory" else 1e-9)
    images, _ = datasets.load(folder)
    settings = {"batch_size": 8, "epochs": 2, "validation_split": 0.2, "verbose": 0}
    gan, other = tiny_gan(critic_steps=2), tiny_gan(critic_steps=2)
    history = gan.fit(str(folder), **settings).history
    assert history == other.fit(images, **settings).history
    for ours, theirs in zip(gan.variables, other.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)
    assert gan.evaluate(folder, verbose=0) == other.evaluate(images, verbose=0)
    assert gan.train_on_batch(folder) == other.train_on_batch(images)


@pytest.mark.once
def test_the_first_batch_waits_for_no_more_than_a_few(tiny_gan, folder, decoded):
    source = batches_of(tiny_gan(), folder, batch_size=1, seed=3)
    assert len(decoded) <= 16
    assert len(next(iter(source.get_numpy_iterator()))[0]) == 1


@pytest.mark.once
def test_a_resumed_epoch_decodes_nothing_that_lies_before(tiny_gan, folder, decoded):
    settings = {"batch_size": 1, "seed": 3}
    whole = batches_of(tiny_gan(), datasets.load(folder)[0], **settings)
    decoded.clear()
    source = batches_of(tiny_gan(), folder, **settings)
    looked_at = set(decoded)
    whole.first = source.first = 20
    expected = np.concatenate([batch for (batch,) in whole.get_numpy_iterator()])
    found = np.concatenate([batch for (batch,) in source.get_numpy_iterator()])
    np.testing.assert_array_equal(found, expected)
    assert len(set(decoded) - looked_at) <= COUNT - 20


@pytest.mark.once
def test_a_file_that_breaks_while_training_is_named(tiny_gan, folder, kept):
    gan = tiny_gan()
    source = batches_of(gan, folder, batch_size=8)
    victim = sorted(folder.glob("ant/*"))[-1]
    victim.write_bytes(victim.read_bytes()[:-30])
    with pytest.raises(ValueError, match=f"complete and readable.*{victim.name}"):
        list(source.get_numpy_iterator())


@pytest.mark.once
def test_images_of_another_shape_are_refused_before_they_are_decoded(
    tiny_gan, folder, decoded
):
    with pytest.raises(ValueError, match=r"must have shape \(n, 8, 8, 3\)"):
        tiny_gan(channels=3).fit(folder)
    with pytest.raises(ValueError, match="`value_range` is for float images"):
        tiny_gan().fit(folder, value_range=(0, 1))
    assert decoded == []


@pytest.mark.once
def test_masks_of_zeros_and_ones_are_said_to_be_black(tiny_gan, tmp_path):
    for number in range(20):
        Image.fromarray(np.eye(8, dtype="uint8")).save(tmp_path / f"{number}.png")
    with pytest.warns(UserWarning, match="all but black"):
        tiny_gan().fit(tmp_path, verbose=0)


@pytest.mark.once
def test_opened_images_are_taken(conditional_gan, folder):
    gan = conditional_gan()
    images, labels, names = datasets.open_images(folder, memory=0)
    assert names == gan.label_names
    gan.fit(images, labels, batch_size=8, verbose=0)
    arrays, expected, _ = datasets.open_images("digits:test[:5]")
    assert (arrays.shape, len(expected)) == ((5, 28, 28, 1), 5)
    assert kgz.datasets.fingerprint(images) == kgz.datasets.fingerprint(images[:])


@pytest.mark.once
@pytest.mark.parametrize("batch_size", [1, 8])
def test_a_damaged_image_that_is_alone_in_its_batch(
    tiny_gan, tmp_path, noise, batch_size
):
    for number, pixels in enumerate(noise(9)):
        Image.fromarray(pixels[..., 0]).save(tmp_path / f"{number}.png")
    broken = bytearray((tmp_path / "8.png").read_bytes())
    broken[60:70] = bytes(10)  # whole, by its header and its end
    (tmp_path / "8.png").write_bytes(broken)
    found = datasets.ImageFolder(tmp_path, on_error="skip")
    assert len(found) == 9
    with pytest.warns(UserWarning, match=r"1 image\(s\).*8\.png") as said:
        tiny_gan().fit(found, batch_size=batch_size, epochs=3, shuffle=False, verbose=0)
    assert sum("8.png" in str(one.message) for one in said) == 1


@pytest.mark.once
def test_an_image_and_its_mirror_are_on_one_side(conditional_gan, folder):
    found = datasets.ImageFolder(folder, horizontal_flip=True)
    opened = datasets.open_images(folder, horizontal_flip=True)
    for x, y in ((found, None), opened[:2]):
        (images, labels), (held, held_labels) = split_off(conditional_gan(), x, y, 0.25)
        assert (len(images), len(held)) == (2 * (COUNT - COUNT // 4), 2 * (COUNT // 4))
        seen = {image.tobytes() for image in images[:]}
        for side, numbers in ((images, labels), (held, held_labels)):
            half = len(side) // 2
            np.testing.assert_array_equal(side[half:], side[:half][:, :, ::-1])
            np.testing.assert_array_equal(numbers[half:], numbers[:half])
        assert not seen & {image.tobytes() for image in held[:]}


# === Classes by name ===


@pytest.fixture
def pictures(tmp_path):
    """Writes a folder of images of the classes that are named."""

    def write(name, *classes):
        for kind in classes:
            path = tmp_path / name / kind
            path.mkdir(parents=True)
            for number in range(4):
                pixels = np.random.default_rng(number).integers(0, 256, (8, 8))
                Image.fromarray(pixels.astype("uint8")).save(path / f"{number}.png")
        return tmp_path / name

    return write


def labels_seen(gan, source):
    """The labels that the GAN's updates would get from a source."""
    return sorted({label for _, labels in batches(gan, source) for label in labels})


@pytest.mark.once
def test_a_later_folder_without_a_class_is_numbered_by_name(conditional_gan, pictures):
    gan = conditional_gan(label_names=None)
    gan.fit(pictures("all", "ant", "bee", "cat"), verbose=0)
    assert gan.label_names == ("ant", "bee", "cat")
    assert gan.get_config()["label_names"] == gan.label_names
    assert labels_seen(gan, pictures("some", "bee", "cat")) == [1, 2]
    with pytest.raises(ValueError, match=r"Received: .* lacks 'dog'"):
        gan.evaluate(pictures("others", "bee", "dog"), verbose=0)


@pytest.mark.once
def test_validation_data_without_a_class_are_numbered_by_name(
    conditional_gan, pictures, monkeypatch
):
    seen, take = [], kgz.training.batches.ImageBatches.from_arrays

    def taken(arrays, *args, **kwargs):
        seen.append(sorted(set(arrays[1].tolist())))
        return take(arrays, *args, **kwargs)

    monkeypatch.setattr(kgz.training.batches.ImageBatches, "from_arrays", taken)
    training = pictures("train", "ant", "bee", "cat")
    held_out = pictures("held_out", "bee", "cat")
    gan = conditional_gan(label_names=None)
    gan.fit(training, validation_data=held_out, verbose=0)
    assert seen == [[0, 1, 2], [1, 2]]


@pytest.mark.once
def test_names_of_fewer_classes_than_the_gan_has(conditional_gan, pictures):
    gan = conditional_gan(label_names=None)
    gan.fit(pictures("some", "bee", "cat"), verbose=0)
    assert gan.label_names is None
    assert labels_seen(gan, pictures("one", "cat", "bee")) == [0, 1]
    with pytest.raises(ValueError, match=r"lacks 'ant'; it has 'bee', 'cat'"):
        gan.fit(pictures("all", "ant", "bee", "cat"), verbose=0)


@pytest.mark.once
def test_names_of_data_that_are_refused_are_not_taken(conditional_gan, pictures):
    gan = conditional_gan(label_names=None)
    everything = pictures("all", "ant", "bee", "cat")
    some = pictures("some", "bee", "cat")
    with pytest.raises(ValueError, match=r"`validation_data`: .* lacks 'ant'"):
        gan.fit(some, validation_data=everything, verbose=0)
    gan.evaluate(some, verbose=0)  # does not train
    gan.fit(everything, validation_data=some, verbose=0)
    assert gan.label_names == ("ant", "bee", "cat")


@pytest.mark.once
def test_names_of_a_single_batch(conditional_gan, pictures):
    gan = conditional_gan(label_names=None)
    gan.train_on_batch(pictures("all", "ant", "bee", "cat"))
    assert gan.label_names == ("ant", "bee", "cat")


@pytest.mark.once
def test_more_classes_than_the_gan_has_are_named(conditional_gan, pictures):
    gan = conditional_gan(label_names=None)
    with pytest.raises(ValueError, match=r"`num_classes=4`.*Received: .*'ant'.*'dog'"):
        gan.fit(pictures("all", "ant", "bee", "cat", "dog"), verbose=0)
    assert gan.label_names is None
