"""Score the entries of the zoo, and write one table: Markdown and JSON.

    python tools/score_zoo.py
    python tools/score_zoo.py --attach --entries dcgan_mnist   # into their folders, too
    python tools/score_zoo.py --anchors mnist fashion_mnist    # what scores lie between
    KERAS_BACKEND=jax python tools/score_zoo.py --device gpu \\
        --out benchmarks/results/zoo_scores_gpu \\
        --compare benchmarks/results/zoo_scores --no-readme

Metrics, samples and repeats are those of each data set's table, see
`keras_gan_zoo/zoo/protocol.py`. It needs the data sets: `KERAS_GAN_ZOO_DATA=FOLDER`.
"""

import argparse
import os
from pathlib import Path

OUT = Path("benchmarks/results/zoo_scores")
IN_README = ("is", "fid")  # the file has all


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", nargs="+", help="default: all")
    parser.add_argument(
        "--num-images", type=int, help="default: that of the data set's table"
    )
    parser.add_argument("--reference", help="default: each entry's own test images")
    parser.add_argument(
        "--device", help="cpu, gpu or gpu:1; by default what the backend takes"
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep scores of the same weights"
    )
    parser.add_argument(
        "--attach", action="store_true", help="write scores, cards and index, too"
    )
    parser.add_argument(
        "--anchors", nargs="+", metavar="DATASET", help="score these, not the entries"
    )
    parser.add_argument("--out", type=Path, default=OUT, help=f"default: {OUT}")
    parser.add_argument("--compare", type=Path, help="scores of another run, as --out")
    parser.add_argument(
        "--readme", type=Path, default=Path("README.md"), help="gets the table"
    )
    parser.add_argument("--no-readme", dest="readme", action="store_const", const=None)
    arguments = parser.parse_args(arguments)
    if arguments.attach and (arguments.reference or arguments.resume):
        parser.error("--attach scores anew, against each entry's own test images.")
    choose_device(arguments.device)

    from keras_gan_zoo import presets, zoo

    # Before the work, which can take hours.
    others = zoo.read_scores(arguments.compare) if arguments.compare else None
    if arguments.anchors:
        zoo.score_anchors(
            arguments.anchors,
            num_images=arguments.num_images,
            resume=arguments.resume,
        )
        if not arguments.out.with_suffix(".json").is_file():
            return
        reports = zoo.read_scores(arguments.out)
        zoo.write_scores(arguments.out, reports)  # with these anchors
    elif arguments.attach:
        reports = zoo.attach_scores(
            arguments.out, arguments.entries, arguments.num_images
        )
    else:
        reports = zoo.score_zoo(
            arguments.out,
            arguments.entries,
            arguments.reference,
            arguments.num_images,
            arguments.resume,
        )
    print(arguments.out.with_suffix(".md").read_text())
    if arguments.readme:
        text = zoo.score_table(reports, presets.read_index(), IN_README)
        if not zoo.refresh_readme(arguments.readme, text):
            start, end = zoo.markers("zoo-scores")
            print(f"{arguments.readme} has no place for it: {start} {end}")
    if others is not None:
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
