"""Sources, chunks, threads and devices: what must not change a score, and errors."""

import os
import signal
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest

from keras_gan_zoo import score
from keras_gan_zoo.scoring import Extractor, pipeline, sources
from keras_gan_zoo.scoring.job import Job, Plan

QUIET = {"verify": False, "verbose": 0}


def by_number(numbers):
    """An 8x8 image of each number, whose first pixels are the number's digits."""
    images = np.zeros((len(numbers), 8, 8, 1), "uint8")
    for place in range(4):
        images[:, 0, place, 0] = numbers // 256**place % 256
    images[:, 1:] = (np.asarray(numbers)[:, None] * 37 % 251).reshape(-1, 1, 1, 1)
    return images


def numbers_of(images):
    return images[:, 0, :4, 0].astype(int) @ 256 ** np.arange(4)


def reading(function=lambda images: None, **kwargs):
    """An extractor that returns the numbers that `by_number` wrote."""

    def read(images):
        function(images)
        return {"features": numbers_of(images)[:, None]}

    return Extractor(read, fingerprint="read@v1", **kwargs)


def collect(source, extractor, count, **kwargs):
    """The numbers that were collected, by the place where they lie."""
    plan = Plan(("swd",), count)
    source = sources.get(source)
    kept = pipeline.collect(Job(plan, source, extractor, **kwargs)).rows["features"]
    return kept.matrix[:, 0].astype(int)


# === Order ===


@pytest.mark.parametrize("batch_size", [1, 7, 50, 64, 1000])
@pytest.mark.parametrize("count", [49, 100, 333])
def test_every_image_once_and_in_its_place(batch_size, count, monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 100)
    done = []
    found = collect(
        by_number,
        reading(),
        count,
        offset=1000,
        batch_size=batch_size,
        progress=done.append,
    )
    np.testing.assert_array_equal(found, np.arange(1000, 1000 + count))
    assert done == sorted(set(done))
    assert done[-1] == 1000 + count


def test_order_holds_where_extractors_are_unequally_fast(monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 10)
    slow = reading(lambda images: time.sleep(0.02))
    source, plan = sources.get(by_number), Plan(("swd",), 400)
    job = Job(plan, source, slow, batch_size=10)
    collection = pipeline.collect_shard(job, [slow, reading()], 0, 400)
    found = collection.rows["features"].matrix[:, 0]
    np.testing.assert_array_equal(found, np.arange(400))


