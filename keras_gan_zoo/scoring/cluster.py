"""Distributes samples over the workers of a Ray cluster.

A shard is a few chunks of samples, and one task; its collection comes back and is
merged here, in the samples' order. What travels is plain data: a GAN or a Keras model
as its config and weights, a named extractor as its name, and functions by cloudpickle.
So workers need only this package, Keras and the same backend.
"""

import collections
import dataclasses
import secrets
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import all_layers
from keras_gan_zoo.scoring import extractors, pipeline
from keras_gan_zoo.scoring.collection import Collection
from keras_gan_zoo.scoring.extractors import Extractor
from keras_gan_zoo.scoring.job import Job
from keras_gan_zoo.scoring.sources import Generated

SHARDS = 8  # per worker, so that losing one costs at most an eighth of its share
RETRIES = 3  # for a shard whose worker died


def collect(job: Job, workers: int) -> Collection:
    """Extract all samples of a plan on the cluster that `ray.init` connected to.

    Each task gets an equal share of the cluster's processors, and a GPU if there are at
    least as many of them as workers. If a worker is lost, another one repeats its
    shard; an error in the source or the extractor is raised unchanged.

    Args:
        job: `Job`.
        workers: int, the number of tasks at a time.

    Returns:
        `Collection`, equal to that of one process within 1e-9 relative if both extract
        the same features.

    Raises:
        ImportError: Ray is not installed.
        ValueError: a source that can be read only in order, a model without a config.
    """
    if not job.source.can_seek:
        raise ValueError(
            "Workers take their images from anywhere in the source, and this one can "
            "be read only in order. Pass an array, a function of sample numbers, a "
            "folder or a GAN, or leave out `workers`. Received: a source of type "
            f"{job.source.facts['source']}, workers={workers}"
        )
    ray = _import_ray()
    shards = _shards(job, workers)
    if not ray.is_initialized():
        ray.init()
    task = ray.remote(_collect_shard).options(**_task_options(ray, workers))
    packed = ray.put((secrets.token_hex(8), _pack(job)))
    collection = Collection(job.plan, job.reference)
    waiting, merging = collections.deque(shards), collections.deque(shards)
    running: dict[Any, tuple[int, int]] = {}
    found: dict[tuple[int, int], Collection] = {}
    done = job.offset
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                shard = waiting.popleft()
                running[task.remote(packed, *shard)] = shard
            (ready,), _ = ray.wait(list(running), num_returns=1)
            first, last = shard = running.pop(ready)
            found[shard] = _result(ray, ready)
            done += last - first
            job.progress(done)
            # Merge in the samples' order, so sums don't depend on who finished first.
            while merging and merging[0] in found:
                collection.merge(found.pop(merging.popleft()))
    except BaseException:
        for task in running:
            ray.cancel(task, force=True)
        raise
    return collection


def _import_ray():
    try:
        import ray
    except ImportError as error:
        raise ImportError(
            "`workers` needs Ray: `pip install 'keras-gan-zoo[ray]'`, here and on each "
            "machine of the cluster."
        ) from error
    return ray


