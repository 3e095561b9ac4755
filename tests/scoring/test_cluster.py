"""Scores by the workers of a real local Ray cluster."""

import builtins
import os
import secrets
import signal
import sys
import tempfile
import threading
import time

import keras
import numpy as np
import pytest

from keras_gan_zoo import GAN, networks, score
from keras_gan_zoo.scoring import Extractor, load_reference, pipeline, progress

from .conftest import tiny_model

QUIET = {"verify": False, "verbose": 0}


@pytest.fixture(scope="module")
def ray():
    ray = pytest.importorskip("ray", reason="Ray is an extra: pip install ray")
    # A path of the socket in it is at most 107 bytes long, which tmp_path exceeds.
    folder = tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True)
    with folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else one in ~/.ray
        ray.init(
            address="local",
            num_cpus=2,
            object_store_memory=100 * 2**20,
            include_dashboard=False,
            log_to_driver=False,
            _temp_dir=folder.name,
            _system_config={"worker_niceness": 0},  # 15: a busy machine starves them
        )
        here = sys.modules[__name__]
        ray.cloudpickle.register_pickle_by_value(here)  # workers can't import tests
        try:
            yield ray
        finally:
            ray.cloudpickle.unregister_pickle_by_value(here)
            ray.shutdown()


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(pipeline, "CHUNK", 100)


def by_number(numbers):
    """An 8x8 image of each number."""
    pixels = np.arange(64).reshape(8, 8, 1)
    phase = numbers[:, None, None, None]
    return (127 + 120 * np.sin(pixels * (1 + phase % 7) + phase**2)).astype("uint8")


def assert_equal(one, other):
    assert set(one) == set(other)
    # Features are float32, whose sums hang on how many threads a process has.
    for name in one:
        assert other[name] == pytest.approx(one[name], rel=1e-7, abs=0), name
    for name, bounds in one.intervals.items():
        if bounds is not None:
            assert other.intervals[name] == pytest.approx(bounds, rel=1e-7)


@pytest.mark.once
def test_a_killed_worker_costs_its_shard_and_no_score(
    ray, rng, extractor, small_chunks, tmp_path, monkeypatch
):
    pid, killed = tmp_path / "pid", tmp_path / "killed"

    def images(numbers):
        if 450 in numbers and not killed.exists():
            pid.with_suffix(".new").write_text(str(os.getpid()))
            os.replace(pid.with_suffix(".new"), pid)
            time.sleep(60)  # until it is killed
        return by_number(numbers)

    def kill():
        while not pid.exists():
            time.sleep(0.05)
        killed.touch()
        os.kill(int(pid.read_text()), signal.SIGKILL)

    real = rng.integers(0, 256, (300, 8, 8, 1), "uint8")
    settings = {
        "reference": load_reference(real, extractor, needs={"features"}),
        "metrics": ["is", "fid", "kid", "modes", "precision"],
        "extractor": extractor,
        "num_images": 1010,
        "batch_size": 50,
        **QUIET,
    }
    done = []
    monkeypatch.setattr(progress, "bar", lambda *_: done.append)
    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    shared = score(images, workers=2, **settings)
    thread.join(5)
    assert killed.exists()
    assert int(pid.read_text()) != os.getpid()
    assert len(done) == 11  # shards, of which the killed one's counts once
    assert done == sorted(done)
    assert done[-1] == 1010
    assert_equal(score(images, **settings), shared)


@keras.saving.register_keras_serializable(package="mine")
class Halves(keras.layers.Layer):
    def call(self, x):
        return x / 2


def of_a_gan():
    gan = GAN(
        networks.dense_generator((28, 28, 1), latent_dim=4, widths=(16,)),
        networks.dense_discriminator((28, 28, 1), widths=(8,)),
        ema_half_life=1000,
        seed=0,
    )
    gan.generator.set_weights([w + 0.5 for w in gan.generator.get_weights()])
    return gan, "mnist:test", "digits"


