"""How many of the 1000 modes of Stacked-MNIST does each GAN find?

    python benchmarks/stacked_mnist.py                       # all that is left to do
    python benchmarks/stacked_mnist.py --cases dcgan pac_gan --seeds 0
    python benchmarks/stacked_mnist.py --table               # the table, no training

The protocol of VEEGAN and PacGAN (Srivastava et al. 2017, Lin et al. 2018): three
digits of MNIST are the channels of an image; of 26,000 samples a classifier reads the
digits; a mode counts if any sample is in it; the reverse KL divergence is
KL(generated || uniform). 128,000 stacks, batches of 64, Adam(2e-4, beta_1=0.5), and two
updates of the generator for DCGAN and PacGAN, as there; a tenth of the published steps,
rates that fall to 0, narrower networks, and the average of the generator.

The stacks are those of the data set "stacked_mnist", put together batch by batch. They
come from MNIST, in the folder KERAS_GAN_ZOO_DATA or downloaded, or with `--data digits`
from the 9,000 digits that ship with the package.

Each (case, seed) is trained once: results are kept in results/stacked_mnist.json, and
one with other settings than the case has now is done again. From them
results/stacked_mnist.md is written.
"""

import argparse
import math
import time
from pathlib import Path

import keras
import numpy as np
from objectives import (
    Case,
    Deadline,
    compiled,
    described,
    keep,
    kept,
    key,
    spread,
    trained_on,
)
from scipy.stats import binom

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import stacks
from keras_gan_zoo.files import write_text
from keras_gan_zoo.metrics.modes import mode_coverage
from keras_gan_zoo.scoring import extractors

RESULTS = Path(__file__).parent / "results" / "stacked_mnist.json"
DATA = "stacked_mnist"
SAMPLES, MODES = 26_000, 1000
SHAPE = (28, 28, 3)

#: modes and reverse KL in PacGAN's tables 3 and 4
PUBLISHED = {
    "DCGAN": (99.0, 3.40),
    "Unrolled GAN": (48.7, 4.32),
    "VEEGAN": (150.0, 2.95),
    "WGAN-GP": (959.0, 0.73),
    "PacDCGAN2": (1000.0, 0.06),
}

WIDTHS = {"generator_widths": [128, 64], "discriminator_widths": [64, 128]}
TWICE = {**WIDTHS, "generator_steps": 2}
CASES = {
    "dcgan": Case(TWICE, (2e-4, 0.5, 0.999), 64, 10_000),
    "pac_gan": Case(TWICE, (2e-4, 0.5, 0.999), 64, 10_000),
    "wgan_gp": Case({**WIDTHS, "critic_steps": 3}, (5e-4, 0.0, 0.9), 64, 10_000),
    # The objective of R3GAN on the networks of the others.
    "r3gan objective": Case(
        {
            **WIDTHS,
            "normalization": None,
            "loss": "relativistic_paired",
            "penalties": [kgz.R1(0.2), kgz.penalties.R2(0.2)],
        },
        (5e-4, 0.0, 0.9),
        64,
        10_000,
    ),
}
FAMILIES = {"r3gan objective": "dcgan"}


class Stacks(keras.utils.PyDataset):
    """Batches of Stacked-MNIST, put together when they are asked for."""

    def __init__(self, data, batch_size):
        super().__init__()
        self.digits = kgz.datasets.load(data, "train")
        count, seed = stacks.SIZES["train"], stacks.SEEDS["train"]
        self.chosen = stacks.choose(len(self.digits[0]), count, seed)
        self.batch_size = batch_size

    def __len__(self):
        return len(self.chosen) // self.batch_size

    def __getitem__(self, i):
        rows = self.chosen[i * self.batch_size :][: self.batch_size]
        return stacks.stack(*self.digits, rows)[0]


def build(name, seed):
    case = CASES[name]
    family = kgz.families.find(FAMILIES.get(name, name))
    settings = {"image_shape": SHAPE, "ema_half_life": 10_000, **case.settings}
    return compiled(family(seed=seed, **settings), case)


def scores(images):
    """The modes of images, as the shipped classifier reads them."""
    found = extractors.get("stacked_digits").extract(images, batch_size=250)
    return mode_coverage(found["logits"].argmax(axis=1), MODES)


