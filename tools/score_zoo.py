"""Score the entries of the zoo, and write one table: Markdown and JSON.

    python tools/score_zoo.py
    KERAS_BACKEND=jax python tools/score_zoo.py --device gpu \\
        --out benchmarks/results/zoo_scores_gpu \\
        --compare benchmarks/results/zoo_scores --no-readme
"""

import argparse
import os
from pathlib import Path

OUT = Path("benchmarks/results/zoo_scores")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", nargs="+", help="default: all")
    parser.add_argument("--num-images", type=int, default=10_000)
    parser.add_argument("--reference", default="mnist:test")
    parser.add_argument(
        "--device", help="cpu, gpu or gpu:1; by default what the backend takes"
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep scores of the same weights"
    )
    parser.add_argument("--out", type=Path, default=OUT, help=f"default: {OUT}")
    parser.add_argument("--compare", type=Path, help="scores of another run, as --out")
    parser.add_argument(
        "--readme", type=Path, default=Path("README.md"), help="gets the table"
    )
    parser.add_argument("--no-readme", dest="readme", action="store_const", const=None)
    arguments = parser.parse_args()
    choose_device(arguments.device)

    from keras_gan_zoo import zoo

    reports = zoo.score_zoo(
        arguments.out,
        arguments.entries,
        arguments.reference,
        arguments.num_images,
        arguments.resume,
    )
    path = arguments.out.with_suffix(".md")
    print(path.read_text())
    if arguments.readme and not zoo.refresh_readme(arguments.readme, path.read_text()):
        start, end = zoo.markers("zoo-scores")
        print(f"{arguments.readme} has no place for it: {start} {end}")
    if arguments.compare:
        others = zoo.read_scores(arguments.compare)
        for metric, (apart, entry) in zoo.largest_differences(reports, others).items():
            print(f"Largest difference of {metric}: {apart:.2g} ({entry})")


def choose_device(device):
    """Before Keras is imported, for then its backend has chosen."""
    if device is None:
        return
    kind, _, number = device.partition(":")
    if kind not in ("cpu", "gpu") or (number and not number.isdecimal()):
        raise SystemExit(f"--device is cpu, gpu or gpu:N. Received: {device}")
    if kind == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        os.environ["JAX_PLATFORMS"] = "cpu"
    elif number:
        os.environ["CUDA_VISIBLE_DEVICES"] = number


if __name__ == "__main__":
    main()
