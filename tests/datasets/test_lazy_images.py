"""Images that are decoded as they are read: what, how often, by whom, how far ahead."""

import itertools
import pickle
import threading
import tracemalloc
import warnings

import numpy as np
import pytest

from keras_gan_zoo.datasets import lazy_images
from keras_gan_zoo.datasets.lazy_images import LazyImages
from keras_gan_zoo.datasets.stores import Disk, Memory, Nowhere

SHAPE = (4, 4, 3)
MEMORY = {"memory": None, "disk": 0, "nowhere": 0}


def pixels_of(number):
    return np.random.default_rng(number).integers(0, 256, SHAPE, "uint8")


class Decoder:
    """Decodes an image by its number, and counts."""

    made = itertools.count()

    def __init__(self, bad=()):
        self.key = f"key {next(self.made)}"
        self.calls, self.bad = [], bad
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, number):
        self.gate.wait(10)
        self.calls.append(number)
        if number in self.bad:
            raise ValueError(f"{number}.png (broken)")
        return pixels_of(number)


@pytest.fixture(params=["memory", "disk", "nowhere"])
def kept(request, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    if request.param == "nowhere":
        monkeypatch.setenv("KERAS_GAN_ZOO_DISK", "0")
    return request.param


def make(kept, decode, count=20, **kwargs):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        images = LazyImages(
            decode, count, SHAPE, decode.key, memory=MEMORY[kept], **kwargs
        )
    assert [str(one.message).startswith("Images are decoded anew") for one in said] == (
        [True] if kept == "nowhere" else []
    )
    store = {"memory": Memory, "disk": Disk, "nowhere": Nowhere}[kept]
    assert isinstance(images.store, store)
    return images


def test_it_reads_like_an_array(kept):
    decode = Decoder()
    images = make(kept, decode)
    whole = np.stack([pixels_of(number) for number in range(20)])
    picked = whole[:, 0, 0, 0] > 99
    assert (images.shape, images.dtype, images.size) == (whole.shape, "uint8", 960)
    for _ in range(2):
        for rows in (3, -1, slice(2, 9), slice(None, None, -3), [5, 5, 0], picked):
            np.testing.assert_array_equal(images[rows], whole[rows])
        np.testing.assert_array_equal(np.asarray(images), whole)
        some = images.select(slice(10, None)).select([3, 1])
        np.testing.assert_array_equal(np.asarray(some), whole[[13, 11]])
        batches = [np.arange(7), np.array([19, 2]), np.arange(7, 20)]
        for rows, batch in zip(batches, images.read(batches), strict=True):
            np.testing.assert_array_equal(batch, whole[rows])
    if kept != "nowhere":
        assert sorted(decode.calls) == list(range(20))


def test_no_more_than_a_few_batches_wait_for_their_reader(kept, monkeypatch):
    monkeypatch.setattr(lazy_images, "AHEAD", 3)
    decode = Decoder()
    reader = make(kept, decode, 200).read(np.arange(200).reshape(20, 10))
    assert len(next(reader)) == 10
    reader.close()
    done = len(decode.calls)
    assert done <= 40
    monkeypatch.setattr(lazy_images, "AHEAD_BYTES", 2 * 10 * 48)
    decode = Decoder()
    reader = make(kept, decode, 200).read(np.arange(200).reshape(20, 10))
    next(reader)
    assert len(decode.calls) <= 40


def test_it_reads_ahead_of_its_reader():
    decode = Decoder()
    images = LazyImages(decode, 40, SHAPE, "ahead")
    reader = images.read(np.arange(40).reshape(4, 10))
    next(reader)
    while len(decode.calls) < 40:  # though nobody asked for the rest
        threading.Event().wait(0.01)
    decode.gate.clear()  # what is there needs no decoding
    assert sum(map(len, reader)) == 30


@pytest.mark.parametrize("many", [False, True])
def test_a_broken_file_is_named(kept, many):
    images = make(kept, Decoder(bad=(3, 7) if many else (3,)))
    with pytest.raises(ValueError, match=r"complete and readable.*3\.png") as error:
        list(images.read([np.arange(10), np.arange(10, 20)]))
    assert ("7.png" in str(error.value)) == many
    assert len(images[10:]) == 10


def test_a_broken_file_gives_way_to_another_one(kept):
    images = make(kept, Decoder(bad=(3, 7)), skip=True)
    with pytest.warns(UserWarning, match=r"2 image\(s\) of a folder.*3\.png.*7\.png"):
        found = images[:10]
    for place in (3, 7):  # the next one
        np.testing.assert_array_equal(found[place], pixels_of(place + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is said once
        np.testing.assert_array_equal(images[:10], found)
        for place in (3, 7):  # whatever it is read with
            np.testing.assert_array_equal(images[place], found[place])
            np.testing.assert_array_equal(images[[place]], found[[place]])
            batches = images.read([[2, place], [place]])
            np.testing.assert_array_equal(
                np.concatenate(list(batches))[2], found[place]
            )


def test_another_one_is_of_those_that_are_there(kept):
    images = make(kept, Decoder(bad=(0, 3, 4, 19)), skip=True)
    some = images.select([3, 4, 9, 19])
    with pytest.warns(UserWarning, match="decoded"):
        np.testing.assert_array_equal(some[:], [pixels_of(9)] * 4)
    with pytest.warns(UserWarning, match="decoded"):
        np.testing.assert_array_equal(images[19], pixels_of(1))


def test_another_one_has_the_same_label(kept):
    labels = np.arange(20) % 3
    labels[7] = 5
    images = make(kept, Decoder(bad=(3, 6, 7)), skip=True, labels=labels)
    with pytest.warns(UserWarning, match="decoded"):
        found = images.select(slice(2, 12))[:]
    np.testing.assert_array_equal(found[[1, 4]], [pixels_of(9)] * 2)
    np.testing.assert_array_equal(found[5], pixels_of(8))  # no other one has it
    with pytest.warns(UserWarning, match="decoded"):
        again = pickle.loads(pickle.dumps(make(kept, Broken(), skip=True)))[3]
    np.testing.assert_array_equal(again, pixels_of(4))


def test_a_set_without_a_good_image_is_refused(kept):
    images = make(kept, Decoder(bad=range(20)), skip=True)
    with pytest.raises(ValueError, match=r"0\.png.*and 10 more"):
        images[[0]]


class Numbered:
    key = "numbered"

    def __call__(self, number):
        return pixels_of(number)


class Broken(Numbered):
    key = "broken"

    def __call__(self, number):
        if number == 3:
            raise ValueError("3.png (broken)")
        return pixels_of(number)


def test_it_travels_to_other_processes(kept):
    images = make(kept, Numbered()).select([4, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pickle.loads(pickle.dumps(images))
    np.testing.assert_array_equal(found[:], images[:])


def test_the_memory_of_a_set_of_any_size_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path))
    monkeypatch.setattr(lazy_images, "AHEAD_BYTES", 2**20)
    shape, count = (64, 256, 4), 200  # 64 KiB each, 12.5 MiB
    images = LazyImages(
        lambda i: np.full(shape, i, "uint8"), count, shape, "big", memory=1
    )
    for _ in range(2):
        tracemalloc.start()
        for batch in images.read(np.arange(count).reshape(-1, 4)):
            assert batch.shape == (4, *shape)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2.5 * 2**20
