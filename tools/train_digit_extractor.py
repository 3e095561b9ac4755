"""Train the digit extractor on all of MNIST: about four minutes on two cores.

    python tools/train_digit_extractor.py [--epochs 10] [--seed 0] [--out FILE]

Prints the test accuracy and replaces the shipped weights. Reference moments hang on
the weights: run `tools/make_reference_moments.py` afterwards.
"""

import argparse
import os
import pathlib

import keras
import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring.digit_network import WEIGHTS, digit_network
from keras_gan_zoo.weights import weights_sha256


class ShiftedImages(keras.utils.PyDataset):
    """Batches of one-hot labelled images, each moved by up to two pixels."""

    def __init__(self, images, labels, batch_size, seed):
        super().__init__()
        self.padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
        self.labels = np.eye(10, dtype="float32")[labels]
        self.batch_size = batch_size
        self.rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return len(self.labels) // self.batch_size

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(self.labels))
        self.shifts = self.rng.integers(0, 5, (len(self.labels), 2))

    def __getitem__(self, i):
        rows = self.order[i * self.batch_size : (i + 1) * self.batch_size]
        down, right = self.shifts[rows].T
        window = np.arange(28)
        images = self.padded[
            rows[:, None, None],
            (down[:, None] + window)[:, :, None],
            (right[:, None] + window)[:, None, :],
        ]
        return images, self.labels[rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default=WEIGHTS)
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    images, labels = datasets.load("mnist", split="train")
    test_images, test_labels = datasets.load("mnist", split="test")
    batches = ShiftedImages(images, labels, args.batch_size, args.seed)
    network = digit_network()
    classifier = keras.Model(network.inputs, network.get_layer("logits").output)
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, args.epochs * len(batches))
    classifier.compile(
        keras.optimizers.Adam(schedule),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    classifier.fit(batches, epochs=args.epochs, verbose=2)

    logits = classifier.predict(test_images, batch_size=500, verbose=0)
    accuracy = np.mean(logits.argmax(axis=1) == test_labels)
    temporary = args.out.with_name(f".{os.getpid()}.weights.h5")
    network.save_weights(temporary)
    os.replace(temporary, args.out)
    print(f"test accuracy {accuracy:.4f}, {network.count_params():,} parameters")
    print(f"{args.out}: sha256 of the weights {weights_sha256(network)}")


if __name__ == "__main__":
    main()
