"""Makes images, extracts their outputs and collects these, all in parallel."""

import collections
import contextlib
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.scoring.collection import Collection

CHUNK = 1000  # images that are made at once; a few chunks wait for each device
CHUNK_BYTES = 64 * 2**20  # at most, unless a single batch is larger


def collect(job: Any, devices: Sequence[str] | None = None) -> Collection:
    """Extract all samples of a plan in this process.

    Args:
        job: `Job`.
        devices: list of device names, or None for the backend's own.

    Returns:
        `Collection`.
    """
    extractor = job.extractor
    extractors = [extractor.on(device) for device in devices or ()] or [extractor]
    return collect_shard(job, extractors, 0, job.plan.count)


def chunks_of(job: Any, first: int, last: int) -> list[tuple[int, int]]:
    """`(start, stop)` of the samples that are made at once, in whole batches.

    A shard that begins with a chunk has the same batches as a whole run.
    """
    images = min(CHUNK, CHUNK_BYTES // int(np.prod(job.source.image_shape)))
    size = max(images // job.batch_size, 1) * job.batch_size
    return [(i, min(i + size, last)) for i in range(first, last, size)]


def collect_shard(
    job: Any, extractors: Sequence[Any], first: int, last: int
) -> Collection:
    """Extract the samples `first` to `last` of a plan, each chunk on one extractor."""
    chunks = chunks_of(job, first, last)
    idle: queue.SimpleQueue = queue.SimpleQueue()
    stopped = threading.Event()
    for extractor in extractors:
        idle.put(extractor)

    def take(chunk):
        start, stop = chunk
        place = slice(job.offset + start, job.offset + stop)
        images = job.source.take(place.start, place.stop, job.batch_size)
        labels = job.source.labels
        return start, images, None if labels is None else labels[place]

    def extract(chunk):
        start, images, labels = chunk
        extractor = idle.get()
        try:
            found = _extract(job, extractor, images, stopped)
        finally:
            idle.put(extractor)
        if "labels" in job.plan.reads:
            found["labels"] = labels[:, None]
        if "images" in job.plan.reads:
            found["images"] = images.reshape(len(images), -1)
        return start, len(images), found

    shard = last - first < job.plan.count
    collection = Collection(job.plan, job.reference, shard)
    with (
        backend.full_float32(),
        contextlib.closing(_ahead(take, chunks, 1, stopped)) as images,
        contextlib.closing(
            _ahead(extract, images, len(extractors), stopped)
        ) as outputs,
    ):
        done = job.offset + first
        for start, count, found in outputs:
            collection.update(start, found)
            done += count
            job.progress(done)
    return collection


def _extract(job, extractor, images, stopped):
    """A dict of arrays: all outputs that the plan reads."""
    outputs, size = job.plan.outputs, job.batch_size
    batches = []
    for i in range(0, len(images) if outputs else 0, size):
        if stopped.is_set():
            raise CancelledError
        batches.append(extractor.extract(images[i : i + size], size, outputs))
    found = {
        name: np.concatenate([batch[name] for batch in batches]) for name in outputs
    }
    if job.columns is not None:
        found["logits"] = found["logits"][:, job.columns]
    return found


def _ahead(function, items, workers, stopped):
    """`function` of each item, in order, computed in threads ahead of the reader.

    On an error or Ctrl-C, it drops what has not begun and sets `stopped`, before it
    waits for what has.
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
