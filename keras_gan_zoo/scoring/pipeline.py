"""Images in, outputs collected: made, extracted and counted side by side."""

import collections
import contextlib
import queue
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.scoring.measures import Collection

CHUNK = 1000  # images that are made at once; of each device, a few chunks wait
CHUNK_BYTES = 64 * 2**20  # of them, unless one batch is more


def collect(
    plan,
    source,
    extractor,
    reference=None,
    offset=0,
    batch_size=250,
    devices=None,
    workers=None,
    progress=lambda done: None,
):
    """Extract all samples of a plan.

    Args:
        plan: `Plan`.
        source: see `keras_gan_zoo.scoring.sources`.
        extractor: `Extractor`.
        reference: `Reference` or None.
        offset: int, the source's image that is sample 0.
        batch_size: int, images a forward pass.
        devices: list of device names, or None for the backend's own.
        workers: int or None, Ray tasks.
        progress: function that is told how many images of the source are done.

    Returns:
        `Collection`.
    """
    if workers is not None:
        if devices:
            raise ValueError(
                "`devices` are of this machine, `workers` of a Ray cluster, which "
                f"chooses theirs: pass one. Received: devices={list(devices)}, "
                f"workers={workers}"
            )
        from keras_gan_zoo.scoring import cluster

        return cluster.collect(
            plan, source, extractor, reference, offset, batch_size, workers, progress
        )
    extractors = [extractor.on(device) for device in devices or ()] or [extractor]
    return collect_shard(
        plan, source, extractors, reference, offset, 0, plan.count, batch_size, progress
    )


def chunks_of(source, first, last, batch_size):
    """`(start, stop)` of the samples that are made at once, whole batches of them.

    A shard that begins with a chunk has the batches that a whole run has.
    """
    images = min(CHUNK, CHUNK_BYTES // int(np.prod(source.image_shape)))
    size = max(images // batch_size, 1) * batch_size
    return [(i, min(i + size, last)) for i in range(first, last, size)]


def collect_shard(
    plan,
    source,
    extractors,
    reference,
    offset,
    first,
    last,
    batch_size,
    progress=lambda done: None,
):
    """Extract the samples `first` to `last` of a plan, each chunk on one extractor."""
    chunks = chunks_of(source, first, last, batch_size)
    idle, stopped = queue.SimpleQueue(), threading.Event()
    for extractor in extractors:
        idle.put(extractor)

    def take(chunk):
        start, stop = chunk
        return start, source.take(offset + start, offset + stop, batch_size)

    def extract(chunk):
        start, images = chunk
        extractor, batches = idle.get(), []
        try:
            for i in range(0, len(images), batch_size):
                if stopped.is_set():
                    raise CancelledError
                batch = images[i : i + batch_size]
                batches.append(extractor.extract(batch, batch_size, plan.outputs))
        finally:
            idle.put(extractor)
        return start, {
            name: np.concatenate([batch[name] for batch in batches])
            for name in plan.outputs
        }

    collection = Collection(plan, reference, shard=last - first < plan.count)
    with (
        backend.full_float32(),
        contextlib.closing(_ahead(take, chunks, 1, stopped)) as images,
        contextlib.closing(
            _ahead(extract, images, len(extractors), stopped)
        ) as outputs,
    ):
        done = offset + first
        for start, found in outputs:
            collection.update(start, found)
            done += len(found[plan.outputs[0]])
            progress(done)
    return collection


def _ahead(function, items, workers, stopped):
    """`function` of each item, in order, in threads that work ahead of the reader.

    An error, or Ctrl-C, drops what has not begun and sets `stopped`, before it waits
    for what has.
    """
    waiting = collections.deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            stopped.set()
            for future in waiting:
                future.cancel()
            raise
