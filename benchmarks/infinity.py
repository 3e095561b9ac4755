"""FID-infinity by disjoint halves and by lines over 1 / N: bias, spread and time.

    python benchmarks/infinity.py

Rows are normal with known moments, so that the distance of infinitely many is known.
Two cases: a generator that is right, and one whose mean and variances are off. The
table is printed and written to benchmarks/results/infinity.md.
"""

import argparse
import pathlib
import time

import numpy as np

from keras_gan_zoo.metrics import (
    frechet_distance_from_moments,
    frechet_distance_infinity,
)

RESULTS = pathlib.Path(__file__).parent / "results"
CASES = {"right": (0.0, 1.0), "off": (0.3, 1.2)}  # shift of the mean, scale


def nested(rows, moments, seed):
    """The line through the first N rows of one order, for 15 values of N."""
    rows = np.random.default_rng(seed).permutation(rows)
    counts = np.linspace(len(rows) // 2, len(rows), 15).astype(int)
    scores = [plain(rows[:count], moments, seed) for count in counts]
    return np.polyfit(1 / counts, scores, 1)[1]


def plain(rows, moments, seed):
    del seed
    return frechet_distance_from_moments(rows.mean(axis=0), np.cov(rows.T), *moments)


WAYS = {
    "disjoint halves": lambda *args: frechet_distance_infinity(*args)[0],
    "line, subsets drawn anew (the paper's)": lambda *args: frechet_distance_infinity(
        *args, method="paper"
    )[0],
    "line, nested subsets": nested,
    "FID of all rows": plain,
}


def table(rows, dimensions, repeats):
    yield f"{dimensions} dimensions, {rows:,} rows, {repeats} repeats."
    yield ""
    yield "| generator | way | bias | spread | RMSE | ms |"
    yield "|---|---|---|---|---|---|"
    spectrum = np.exp(-np.arange(dimensions) / 20)
    for case, (shift, scale) in CASES.items():
        mean, deviation = np.full(dimensions, shift), scale * np.sqrt(spectrum)
        moments = np.zeros(dimensions), np.diag(spectrum)
        truth = frechet_distance_from_moments(mean, np.diag(deviation**2), *moments)
        errors, seconds = {way: [] for way in WAYS}, dict.fromkeys(WAYS, 0.0)
        for seed in range(repeats):
            drawn = np.random.default_rng(seed).normal(
                mean, deviation, (rows, dimensions)
            )
            for way, function in WAYS.items():
                start = time.perf_counter()
                errors[way].append(function(drawn, moments, seed) - truth)
                seconds[way] += time.perf_counter() - start
        for way, found in errors.items():
            rmse = np.sqrt(np.mean(np.square(found)))
            yield (
                f"| {case}, {truth:.2f} | {way} | {np.mean(found):+.4f} "
                f"| {np.std(found, ddof=1):.4f} | {rmse:.4f} "
                f"| {1000 * seconds[way] / repeats:.0f} |"
            )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=60)
    lines = ["`python benchmarks/infinity.py`", ""]
    for line in table(**vars(parser.parse_args())):
        print(line, flush=True)
        lines.append(line)
    path = RESULTS / "infinity.md"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
