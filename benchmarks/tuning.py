"""What does a search find that the defaults don't have?

    python benchmarks/tuning.py

Random search, Bayesian optimization and Hyperband over a DCGAN on 8,000 of the digits
that ship with the package; a trial is scored on 1,000 digits that are held out. Then
the best recipe of each, and the recipe that they began with, are trained with three
other seeds, and scored on the test split of MNIST. The result is results/tuning.md.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes, tuning
from keras_gan_zoo.files import write_text

RESULT = Path(__file__).parent / "results" / "tuning.md"
SEEDS = (1, 2, 3)
SPACE = {
    "generator_learning_rate": (1e-4, 2e-3),
    "discriminator_learning_rate": (1e-4, 2e-3),
    "beta_1": [0.0, 0.5],
    "loss": ["non_saturating", "hinge", "least_squares"],
    "batch_size": [32, 64],
}


def start(epochs):
    return recipes.with_options(
        family="dcgan",
        data="digits:train[:8000]",
        epochs=epochs,
        latent_dim=32,
        generator_widths=[64, 32],
        discriminator_widths=[32, 64],
        ema_half_life=5_000,
    )


def test_scores(recipe, folder):
    """FID on the test split, of the three seeds."""
    found = []
    for seed in SEEDS:
        made = recipes.with_options(recipe, seed=seed)
        gan = recipes.train(made, Path(folder) / f"seed_{seed}", verbose=0)
        report = kgz.score(
            gan, "mnist:test", metrics=["fid"], verify=False, intervals=False, verbose=0
        )
        found.append(report["fid"])
    return found


def row(name, held_out, found, seconds, recipe):
    mean, spread = statistics.mean(found), statistics.stdev(found)
    rates = [
        f"{recipe['compile'][player]['config']['learning_rate']:.2g}"
        if "compile" in recipe
        else "default"
        for player in ("generator_optimizer", "discriminator_optimizer")
    ]
    what = f"rates {' / '.join(rates)}, batch {recipe['batch_size']}"
    what += f", {recipe['arguments'].get('loss', 'default loss')}"
    cells = [name, held_out, f"{mean:.2f} ± {spread:.2f}", f"{seconds:.0f}", what]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=6, help="of a trial, at most")
    parser.add_argument("--trials", type=int, default=10)
    arguments = parser.parse_args()
    recipe = start(arguments.epochs)
    lines = [
        f"`python benchmarks/tuning.py --epochs {arguments.epochs} --trials "
        f"{arguments.trials}`: DCGAN on 8,000 digits. FID (digits), lower is better: "
        "the search's on 1,000 images that are held out, with 2,000 samples; then on "
        "mnist:test with 10,000, means ± standard deviations of three other seeds. "
        "Seconds of the search.",
        "",
        "| settings | held out | test, 3 seeds | seconds | what |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        found = test_scores(recipe, folder / "default")
        lines.append(row("as they were", "", found, 0, recipe))
        print(lines[-1], flush=True)
        for method in tuning.TUNERS:
            began = time.perf_counter()
            trials = tuning.search(
                recipe,
                folder / method,
                SPACE,
                method,
                arguments.trials,
                say=lambda line: print(line, flush=True),
            )
            seconds = time.perf_counter() - began
            best = recipes.load(folder / method / "best.json")
            found = test_scores(best, folder / f"{method}_best")
            text = f"{trials[0]['fid']:.2f} of {len(trials)}"
            lines.append(row(f"best of {method}", text, found, seconds, best))
            print(lines[-1], flush=True)
            write_text(RESULT, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
