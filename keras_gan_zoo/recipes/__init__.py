"""Recipes: everything that a training run depends on, as data; and the run itself.

A recipe is a dict, kept as a JSON file, of

- `family`: a class in `keras_gan_zoo.families`, and `arguments` for its constructor;
- `networks`: descriptions of a `generator` and a `discriminator` that replace the
  family's, such as `{"name": "resnet_generator", "widths": [64, 64]}`: see
  `networks.described`;
- `compile`: the configs of `generator_optimizer` and `discriminator_optimizer`;
- `data`: a data set and its split, such as `"mnist:train[:55000]"`, or a folder;
- `preparation`: what is done to its images, the arguments of `ImagePreparation`, and
  `on_error`: whether to `"skip"` files that can't be used;
- `batch_size`, `epochs`;
- `snapshot_every`: epochs from one snapshot to the next;
- `selection`: arguments of `score`, which chooses the best snapshot;
- for its card: `description`, `license`, `limitations`, `tried` (what else was tried,
  as text), and `full_width`, the name of the recipe of wider networks.

The folders here hold recipes that `find` and `keras-gan-zoo train` know by name:
`studiogan/`, what PyTorch-StudioGAN trains on CIFAR-10; `zoo/`, entries of the zoo to
come, which `tools/train_zoo.py` trains and publishes.
"""

from keras_gan_zoo.recipes.build import build, is_conditional, takes_labels
from keras_gan_zoo.recipes.data import prepared
from keras_gan_zoo.recipes.options import full_width
from keras_gan_zoo.recipes.plain import plain
from keras_gan_zoo.recipes.recipe import find, load, names, with_options
from keras_gan_zoo.recipes.run import epochs_done, train
from keras_gan_zoo.runs import write_report

__all__ = [
    "build",
    "epochs_done",
    "find",
    "full_width",
    "is_conditional",
    "load",
    "names",
    "plain",
    "prepared",
    "takes_labels",
    "train",
    "with_options",
    "write_report",
]
