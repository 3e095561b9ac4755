"""The DCGAN of the huggan sprint, as huggingface/community-events saves it.

`pytorch_model.bin`, of the generator alone: one sequence `model` of transposed
convolutions without biases (0, 3, 6, ...), each but the last with batch norm after it.
"""

import re
from typing import Any

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, batch_norm
from keras_gan_zoo.conversion.source import Player, Source, fill, one_file
from keras_gan_zoo.conversion.turns import conv
from keras_gan_zoo.families.dcgan import DCGAN
from keras_gan_zoo.gan import GAN

ENDINGS = (".bin", ".pt", ".pth", ".safetensors")
UNUSED = [r"model\.\d+\.num_batches_tracked"]


class HugganDCGAN(Source):
    """A generator, of any number of stages and channels. There is no discriminator."""

    title = "huggan's DCGAN"
    home = "https://github.com/huggingface/community-events"
    licence = "MIT, as the card of huggan/dcgan-mnist says"
    license = "mit"

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ENDINGS) is not None

    def convert(self, files: Files, **settings: Any) -> GAN:
        weights = one_file(files, _is_one, ENDINGS)
        sizes = _sizes_of(weights)
        given = {**sizes, "latent_distribution": "normal", "discriminator": False}
        gan = DCGAN(**{**given, **settings})
        rules = generator_rules(len(sizes["generator_widths"]))
        return fill(gan, Player(weights, rules, UNUSED))


def generator_rules(stages: int) -> list[Rule]:
    """Of so many grids before the image."""

    def name(kind):
        return lambda match: f"{kind}_{int(match[1]) // 3}"

    return [
        (r"model\.0\.weight", "project/kernel", _from_one_pixel),
        (rf"model\.{3 * stages}\.weight", "to_image/kernel", conv),
        (
            rf"model\.({'|'.join(str(3 * i) for i in range(1, stages))})\.weight",
            lambda match: f"{name('up')(match)}/kernel",
            conv,
        ),
        *batch_norm(r"model\.(\d+)", name("norm")),
    ]


def _from_one_pixel(kernel):
    """A transposed (in, out, rows, columns) on one pixel -> a dense layer's kernel."""
    return kernel.transpose(0, 2, 3, 1).reshape(len(kernel), -1)


def _is_one(weights):
    if not all(re.fullmatch(r"model\.\d+\.\w+", name) for name in weights):
        return False
    first = weights.get("model.0.weight")
    return "model.1.running_var" in weights and len(getattr(first, "shape", ())) == 4


def _sizes_of(weights):
    """The arguments of the family, from shapes."""
    shapes = [
        weights[f"model.{i}.weight"].shape
        for i in range(0, len(weights), 3)
        if f"model.{i}.weight" in weights
    ]
    if any(len(shape) != 4 for shape in shapes):
        raise ValueError(
            "A DCGAN's generator must have a transposed convolution in each third "
            f"place. Received: weights of the shapes {shapes}"
        )
    stages = len(shapes) - 1
    size = shapes[0][2] << stages
    return {
        "image_shape": (size, size, shapes[-1][1]),
        "latent_dim": shapes[0][0],
        "generator_widths": tuple(shape[1] for shape in shapes[:-1]),
        "kernel_size": shapes[-1][2],
        "use_bias": False,
    }
