"""What `StabilityMonitor` sees in runs that go well, and what it costs.

    python benchmarks/stability.py                     # all cases, as long as they take
    python benchmarks/stability.py --cases dcgan r3gan --steps 1000

Each case of `objectives.py`, a family on digits or a method on a ring of Gaussians, is
trained with its settings there and watched as by default. A row has the extremes of
what was measured after the warm-up, the limits of which are in the last row, what was
said, and the share of the training time that the looks took. Written to
results/stability.md; each case is a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import objectives

from keras_gan_zoo.files import write_text

RESULTS = Path(__file__).parent / "results" / "stability.md"
CASES = {
    "digits": ["dcgan", "lsgan", "wgan_gp", "sngan", "r3gan", "cgan", "projection_gan"],
    "ring": [
        "non_saturating + r1",
        "wasserstein + gradient_penalty",
        "relativistic_paired + r1 + r2",
    ],
}
COLUMNS = {
    "d_loss": min,
    "gradients_at_most": max,
    "gradients_at_least": min,
    "pixels": min,
    "components": min,
    "nearest": min,
    "classes": min,
    "copies": max,
    "cycle": max,
}


def measure(data, name, steps):
    """Train one case; a dict for its row."""
    import keras
    import numpy as np

    import keras_gan_zoo as kgz
    from keras_gan_zoo.callbacks import StabilityMonitor
    from keras_gan_zoo.callbacks.stability.series import cycle
    from keras_gan_zoo.callbacks.stability.signs import PLAYERS

    class Measured(StabilityMonitor):
        """Keeps what each look measured, and how long it took."""

        seconds, looks, first = 0.0, (), {}

        def _look(self):
            start = time.perf_counter()
            try:
                super()._look()
            finally:
                self.seconds += time.perf_counter() - start
            if self._step > self.warm_up:
                self.looks = [*self.looks, self.extremes()]

        def extremes(self):
            found = dict(self.numbers)
            norms = [found.pop(f"{player}_gradient_norm") for player in "gd"]
            usual = [np.median(self._looks.norms[player]) for player in PLAYERS]
            ratios = [norm / one for norm, one in zip(norms, usual, strict=True)]
            found["gradients_at_most"] = max(ratios)
            found["gradients_at_least"] = min(ratios)
            if self._looks.level is not None:
                found["d_loss"] /= self._looks.level
            else:
                del found["d_loss"]
            series = [self._looks.losses.last(name) for name in ("d_loss", "g_loss")]
            series += [np.array(one) for one in self._looks.weights.values()]
            cycles = [cycle(one, 0.0) for one in series]
            found["cycle"] = max([0.0, *(one.share for one in cycles if one)])
            return found

    keras.utils.set_random_seed(0)
    case = objectives.CASES[data][name]
    steps = min(steps or case.steps, case.steps)
    case = case._replace(steps=steps)
    options = {}
    if data == "digits":
        gan = objectives.digit_gan(name, case, 0)
        images, labels = kgz.datasets.load("digits", "train")
        arrays = (images, labels if gan.num_classes else None)
    else:
        points = objectives.POINTS[data]
        gan = objectives.point_gan(case, 0)
        arrays = (points.draw(100_000, seed=0), None)
        options = {"value_range": (-points.bound, points.bound)}
    monitor = Measured()
    size = case.batch_size
    gan.fit(*arrays, batch_size=size, steps_per_epoch=50, verbose=0, **options)
    start = time.perf_counter()
    gan.fit(
        *arrays,
        batch_size=size,
        steps_per_epoch=100,
        epochs=-(-steps // 100),
        verbose=0,
        callbacks=[monitor],
        **options,
    )
    seconds = time.perf_counter() - start
    looks = monitor.looks
    return {
        "steps": steps,
        **{
            key: float(most(one[key] for one in looks if key in one))
            for key, most in COLUMNS.items()
            if any(key in one for one in looks)
        },
        "said": sorted({row["what"] for row in monitor.rows}),
        "share": monitor.seconds / (seconds - monitor.seconds),
    }


def table(rows):
    head = ["case", "steps", *COLUMNS, "said", "share of time"]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    for name, row in rows.items():
        numbers = [f"{row[key]:.2g}" if key in row else "" for key in COLUMNS]
        said = ", ".join(row["said"]) or "nothing"
        cells = [name, str(row["steps"]), *numbers, said, f"{row['share']:.1%}"]
        lines.append(" | ".join(cells))
    limits = (
        "limit | | 0.01 | 100 | 0.001 | 0.25 | 0.25 | 0.05 | 0.25 | 0.1 | 0.5 | | 2%"
    )
    return "\n".join(f"| {line} |" for line in [*lines, limits]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    known = [name for names in CASES.values() for name in names]
    parser.add_argument("--cases", nargs="*", default=known, choices=known)
    parser.add_argument("--steps", type=int, help="at most, of each case")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(*chosen.one, chosen.steps)))
        return
    rows = {}
    for data, names in CASES.items():
        for name in names:
            if name not in chosen.cases:
                continue
            line = [sys.executable, __file__, "--one", data, name]
            line += ["--steps", str(chosen.steps)] if chosen.steps else []
            made = subprocess.run(line, check=True, capture_output=True, text=True)
            rows[name] = json.loads(made.stdout.splitlines()[-1])
            print(name, rows[name], flush=True)
            write_text(chosen.out, table(rows))


if __name__ == "__main__":
    main()
