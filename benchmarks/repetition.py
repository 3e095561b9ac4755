"""How far a score is from itself on another backend: what `verify` may ask for.

    KERAS_GAN_ZOO_DATA=folder python benchmarks/repetition.py

Each backend scores the same samples in a process of its own, with every metric. The
largest difference between two backends stands beside what `keras_gan_zoo.verify` lets
pass. Class FID and CAS are of real digits, in place of a conditional GAN's. A quick
check of fewer images is tried too: how far it is off, in units of what it lets pass.
The table is printed and written to benchmarks/results/repetition.md.
"""

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

RESULTS = pathlib.Path(__file__).parent / "results"
BACKENDS = ("tensorflow", "jax", "torch")
BY_CLASS = ("class_fid", "cas")
LEFT_OUT = ("sfid",)  # the digit classifier has no spatial features


def score(entry, number, few, out):
    """In one backend's process: score, and check the first's report with few images."""
    import keras_gan_zoo as kgz
    from keras_gan_zoo.scoring import METRICS, conditions, repetition

    metrics = [name for name in METRICS if name not in (*BY_CLASS, *LEFT_OUT)]
    gan = kgz.GAN.from_preset(entry)
    settings = {"num_images": number, "verify": False, "verbose": 0}
    whole = kgz.score(gan, "mnist:test", metrics, **settings)
    images, labels = kgz.datasets.load("digits", "train")
    settings["num_images"] = None
    by_class = kgz.score(
        images, "mnist:test", BY_CLASS, "digits", labels=labels, **settings
    )
    quick = {}
    for count in few:
        found = repetition.repeat(whole, gan, num_images=count, verbose=0)
        for metric in found.report.metrics:
            try:
                value, low, high = repetition.bounds(whole, found, metric)
            except conditions.NotRepeatableError:
                continue
            off = (value - whole[metric]) / ((high - low) / 2)
            quick.setdefault(metric, {})[count] = off
    found = {"whole": whole.to_dict(), "by_class": by_class.to_dict(), "quick": quick}
    pathlib.Path(out).write_text(json.dumps(found))


def measure(entry, number, few):
    found = {}
    for backend in BACKENDS:
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "scores.json")
            subprocess.run(
                [
                    *(sys.executable, __file__, "--entries", entry, "--out", str(out)),
                    *("--num-images", str(number), "--few", *map(str, few)),
                ],
                env={**os.environ, "KERAS_BACKEND": backend},
                check=True,
            )
            found[backend] = json.loads(out.read_text())
    return found


def rows(entry, found):
    from keras_gan_zoo.scoring import ScoreReport, repetition

    for part in ("whole", "by_class"):
        reports = [ScoreReport.from_dict(found[name][part]) for name in BACKENDS]
        for metric in reports[0].metrics:
            apart, allowed = 0.0, 0.0
            for one, other in itertools.permutations(reports, 2):
                repeated = repetition.Repetition(other, {}, {})
                value, low, high = repetition.bounds(one, repeated, metric)
                apart = max(apart, abs(value - one[metric]))
                allowed = max(allowed, (high - low) / 2)
            quick = found[BACKENDS[0]]["quick"].get(metric, {})
            yield (
                f"| {entry if part == 'whole' else 'real digits'} "
                f"| {reports[0].label(metric)} | {reports[0][metric]:.5g} "
                f"| {apart:.1e} | {allowed:.1e} | {apart / allowed:.3f} "
                f"| {', '.join(f'{off:+.2f} of {n}' for n, off in quick.items())} |"
            )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", nargs="+", default=["dcgan_mnist", "wgan_mnist"])
    parser.add_argument("--num-images", type=int, default=10_000)
    parser.add_argument("--few", type=int, nargs="*", default=[1000, 2000, 5000])
    parser.add_argument("--out", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.out:
        (entry,) = arguments.entries
        score(entry, arguments.num_images, arguments.few, arguments.out)
        return
    lines = [
        f"{arguments.num_images:,} samples, {', '.join(BACKENDS)}.",
        "",
        "| of | score | value | largest difference | allowed | share | quick checks |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in arguments.entries:
        found = measure(entry, arguments.num_images, arguments.few)
        lines += rows(entry, found)
    text = "\n".join(dict.fromkeys(lines)) + "\n"  # the same digits of each entry
    print(text)
    (RESULTS / "repetition.md").write_text(text)


if __name__ == "__main__":
    main()
