"""Make the reference moments that ship with the package.

    KERAS_GAN_ZOO_DATA=FOLDER python tools/make_reference_moments.py

Run it after `tools/train_digit_extractor.py`: they belong to one set of weights.
"""

import argparse

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring import extractors, references

REFERENCES = (
    "mnist:test",
    "mnist:train",
    "mnist:train[55000:]",
    "digits:test",
    "digits:train",
)


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    extractor = extractors.get("digits")
    for reference in REFERENCES:
        name, split = datasets.split_name(reference)
        images, _ = datasets.load(name, split)
        found = references.compute_reference(reference, name, split, images, extractor)
        path = references.bundled_path(reference, extractor)
        path.parent.mkdir(exist_ok=True)
        references.write_statistics(found, extractor, path)
        print(f"{path.name}: {found.num_real} images, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