def of_an_array():
    rng = np.random.default_rng(0)
    fake, real = (rng.integers(0, 256, (300, 8, 8, 1), "uint8") for _ in range(2))

    def mean_and_spread(images):
        flat = images.reshape(len(images), -1)
        return {"features": np.stack([flat.mean(axis=1), flat.std(axis=1)], axis=1)}

    return fake, real, Extractor(mean_and_spread, fingerprint="mean-and-spread@v1")


def of_a_function():
    inner = tiny_model(seed=4)
    x = keras.Input((8, 8, 1))
    features = inner(Halves()(x))["features"]
    model = keras.Model(x, keras.layers.Lambda(lambda x: x + 1)(features))
    extractor = Extractor(model, name="halves", outputs=("features",))
    return by_number, by_number(np.arange(300) ** 2), extractor


@pytest.mark.parametrize("case", [of_a_gan, of_an_array, of_a_function])
def test_what_travels(ray, small_chunks, case):
    source, reference, extractor = case()
    settings = {
        "reference": reference,
        "metrics": ["fid"],
        "extractor": extractor,
        "num_images": 140,
        "repeats": 2,
        "batch_size": 50,
        **QUIET,
    }
    one = score(source, **settings)
    shared = score(source, workers=2, **settings)
    assert_equal(one, shared)
    unlike = ("date", "images_per_second", "reference_moments")
    facts = [
        {key: value for key, value in report.conditions.items() if key not in unlike}
        for report in (one, shared)
    ]
    assert facts[0] == facts[1]


def test_an_error_comes_back_as_it_is(ray, extractor, small_chunks):
    class BadSampleError(Exception):
        pass

    def images(numbers):
        if 250 in numbers:
            raise BadSampleError("sample 250")
        return by_number(numbers)

    settings = {"metrics": "is", "extractor": extractor, **QUIET}
    with pytest.raises(Exception, match=r"^sample 250$") as caught:
        score(images, num_images=1000, workers=2, **settings)
    assert type(caught.value).__name__ == "BadSampleError"


def test_ctrl_c_ends_the_tasks(ray, extractor, small_chunks, tmp_path, monkeypatch):
    def images(numbers):
        if len(numbers) > 1 and numbers[0] >= 100:
            (tmp_path / f"{numbers[0]}").touch()
            time.sleep(600)
        return by_number(numbers)

    def interrupt(done):
        while not list(tmp_path.iterdir()):
            time.sleep(0.05)
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "bar", lambda *_: interrupt)
    settings = {"metrics": "is", "extractor": extractor, **QUIET}
    with pytest.raises(KeyboardInterrupt):
        score(images, num_images=1000, batch_size=100, workers=2, **settings)
    until = time.monotonic() + 20
    while ray.available_resources().get("CPU") != 2 and time.monotonic() < until:
        time.sleep(0.1)
    assert ray.available_resources()["CPU"] == 2


def test_a_stream_is_refused(extractor):
    batches = iter([np.zeros((9, 8, 8, 1), "uint8")])
    with pytest.raises(ValueError, match=r"read only in order.*workers=2"):
        score(batches, metrics="is", extractor=extractor, workers=2, **QUIET)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"workers": 0}, "1 or more.*workers=0"),
        ({"workers": 2, "devices": ["cpu:0"]}, r"pass one.*\['cpu:0'\], workers=2"),
    ],
)
def test_bad_arguments(images, extractor, change, match):
    with pytest.raises(ValueError, match=match):
        score(
            images,
            metrics="is",
            extractor=extractor,
            num_images=None,
            **change,
            **QUIET,
        )


def test_without_ray(images, extractor, monkeypatch):
    real = builtins.__import__

    def no_ray(name, *args, **kwargs):
        if name == "ray":
            raise ImportError("No module named 'ray'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_ray)
    settings = {"metrics": "is", "extractor": extractor, "num_images": None, **QUIET}
    with pytest.raises(ImportError, match=r"pip install 'keras-gan-zoo\[ray\]'"):
        score(images, workers=2, **settings)
