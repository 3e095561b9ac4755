"""Train a shipped classifier on the whole train set.

    python tools/train_extractor.py digits [--epochs N] [--seed 0] [--out FILE]
    python tools/train_extractor.py fashion
    KERAS_BACKEND=torch python tools/train_extractor.py cifar10

The first two take minutes on two cores, the last minutes on a GPU and hours on a CPU,
where torch is the fastest backend for it.

Prints the test accuracy and replaces the shipped weights. Reference moments hang on
the weights: run `tools/make_reference_moments.py` afterwards.
"""

import argparse
import os
import pathlib
from typing import NamedTuple

import h5py
import keras
import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.scoring.extractors.classifiers import (
    classifier_network,
    weights_path,
)
from keras_gan_zoo.weights import weights_sha256


class Recipe(NamedTuple):
    """How a classifier is trained."""

    dataset: str
    epochs: int
    shift: int  # pixels
    mirror: bool
    sgd: bool = False
    batch_size: int = 128
    cutout: int = 0  # pixels, the side of the square that is hidden

    def optimizer(self, steps):
        """The optimizer for so many steps in each of its epochs."""
        cosine = keras.optimizers.schedules.CosineDecay
        if not self.sgd:
            return keras.optimizers.AdamW(cosine(2e-3, self.epochs * steps), 0.0)
        warm = 2 * steps
        rate = cosine(
            0.01, self.epochs * steps - warm, warmup_target=0.1, warmup_steps=warm
        )
        # Keras' decay of weights has no momentum: ten times the usual 5e-4.
        optimizer = keras.optimizers.SGD(rate, 0.9, nesterov=True, weight_decay=5e-3)
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        return optimizer


# Clothes and photos look the same in a mirror; digits don't.
RECIPES = {
    "digits": Recipe("mnist", 10, 2, False),
    "fashion": Recipe("fashion_mnist", 40, 1, True),
    "cifar10": Recipe("cifar10_jpeg", 80, 4, True, sgd=True, batch_size=256, cutout=16),
}


class ShiftedImages(keras.utils.PyDataset):
    """Batches of one-hot labelled images, moved, mirrored and cut as a recipe says."""

    def __init__(self, images, labels, recipe, seed):
        super().__init__()
        self.height, self.width = images.shape[1:3]
        shift = (recipe.shift, recipe.shift)
        self.padded = np.pad(images, ((0, 0), shift, shift, (0, 0)))
        self.labels = np.eye(10, dtype="float32")[labels]
        self.recipe = recipe
        self.rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return len(self.labels) // self.recipe.batch_size

    def on_epoch_end(self):
        count = len(self.labels)
        self.order = self.rng.permutation(count)
        self.shifts = self.rng.integers(0, 2 * self.recipe.shift + 1, (count, 2))
        if self.recipe.mirror:
            self.mirrored = self.rng.random(count) < 0.5
        if self.recipe.cutout:
            size = self.height, self.width
            self.cut = self.rng.integers(0, size, (count, 2))  # centres of squares

    def __getitem__(self, i):
        rows = self.order[i * self.recipe.batch_size :][: self.recipe.batch_size]
        down, right = self.shifts[rows].T
        columns = right[:, None] + np.arange(self.width)
        if self.recipe.mirror:
            columns = np.where(self.mirrored[rows, None], columns[:, ::-1], columns)
        images = self.padded[
            rows[:, None, None],
            (down[:, None] + np.arange(self.height))[:, :, None],
            columns[:, None, :],
        ]
        if self.recipe.cutout:
            y, x = self.cut[rows].T
            hidden = self._near(y, self.height)[:, :, None]
            hidden = hidden & self._near(x, self.width)[:, None, :]
            images[hidden] = 128  # grey, which the network sees as 0
        return images, self.labels[rows]

    def _near(self, centre, size):
        """Which of `size` places lie in a square around each of the centres."""
        apart = np.arange(size) - centre[:, None] + self.recipe.cutout // 2
        return (apart >= 0) & (apart < self.recipe.cutout)


def save_packed(network, path):
    """Save weights, compressed, in a file that `load_weights` reads as any other."""
    plain, packed = (path.with_name(f".{i}-{os.getpid()}.weights.h5") for i in "12")
    network.save_weights(plain)
    with h5py.File(plain) as file, h5py.File(packed, "w", libver="v110") as smaller:

        def pack(name, item):
            if isinstance(item, h5py.Dataset):
                large = item.nbytes > 2000
                options = {"compression": "gzip", "shuffle": True} if large else {}
                made = smaller.create_dataset(name, data=item[()], **options)
            else:
                made = smaller.require_group(name)
            made.attrs.update(item.attrs)

        file.visititems(pack)
    plain.unlink()
    os.replace(packed, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--epochs", type=int, help="default: what the recipe has")
    parser.add_argument("--cutout", type=int, help="likewise")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, help="default: what is shipped")
    args = parser.parse_args()
    recipe = RECIPES[args.name]
    given = {"epochs": args.epochs, "cutout": args.cutout}
    recipe = recipe._replace(**{k: v for k, v in given.items() if v is not None})
    out = args.out or weights_path(args.name)

    keras.utils.set_random_seed(args.seed)
    images, labels = datasets.load(recipe.dataset, split="train")
    test_images, test_labels = datasets.load(recipe.dataset, split="test")
    batches = ShiftedImages(images, labels, recipe, args.seed)
    network = classifier_network(args.name)
    classifier = keras.Model(network.inputs, network.get_layer("logits").output)
    classifier.compile(
        recipe.optimizer(len(batches)),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    classifier.fit(batches, epochs=recipe.epochs, verbose=2)

    logits = classifier.predict(test_images, batch_size=500, verbose=0)
    accuracy = np.mean(logits.argmax(axis=1) == test_labels)
    save_packed(network, out)
    print(f"test accuracy {accuracy:.4f}, {network.count_params():,} parameters")
    print(f"{out}: sha256 of the weights {weights_sha256(network)}")


if __name__ == "__main__":
    main()
