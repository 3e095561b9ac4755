"""Make keras_gan_zoo/datasets/digits.npz: 10,000 images of MNIST's train set.

The first 1,000 images of each class, in MNIST's order, of which the last 100 are the
test part; the classes take turns, so that any slice is balanced. All come from the
first 11,508 images, so train[55000:] stays unseen. Compressed as npz (1.7 MB); a
lossless WebP sprite would be 8 % smaller.

    python tools/make_digits.py
"""

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.catalogue import DIGITS
from keras_gan_zoo.files import write_atomically


def choose(labels, start, stop):
    """Positions of images `start` to `stop` of every class, the classes in turn."""
    of_class = [np.flatnonzero(labels == k)[start:stop] for k in range(10)]
    return np.stack(of_class, axis=1).ravel()


def main():
    images, labels = datasets.load("mnist", "train")
    images, labels = images[..., 0], labels.astype("uint8")
    train, test = choose(labels, 0, 900), choose(labels, 900, 1000)
    write_atomically(
        DIGITS,
        lambda file: np.savez_compressed(
            file,
            x_train=images[train],
            y_train=labels[train],
            x_test=images[test],
            y_test=labels[test],
        ),
    )
    print(f"{DIGITS}: {len(train)} + {len(test)} images, {DIGITS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
