"""Scoring beside torch-fidelity and prdc: speed, memory, overhead.

    python benchmarks/scoring.py                       # every table
    python benchmarks/scoring.py --tables inception    # one of them

`inception`: images/s of the FID Inception, the same random weights, images and cores.
`distances`: KID, and precision and recall, of 10,000 x 2,048 features.
`overhead`: what `score` takes beyond the extraction of the same images.
`memory`: peak memory of `score` at 2,000, 10,000 and 50,000 samples.

Contenders live in processes of their own and take turns. Needs the torch and dev
extras, torch-fidelity and prdc (`make .venv/.peers`). Tables are printed and written
to benchmarks/results/scoring_TABLE.md.
"""

import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np
import turns
from memory import forget_peak, peak

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests"))

from peers import import_peer

RESULTS = pathlib.Path(__file__).parent / "results"
BATCH = 50
ROWS, DIMENSIONS = 10_000, 2048


def images(n, size=32, channels=3):
    return np.random.default_rng(0).integers(
        0, 256, (n, size, size, channels), dtype="uint8"
    )


def inception_weights():
    """Random, of a scale that neither explodes nor dies out over the layers."""
    from keras_gan_zoo.scoring.extractors.inception import SHAPES

    rng = np.random.default_rng(0)

    def draw(name, shape):
        if name.endswith("conv.weight"):
            return rng.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape)
        if name.endswith(("running_var", "bn.weight")):
            return rng.uniform(0.8, 1.2, shape)
        return rng.normal(0, 0.02 if name == "fc.weight" else 0.1, shape)

    return {name: draw(name, shape).astype("float32") for name, shape in SHAPES.items()}


