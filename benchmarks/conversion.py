"""Public weights: how long a conversion takes, and a first image from the cache.

    python benchmarks/conversion.py
    python benchmarks/conversion.py --rounds 3 --backends torch

The file is BigGAN-deep's for 512 pixels, 225 MB, with random weights that this script
writes as they are published. `convert` reads it and fills the network; the preset that
it makes is the cache. A first image is timed from the start of a process to the image:
`from_preset` against the same Keras network, built and filled by `load_weights` by
hand. The two take turns. Tables are printed and written to
benchmarks/results/conversion.md.
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from memory import forget_peak, peak

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))

from references.filling import power_iteration

RESULTS = pathlib.Path(__file__).parent / "results" / "conversion.md"
FILE, CONFIG = "biggan-deep-512-pytorch_model.bin", "biggan-deep-512-config.json"
#: width of the first grid and behind each pair of blocks, in units of the last
MULTIPLIERS = (16, 16, 8, 8, 4, 2, 1, 1)
TABLES, VECTOR = 51, 128


# === The file ===


def shapes(width=128, classes=1000, vector=VECTOR, multipliers=MULTIPLIERS):
    """The published tensors: dict, name -> shape."""
    widths = [width * m for m in multipliers]
    found = {"embeddings.weight": (vector, classes)}

    def spectral(name, *shape, bias=True):
        found[f"{name}.weight_orig"] = shape
        found[f"{name}.weight_u"] = (shape[0],)
        found[f"{name}.weight_v"] = (int(np.prod(shape[1:])),)
        if bias:
            found[f"{name}.bias"] = (shape[0],)

    def moments(name, channels):
        found[f"{name}.running_means"] = (TABLES, channels)
        found[f"{name}.running_vars"] = (TABLES, channels)

    def block(name, before, after):
        hidden = before // 4
        inputs = (before, hidden, hidden, hidden)
        outputs = (hidden, hidden, hidden, after)
        for i, (taken, made) in enumerate(zip(inputs, outputs, strict=True)):
            size = 3 if i in (1, 2) else 1
            moments(f"{name}.bn_{i}", taken)
            for which in ("scale", "offset"):
                norm = f"{name}.bn_{i}.{which}"
                spectral(norm, taken, 2 * vector, bias=False)
            spectral(f"{name}.conv_{i}", made, taken, size, size)

    spectral("generator.gen_z", 16 * widths[0], 2 * vector)
    index = 0
    for i, (before, after) in enumerate(itertools.pairwise(widths)):
        if i == 4:  # at 64 x 64
            name, index = f"generator.layers.{index}", index + 1
            found[f"{name}.gamma"] = (1,)
            for part, made in (("theta", 8), ("phi", 8), ("g", 2)):
                size = (before // made, before, 1, 1)
                spectral(f"{name}.snconv1x1_{part}", *size, bias=False)
            size = (before, before // 2, 1, 1)
            spectral(f"{name}.snconv1x1_o_conv", *size, bias=False)
        for out in (before, after):
            block(f"generator.layers.{index}", before, out)
            index += 1
    moments("generator.bn", width)
    found["generator.bn.weight"] = found["generator.bn.bias"] = (width,)
    spectral("generator.conv_to_rgb", width, width, 3, 3)
    return found


def write(folder, **sizes):
    """The published files, with random weights; returns the bytes of the larger one."""
    import torch

    rng = np.random.default_rng(0)
    found = shapes(**sizes)
    vectors, classes = found["embeddings.weight"]

    def draw(name, shape):
        array = rng.standard_normal(shape, "float32")
        return np.abs(array) + 0.5 if name.endswith("running_vars") else 0.02 * array

    drawn = {name: draw(name, shape) for name, shape in found.items()}
    for name in [name for name in drawn if name.endswith("_orig")]:
        stem = name.removesuffix("orig")
        pair = power_iteration(drawn[name], drawn[f"{stem}u"])
        drawn[f"{stem}u"], drawn[f"{stem}v"] = pair
    weights = {name: torch.from_numpy(array) for name, array in drawn.items()}
    torch.save(weights, folder / FILE, _use_new_zipfile_serialization=False)
    config = {"num_classes": classes, "class_embed_dim": vectors, "eps": 1e-4}
    (folder / CONFIG).write_text(json.dumps(config))
    return (folder / FILE).stat().st_size


# === Contenders, each in a process of its own ===


def convert(files, preset):
    """Seconds and MiB of a conversion, beyond what importing the package took."""
    from keras_gan_zoo.conversion import convert

    forget_peak()
    before, start = peak(), time.perf_counter()
    gan = convert(files)
    seconds, held = time.perf_counter() - start, peak() - before
    gan.save_to_preset(preset)
    return {
        "seconds": seconds,
        "saved": time.perf_counter() - start,
        "MiB": held,
        "parameters": gan.generator.count_params(),
    }


def ours(files, preset):
    from keras_gan_zoo import GAN

    return {"shape": GAN.from_preset(preset).generate(1, labels=3, seed=7).shape}


def by_hand(files, preset):
    import keras

    from keras_gan_zoo.networks import biggan_deep_generator

    network = biggan_deep_generator(
        (512, 512, 3),
        widths=[128 * m for m in MULTIPLIERS],
        num_classes=1000,
        epsilon=1e-4,
        to_image_width=128,
        statistics="published",
    )
    network.load_weights(pathlib.Path(preset) / "model.weights.h5")
    latents = np.random.default_rng(7).normal(size=(1, VECTOR)).astype("float32")
    images = network(
        {
            "latents": latents,
            "labels": np.array([3], "int32"),
            "truncation": np.ones(1, "float32"),
        },
        training=False,
    )
    images = keras.ops.convert_to_numpy(images)
    return {"shape": (np.rint((images + 1) * 127.5).astype("uint8")).shape}


def run(name, backend, *paths):
    """What a contender returns, and the seconds from its start to its answer."""
    start = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, __file__, "--run", name, *map(str, paths)],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return json.loads(answer.splitlines()[-1]) | {
        "process": time.perf_counter() - start
    }


# === Tables ===


def spread(values):
    middle = statistics.median(values)
    return f"{middle:.1f} ({min(values):.1f} to {max(values):.1f})"


def tables(backends, rounds):
    conversions = ["| backend | seconds | with the preset | peak, MiB | of the file |"]
    images = ["| backend | `from_preset` | by hand | ratio |"]
    for table in (conversions, images):
        table.append("|---" * table[0].count(" |") + "|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        size = write(folder) / 2**20
        files = pathlib.Path(folder, "files")
        files.mkdir()
        for name in (FILE, CONFIG):
            (folder / name).rename(files / name)
        for backend in backends:
            preset = folder / backend
            found = run("convert", backend, files, preset)
            conversions.append(
                f"| {backend} | {found['seconds']:.1f} | {found['saved']:.1f} | "
                f"{found['MiB']:.0f} | {found['MiB'] / size:.2f}x |"
            )
            seconds = {"ours": [], "by_hand": []}
            for _ in range(rounds):
                for name, taken in seconds.items():
                    taken.append(run(name, backend, files, preset)["process"])
            ratios = [a / b for a, b in zip(*seconds.values(), strict=True)]
            images.append(
                f"| {backend} | {spread(seconds['ours'])} | "
                f"{spread(seconds['by_hand'])} | {statistics.median(ratios):.2f}x |"
            )
    yield f"A conversion of {size:.0f} MiB, {found['parameters']:,} parameters:"
    yield from ("", *conversions, "")
    yield "Seconds to a first image of 512 x 512 from the start of a process:"
    yield from ("", *images)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backends", nargs="+", default=["tensorflow", "jax", "torch"])
    parser.add_argument("--out", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        name, *paths = arguments.run
        print(json.dumps(globals()[name](*paths)))
        return
    from keras_gan_zoo.machine import cpus

    command = (
        f"`python benchmarks/conversion.py --rounds {arguments.rounds} "
        f"--backends {' '.join(arguments.backends)}`"
    )
    conditions = f"{cpus()} cores, median (least to most) of the rounds"
    text = "\n".join(
        [f"{command}: {conditions}.", "", *tables(arguments.backends, arguments.rounds)]
    )
    print(text)
    arguments.out.write_text(f"{text}\n")


if __name__ == "__main__":
    main()
