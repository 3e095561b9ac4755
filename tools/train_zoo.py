"""Train entries of the zoo, choose their best snapshots, and write their folders.

    python tools/train_zoo.py dcgan_mnist wgan_gp_mnist

The same command again goes on where an interrupted run was.
"""

import argparse
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "entries", nargs="+", metavar="ENTRY", help="zoo_cards/ENTRY/recipe.json"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path(".training"), help="default: .training"
    )
    parser.add_argument(
        "--num-images", type=int, default=10_000, help="samples of the scores"
    )
    arguments = parser.parse_args()

    from keras_gan_zoo import zoo

    for entry in arguments.entries:
        folder = zoo.make_entry(
            entry, arguments.runs / entry, num_images=arguments.num_images
        )
        print(f"{entry}: {folder}")


if __name__ == "__main__":
    main()