def features(seed):
    """Non-negative and correlated, float32, as Inception's are."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(DIMENSIONS, DIMENSIONS)) / DIMENSIONS**0.5
    rows = rng.normal(size=(ROWS, DIMENSIONS)) @ mix + 0.1 * seed
    return np.maximum(rows, 0).astype("float32")


# === Contenders: each returns run(amount) -> what it did ===


def inception_ours():
    from keras_gan_zoo.scoring import extractors

    extractor = extractors.get("inception", weights=inception_weights())
    outputs = ("features", "logits")
    return lambda n: extractor.extract(images(n), BATCH, outputs)


def inception_torch_fidelity():
    import torch

    from keras_gan_zoo.machine import cpus

    peer = import_peer("torch_fidelity.feature_extractor_inceptionv3")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "weights.pth")
        tensors = {k: torch.from_numpy(v) for k, v in inception_weights().items()}
        for name in list(tensors):
            if name.endswith("running_var"):
                counter = name.replace("running_var", "num_batches_tracked")
                tensors[counter] = torch.tensor(0)
        torch.save(tensors, path)
        network = peer.FeatureExtractorInceptionV3(
            "peer", ["2048", "logits_unbiased"], path
        )
    torch.set_num_threads(cpus())

    def run(n):
        data = torch.from_numpy(images(n)).permute(0, 3, 1, 2)
        with torch.no_grad():
            return [network(batch) for batch in data.split(BATCH)]

    return run


def kid_ours():
    from keras_gan_zoo.metrics import kernel_distance

    x, y = features(1), features(2)
    return lambda n: kernel_distance(x, y)


def kid_torch_fidelity():
    import torch

    kid = import_peer("torch_fidelity.metric_kid").kid_features_to_metric
    x, y = torch.from_numpy(features(1)), torch.from_numpy(features(2))
    return lambda n: kid(x, y, kid_subsets=100, kid_subset_size=1000, verbose=False)


def neighbours_ours():
    from keras_gan_zoo.metrics import precision_recall

    x, y = features(1), features(2)
    return lambda n: precision_recall(x, y)


def neighbours_torch_fidelity():
    import torch

    prc = import_peer("torch_fidelity.metric_prc").prc_features_to_metric
    x, y = torch.from_numpy(features(1)), torch.from_numpy(features(2))
    return lambda n: prc(x, y, verbose=False)


def four_ours():
    from keras_gan_zoo.metrics.neighbours import neighbour_scores

    x, y = features(1), features(2)
    return lambda n: neighbour_scores(x, y, k_precision=5, k_density=5)


def four_prdc():
    from prdc import compute_prdc

    x, y = features(1), features(2)

    def run(n):
        with contextlib.redirect_stdout(sys.stderr):
            return compute_prdc(y, x, nearest_k=5)

    return run


def overhead():
    """`score`, and the extraction of the same images alone."""
    from keras_gan_zoo import score
    from keras_gan_zoo.scoring import extractors, load_reference

    extractor = extractors.get("inception", weights=inception_weights())
    outputs = ("features", "logits")
    real = load_reference(np.roll(images(500), 1, axis=1), extractor, BATCH)
    settings = {"num_images": None, "batch_size": BATCH, "verify": False, "verbose": 0}

    def run(n):
        fake = images(n)
        seconds = []
        for work in (
            lambda: extractor.extract(fake, BATCH, outputs),
            lambda: score(fake, real, extractor=extractor, intervals=False, **settings),
            lambda: score(fake, real, extractor=extractor, **settings),
        ):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        return seconds

    return run


def memory():
    """Peak of `score` of a function's images, with outputs as wide as Inception's."""
    import keras

    from keras_gan_zoo import score
    from keras_gan_zoo.scoring import Extractor

    x = keras.Input((16, 16, 3))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x))
    widths = {"features": 2048, "logits": 1008, "spatial": 2023}
    model = keras.Model(
        x, {name: keras.layers.Dense(width)(flat) for name, width in widths.items()}
    )
    extractor = Extractor(model, name="wide")
    metrics = ["is", "fid", "kid", "sfid"]
    real = images(2000, 16)

    def fake(numbers):
        rng = np.random.default_rng(int(numbers[0]))
        return rng.integers(0, 256, (len(numbers), 16, 16, 3), dtype="uint8")

    def run(n):
        score(
            *(fake, real, metrics, extractor, n),
            intervals=False,
            verify=False,
            verbose=0,
        )

    return run


# === Turns ===


def serve(name, warm_up):
    work = globals()[name]()
    if int(warm_up):
        work(int(warm_up))
    forget_peak()
    before = peak()

    def run(amount):
        start = time.perf_counter()
        result = work(amount)
        seconds = time.perf_counter() - start
        if name == "overhead":
            return result
        return seconds, peak(), peak() - before

    turns.serve(run)


def take_turns(names, amount, rounds, warm_up=0):
    """dict, label -> list of what each turn measured; names are `(name, backend)`."""
    with contextlib.ExitStack() as stack:
        contenders = {
            label: stack.enter_context(
                turns.Contender(__file__, name, str(warm_up), backend=backend)
            )
            for label, (name, backend) in names.items()
        }
        for contender in contenders.values():
            contender.wait()
        found = {label: [] for label in contenders}
        for _ in range(rounds):
            for label, contender in contenders.items():
                found[label].append(contender.run(amount))
        return found


def spread(values, digits=1):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


# === Tables: each yields lines ===


def inception_table(rounds):
    n = 4 * BATCH
    found = take_turns(
        {
            "ours, TensorFlow": ("inception_ours", "tensorflow"),
            "ours, torch": ("inception_ours", "torch"),
            "ours, JAX": ("inception_ours", "jax"),
            "torch-fidelity": ("inception_torch_fidelity", "torch"),
        },
        n,
        rounds,
        warm_up=BATCH,
    )
    base = statistics.median(turn[0] for turn in found["torch-fidelity"])
    yield f"32x32x3 images, batches of {BATCH}, features and logits, float32."
    yield ""
    yield "| | images/s | over torch-fidelity | peak memory, MiB |"
    yield "|---|---|---|---|"
    for label, turn in found.items():
        speed = spread([n / seconds for seconds, *_ in turn])
        ratio = base / statistics.median(seconds for seconds, *_ in turn)
        yield f"| {label} | {speed} | {ratio:.2f}x | {turn[-1][1]:.0f} |"


def distances_table(rounds):
    yield f"{ROWS:,} and {ROWS:,} rows of {DIMENSIONS:,} float32 features."
    yield ""
    yield "| | seconds | over the other | memory beyond the features, MiB |"
    yield "|---|---|---|---|"
    for pair in (
        {
            "KID, ours": ("kid_ours", "tensorflow"),
            "KID, torch-fidelity": ("kid_torch_fidelity", "torch"),
        },
        {
            "precision and recall, ours": ("neighbours_ours", "tensorflow"),
            "precision and recall, torch-fidelity": (
                "neighbours_torch_fidelity",
                "torch",
            ),
        },
        {
            "and density and coverage, ours": ("four_ours", "tensorflow"),
            "and density and coverage, prdc": ("four_prdc", "tensorflow"),
        },
    ):
        found = take_turns(pair, 0, rounds)
        middle = [statistics.median(t[0] for t in turn) for turn in found.values()]
        ratios = [f"{middle[0] / middle[1]:.2f}x", ""]
        for (label, turn), ratio in zip(found.items(), ratios, strict=True):
            seconds = spread([seconds for seconds, *_ in turn])
            yield f"| {label} | {seconds} | {ratio} | {turn[-1][2]:.0f} |"


def overhead_table(rounds):
    n = 1000
    found = take_turns({"": ("overhead", "tensorflow")}, n, rounds, warm_up=BATCH)[""]
    alone, bare, whole = (
        statistics.median(turn[i] for turn in found) for i in range(3)
    )
    yield f"{n:,} images, Inception, IS and FID against known moments."
    yield "What is beyond extraction hardly grows with the number of images."
    yield ""
    yield "| | seconds | beyond extraction, s | % | % of 10,000 images |"
    yield "|---|---|---|---|---|"
    for i, label in enumerate(("extraction", "`score`, no intervals", "`score`")):
        more = (alone, bare, whole)[i] - alone
        yield (
            f"| {label} | {spread([turn[i] for turn in found])} | {more:.1f} "
            f"| {100 * more / alone:.1f} | {100 * more / (alone * 10_000 / n):.1f} |"
        )


def memory_table(rounds):
    del rounds
    yield "IS, FID, KID and sFID in one pass; outputs as wide as Inception's, made by"
    yield "one dense layer, so that accumulators are all there is to see."
    yield ""
    yield "| samples | peak memory, MiB | over 2,000 samples |"
    yield "|---|---|---|"
    first = None
    for n in (2000, 10_000, 50_000):
        ((_, most, _),) = take_turns({"": ("memory", "tensorflow")}, n, 1)[""]
        first = first or most
        yield f"| {n:,} | {most:.0f} | {most / first:.3f}x |"


TABLES = {
    "inception": inception_table,
    "distances": distances_table,
    "overhead": overhead_table,
    "memory": memory_table,
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs=2, metavar=("CONTENDER", "WARM_UP"))
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve)
        return
    from keras_gan_zoo.machine import cpus

    RESULTS.mkdir(exist_ok=True)
    for name in arguments.tables:
        lines = [
            f"`python benchmarks/scoring.py --tables {name}`: {cpus()} cores, "
            f"TF_ENABLE_ONEDNN_OPTS={os.environ.get('TF_ENABLE_ONEDNN_OPTS', 'unset')}"
            f"; median (least to most) of {arguments.rounds} turns.",
            "",
        ]
        for line in TABLES[name](arguments.rounds):
            print(line, flush=True)
            lines.append(line)
        path = RESULTS / f"scoring_{name}.md"
        partial = path.with_suffix(".partial")
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(partial, path)


if __name__ == "__main__":
    main()