def train(name, seed, minutes, data):
    """Train and score one case: a record."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    case, gan = CASES[name], build(name, seed)
    batches = Stacks(data, case.batch_size)
    an_epoch = len(batches) // gan.critic_steps
    deadline = Deadline(minutes)
    wall, cpu = time.perf_counter(), time.process_time()
    gan.fit(
        batches,
        epochs=math.ceil(case.steps / an_epoch),
        steps_per_epoch=min(case.steps, an_epoch),
        verbose=0,
        callbacks=[deadline],
    )
    return {
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "steps": int(gan.optimizer.iterations.numpy()) // gan.generator_steps,
        "cut": deadline.cut,
        "data": data,
        "settings": described(case),
        **scores(gan.generate(SAMPLES, seed=0)),
    }


def is_done(found, name, seed):
    record = found["runs"].get(key(DATA, name, seed))
    return record is not None and record["settings"] == described(CASES[name])


# === Table ===


def perfect(samples=SAMPLES):
    """What a perfect sampler scores: the expected modes, and reverse KL."""
    counts = np.arange(samples + 1)
    chances = binom.pmf(counts, samples, 1 / MODES)
    share = counts / samples
    divergence = MODES * chances[1:] @ (share[1:] * np.log(MODES * share[1:]))
    return MODES * (1 - chances[0]), float(divergence)


def table(found):
    """Markdown of what is published and what is measured."""
    facts = "; ".join(f"{k} {v}" for k, v in found["conditions"].items())
    lines = ["# Stacked-MNIST: 1000 modes", ""]
    lines += [f"{facts}.", ""] if facts else []
    lines += [
        "Modes that 26,000 samples are in, as a classifier reads them, and "
        "KL(generated || uniform) in nats; means ± standard deviations over seeds. "
        "Published: the tables of PacGAN (Lin et al. 2018), with other networks, ten "
        "times the steps and another classifier. A perfect sampler is computed. "
        "`python benchmarks/stacked_mnist.py`",
        "",
        "| GAN | modes | reverse KL | seeds | seconds | trained on | settings |",
        "|---|---|---|---|---|---|---|",
    ]
    modes, divergence = perfect()
    lines.append(f"| perfect sampler | {modes:.0f} | {divergence:.3f} |  |  |  |  |")
    for name, (modes, divergence) in PUBLISHED.items():
        lines.append(f"| {name} | {modes:g} | {divergence:.2f} |  |  |  | published |")
    lines += [f"| {' | '.join(row(found, name))} |" for name in CASES]
    return "\n".join(lines) + "\n"


def row(found, name):
    """The runs of a case that have its settings."""
    runs = [
        record
        for label, record in sorted(found["runs"].items())
        if label.rsplit(" / ", 1)[0] == f"{DATA} / {name}"
        and record["settings"] == described(CASES[name])
    ]
    settings = described(CASES[name])
    if not runs:
        return [name, "not measured", "", "0", "", "", settings]
    cut = sum(record["cut"] for record in runs)
    seconds = f"{np.mean([record['seconds'] for record in runs]):.0f}"
    others = sorted({record["data"] for record in runs} - {"mnist"})
    return [
        name,
        spread([float(record["modes"]) for record in runs], ".1f"),
        spread([record["reverse_kl"] for record in runs], ".3f"),
        str(len(runs)),
        seconds + (f", {cut} cut short" if cut else ""),
        trained_on(runs),
        ", ".join([settings, *(f"stacks of {data}" for data in others)]),
    ]


# === Command ===


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument(
        "--minutes",
        type=float,
        default=120.0,
        help="of training at most, each, of the CPU",
    )
    parser.add_argument("--data", choices=["mnist", "digits"], default="mnist")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="no training")
    arguments = parser.parse_args()
    for seed in arguments.seeds:
        for name in arguments.cases:
            if arguments.table or is_done(kept(arguments.results), name, seed):
                continue
            print(f"{key(DATA, name, seed)}: ", end="", flush=True)
            record = train(name, seed, arguments.minutes, arguments.data)
            keep(arguments.results, DATA, name, seed, record)
            print(f"{record['modes']} modes, KL {record['reverse_kl']:.3f}", flush=True)
            write_text(
                arguments.results.with_suffix(".md"), table(kept(arguments.results))
            )
    markdown = table(kept(arguments.results))
    write_text(arguments.results.with_suffix(".md"), markdown)
    print(markdown)


if __name__ == "__main__":
    main()
