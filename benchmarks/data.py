"""Training on a folder of images: speed, time to the first step, memory.

    python benchmarks/data.py
    python benchmarks/data.py --cases speed --backend torch
    python benchmarks/data.py --jpegs cifar10_jpeg/train

`speed`: `fit` from a folder of 10,000 PNGs at 64x64 beside `fit` from the array of the
same images, each in a process of its own, taking turns: the first epoch, in which the
folder is decoded, and the ones after it. The GAN is DCGAN at a sixteenth of its widths.
`stress`: the same with networks so small that a step takes about as long as decoding
its images, on the same cores. `first`: from the call of `fit` to the end of
its first step, for a folder of 50,000 JPEGs, beside an array of the same images, whose
time is that of compiling. `memory`: what `fit`, `evaluate` and `score` hold at most,
for a folder that is far larger decoded than what may be in memory, beside what they
hold for an array of a few of its images. Prints a table for each, and writes them to
benchmarks/results/data.md; those that are not run stay as they are.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from memory import forget_peak, peak

RESULTS = pathlib.Path(__file__).parent / "results" / "data.md"
SPEED = {"count": 10_000, "size": 64, "batch_size": 64, "epochs": 3}
WIDTHS = (64, 32, 16, 8)
FIRST = {"count": 50_000, "size": 32, "batch_size": 64}
MEMORY = {"count": 1_000, "size": 512, "batch_size": 8}


# === Images ===


def write_images(folder, count, size, ending):
    """Blurred noise, which packs about as well as photos do."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(count):
        small = rng.integers(0, 256, (8, 8, 3), "uint8")
        image = Image.fromarray(small).resize((size, size), Image.Resampling.BICUBIC)
        path = folder / str(number % 10) / f"{number:05}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.asarray(image, "int16")
        pixels = np.clip(pixels + rng.integers(-4, 5, pixels.shape), 0, 255)
        Image.fromarray(pixels.astype("uint8")).save(path, compress_level=1)
    return folder


# === In a process of its own ===


def small_gan(size):
    """A convolutional GAN with a step so fast that waiting for data would show."""
    import keras

    import keras_gan_zoo as kgz

    layers, scale = keras.layers, size // 32
    latents = keras.Input((32,))
    x = layers.Reshape((8, 8, 16))(layers.Dense(8 * 8 * 16)(latents))
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(
        layers.UpSampling2D(4)(x)
    )
    made = layers.UpSampling2D(scale)(x)
    images = keras.Input((size, size, 3))
    x = layers.AveragePooling2D(scale)(images)
    x = layers.Conv2D(16, 4, 4, "same", activation="relu")(x)
    x = layers.Conv2D(32, 4, 4, "same", activation="relu")(x)
    logits = layers.Dense(1)(layers.Flatten()(x))
    gan = kgz.GAN(keras.Model(latents, made), keras.Model(images, logits), seed=0)
    gan.compile()
    return gan


def dcgan(size):
    """DCGAN at a sixteenth of its widths."""
    import keras_gan_zoo as kgz

    gan = kgz.DCGAN(
        image_shape=(size, size, 3),
        generator_widths=WIDTHS,
        discriminator_widths=WIDTHS[::-1],
        seed=0,
    )
    gan.compile()
    return gan


def images_of(folder, source):
    """What `fit` is given: the folder, or all of its images."""
    from keras_gan_zoo import datasets

    return folder if source == "folder" else datasets.load(folder)[0]