def _shards(job, workers):
    """`(first, last)` of each shard, cut where a single process cuts its chunks."""
    chunks = pipeline.chunks_of(job, 0, job.plan.count)
    size = max(len(chunks) // (SHARDS * workers), 1)
    parts = [chunks[i : i + size] for i in range(0, len(chunks), size)]
    return [(part[0][0], part[-1][1]) for part in parts]


def _task_options(ray, workers):
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    cpus = [int(node.get("CPU", 0)) for node in nodes]
    gpus = sum(int(node.get("GPU", 0)) for node in nodes)
    share = max(min(sum(cpus) // workers, max(cpus)), 1)
    threads = (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "NPROC",  # XLA's
    )
    return {
        "num_cpus": share,
        "num_gpus": int(gpus >= workers),
        "scheduling_strategy": "SPREAD",
        "max_retries": RETRIES,
        "retry_exceptions": False,
        "runtime_env": {
            "env_vars": {
                "KERAS_BACKEND": keras.config.backend(),
                **dict.fromkeys(threads, str(share)),
            }
        },
    }


def _result(ray, ready):
    try:
        return ray.get(ready)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, ray.exceptions.RayError):
            raise
        raise error.cause from error


# === In a worker ===

_unpacked: dict[str, Job] = {}  # the last job by its key: a worker does many shards


def _collect_shard(packed, first, last):
    key, job = packed
    if key not in _unpacked:
        _unpacked.clear()
        keras.config.enable_unsafe_deserialization()  # the caller's own code, anyway
        _unpacked[key] = _unpack(job)
    job = _unpacked[key]
    return pipeline.collect_shard(job, [job.extractor], first, last)


# === What travels ===

KEPT = ("plan", "offset", "batch_size", "columns")


def _pack(job):
    reference = job.reference  # its images and labels are needed only for merging
    if reference is not None:
        reference = dataclasses.replace(reference, images=None, labels=None)
    return {
        **{name: getattr(job, name) for name in KEPT},
        "source": _pack_source(job.source),
        "extractor": _pack_extractor(job.extractor),
        "reference": reference,
    }


def _unpack(packed):
    source = _unpack_source(packed["source"])
    extractor = _unpack_extractor(packed["extractor"])
    return Job(**{**packed, "source": source, "extractor": extractor})


def _pack_source(source):
    if not isinstance(source, Generated):
        return source  # arrays, or a function
    gan = source.gan
    return {
        "class": type(gan),
        "config": gan.get_config(),
        "generator": gan.generator.get_weights(),
        "average": gan.ema_generator.get_weights(),
        "custom_objects": _custom_objects(gan),
        "name": source.facts["source"],
        "seed": source.seed,
        "use_ema": source.use_ema,
        "labels": source.labels,
    }


def _unpack_source(packed):
    if not isinstance(packed, dict):
        return packed
    with keras.saving.custom_object_scope(packed["custom_objects"]):
        gan = packed["class"].from_config(packed["config"])
    gan.generator.set_weights(packed["generator"])
    gan.ema_generator.set_weights(packed["average"])
    source = Generated(gan, packed["name"], packed["seed"], packed["use_ema"])
    source.labels = packed["labels"]
    return source


def _pack_extractor(extractor):
    name = extractors.registered_name(extractor)
    if name is not None:
        return {"name": name, "sha256": extractor.sha256}
    if not isinstance(extractor.model, keras.Model):
        return extractor  # a function
    model = extractor.named_model()
    return {
        "model": keras.saving.serialize_keras_object(model),
        "weights": model.get_weights(),
        "custom_objects": _custom_objects(model),
        "outputs": extractor.outputs,
        "settings": {
            name: getattr(extractor, name)
            for name in ("name", "preprocessing", "resizing", "repeat_grey")
        },
    }


def _unpack_extractor(packed):
    if isinstance(packed, Extractor):
        return packed
    if "sha256" in packed:
        extractor = extractors.get(packed["name"])
        if extractor.sha256 != packed["sha256"]:
            raise RuntimeError(
                f"The extractor {packed['name']!r} has other weights on a worker than "
                "here. Install one version of keras-gan-zoo, and one set of downloaded "
                f"weights. Received: sha256 {extractor.sha256[:12]}... there, "
                f"{packed['sha256'][:12]}... here"
            )
        return extractor
    model = keras.saving.deserialize_keras_object(
        packed["model"], custom_objects=packed["custom_objects"]
    )
    model.set_weights(packed["weights"])
    return Extractor(model, outputs=packed["outputs"], **packed["settings"])


def _custom_objects(model):
    """The classes of layers that belong neither to Keras nor to this package."""
    classes = {type(layer) for layer in [model, *all_layers(model)]}
    return {
        keras.saving.get_registered_name(cls): cls
        for cls in classes
        if cls.__module__.partition(".")[0] not in ("keras", "keras_gan_zoo")
    }
