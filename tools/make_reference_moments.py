"""Make the reference moments that ship with the package.

    KERAS_GAN_ZOO_DATA=FOLDER python tools/make_reference_moments.py [digits] ...

Run it after `tools/train_extractor.py`: they belong to one set of weights.
"""

import argparse

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring import extractors, references

# Extractor -> the references that ship under it.
REFERENCES = {
    "digits": (
        "mnist:test",
        "mnist:train",
        "mnist:train[55000:]",
        "digits:test",
        "digits:train",
    ),
    "fashion": (
        "fashion_mnist:test",
        "fashion_mnist:train",
        "fashion_mnist:train[55000:]",
    ),
    "cifar10": (
        "cifar10_jpeg:test",
        "cifar10_jpeg:train",
        "cifar10_jpeg:train[45000:]",
        "emoji32:test",
        "emoji32:train",
    ),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extractors", nargs="*", help=f"default: {list(REFERENCES)}")
    for name in parser.parse_args().extractors or REFERENCES:
        extractor = extractors.get(name)
        for reference in REFERENCES[name]:
            make(reference, extractor)


def make(reference, extractor):
    name, split = datasets.split_name(reference)
    images, labels = datasets.load(name, split)
    found = references.compute_reference(
        images,
        extractor,
        name=reference,
        dataset=name,
        split=split,
        label_counts=None if labels is None else np.bincount(labels),
    )
    path = references.bundled_path(reference, extractor)
    path.parent.mkdir(exist_ok=True)
    references.write_statistics(found, extractor, path)
    print(f"{path.name}: {found.num_real} images, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
