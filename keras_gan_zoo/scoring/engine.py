"""`score`: samples in, a report out."""

import datetime
import importlib.metadata
import platform
import time

import keras
import numpy as np
from scipy import stats

from keras_gan_zoo import metrics as pure
from keras_gan_zoo.scoring import extractors, references, second_opinion, sources
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.report import ScoreReport

# Metric -> the output of an extractor that it reads.
NEEDS = {"is": "logits", "fid": "features"}

LEVEL = 0.95
JACKKNIFE_BLOCKS = 20
JACKKNIFE_DIMENSIONS = 512  # beyond, a covariance a block costs too much memory
CHUNK = 1000  # images in memory at once


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
    second_opinion="auto",
    verbose="auto",
):
    """Score samples: Inception Score, Frechet distance, and all they depend on.

    Images are made, or taken, and go through the extractor in chunks; moments are
    streamed in float64, so that memory does not grow with `num_images`.

    Intervals are at 95 %. With `repeats` of 2 or more, the score is the mean over
    repeats and its interval Student's t over them. With one, it is a jackknife that
    leaves out each of 20 blocks of samples in turn (none for features of more than 512
    dimensions). Both are about the samples; the reference is taken as it is. They
    don't remove the bias that N brings: compare scores of equal `num_images`.

    Args:
        source: a `GAN`, the name, handle or folder of a preset, a uint8 array
            `(n, height, width, channels)`, or an image folder.
        reference: what "fid" compares with: `"name:split"` such as `"mnist:test"`, a
            uint8 array, an image folder, or an `.npz` file of statistics.
        metrics: list of `"is"` (Inception Score) and `"fid"` (Frechet distance).
        extractor: `None` for the one that belongs to a named reference (`"digits"`
            for mnist and digits), a name, an `Extractor`, or a Keras model with
            outputs `features` and `logits`.
        num_images: int; `None` takes all of an array or a folder.
        repeats: int, independent sets of `num_images` samples.
        seed: int. Names the samples of a GAN; shuffles an array or a folder.
        use_ema: bool: the averaged generator of a GAN, or its raw one.
        batch_size: int, images a forward pass; 250 by default. Changes no score.
        splits: int, of the Inception Score.
        second_opinion: bool or `"auto"`: ask TF-GAN about the same activations;
            `"auto"` where it is installed.
        verbose: `"auto"`, 0 or 1: a progress bar with images/s.

    Returns:
        `ScoreReport`.

    Raises:
        ValueError: an unknown metric, extractor or reference, too few images, images
            that the extractor was not made for, scores that are not finite.
        ImportError: `second_opinion=True` where TF-GAN can't be asked.

    Example:

    >>> import numpy as np
    >>> from keras_gan_zoo import score
    >>> images = np.random.default_rng(0).integers(0, 256, (100, 28, 28, 1), "uint8")
    >>> report = score(
    ...     images, "mnist:test", num_images=None, second_opinion=False, verbose=0
    ... )
    >>> sorted(report)
    ['fid', 'is', 'is_std']
    >>> report.label("fid")
    'FID (digits)'
    """
    metrics = _check_metrics(metrics)
    refuse = _why_no_second_opinion(second_opinion)
    batch_size = batch_size or 250
    source = sources.get(source, seed, use_ema)
    num_images = _check_counts(source, num_images, repeats, metrics, splits)
    reference, extractor = prepare(
        reference, metrics, extractor, source.image_shape, batch_size
    )

    bar = _progress_bar(num_images * repeats, verbose)
    runs, opinions, seconds = [], [], 0.0
    for repeat in range(repeats):
        started = time.perf_counter()
        samples = _extract(
            source, extractor, metrics, repeat, num_images, batch_size, bar, not refuse
        )
        seconds += time.perf_counter() - started
        runs.append(_scores(samples, reference, metrics, splits))
        if not refuse:
            opinions.append(_ask_tfgan(runs[-1], samples, reference, splits))
    scores = {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}
    if repeats > 1:
        intervals, method = _t_intervals(runs, metrics), f"t over {repeats} repeats"
    else:
        intervals = _jackknife_intervals(scores, samples, reference, metrics, splits)
        method = f"jackknife over {JACKKNIFE_BLOCKS} blocks of samples"
    conditions = {
        "metrics": list(metrics),
        "extractor": extractor.name,
        "extractor_sha256": extractor.sha256,
        "preprocessing": extractor.preprocessing,
        "resizing": extractor.resizing,
        **source.facts,
        "image_shape": list(source.image_shape),
        **({} if reference is None else reference.facts),
        "num_fake": num_images,
        "repeats": repeats,
        "seed": seed,
        "is_splits": splits,
        "is_std": "spread over splits, ddof 0; no confidence interval",
        "frechet": "covariances with ddof 1, float64, no epsilon",
        "interval_level": LEVEL,
        "interval_method": method,
        **_environment(extractor),
        "images_per_second": round(num_images * repeats / seconds, 1),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    opinion = _combine_opinions(opinions) or {"by": None, "reason": refuse}
    return ScoreReport(scores, intervals, conditions, opinion)


def prepare(reference, metrics, extractor, image_shape, batch_size=250):
    """What can be done, and refused, before there is an image to score.

    Returns:
        `(reference, extractor)`, a `Reference` (None where no metric reads it) and an
        `Extractor`, both of which `score` takes.
    """
    metrics = _check_metrics(metrics)
    extractor = _pick_extractor(extractor, reference, metrics)
    extractor.check_shape(image_shape)
    if "fid" not in metrics:
        return None, extractor
    if reference is None:
        raise ValueError(
            "The Frechet distance needs a `reference`, for example 'mnist:test', an "
            "array of images or a statistics file. Received: reference=None"
        )
    return references.load_reference(reference, extractor, batch_size), extractor


class _Samples:
    """What is kept of one set of samples: moments by block, logits, features."""

    def __init__(self, metrics, count, blocks, keep_features):
        self.logits = [] if "is" in metrics else None
        self.features = [] if keep_features and "fid" in metrics else None
        self.edges = np.arange(blocks + 1) * count // blocks
        self.blocks = [Moments() for _ in range(blocks)] if "fid" in metrics else None
        self.seen = 0

    def add(self, outputs):
        if self.logits is not None:
            self.logits.append(outputs["logits"])
        if self.features is not None:
            self.features.append(outputs["features"])
        if self.blocks is not None:
            features = outputs["features"]
            cuts = np.clip(self.edges - self.seen, 0, len(features))
            for block, a, b in zip(self.blocks, cuts, cuts[1:], strict=False):
                if b > a:
                    block.update(features[a:b])
            self.seen += len(features)

    def all_logits(self, without=None):
        logits = np.concatenate(self.logits)
        if without is None:
            return logits
        return np.delete(logits, slice(*self.edges[without : without + 2]), axis=0)

    def moments(self, without=None):
        total = Moments()
        for i, block in enumerate(self.blocks):
            if i != without:
                total.merge(block)
        return total


def _extract(source, extractor, metrics, repeat, count, batch_size, bar, keep):
    samples = None
    chunk = max(CHUNK // batch_size, 1) * batch_size
    first, last = repeat * count, (repeat + 1) * count
    started = time.perf_counter()
    for start in range(first, last, chunk):
        stop = min(start + chunk, last)
        images = source.take(start, stop, batch_size)
        outputs = extractor.extract(images, batch_size)
        if samples is None:
            small = outputs.get("features", np.empty((0, 0))).shape[1]
            blocks = JACKKNIFE_BLOCKS if small <= JACKKNIFE_DIMENSIONS else 1
            samples = _Samples(metrics, count, min(blocks, count), keep)
            if "is" in metrics:
                _check_logits(outputs["logits"], extractor)
        samples.add(outputs)
        if bar is not None:
            rate = (stop - first) / (time.perf_counter() - started)
            bar.update(stop, [("images/s", rate)], finalize=stop == bar.target)
    return samples


def _scores(samples, reference, metrics, splits, without=None):
    scores = {}
    if "is" in metrics:
        logits = samples.all_logits(without)
        scores["is"], scores["is_std"] = pure.inception_score(logits, splits)
    if "fid" in metrics:
        fake, real = samples.moments(without), reference.moments
        if fake.mean.shape != real.mean.shape:
            raise ValueError(
                "The reference must come from the same extractor. Received: features "
                f"of {fake.mean.size} dimensions, reference {reference.name!r} of "
                f"{real.mean.size}"
            )
        scores["fid"] = pure.frechet_distance_from_moments(
            fake.mean, fake.covariance, real.mean, real.covariance
        )
    return scores


def _t_intervals(runs, metrics):
    intervals = {}
    for name in metrics:
        values = [run[name] for run in runs]
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        intervals[name] = _around(np.mean(values), error, len(values) - 1)
    return intervals


def _jackknife_intervals(scores, samples, reference, metrics, splits):
    """Delete-a-block jackknife (Efron & Tibshirani 1993, section 11.5).

    No row is drawn twice, as a bootstrap would, which biases both scores.
    """
    blocks = len(samples.edges) - 1
    kept = samples.edges[-1] - np.diff(samples.edges).max()
    if blocks < JACKKNIFE_BLOCKS or kept < max(splits, 2):
        return dict.fromkeys(metrics)
    runs = [_scores(samples, reference, metrics, splits, i) for i in range(blocks)]
    intervals = {}
    for name in metrics:
        error = np.sqrt(blocks - 1) * np.std([run[name] for run in runs])
        intervals[name] = _around(scores[name], error, blocks - 1)
    return intervals


def _around(value, error, freedom):
    reach = float(error * stats.t.ppf((1 + LEVEL) / 2, freedom))
    return (float(value) - reach, float(value) + reach)


def _why_no_second_opinion(wanted):
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
            "`second_opinion` must be True, False or 'auto'. "
            f"Received: second_opinion={wanted!r}"
        )
    return refuse


def _ask_tfgan(scores, samples, reference, splits):
    real = generated = logits = None
    if "is" in scores:
        logits = samples.all_logits()
    if "fid" in scores:
        generated = np.concatenate(samples.features)
        real = reference.features if reference.features is not None else None
        real = reference.moments if real is None else real
    return second_opinion.ask(scores, logits, generated, real, splits)


def _combine_opinions(opinions):
    """One opinion of the repeats': mean scores, the largest differences."""
    if not opinions:
        return None
    combined = dict(opinions[0])
    for key, join in (("scores", np.mean), ("relative_difference", np.max)):
        combined[key] = {
            name: float(join([opinion[key][name] for opinion in opinions]))
            for name in combined[key]
        }
    combined["agrees"] = all(opinion["agrees"] for opinion in opinions)
    return combined


def _check_metrics(metrics):
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    unknown = [name for name in metrics if name not in NEEDS]
    if unknown or not metrics:
        raise ValueError(
            f"`metrics` must be one or more of {list(NEEDS)}. "
            f"Received: metrics={list(metrics)}"
        )
    return tuple(dict.fromkeys(metrics))


def _pick_extractor(extractor, reference, metrics):
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
        if NEEDS[metric] not in extractor.outputs:
            raise ValueError(
                f"The metric {metric!r} reads `{NEEDS[metric]}`, which this extractor "
                "does not return. Leave the metric out, or give the model outputs "
                "named `features` and `logits`. Received: "
                f"extractor={extractor.name!r} with outputs {extractor.outputs}"
            )
    return extractor


def _check_counts(source, num_images, repeats, metrics, splits):
    if repeats < 1:
        raise ValueError(f"`repeats` must be 1 or more. Received: repeats={repeats}")
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
    least = max(splits if "is" in metrics else 1, 2 if "fid" in metrics else 1)
    if num_images < least:
        raise ValueError(
            f"At least {least} images are needed: 2 for a covariance, and one for each "
            f"of the Inception Score's splits. Received: num_images={num_images}, "
            f"splits={splits}"
        )
    return int(num_images)


def _check_logits(logits, extractor):
    sums = logits.sum(axis=1)
    if logits.shape[1] > 1 and logits.min() >= 0 and np.allclose(sums, 1, atol=1e-3):
        raise ValueError(
            "The Inception Score reads logits, and these look like probabilities: end "
            "the model before its softmax. "
            f"Received: extractor={extractor.name!r}, whose `logits` sum to 1"
        )


def _progress_bar(total, verbose):
    if not verbose:
        return None
    return keras.utils.Progbar(total, unit_name="image", stateful_metrics=["images/s"])


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
        "device": _device(extractor),
        "precision": extractor.model.layers[-1].compute_dtype,
    }


def _device(extractor):
    """Where the extractor's weights lie, in the backend's words."""
    if not extractor.model.weights:
        return "unknown"
    return str(getattr(extractor.model.weights[0].value, "device", "unknown"))


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
