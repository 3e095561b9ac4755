"""Score the entries of the zoo again, and compare with each number printed of them.

    python tools/check_zoo.py
    python tools/check_zoo.py --entries dcgan_mnist --num-images 1000

Compares the cards, the index and the tables of the documents. The exit code is 1 if a
number does not hold, and 2 if nothing of an entry could be repeated.
"""

import argparse
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "docs/*.md", "benchmarks/results/zoo_scores*.md")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", nargs="+", help="default: all")
    parser.add_argument("--num-images", type=int, help="a quick check of so many")
    arguments = parser.parse_args(arguments)

    from keras_gan_zoo import zoo

    documents = [path for name in DOCUMENTS for path in sorted(ROOT.glob(name))]
    failed, missed = [], []
    for name, found in zoo.check_zoo(
        arguments.entries, documents, arguments.num_images, verbose=0
    ):
        print(f"{name}\n{found}\n", flush=True)
        if found.verdict == "fails":
            failed.append(name)
        elif not any(check.verdict == "holds" for check in found.checks):
            missed.append(name)
    if failed:
        print(f"Does not hold: {', '.join(failed)}")
    if missed:
        print(f"Nothing could be repeated: {', '.join(missed)}")
    return 1 if failed else 2 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
