"""`score`: samples in, a report out."""

import datetime
import importlib.metadata
import platform
import time

import keras
import numpy as np

from keras_gan_zoo import metrics as pure
from keras_gan_zoo.scoring import (
    extractors,
    pipeline,
    references,
    second_opinion,
    sources,
)
from keras_gan_zoo.scoring.measures import METRICS, Plan
from keras_gan_zoo.scoring.report import ScoreReport

LEVEL = 0.95


def score(
    source,
    reference=None,
    metrics=("is", "fid"),
    extractor=None,
    num_images=10_000,
    repeats=1,
    seed=0,
    use_ema=True,
    batch_size=None,
    splits=10,
    verify="auto",
    intervals=True,
    devices=None,
    workers=None,
    verbose="auto",
):
    """Score samples: Inception Score, Frechet distance, and all they depend on.

    All metrics are taken in one pass over the images. These are made, or taken, while
    the chunk before goes through the extractor. Moments are streamed in float64, so
    that memory does not grow with `num_images`; metrics that need every row at once
    (`precision`, `recall`, `density`, `coverage`, `cmmd`, `swd`, `fid_infinity`,
    `is_infinity`, and `verify`) keep them in a temporary file where they are many.

    Intervals are at 95 %. With `repeats` of 2 or more, the score is the mean over
    repeats and its interval Student's t over them. With one, it is a jackknife over
    groups of samples; metrics that need every row at once have none. Both are about
    the samples; the reference is taken as it is. They don't remove the bias that N
    brings: compare scores of equal `num_images`.

    Args:
        source: a `GAN`; the name, handle or folder of a preset; a uint8 array `(n,
            height, width, channels)` or an `.npz` file of one; an image folder; a
            function of an int array of sample numbers that returns as many images;
            a tf.data set, data loader or generator of uint8 batches.
        reference: what samples are compared with: `"name:split"` such as
            `"mnist:test"`, a uint8 array, an image folder, or an `.npz` file of
            statistics.
        metrics: list of names, see `keras_gan_zoo.scoring.METRICS`: `"is"`, `"fid"`,
            `"kid"`, `"precision"`, `"recall"`, `"density"`, `"coverage"`, `"sfid"`,
            `"fid_infinity"`, `"is_infinity"`, `"cmmd"`, `"swd"`, `"modes"`,
            `"reverse_kl"`.
        extractor: `None` for the one that belongs to a named reference (`"digits"`
            for mnist and digits), a name, an `Extractor`, or a Keras model with
            outputs `features` and `logits`.
        num_images: int; `None` takes all of an array or a folder.
        repeats: int, independent sets of `num_images` samples.
        seed: int. Names the samples of a GAN; shuffles an array or a folder.
        use_ema: bool: the averaged generator of a GAN, or its raw one.
        batch_size: int, images a forward pass; 250 by default. Changes no score.
        splits: int, of the Inception Score.
        verify: bool or `"auto"`: have TF-GAN, and torch-fidelity where it is
            installed, compute scores of the same activations, and fail if they
            differ; `"auto"` where TF-GAN is installed.
        intervals: bool: False leaves the jackknife out, which takes a Frechet
            distance a group.
        devices: list of devices that extract side by side, such as `["gpu:0",
            "gpu:1"]`; by default the backend's own.
        workers: int, number of Ray tasks that share the samples, on the cluster
            that `ray.init` reached; by default this process alone.
        verbose: `"auto"`, 0 or 1: a progress bar with images/s and the time left.

    Returns:
        `ScoreReport`.

    Raises:
        ValueError: an unknown metric, extractor or reference, too few images, images
            that the extractor was not made for, scores that are not finite.
        ImportError: `verify=True` where TF-GAN can't be asked, or `workers` without
            Ray.
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
    _check_integers(
        num_images=(num_images, 1),
        repeats=(repeats, 1),
        splits=(splits, 1),
        batch_size=(batch_size, 1),
        seed=(seed, 0),
        workers=(workers, 1),
    )
    refuse = _why_not_verify(verify)
    batch_size = batch_size or 250
    source = sources.get(source, seed, use_ema)
    num_images = _check_counts(source, num_images, repeats, metrics, splits)
    reference, extractor = prepare(
        reference, metrics, extractor, source.image_shape, batch_size, verbose
    )
    asked = () if refuse else second_opinion.outputs(metrics)
    plan = Plan(metrics, num_images, splits, seed, asked)

    bar = references.progress_bar(num_images * repeats, verbose)
    runs, opinions, seconds = [], [], 0.0
    for repeat in range(repeats):
        started = time.perf_counter()
        collection = pipeline.collect(
            plan,
            source,
            extractor,
            reference,
            offset=repeat * num_images,
            batch_size=batch_size,
            devices=devices,
            workers=workers,
            progress=bar,
        )
        seconds += time.perf_counter() - started
        runs.append(collection.scores())
        if not refuse:
            opinions.append(second_opinion.ask(runs[-1], collection, splits))
    scores = {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}
    bounds, method = dict.fromkeys(metrics), "not asked for"
    if repeats > 1:
        method = f"t over {repeats} repeats"
        for name in metrics:
            bounds[name] = pure.t_interval([run[name] for run in runs], LEVEL)
    elif intervals:
        method = "jackknife over groups of samples"
        for name, values in collection.replicates().items():
            if name in bounds:
                bounds[name] = pure.jackknife_interval(scores[name], values, LEVEL)
    conditions = {
        "metrics": list(metrics),
        **extractor.facts(source.image_shape),
        **source.facts,
        "image_shape": list(source.image_shape),
        **({} if reference is None else reference.facts),
        "num_fake": num_images,
        "repeats": repeats,
        "seed": seed,
        "is_splits": splits,
        "is_std": "spread over splits, ddof 0; no confidence interval",
        "protocols": {name: METRICS[name].protocol for name in metrics},
        "interval_level": LEVEL,
        "interval_method": method,
        **_environment(extractor),
        "images_per_second": round(num_images * repeats / seconds, 1),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    opinion = second_opinion.combine(opinions) or {"by": None, "reason": refuse}
    return ScoreReport(scores, bounds, conditions, opinion)


def prepare(reference, metrics, extractor, image_shape, batch_size=250, verbose=0):
    """What can be done, and refused, before there is an image to score.

    Returns:
        `(reference, extractor)`, a `Reference` (None where no metric reads it) and an
        `Extractor`, both of which `score` takes.
    """
    metrics = check_metrics(metrics)
    extractor = pick_extractor(extractor, reference, metrics)
    extractor.check_shape(image_shape)
    asks = {METRICS[name].real for name in metrics} - {None}
    if not asks:
        return None, extractor
    if reference is None:
        named = [METRICS[name].label for name in metrics if METRICS[name].real]
        raise ValueError(
            f"{', '.join(named)} needs a `reference`, for example 'mnist:test', an "
            "array of images or a statistics file. Received: reference=None"
        )
    found = references.load_reference(
        reference,
        extractor,
        batch_size,
        spatial="sfid" in metrics,
        features="features" in asks,
        verbose=verbose,
    )
    return found, extractor


def check_metrics(metrics):
    """`metrics` as a tuple of known names, each once."""
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    unknown = [name for name in metrics if name not in METRICS]
    if unknown or not metrics:
        raise ValueError(
            f"`metrics` must be one or more of {list(METRICS)}. "
            f"Received: metrics={list(metrics)}"
        )
    return tuple(dict.fromkeys(metrics))


def _why_not_verify(wanted):
    if wanted is False:
        return "not asked for"
    refuse = second_opinion.why_not()
    if wanted is True and refuse:
        raise ImportError(
            "A second opinion takes TensorFlow and TF-GAN: `pip install "
            f"'keras-gan-zoo[tensorflow]'`. Here, {refuse}."
        )
    if wanted not in (True, "auto"):
        raise ValueError(
            f"`verify` must be True, False or 'auto'. Received: verify={wanted!r}"
        )
    return refuse


def pick_extractor(extractor, reference, metrics):
    if extractor is None:
        dataset = references.dataset_of(reference)
        if dataset not in extractors.DEFAULTS:
            raise ValueError(
                "Which extractor? None belongs to this reference. Pass "
                "`extractor=`, a Keras model or one of:\n"
                f"{extractors.choices()}\nReceived: extractor=None, "
                f"reference={_name(reference)}"
            )
        extractor = extractors.DEFAULTS[dataset]
    extractor = extractors.get(extractor, metrics)
    for metric in metrics:
        needs = METRICS[metric].output
        if needs not in extractor.outputs:
            raise ValueError(
                f"The metric {metric!r} reads `{needs}`, which this extractor does not "
                "return. Leave the metric out, or give the model an output named "
                f"`{needs}`. Received: "
                f"extractor={extractor.name!r} with outputs {extractor.outputs}"
            )
    return extractor


def _check_integers(**given):
    """Whole numbers, each at least as large as its second value says."""
    for name, (value, least) in given.items():
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if value is not None and not (whole and value >= least):
            raise ValueError(
                f"`{name}` must be a whole number, {least} or more. "
                f"Received: {name}={value!r}"
            )


def _check_counts(source, num_images, repeats, metrics, splits):
    if num_images is None:
        if source.length is None:
            raise ValueError(
                "A generator never ends: say how many images, for example "
                "`num_images=10_000`. Received: num_images=None"
            )
        num_images = source.length // repeats
    if source.length is not None and num_images * repeats > source.length:
        raise ValueError(
            "`num_images` (times `repeats`) must not exceed the images that there "
            f"are; `num_images=None` takes all. Received: num_images={num_images}, "
            f"repeats={repeats}, a source of {source.length} images"
        )
    neighbours = {"precision", "recall", "density", "coverage"} & set(metrics)
    least = max(splits if "is" in metrics else 1, 6 if neighbours else 2)
    if num_images < least:
        raise ValueError(
            f"At least {least} images are needed: 2 for a covariance, one for each of "
            "the Inception Score's splits, and 6 for neighbours. "
            f"Received: num_images={num_images}, splits={splits}"
        )
    return int(num_images)


def _name(reference):
    return repr(reference) if isinstance(reference, str) else type(reference).__name__


def _environment(extractor):
    backend = keras.config.backend()
    package = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}.get(backend)
    versions = {
        "python": platform.python_version(),
        "keras_gan_zoo": importlib.metadata.version("keras-gan-zoo"),
        **{name: _version(name) for name in ("keras", "numpy", "scipy")},
    }
    if package:
        versions[package] = _version(package)
    return {
        "versions": versions,
        "backend": backend,
        "device": extractor.device,
        "precision": extractor.precision,
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