def clock():
    """A callback that keeps when each epoch began and ended, and the first step."""
    import keras

    class Clock(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.epochs, self.first, self.steps = [], None, 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps = batch + 1
            if self.first is None:
                self.first = time.perf_counter()

        def on_epoch_begin(self, epoch, logs=None):
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            began = self.first if epoch == 0 else self.began
            self.epochs.append(time.perf_counter() - began)

    return Clock()


def speed(folder, source, count, size, batch_size, epochs, make=dcgan):
    """Images/s of each epoch, the first from its second step on."""
    gan, watch = make(size), clock()
    x = images_of(folder, source)
    gan.fit(x, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[watch])
    seen = [count - batch_size] + [count] * (epochs - 1)
    return [n / seconds for n, seconds in zip(seen, watch.epochs, strict=True)]


def stress(*arguments, **sizes):
    """`speed` with networks that take no time."""
    return speed(*arguments, **sizes, make=small_gan)


def first(folder, source, count, size, batch_size):
    """Seconds from the call of `fit` to the end of its first step."""
    gan, watch = small_gan(size), clock()
    x = images_of(folder, source)
    began = time.perf_counter()
    gan.fit(x, batch_size=batch_size, steps_per_epoch=1, verbose=0, callbacks=[watch])
    return watch.first - began


def memory(folder, source, count, size, batch_size):
    """MiB that each use of a folder holds beyond that of a few of its images."""
    import keras_gan_zoo as kgz

    def colours(images):
        return {"features": images.mean(axis=(1, 2), dtype="float64")}

    extractor = kgz.scoring.Extractor(colours, fingerprint="mean@1")
    options = {"metrics": ["fid"], "extractor": extractor, "num_images": None}
    options |= {"verify": False, "verbose": 0, "batch_size": batch_size}
    gan, held = small_gan(size), {}
    few = kgz.datasets.load(f"{folder}:train[:64]")[0]
    uses = {
        "fit, 2 epochs": lambda x: gan.fit(
            x, batch_size=batch_size, epochs=2 if x is folder else 1, verbose=0
        ),
        "evaluate": lambda x: gan.evaluate(x, batch_size=batch_size, verbose=0),
        "score, source": lambda x: kgz.score(x, few // 2, **options),
        "score, reference": lambda x: kgz.score(few // 2, x, **options),
    }
    for name, use in uses.items():
        use(few)
        forget_peak()
        before = peak()
        began = time.perf_counter()
        use(folder)
        held[name] = (peak() - before, time.perf_counter() - began)
    return held


def in_process(case, folder, source, sizes, cache, backend):
    """What a case returns, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--serve", case, folder, source, json.dumps(sizes)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "KERAS_GAN_ZOO_CACHE": str(cache),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    )
    return json.loads(done.stdout.splitlines()[-1])


# === Tables ===


def speed_table(folder, sizes, rounds, cache, backend, case="speed"):
    found = {"array": [], "folder": []}
    for _ in range(rounds):
        for source, runs in found.items():
            runs.append(in_process(case, folder, source, sizes, cache, backend))
    rows = [
        "| epoch | array, images/s | folder, images/s | ratio |",
        "|---|---|---|---|",
    ]
    totals = {source: [] for source in found}
    for epoch in range(sizes["epochs"]):
        rates = {s: statistics.median(run[epoch] for run in found[s]) for s in found}
        for source, rate in rates.items():
            totals[source].append(1 / rate)
        name = f"{epoch + 1}" + (" (decodes)" if epoch == 0 else "")
        rows.append(_row(name, rates["array"], rates["folder"]))
    mean = {source: len(times) / sum(times) for source, times in totals.items()}
    rows.append(_row("all", mean["array"], mean["folder"]))
    title = "`fit` from {count:,} PNGs at {size}x{size}, batch {batch_size}"
    return [title.format(**sizes) + f", {backend}, median of {rounds}", "", *rows]


def stress_table(*arguments):
    return speed_table(*arguments, case="stress")


def _row(name, array, folder):
    return f"| {name} | {array:,.0f} | {folder:,.0f} | {folder / array:.2f}x |"


def first_table(folder, sizes, rounds, cache, backend):
    rows = ["| source | s to the end of the first step |", "|---|---|"]
    for source in ("array", "folder"):
        seconds = [
            in_process("first", folder, source, sizes, cache, backend)
            for _ in range(rounds)
        ]
        texts = ", ".join(f"{value:.2f}" for value in sorted(seconds))
        rows.append(f"| {source} | {statistics.median(seconds):.2f} (of {texts}) |")
    title = "The first step of `fit` from {count:,} JPEGs at {size}x{size}"
    return [f"{title.format(**sizes)}, {backend}", "", *rows]


def memory_table(folder, sizes, rounds, cache, backend):
    held = in_process("memory", folder, "folder", sizes, cache, backend)
    whole = sizes["count"] * sizes["size"] ** 2 * 3 / 2**20
    rows = ["| use | MiB more at the peak | s |", "|---|---|---|"]
    rows += [f"| {use} | {more:.0f} | {s:.1f} |" for use, (more, s) in held.items()]
    title = "{count:,} images at {size}x{size}, batch {batch_size}: ".format(**sizes)
    return [f"{title}{whole:,.0f} MiB decoded, {backend}", "", *rows]


def write(tables, path):
    """Replace the sections of the tables that were made."""
    from keras_gan_zoo.machine import cpus

    machine = f"{platform.machine()}, {cpus()} cores"
    text = path.read_text() if path.exists() else f"# Folders of images\n\n{machine}\n"
    for name, lines in tables.items():
        section = f"\n## {name}\n\n" + "\n".join(lines) + "\n"
        text = re.sub(rf"\n## {re.escape(name)}\n.*?(?=\n## |\Z)", "", text, flags=re.S)
        text = text.rstrip("\n") + "\n" + section
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main():
    if "--serve" in sys.argv:
        case, folder, source, sizes = sys.argv[2:]
        print(json.dumps(globals()[case](folder, source, **json.loads(sizes))))
        return
    cases = {
        "speed": (SPEED, "png", speed_table),
        "stress": (SPEED, "png", stress_table),
        "first": (FIRST, "jpg", first_table),
        "memory": (MEMORY, "png", memory_table),
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=cases, default=list(cases))
    parser.add_argument("--backend", default=os.environ.get("KERAS_BACKEND", "torch"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="of the folders' sizes"
    )
    parser.add_argument("--jpegs", type=pathlib.Path, help="a folder, for `first`")
    parser.add_argument("--out", type=pathlib.Path, default=RESULTS)
    asked = parser.parse_args()
    tables = {}
    for case in asked.cases:
        sizes, ending, table = cases[case]
        sizes = {**sizes, "count": int(sizes["count"] * asked.scale)}
        with tempfile.TemporaryDirectory() as temporary:
            made = pathlib.Path(temporary, "images")
            if case == "first" and asked.jpegs:
                shutil.copytree(asked.jpegs, made)  # so that no copy of it is known
                sizes["count"] = sum(path.is_file() for path in made.rglob("*"))
            else:
                write_images(made, sizes["count"], sizes["size"], ending)
            cache = pathlib.Path(temporary, "cache")
            lines = table(str(made), sizes, asked.rounds, cache, asked.backend)
        print("\n".join(lines), "\n", flush=True)
        tables[f"{case}, {asked.backend}"] = lines
    write(tables, asked.out)


if __name__ == "__main__":
    main()