def test_large_images_come_in_smaller_chunks(monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK_BYTES", 64 * 30)
    taken = []

    def function(numbers):
        taken.append(len(numbers))
        return by_number(numbers)

    monkeypatch.setattr(
        sources.Function, "take", lambda s, a, b, _: s.function(np.arange(a, b))
    )
    np.testing.assert_array_equal(
        collect(function, reading(), 100, batch_size=10), np.arange(100)
    )
    assert taken[1:] == [30, 30, 30, 10]


def test_images_are_made_while_others_are_extracted(monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 10)
    beside = threading.Barrier(2, timeout=20)

    def function(numbers):
        if len(numbers) == 10 and 20 in numbers:
            beside.wait()  # a source that waits for the extractor, and it for this
        return by_number(numbers)

    def wait(images):
        if len(images) == 10 and 10 in numbers_of(images):
            beside.wait()

    found = collect(function, reading(wait), 60, batch_size=10)
    np.testing.assert_array_equal(found, np.arange(60))


def test_a_fast_source_does_not_run_away(monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 10)
    made, ahead = [], []

    def function(numbers):
        made.append(numbers[-1])
        return by_number(numbers)

    def extract(images):
        time.sleep(0.01)
        ahead.append(made[-1] - numbers_of(images)[-1])

    collect(function, reading(extract), 500, batch_size=10)
    assert max(ahead) <= 50


# === Errors and Ctrl-C ===


class BrokenError(Exception):
    pass


def breaks(at, error=BrokenError):
    def function(images_or_numbers):
        numbers = images_or_numbers
        if numbers.ndim > 1:
            numbers = numbers_of(numbers)
        if at in numbers:
            raise error(f"at {at}")
        return by_number(numbers)

    return function


@pytest.mark.parametrize("error", [BrokenError, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("part", ["source", "extractor", "progress"])
def test_an_error_surfaces_as_itself_and_stops_the_threads(error, part, monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 10)
    seen = []

    def progress(done):
        seen.append(done)
        if part == "progress" and done == 50:
            raise error("at 50")

    source = breaks(50, error) if part == "source" else by_number
    extract = breaks(50, error) if part == "extractor" else lambda images: None
    threads = threading.active_count()
    with pytest.raises(error, match=r"^at 50$"):
        collect(source, reading(extract), 10_000, batch_size=10, progress=progress)
    assert threading.active_count() == threads
    assert max(seen) <= 50


def test_ctrl_c_waits_for_one_batch_at_most(monkeypatch):
    batches = []

    def slow(images):
        batches.append(images)
        if len(batches) == 3:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.2)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            collect(by_number, reading(slow), 1000, batch_size=10)
    finally:  # a shell starts what it puts in the background without the handler
        signal.signal(signal.SIGINT, before)
    assert len(batches) <= 5  # of the 100 of this chunk
    assert time.monotonic() - started < 10


def test_ctrl_c_leaves_no_file(monkeypatch, tmp_path, cache, images, extractor):
    from keras_gan_zoo.scoring import collectors

    monkeypatch.setattr(collectors, "SPILL", 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings = {"metrics": ["fid", "swd"], "num_images": 3000, **QUIET}
    with pytest.raises(KeyboardInterrupt):
        score(breaks(2500, KeyboardInterrupt), images, extractor=extractor, **settings)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in left} == {cache}  # of the reference, and whole
    assert {path.suffix for path in left} == {".npz", ".npy"}
    again = score(by_number, images, extractor=extractor, **settings)
    assert again.conditions["reference_moments"] == "cached"


# === Sources ===


def test_a_function_must_return_as_many_images():
    def short(numbers):
        return by_number(numbers[: max(len(numbers) - 1, 1)])

    with pytest.raises(ValueError, match="Received: 9 images for 10 numbers"):
        collect(short, reading(), 30, batch_size=10)


@pytest.mark.parametrize("name", ["images", "arr_0", "mine"])
def test_npz_files(name, tmp_path):
    path = tmp_path / "images.npz"
    np.savez(path, **{name: by_number(np.arange(120))})
    found = collect(str(path), reading(), 120)
    np.testing.assert_array_equal(np.sort(found), np.arange(120))
    source = sources.get(path)
    assert source.facts["source"] == "file images.npz"
    assert source.image_shape == (8, 8, 1)


def test_npz_files_that_can_not_be_read(tmp_path):
    path = tmp_path / "images.npz"
    np.savez(path, a=by_number(np.arange(9)), b=np.zeros(3))
    with pytest.raises(ValueError, match=r"named `images`.*with \['a', 'b'\]"):
        sources.get(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match=r"intact.*can't be read"):
        sources.get(path)
    with pytest.raises(ValueError, match=r"no file .*none\.npz"):
        sources.get(tmp_path / "none.npz")


def batches_of(sizes):
    at = 0
    for size in sizes:
        yield by_number(np.arange(at, at + size))
        at += size


@pytest.mark.parametrize("batch_size", [7, 50])
def test_a_generator_in_its_order(batch_size, monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 50)
    found = collect(batches_of([64] * 5), reading(), 301, batch_size=batch_size)
    np.testing.assert_array_equal(found, np.arange(301))


def test_repeats_go_on_where_a_stream_was(extractor, images):
    settings = {"metrics": "is", "extractor": extractor, "num_images": 100, **QUIET}
    repeated = score(batches_of([30] * 10), repeats=3, **settings)
    stream = batches_of([100] * 3)
    parts = [score(iter([batch]), **settings)["is"] for batch in stream]
    assert repeated["is"] == pytest.approx(np.mean(parts), rel=1e-9)
    assert repeated.conditions["source"] == "generator"


def test_a_stream_that_ends_early(monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 50)
    with pytest.raises(ValueError, match=r"Lower `num_images`.*ended after 290 images"):
        collect(batches_of([58] * 5), reading(), 300)
    with pytest.raises(ValueError, match="without a batch"):
        sources.get(iter([]))


def test_a_stream_of_floats():
    batches = iter([by_number(np.arange(60)), np.zeros((60, 8, 8, 1), "float32")])
    with pytest.raises(ValueError, match=r"Batch 1 of the data: Float images"):
        collect(batches, reading(), 100)


@pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="tf.data is of TensorFlow"
)
def test_tf_data():
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(by_number(np.arange(130))).batch(32)
    np.testing.assert_array_equal(collect(data, reading(), 130), np.arange(130))
    labelled = data.map(lambda images: (images, tf.zeros(len(images))))
    np.testing.assert_array_equal(collect(labelled, reading(), 90), np.arange(90))


def test_one_set_by_every_way(extractor, images, gan):
    """A GAN's samples, and the same images as an array, a function and batches."""
    settings = {"extractor": extractor, "num_images": 90, "batch_size": 25, **QUIET}
    made = gan.generate(90, seed=0)
    expected = score(gan, images, **settings)

    def function(numbers):
        return made[numbers]

    for source in (function, iter(np.split(made, 3))):
        found = score(source, images, **settings)
        for name in expected:
            assert found[name] == pytest.approx(expected[name], rel=1e-6)
        assert found.conditions["generator_sha256"] is None
    found = score(made, images, **settings)  # shuffled, so that splits differ
    assert found["fid"] == pytest.approx(expected["fid"], rel=1e-6)


# === Devices ===

DEVICES = """
import keras
import numpy as np

backend = keras.config.backend()
if backend == "tensorflow":
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )

from keras_gan_zoo import score
from keras_gan_zoo.scoring import extractors, pipeline

pipeline.CHUNK = 100
used = []
original = extractors.Extractor.extract


def extract(self, *args, **kwargs):
    used.append(id(self))
    return original(self, *args, **kwargs)


extractors.Extractor.extract = extract
rng = np.random.default_rng(0)
images = rng.integers(0, 256, (1010, 28, 28, 1), "uint8")
settings = {
    "reference": rng.integers(0, 200, (300, 28, 28, 1), "uint8"),
    "metrics": ["is", "fid", "kid", "precision"],
    "extractor": "digits",
    "num_images": None,
    "batch_size": 50,
    "verify": False,
    "verbose": 0,
}
one = score(images, **settings)
used.clear()
devices = ["cpu", "cpu"] if backend == "torch" else ["cpu:0", "cpu:1"]
two = score(images, devices=devices, **settings)
assert len(set(used)) == 2, used
apart = {name: abs(two[name] / one[name] - 1) for name in one}
assert max(apart.values()) <= 1e-9, apart
print("apart", max(apart.values()))
"""


def test_two_devices_score_as_one(cache):
    flag = "--xla_force_host_platform_device_count=2"
    backend = keras.config.backend()
    done = subprocess.run(
        [sys.executable, "-c", DEVICES],
        env={**os.environ, "KERAS_BACKEND": backend, "XLA_FLAGS": flag},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("apart")


def test_a_device_that_is_not_there(extractor, images):
    settings = {"metrics": "is", "extractor": extractor, "num_images": None, **QUIET}
    with pytest.raises(ValueError, match=r"Keras finds here.*device='gpu:99'"):
        score(images, devices=["cpu", "gpu:99"], **settings)
