"""`score`: samples in, a report out."""

import dataclasses
import datetime
import functools
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_gan_zoo import machine
from keras_gan_zoo.metrics import jackknife_interval, t_interval
from keras_gan_zoo.metrics.frechet_infinity import check_method
from keras_gan_zoo.scoring import cluster, pipeline, progress, second_opinion, sources
from keras_gan_zoo.scoring.arguments import check_integers, check_numbers, count_of
from keras_gan_zoo.scoring.job import Job, Plan
from keras_gan_zoo.scoring.labels import (
    assign,
    check_wanted,
    columns_of,
    few,
    numbered_alike,
)
from keras_gan_zoo.scoring.measures import METRICS, check_metrics
from keras_gan_zoo.scoring.preparation import prepare
from keras_gan_zoo.scoring.report import ScoreReport
from keras_gan_zoo.typing import ValueRange
from keras_gan_zoo.walks import check_seed

LEVEL = 0.95


def score(
    source: Any,
    reference: Any = None,
    metrics: str | Sequence[str] = ("is", "fid"),
    extractor: Any = None,
    num_images: int | None = 10_000,
    repeats: int = 1,
    seed: int | None = 0,
    labels: Any = None,
    use_ema: bool = True,
    batch_size: int | None = None,
    splits: int = 10,
    value_range: ValueRange | None = None,
    infinity_method: str = "halves",
    verify: bool | str = "auto",
    intervals: bool = True,
    devices: str | Sequence[str] | None = None,
    workers: int | None = None,
    verbose: bool | int | str = "auto",
) -> ScoreReport:
    """Score samples: Inception Score, Frechet distance, and all that they depend on.

    All metrics are computed in one pass over the images, which are generated or read
    while the previous chunk goes through the extractor. Moments are streamed in
    float64, so that memory does not grow with `num_images`. Metrics that need every row
    at once (those whose row of `METRICS` has a `function`), and `verify`, keep the rows
    in a temporary file if there are many.

    Intervals are at 95 %. With `repeats` of 2 or more, a score is the mean over
    repeats, and its interval is Student's t over them. With one, the interval is a
    jackknife over groups of samples, and metrics that need every row at once have none.
    Both reflect the sampling of the images, not of the reference, and don't remove the
    bias that depends on N: compare only scores with equal `num_images`.

    Args:
        source: a `GAN`; the name, handle or folder of a preset; a function of an int
            array of sample numbers that returns as many images; or images in any form
            that `fit` takes: an array `(n, height, width, channels)`, `"name:split"`,
            an image folder, a zip file of one, an `.npy` or `.npz` file, a tf.data set,
            `PyDataset`, `DataLoader` or generator of batches; or a pair `(images,
            labels)`.
        reference: what samples are compared with: images in any of these forms, a pair
            `(images, labels)`, or an `.npz` file of statistics. By default the test
            images of the named data set in a preset's recipe. A data set or generator
            is read to its end.
        metrics: list of names, keys of `keras_gan_zoo.scoring.METRICS`.
        extractor: `None` for the one that goes with a named reference (`"digits"`
            for mnist and digits), a name, an `Extractor`, or a Keras model with
            outputs `features` and `logits`.
        num_images: int; `None` uses all of an array, a folder or a data set.
        repeats: int, the number of independent sets of `num_images` samples.
        seed: int. Determines the samples of a GAN; shuffles an array or a folder.
            `None` draws one, which the report states.
        labels: the label of each sample. For a class-conditional GAN: `"reference"`
            (balanced like the reference, the default if that has labels), `"uniform"`,
            or an array of int. Sample i has the same label whatever the batch size and
            `num_images`. For images, an array of int, one for each. Either may be a
            column or one-hot rows, as in `fit`.
        use_ema: bool: use the averaged generator of a GAN, or its raw one.
        batch_size: int, images per forward pass; 250 by default. Changes no score.
        splits: int, the number of splits for the Inception Score.
        value_range: `(black, white)` of float images, such as `(0, 1)`, in `source` and
            `reference`; they are rounded to uint8.
        infinity_method: how `fid_infinity` and `is_infinity` extrapolate: `"halves"`,
            or `"paper"`, which needs every row and has no interval; see
            `keras_gan_zoo.metrics.frechet_distance_infinity`.
        verify: bool or `"auto"`: let TF-GAN, and torch-fidelity if it is installed,
            compute scores from the same activations, and fail if they differ; `"auto"`
            does so if TF-GAN is installed.
        intervals: bool: False leaves out the jackknife, which takes one Frechet
            distance per group.
        devices: a device, or a list of those that extract in parallel, such as
            `["gpu:0", "gpu:1"]`; by default the backend's own.
        workers: int, the number of Ray tasks that share the samples, on the cluster
            that `ray.init` connected to; by default only this process.
        verbose: `"auto"`, 0 or 1: a progress bar with images/s and the time left.

    Returns:
        `ScoreReport`.

    Raises:
        ValueError: an unknown metric, extractor or reference, too few images, images
            that the extractor was not made for, scores that are not finite.
        ImportError: `verify=True` without TF-GAN, or `workers` without Ray.
        RuntimeError: a second opinion that differs.

    Example:

    >>> import numpy as np
    >>> from keras_gan_zoo import score
    >>> images = np.random.default_rng(0).integers(0, 256, (100, 28, 28, 1), "uint8")
    >>> report = score(images, "mnist:test", num_images=None, verify=False, verbose=0)
    >>> sorted(report)
    ['fid', 'is', 'is_std']
    >>> report.label("fid")
    'FID (digits)'
    """
    metrics = check_metrics(metrics)
    devices = [devices] if isinstance(devices, str) else devices
    check_integers(repeats=(repeats, 1), splits=(splits, 1))
    check_integers(optional=True, workers=(workers, 1))
    check_numbers(metrics, num_images, seed, batch_size, splits)
    repeats, splits, seed = int(repeats), int(splits), check_seed(seed)
    refuse = _why_not_verify(verify)
    check_method(infinity_method, "infinity_method")
    source = sources.get(
        source, seed, use_ema, value_range, num_images is None, verbose
    )
    if reference is None:
        reference = source.reference
    num_images = count_of(source, num_images, repeats, metrics, splits)
    check_wanted(labels, source, metrics)
    collect = _collector(devices, workers)
    batch_size = batch_size or 250
    reference, extractor = prepare(
        reference,
        metrics,
        extractor,
        source.image_shape,
        batch_size,
        verbose,
        labels,
        value_range,
    )
    reference = numbered_alike(reference, source, labels, metrics)
    labelling = assign(labels, source, reference, metrics, num_images * repeats)
    asked = () if refuse else second_opinion.outputs(metrics)
    job = Job(
        Plan(metrics, num_images, splits, seed, asked, infinity_method),
        source,
        extractor,
        reference,
        batch_size=batch_size,
        columns=columns_of(extractor, source, labels, metrics),
        progress=progress.bar(num_images * repeats, verbose),
    )
    runs, opinions, seconds = [], [], 0.0
    for repeat in range(repeats):
        started = time.perf_counter()
        collection = collect(dataclasses.replace(job, offset=repeat * num_images))
        seconds += time.perf_counter() - started
        runs.append(collection.scores())
        if not refuse:
            opinions.append(second_opinion.ask(runs[-1], collection, splits))
    scores = {
        name: float(np.mean([run[name] for run in runs]))
        for name in runs[0]
        if all(name in run for run in runs)  # not every repeat may have every class
    }
    bounds, method = _intervals(runs, scores, collection, metrics, intervals)
    conditions = {
        "metrics": list(metrics),
        **extractor.facts(source.image_shape),
        **source.facts,
        **labelling,
        "image_shape": list(source.image_shape),
        **({} if reference is None else reference.facts),
        **few(collection, reference, metrics),
        "num_fake": num_images,
        "repeats": repeats,
        "seed": seed,
        "is_splits": splits,
        "is_std": "spread over splits, ddof 0; no confidence interval",
        "protocols": {name: m.protocol for name, m in job.plan.measures.items()},
        **_methods(job.plan),
        "interval_level": LEVEL,
        "interval_method": method,
        **_environment(extractor),
        "images_per_second": round(num_images * repeats / seconds, 1),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    opinion = second_opinion.combine(opinions) or {"by": None, "reason": refuse}
    return ScoreReport(
        {name: value for name, value in scores.items() if "/" not in name},
        bounds,
        conditions,
        opinion,
        _by_class(scores),
    )


def _collector(devices, workers):
    """The function that carries out a job: here, or on a cluster."""
    if workers is None:
        return functools.partial(pipeline.collect, devices=devices)
    if devices:
        raise ValueError(
            "`devices` are on this machine, `workers` on a Ray cluster, which "
            f"chooses devices itself: pass one. Received: devices={list(devices)}, "
            f"workers={workers}"
        )
    return functools.partial(cluster.collect, workers=workers)


def _intervals(runs, scores, collection, metrics, wanted):
    """The `(low, high)` of each metric or None, and the method."""
    bounds = dict.fromkeys(metrics)
    method = interval_method(len(runs))
    if len(runs) > 1:
        for name in metrics:
            bounds[name] = t_interval([run[name] for run in runs], LEVEL)
        return bounds, method
    if not wanted:
        return bounds, "not asked for"
    for name, values in collection.replicates().items():
        if name in bounds:
            bounds[name] = jackknife_interval(scores[name], values, LEVEL)
    return bounds, method


def interval_method(repeats: int) -> str:
    """How intervals are made, as the condition `interval_method` says it.

    Example:

    >>> interval_method(3)
    't over 3 repeats'
    """
    if repeats > 1:
        return f"t over {repeats} repeats"
    return "jackknife over groups of samples"


def _methods(plan):
    """How scores were extrapolated, if any was."""
    if not any(METRICS[name].methods for name in plan.metrics):
        return {}
    return {"infinity_method": plan.infinity_method}


def _by_class(scores):
    """`{"fid/3": 1.5}` as `{"fid": {"3": 1.5}}`."""
    found = {}
    for name, value in scores.items():
        metric, slash, label = name.partition("/")
        if slash:
            found.setdefault(metric, {})[label] = value
    return found


def _why_not_verify(wanted):
    if wanted is False:
        return "not asked for"
    refuse = second_opinion.why_not()
    if wanted is True and refuse:
        raise ImportError(
            "A second opinion needs TensorFlow and TF-GAN: `pip install "
            f"'keras-gan-zoo[tensorflow]'`. Here, {refuse}."
        )
    if wanted not in (True, "auto"):
        raise ValueError(
            f"`verify` must be True, False or 'auto'. Received: verify={wanted!r}"
        )
    return refuse


def _environment(extractor):
    return {
        "versions": machine.versions("scipy"),
        "backend": keras.config.backend(),
        "device": extractor.device,
        "precision": extractor.precision,
    }
