"""Score public checkpoints, and write one table: Markdown and JSON.

    python tools/score_public.py --dry-run
    KERAS_BACKEND=torch python tools/score_public.py --device gpu
    python tools/score_public.py --only biggan_deep_128 --num-images 10000 \\
        --reference imagenet=./imagenet_128_moments.npz

Each checkpoint is pulled from where it was published, converted, and scored against its
data set. What is done is kept, so the same command goes on after a stop; what failed is
named in the table, and is tried again. The exit status is 1 if something failed.
"""

import argparse
import sys
from pathlib import Path

from score_zoo import choose_device

OUT = Path("benchmarks/results/public_scores")


def main(arguments=None, checkpoints=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="default: all")
    parser.add_argument("--num-images", type=int, default=50_000)
    parser.add_argument(
        "--reference",
        nargs="+",
        default=[],
        metavar="DATASET=REFERENCE",
        help="images, or a file of statistics, for a data set without one",
    )
    parser.add_argument(
        "--device", help="cpu, gpu or gpu:1; by default what the backend takes"
    )
    parser.add_argument("--again", action="store_true", help="also what is done")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--out", type=Path, default=OUT, help=f"default: {OUT}")
    parser.add_argument("--verbose", type=int, choices=(0, 1), default=1)
    arguments = parser.parse_args(arguments)
    wrong = [given for given in arguments.reference if "=" not in given]
    if wrong:
        parser.error(f"--reference is DATASET=REFERENCE. Received: {wrong[0]}")
    references = dict(given.split("=", 1) for given in arguments.reference)
    choose_device(arguments.device)

    from keras_gan_zoo import zoo

    rows = public() if checkpoints is None else checkpoints
    if arguments.dry_run:
        for name, reference in zoo.planned(rows, arguments.only, references).items():
            row = rows[name]
            print(
                f"{name}: {row.get('source')}, "
                + (f"against {reference}" if reference else "no reference")
                + f", published {row.get('scores')}"
            )
        return 0
    found = zoo.score_public(
        arguments.out,
        rows,
        arguments.only,
        arguments.num_images,
        references,
        again=arguments.again,
        verbose=arguments.verbose,
    )
    print(arguments.out.with_suffix(".md").read_text("utf-8"))
    return int(any(row["error"] for row in found.values()))


def public():
    """The index of public checkpoints."""
    from keras_gan_zoo.conversion.public import public_checkpoints

    return public_checkpoints()


if __name__ == "__main__":
    sys.exit(main())
