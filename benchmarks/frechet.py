"""Frechet distance at 2048 dimensions: ours, `scipy.linalg.sqrtm`, torch-fidelity's.

    python benchmarks/frechet.py [--dimensions 2048] [--runs 3] [--out FILE]

They alternate in one process, on one pair of moments after another. `sqrtm` is called
as pytorch-fid calls it: on C1 C2, and once more with 1e-6 on both diagonals where the
root is not finite. torch-fidelity takes the eigenvalues of C1 C2. For pairs of less
than full rank the truth is the sum of the singular values of the centred product,
which squares nothing. BLAS picks its kernels by the processor; `OPENBLAS_CORETYPE` may
be set on a machine with an old one.
"""

import argparse
import datetime
import os
import pathlib
import platform
import re
import statistics
import sys
import time

import numpy as np
import scipy
from scipy import linalg

from keras_gan_zoo.machine import cpus
from keras_gan_zoo.metrics import frechet_distance, frechet_distance_from_moments

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))

from peers import import_peer

RESULTS = pathlib.Path(__file__).parent / "results" / "frechet.md"


def by_sqrtm(mean1, covariance1, mean2, covariance2):
    root = linalg.sqrtm(covariance1 @ covariance2)
    if not np.isfinite(root).all():
        offset = 1e-6 * np.eye(len(mean1))
        root = linalg.sqrtm((covariance1 + offset) @ (covariance2 + offset))
    gap = mean1 - mean2
    return gap @ gap + np.trace(covariance1 + covariance2) - 2 * np.trace(root.real)


def by_torch_fidelity(mean1, covariance1, mean2, covariance2):
    found = import_peer("torch_fidelity.metric_fid").fid_statistics_to_metric(
        {"mu": mean1, "sigma": covariance1},
        {"mu": mean2, "sigma": covariance2},
        verbose=False,
    )
    return found["frechet_inception_distance"]


def features(rng, rows, dimensions):
    """Non-negative and correlated, with a falling spectrum, as Inception's are."""
    mix = rng.normal(size=(dimensions, dimensions)) / dimensions**0.5
    mix *= np.arange(1, dimensions + 1)[:, None] ** -0.5
    return np.maximum(rng.normal(size=(rows, dimensions)) @ mix + 0.02, 0)


def pairs(dimensions, rng):
    n = 2 * dimensions
    yield "full rank", features(rng, n, dimensions), features(rng, n, dimensions)
    few = dimensions // 4
    yield (
        f"{few} and {n} rows",
        features(rng, few, dimensions),
        features(rng, n, dimensions),
    )
    yield (
        f"{few} and {few} rows",
        features(rng, few, dimensions),
        features(rng, few, dimensions),
    )


def timed(function, *arguments):
    start = time.perf_counter()
    value = function(*arguments)
    return time.perf_counter() - start, float(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dimensions", type=int, default=2048)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args()

    lines = [
        "| pair | ours, s | sqrtm, s | torch-fidelity, s | ours / sqrtm "
        "| ours / torch-fidelity | our error | sqrtm's | torch-fidelity's |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    import_peer("torch_fidelity.metric_fid")  # not timed
    contenders = (frechet_distance_from_moments, by_sqrtm, by_torch_fidelity)
    for name, x, y in pairs(args.dimensions, np.random.default_rng(0)):
        moments = (x.mean(axis=0), np.cov(x.T), y.mean(axis=0), np.cov(y.T))
        truth = frechet_distance(x, y)  # by singular values
        runs = [[] for _ in contenders]
        for _ in range(args.runs):
            for found, contender in zip(runs, contenders, strict=True):
                found.append(timed(contender, *moments))
        median = [statistics.median(t for t, _ in found) for found in runs]
        cells = [name, *(spread(found) for found in runs)]
        cells += [f"{median[0] / other:.3f}" for other in median[1:]]
        cells += [f"{abs(found[0][1] - truth) / truth:.1e}" for found in runs]
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    seconds, _ = timed(frechet_distance, x, y)
    table = "\n".join(
        [
            f"# Frechet distance, {args.dimensions} dimensions",
            "",
            f"`python benchmarks/frechet.py`, {datetime.date.today()}: {processor()}, "
            f"{cpus()} cores, Python {platform.python_version()}, NumPy "
            f"{np.__version__}, SciPy {scipy.__version__}.",
            f"Median (min to max) of {args.runs} alternating runs, from moments. "
            "Errors are relative to the distance; the truth is the singular-value "
            "form, from features.",
            "",
            *lines,
            "",
            f"From features by singular values, the last pair: {seconds:.2f} s.",
            "",
        ]
    )
    print(table)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = args.out.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(table, encoding="utf-8")
    os.replace(temporary, args.out)


def spread(runs):
    seconds = [t for t, _ in runs]
    low, high = min(seconds), max(seconds)
    return f"{statistics.median(seconds):.2f} ({low:.2f} to {high:.2f})"


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
        return re.search(r"model name\s*: (.*)", text)[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
