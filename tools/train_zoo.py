"""Train entries of the zoo, choose their best snapshots, score and write their folders.

    python tools/train_zoo.py dcgan_mnist wgan_gp_mnist
    python tools/train_zoo.py dcgan_emoji   # one of keras_gan_zoo/recipes/zoo

The same command again goes on where an interrupted run was, and finishes one that was
trained elsewhere, if its folder is in --runs. It needs the data sets:
`KERAS_GAN_ZOO_DATA=FOLDER`.
"""

import argparse
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "entries",
        nargs="+",
        metavar="ENTRY",
        help="zoo_cards/ENTRY/recipe.json or keras_gan_zoo/recipes/zoo/ENTRY.json",
    )
    parser.add_argument(
        "--runs", type=Path, default=Path(".training"), help="default: .training"
    )
    parser.add_argument(
        "--num-images",
        type=int,
        help="samples of the scores; default: that of the data set's table",
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
