"""Publish entries of the zoo on the Hugging Face Hub, and pin them in the index.

hf auth login
python tools/publish_zoo.py --owner USER dcgan_mnist
"""

import argparse


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("entries", nargs="*", metavar="ENTRY", help="default: all")
    parser.add_argument("--owner", required=True, help="a user or an organization")
    parser.add_argument("--private", action="store_true")
    arguments = parser.parse_args()

    from keras_gan_zoo import presets, zoo

    for entry in arguments.entries or presets.read_index():
        private = arguments.private or None
        print(zoo.publish(entry, arguments.owner, private=private))


if __name__ == "__main__":
    main()
