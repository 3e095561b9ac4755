"""Where decoded images are kept, and what a store on disk survives."""

import os
import warnings

import numpy as np
import pytest

from keras_gan_zoo.datasets import stores
from keras_gan_zoo.datasets.stores import Disk, Memory, Nowhere, store_of

SHAPE = (8, 8, 2)  # 128 bytes
IMAGES = np.random.default_rng(0).integers(0, 256, (6, *SHAPE), "uint8")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "decoded"


def fill(store, rows=range(6)):
    for row in rows:
        store.put(row, IMAGES[row])
    return store


def there(store):
    """The rows that a store has; they must be right."""
    found = []
    for row in range(6):
        place = np.zeros(SHAPE, "uint8")
        if store.get(row, place):
            np.testing.assert_array_equal(place, IMAGES[row])
            found.append(row)
    return found


def test_small_sets_stay_in_memory(cache, monkeypatch):
    store = fill(store_of("key", "faces", 6, SHAPE), range(5))
    assert isinstance(store, Memory)
    assert not store.whole
    assert there(fill(store, [5])) == list(range(6))
    assert store.whole
    assert not cache.exists()
    monkeypatch.setenv("KERAS_GAN_ZOO_MEMORY", "0.0005")  # 524 bytes
    assert isinstance(store_of("key", "faces", 4, SHAPE), Memory)
    assert isinstance(store_of("key", "faces", 6, SHAPE), Disk)


def test_those_who_have_a_set_open_share_its_store():
    store = fill(store_of("key", "faces", 6, SHAPE))
    assert store_of("key", "faces", 6, SHAPE) is store
    assert store_of("other", "faces", 6, SHAPE) is not store
    del store
    assert there(store_of("key", "faces", 6, SHAPE)) == []


def test_a_file_stays_for_the_next_run(cache):
    store = fill(Disk(cache / "key", 6, SHAPE), [1, 4])  # killed in the middle
    with_it = Disk(cache / "key", 6, SHAPE)  # another process
    assert there(with_it) == [1, 4]
    fill(store, [0])
    assert there(with_it) == [0, 1, 4]


@pytest.mark.parametrize("damage", ["pixel", "cut", "sums"])
def test_a_damaged_file_is_decoded_anew(cache, damage):
    fill(Disk(cache / "key", 6, SHAPE))
    path = cache / "key" / ("checksums" if damage == "sums" else "pixels")
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-1])
    else:
        content[4 if damage == "sums" else 128] ^= 1
        path.write_bytes(content)
    store = Disk(cache / "key", 6, SHAPE)
    assert (
        there(store)
        == {"cut": [], "sums": [0, 2, 3, 4, 5], "pixel": [0, 2, 3, 4, 5]}[damage]
    )
    assert there(fill(store)) == list(range(6))


def test_a_full_disk_costs_time_alone(cache):
    store = fill(Disk(cache / "key", 6, SHAPE), [0])

    class Full:
        def __getattr__(self, name):
            return getattr(file, name)

        def write(self, image):
            raise OSError(28, "No space left on device")

    file, store._file = store._file, Full()
    with pytest.warns(UserWarning, match="decoded anew.*No space left") as said:
        fill(store, [1, 2])
    assert len(said) == 1
    assert there(store) == [0]


def test_a_set_that_is_too_large_is_kept_nowhere(monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_DISK", "1")
    with pytest.warns(
        UserWarning, match="50,000 decoded images of faces take 9.16 GiB, and 1 GiB are"
    ):
        store = store_of("key", "faces", 50_000, (256, 256, 3))
    assert isinstance(store, Nowhere)
    monkeypatch.setenv("KERAS_GAN_ZOO_DISK", "1e9")
    with pytest.warns(
        UserWarning, match=r"take 1.83e\+05 GiB, and .* GiB are free for"
    ):
        assert isinstance(store_of("k", "f", 10**9, (256, 256, 3)), Nowhere)


def test_a_store_that_was_begun_needs_the_rest_alone(cache, monkeypatch):
    fill(store_of("key", "faces", 6, SHAPE, memory=0), [0])
    usage = stores.shutil.disk_usage(cache)
    for free, kind in ((640, Nowhere), (750, Disk)):  # nine tenths of it and 128
        left = usage._replace(free=free)
        monkeypatch.setattr(stores.shutil, "disk_usage", lambda root, left=left: left)
        monkeypatch.setattr(stores, "_written", lambda folder: 128)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert type(store_of("key", "faces", 6, SHAPE, memory=0)) is kind


def test_a_disk_that_is_nearly_full_keeps_what_is_small(cache, monkeypatch):
    cache.mkdir(parents=True)
    usage = stores.shutil.disk_usage(cache)._replace(total=2**50, free=2**20)
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda root: usage)
    assert isinstance(store_of("key", "faces", 6, SHAPE, memory=0), Disk)


def test_a_cache_that_cant_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="can't be written"):
        assert isinstance(store_of("key", "faces", 6, SHAPE, memory=0), Nowhere)


def test_what_was_not_used_for_longest_makes_room(cache, monkeypatch):
    need = 6 * 128
    for age, key in enumerate(["new", "old", "older"]):
        fill(store_of(key, "faces", 6, SHAPE, memory=0))
        os.utime(cache / key, (1000 - age, 1000 - age))
    monkeypatch.setenv("KERAS_GAN_ZOO_DISK", str(3 * need / stores.GIB))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        store = store_of("newest", "faces", 6, SHAPE, memory=0)
    assert isinstance(store, Disk)
    assert sorted(path.name for path in cache.iterdir()) == ["new", "newest", "old"]
    assert store.notes == {"title": "faces", "count": 6, "shape": list(SHAPE)}


@pytest.mark.parametrize("text", ["much", "-1", "nan"])
@pytest.mark.parametrize(("name", "unit"), [("MEMORY", "MiB"), ("DISK", "GiB")])
def test_a_setting_that_is_no_number(monkeypatch, name, unit, text):
    monkeypatch.setenv(f"KERAS_GAN_ZOO_{name}", text)
    memory = 0 if name == "DISK" else None
    with pytest.raises(ValueError, match=f"{name} must be a number of {unit}.*{text}"):
        store_of("key", "faces", 6, SHAPE, memory)
