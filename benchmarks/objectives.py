"""Does every objective learn, and every family?

    python benchmarks/objectives.py                          # all that is left to do
    python benchmarks/objectives.py --only ring --seeds 0
    python benchmarks/objectives.py --cases wgan_gp dragan
    python benchmarks/objectives.py --table                  # the table, no training

- `ring`: 8 Gaussians on a circle of radius 1, standard deviation 0.01 (that radius is
  1 is Metz et al. 2017's; all 8 modes are distinct here), 2,500 samples.
- `grid`: 25 Gaussians, 2 apart from -4 to 4, standard deviation 0.05 (PacGAN, Lin et
  al. 2018, section 4.1), 100,000 points to train on, 2,500 samples.
- `digits`: the digits that ship with the package, 9,000 to train on, every family with
  its own networks, narrower than published; scored against MNIST's test set.

A sample of ring or grid is of high quality within 3 standard deviations of a mode; a
mode counts if one such sample is at it. Points are images of 1x1 with two channels, as
floats: `fit(points, value_range=...)`, `predict(latents)`. Every loss and penalty has
the same networks and optimizers there; grid trains three times as long as ring.

Each (data, case, seed) is trained once: results are kept in results/objectives.json,
and one with other settings than the case has now is done again. From them
results/objectives.md is written. Seeds come last, so that each case soon has one.
"""

import argparse
import importlib
import json
import os
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers
from scipy.optimize import linear_sum_assignment

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import Packing
from keras_gan_zoo.families.family import rmsprop
from keras_gan_zoo.files import write_json, write_text
from keras_gan_zoo.latents import draw_latents
from keras_gan_zoo.layers import WeightClipping
from keras_gan_zoo.machine import cpus
from keras_gan_zoo.recipes import is_conditional
from keras_gan_zoo.scoring.extractors.classifiers import load_classifier

RESULTS = Path(__file__).parent / "results" / "objectives.json"


class Points(NamedTuple):
    centres: np.ndarray
    deviation: float
    bound: float  # `value_range` is (-bound, bound)

    def draw(self, n, seed):
        rng = np.random.default_rng(seed)
        at = self.centres[rng.integers(len(self.centres), size=n)]
        points = at + self.deviation * rng.normal(size=at.shape)
        return points.reshape(n, 1, 1, 2).astype("float32")


def ring(modes=8):
    angles = 2 * np.pi * np.arange(modes) / modes
    return Points(np.stack([np.cos(angles), np.sin(angles)], 1), 0.01, 1.25)


def grid():
    side = np.arange(-4, 5, 2)
    return Points(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2), 0.05, 5.0)


POINTS = {"ring": ring(), "grid": grid()}
SAMPLES = 2500
LATENTS = 8
DIGITS = (28, 28, 1)


class Case(NamedTuple):
    """What is trained: a method or a family, and how long."""

    settings: dict  # of `GAN` or of the family, JSON
    optimizers: tuple  # (learning rate, beta_1, beta_2) of both players, or `rmsprop`
    batch_size: int
    steps: int
    claims: bool = True  # that it covers the modes, or learns


def points_case(claims=True, optimizer=(1e-3, 0.5, 0.99), steps=4000, **settings):
    return Case(settings, optimizer, 256, steps, claims)


def on_grid(case):
    """For modes nearer to each other: longer, with a tenth of the penalties."""
    weights = case.settings.get("penalties", {})
    lighter = {name: weight / 10 for name, weight in weights.items()}
    settings = {**case.settings, **({"penalties": lighter} if lighter else {})}
    return case._replace(settings=settings, steps=3 * case.steps)


# Penalties as their authors have them on toy data, where they say so: 0.1 for WGAN-GP.
# Wasserstein critics take five steps, as published: with one, they fall behind on grid.
METHODS = {
    "minimax": points_case(False, loss="minimax"),
    "non_saturating": points_case(False, loss="non_saturating"),
    "least_squares": points_case(False, loss="least_squares"),
    "hinge": points_case(False, loss="hinge"),
    "relativistic_average": points_case(False, loss="relativistic_average"),
    "wasserstein + clipping": points_case(
        False, (5e-4,), 2000, loss="wasserstein", clip=0.1, critic_steps=5
    ),
    "wasserstein + gradient_penalty": points_case(
        loss="wasserstein",
        penalties={"GradientPenalty": 0.1},
        critic_steps=5,
    ),
    "non_saturating + dragan": points_case(penalties={"DRAGAN": 0.1}),
    "non_saturating + r1": points_case(penalties={"R1": 0.02}),
    "hinge + r1 + r2": points_case(loss="hinge", penalties={"R1": 0.02, "R2": 0.02}),
    "relativistic_paired + r1 + r2": points_case(
        loss="relativistic_paired", penalties={"R1": 0.02, "R2": 0.02}
    ),
    "non_saturating + packing": points_case(packing=2),
    # The authors' rates: against a quick discriminator the generator finds one mode.
    "minimax + unrolled": points_case(
        optimizer=((1e-3, 0.5, 0.999), (1e-4, 0.5, 0.999)),
        loss="minimax",
        update="unrolled",
    ),
}

NARROW = {"latent_dim": 32, "generator_widths": [64, 32]}
CONVOLUTIONAL = {**NARROW, "discriminator_widths": [32, 64]}
RESIDUAL = {
    "latent_dim": 32,
    "generator_widths": [64, 32, 16],
    "discriminator_widths": [16, 32, 64],
    "critic_steps": 1,
}
HIERARCHICAL = {
    "chunk_dim": 10,
    "generator_widths": [64, 32, 16],
    "discriminator_widths": [16, 32, 64],
    "critic_steps": 1,
}
STYLED = {
    "latent_dim": 64,
    "generator_widths": [64, 32, 32],
    "discriminator_widths": [32, 32, 64],
}
NARROW_STYLED = {
    "latent_dim": 64,
    "generator_widths": [64, 32, 16],
    "discriminator_widths": [16, 32, 64],
}
# Unrolled GAN is on ring and grid, as a method: its networks are dense, made for points
# (on digits they drew one image, FID 256, after 6,000 steps at the authors' rates).
FAMILIES = {
    "dcgan": Case(CONVOLUTIONAL, (5e-4, 0.5, 0.999), 64, 2000),
    "lsgan": Case(CONVOLUTIONAL, (8e-4, 0.5, 0.999), 64, 2500),
    "geometric_gan": Case(CONVOLUTIONAL, (5e-4, 0.5, 0.999), 64, 2000),
    "ragan": Case(CONVOLUTIONAL, (5e-4, 0.5, 0.999), 64, 2000),
    "dragan": Case(CONVOLUTIONAL, (5e-4, 0.5, 0.9), 64, 2000),
    "wgan": Case(
        {**CONVOLUTIONAL, "normalization": "layer", "clip": 0.1, "critic_steps": 1},
        (1e-3,),
        64,
        2500,
    ),
    "wgan_gp": Case({**CONVOLUTIONAL, "critic_steps": 2}, (1e-3, 0.0, 0.9), 64, 800),
    "mlp_gan": Case({}, (5e-4, 0.5, 0.999), 64, 15_000),
    "cgan": Case(
        {
            "generator_widths": [100, 100, 400],
            "discriminator_widths": [100, 50, 100],
            "dropout": 0.0,
            "penalties": [kgz.R1(0.3)],
        },
        (1e-3, 0.0, 0.99),
        64,
        12_000,
    ),
    "acgan": Case(
        {**NARROW, "discriminator_widths": [16, 32, 64, 64]},
        (5e-4, 0.5, 0.999),
        64,
        6000,
    ),
    "projection_gan": Case(RESIDUAL, (5e-4, 0.0, 0.9), 64, 4500),
    "sngan": Case(RESIDUAL, (5e-4, 0.0, 0.9), 64, 1500),
    "sagan": Case(
        {k: v for k, v in RESIDUAL.items() if k != "critic_steps"},
        ((2.5e-4, 0.0, 0.9), (1e-3, 0.0, 0.9)),
        64,
        1500,
    ),
    "ssgan": Case(RESIDUAL, (5e-4, 0.0, 0.9), 64, 1500),
    "info_max_gan": Case({**RESIDUAL, "code_width": 64}, (5e-4, 0.0, 0.9), 64, 1500),
    "lgan": Case(RESIDUAL, (5e-4, 0.0, 0.9), 64, 1500),
    "logan": Case(RESIDUAL, (5e-4, 0.0, 0.9), 64, 1500),
    "pac_gan": Case(CONVOLUTIONAL, (5e-4, 0.5, 0.999), 64, 3500),
    "ebgan": Case(CONVOLUTIONAL, (5e-4, 0.5, 0.999), 64, 4000),
    # The generator's rate is the higher one, or else it lags behind the auto-encoder,
    # whose balance then stays at 0 and whose game is over: one image. Short encodings
    # and gamma 1 are against digits that are thin, whose error is small.
    "began": Case(
        {
            "latent_dim": 16,
            "generator_widths": [16, 16, 16],
            "discriminator_widths": [16, 32, 48],
            "encoding_dim": 16,
            "loss": kgz.losses.BoundaryEquilibrium(1.0, rate=0.02),
        },
        ((2e-3, 0.5, 0.999), (3e-4, 0.5, 0.999)),
        64,
        5000,
    ),
    "info_gan": Case(
        {
            "generator_widths": [128, 64],
            "discriminator_widths": [64, 128],
            "dense_width": 512,
        },
        ((1e-3, 0.5, 0.999), (2e-4, 0.5, 0.999)),
        128,
        3500,
    ),
    **dict.fromkeys(
        ("biggan", "adcgan", "mdgan"),
        Case(HIERARCHICAL, (5e-4, 0.0, 0.9), 64, 2000),
    ),
    # In batches of 64 an image is drawn to six others of its class and to its proxy,
    # which alone knows the label: 18 % of labels are read. In batches of 8, most are.
    "contragan": Case(
        {
            **HIERARCHICAL,
            "auxiliaries": [kgz.auxiliaries.ConditionalContrastive(temperature=0.3)],
        },
        (5e-4, 0.0, 0.9),
        8,
        8000,
    ),
    **dict.fromkeys(
        ("mhgan", "reacgan", "tacgan"),
        Case(HIERARCHICAL, (5e-4, 0.0, 0.9), 64, 4500),
    ),
    "biggan_deep": Case(
        {
            "latent_dim": 32,
            "generator_widths": [64, 64, 32, 32, 16],
            "discriminator_widths": [16, 32, 32, 64, 64],
            "critic_steps": 1,
        },
        (1e-3, 0.0, 0.9),
        64,
        2800,
    ),
    "progressive_gan": Case(STYLED, (1e-3, 0.0, 0.99), 64, 3000),
    # As NVIDIA's "cifar", where neither mixing nor the path length is used. R1 is what
    # it takes here: with a weight of 0.2 it ends in one image, with 5 it learns.
    "stylegan2": Case(
        {
            **NARROW_STYLED,
            "mapping_width": 64,
            "style_mixing": 0.0,
            "generator_penalties": [],
            "penalties": [kgz.R1(5.0)],
        },
        (1e-2, 0.0, 0.99),
        32,
        3000,
    ),
    # Without what its schedules of 2e7 images have at their start: fixed penalties. At
    # weights of 0.2 the discriminator stays ahead (FID 26), at 10 it does not.
    "r3gan": Case(
        {
            **NARROW_STYLED,
            "blocks": 1,
            "penalties": [kgz.R1(10.0), kgz.penalties.R2(10.0)],
            "augmentation": None,
        },
        (2e-3, 0.0, 0.99),
        32,
        2000,
    ),
    # Decoders as narrow as the rest; a discriminator that ends in one logit of the
    # digit and one of its small copy (of 16 patches each, FID stays at 14), and does
    # not get ahead, as it does at equal rates.
    "fastgan": Case(
        {
            "latent_dim": 64,
            "generator_widths": [64, 32, 16],
            "discriminator_widths": [16, 32, 64, 64],
            "auxiliaries": [kgz.auxiliaries.Reconstruction(widths=[32, 16])],
        },
        ((1e-3, 0.5, 0.999), (2e-4, 0.5, 0.999)),
        32,
        1500,
    ),
    "lightweight_gan": Case(
        {
            "latent_dim": 64,
            "generator_widths": [64, 64, 32, 16],
            "discriminator_widths": [32, 64],
        },
        (5e-4, 0.5, 0.9),
        64,
        2000,
    ),
}
CASES = {
    "digits": FAMILIES,
    "ring": METHODS,
    "grid": {name: on_grid(case) for name, case in METHODS.items()},
}


# === Models ===


def optimizer(settings, steps):
    """Adam, or RMSprop where there are no betas; the rate falls to 0 as a cosine."""
    rate, *betas = settings
    rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    if not betas:
        return keras.optimizers.deserialize(rmsprop(rate))
    return keras.optimizers.Adam(rate, *betas, epsilon=1e-8)


def compiled(gan, case):
    pair = case.optimizers
    if not isinstance(pair[0], tuple):
        pair = pair, pair
    gan.compile(
        optimizer(pair[0], case.steps),
        optimizer(pair[1], case.steps * gan.critic_steps),
    )
    return gan


def point_networks(packed=1, clip=None, width=128, depth=3):
    """Latents `(n, 8)` -> points; points, `packed` at once -> logits."""
    latents = x = keras.Input((LATENTS,), name="latents")
    for _ in range(depth):
        x = layers.Dense(width, activation="relu")(x)
    generator = keras.Model(latents, layers.Reshape((1, 1, 2))(layers.Dense(2)(x)))
    constraint = None if clip is None else WeightClipping(clip)
    clipped = {"kernel_constraint": constraint, "bias_constraint": constraint}
    points = keras.Input((1, 1, 2 * packed), name="images")
    x = layers.Flatten()(points)
    for _ in range(depth):
        x = layers.LeakyReLU(0.2)(layers.Dense(width, **clipped)(x))
    return generator, keras.Model(points, layers.Dense(1, **clipped)(x))


def point_gan(case, seed):
    settings = dict(case.settings)
    packed, clip = settings.pop("packing", None), settings.pop("clip", None)
    weights = settings.pop("penalties", {})
    gan = kgz.GAN(
        *point_networks(packed or 1, clip),
        penalties=[getattr(kgz.penalties, name)(w) for name, w in weights.items()],
        augmentation=packed and Packing(packed),
        ema_half_life=20_000,
        seed=seed,
        **settings,
    )
    return compiled(gan, case)


def digit_gan(family, case, seed):
    family = kgz.families.find(family)
    settings = {"image_shape": DIGITS, "ema_half_life": 10_000, **case.settings}
    if is_conditional(family):
        settings["num_classes"] = 10
    return compiled(family(seed=seed, **settings), case)


# === Scores ===


def coverage(points, centres, deviation):
    """Modes that any sample is at, and the share of samples that are at one."""
    distances = np.linalg.norm(points[:, None] - centres[None], axis=2)
    near = distances.min(axis=1) <= 3 * deviation
    modes = len(np.unique(distances.argmin(axis=1)[near]))
    return {"modes": modes, "high_quality": float(near.mean())}


def matched(codes, classes, number=10):
    """The share of samples whose class is their code's, at the best matching."""
    counts = np.zeros((number, number), int)
    np.add.at(counts, (codes, classes), 1)
    return float(
        counts[linear_sum_assignment(counts, maximize=True)].sum() / len(codes)
    )


def read(images):
    """The digits that the shipped classifier sees."""
    logits = load_classifier("digits").predict(images, batch_size=250, verbose=0)
    return logits["logits"].argmax(axis=1)


def label_scores(gan):
    """How often the digit that is read is what was asked for, and is so if exchanged.

    Labels that a network takes for another's digit are `codes` that mean something.
    """
    if gan.num_classes is not None:
        asked = np.arange(SAMPLES) % gan.num_classes
        found = read(gan.generate(SAMPLES, labels=asked, seed=0))
        return {
            "labels": float((found == asked).mean()),
            "codes": matched(asked, found),
        }
    if gan.latents is not None and gan.latents.categorical:
        part = gan.latents.parts["categorical_0"]
        codes = draw_latents(SAMPLES, gan.latents, seed=0)[:, part].argmax(axis=1)
        return {"codes": matched(codes, read(gan.generate(SAMPLES, seed=0)))}
    return {}


def digit_scores(gan):
    report = kgz.score(
        gan, "mnist:test", num_images=10_000, verify=False, intervals=False, verbose=0
    )
    return {"fid": report["fid"], "is": report["is"], **label_scores(gan)}


def point_scores(gan, points):
    latents = draw_latents(SAMPLES, gan.latent_dim, seed=0)
    found = gan.predict(latents, batch_size=SAMPLES, verbose=0)
    return coverage(
        found.reshape(-1, 2) * points.bound, points.centres, points.deviation
    )


def learnt(data, scores):
    """Whether a run learnt: digits of FID < 10, IS > 5; 3 of 4 modes, half of it good.

    Labels are read right in 95 % of samples, codes that nobody named in 80 %.
    """
    if data == "digits":
        wanted = scores["fid"] < 10 and scores["is"] > 5
        wanted = wanted and scores.get("labels", 1) >= 0.95
        return wanted and scores.get("codes", 1) >= 0.8
    enough = 0.75 * len(POINTS[data].centres)
    return scores["modes"] >= enough and scores["high_quality"] >= 0.5


# === Runs ===


class Deadline(keras.callbacks.Callback):
    """Ends training at a batch after so many minutes of the CPU."""

    def __init__(self, minutes):
        super().__init__()
        self.minutes, self.cut = minutes, False

    def on_train_begin(self, logs=None):
        self.end = time.process_time() + 60 * self.minutes

    def on_train_batch_end(self, batch, logs=None):
        if time.process_time() > self.end:
            self.cut = self.model.stop_training = True


def train(data, name, seed, minutes):
    """Train and score one case: a record."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    case = CASES[data][name]
    if data == "digits":
        gan = digit_gan(name, case, seed)
        images, labels = kgz.datasets.load("digits", "train")
        arrays, options = (images, labels if gan.num_classes else None), {}
    else:
        points = POINTS[data]
        gan = point_gan(case, seed)
        arrays = (points.draw(100_000, seed=0), None)
        options = {"value_range": (-points.bound, points.bound)}
    an_epoch = len(arrays[0]) // (case.batch_size * gan.critic_steps)
    deadline = Deadline(minutes)
    wall, cpu = time.perf_counter(), time.process_time()
    gan.fit(
        *arrays,
        batch_size=case.batch_size,
        epochs=max(1, round(case.steps / an_epoch)),
        verbose=0,
        callbacks=[deadline],
        **options,
    )
    record = {
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "steps": int(gan.optimizer.iterations.numpy()),
        "cut": deadline.cut,
        "settings": described(case),
    }
    scores = digit_scores(gan) if data == "digits" else point_scores(gan, points)
    return {**record, **scores}


def shown(value):
    """Auxiliaries with their arguments, whose repr has none; all else by its repr."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if not isinstance(value, kgz.auxiliaries.Auxiliary):
        return str(value)
    config, usual = value.get_config(), type(value)().get_config()
    changed = [f"{k}={v}" for k, v in config.items() if v != usual[k]]
    return f"{type(value).__name__}({', '.join(changed)})"


def described(case):
    """Settings as the table shows them; a record with others is measured again."""
    pair = case.optimizers
    if not isinstance(pair[0], tuple):
        pair = (pair,)
    kinds = [
        f"Adam({', '.join(map(str, s))})"
        if len(s) > 1
        else f"RMSprop({s[0]}, epsilon={rmsprop(s[0])['config']['epsilon']})"
        for s in pair
    ]
    settings = [f"{key}={shown(value)}" for key, value in case.settings.items()]
    return ", ".join(
        [
            *settings,
            " / ".join(kinds),
            f"batch {case.batch_size}",
            f"{case.steps} steps",
        ]
    )


def key(data, name, seed):
    return f"{data} / {name} / {seed}"


def kept(path):
    """What is measured: conditions, and a record each (data, case, seed)."""
    if path.exists():
        return json.loads(path.read_text())
    return {"conditions": {}, "runs": {}}


def is_done(found, data, name, seed):
    record = found["runs"].get(key(data, name, seed))
    return record is not None and record["settings"] == described(CASES[data][name])


def keep(path, data, name, seed, record):
    """Read again before: another process may have added to it."""
    found = kept(path)
    found["conditions"] = {
        "keras": keras.__version__,
        "keras_gan_zoo": kgz.__version__,
    }
    found["runs"][key(data, name, seed)] = {**record, "on": machine()}
    write_json(path, found)


def machine():
    """The backend, and what it computes on."""
    name = keras.config.backend()
    framework = importlib.import_module(name)
    device = None
    if name == "jax" and framework.default_backend() != "cpu":
        device = framework.devices()[0].device_kind
    if name == "torch" and framework.cuda.is_available():
        device = framework.cuda.get_device_name()
    return f"{name} {framework.__version__}, {device or f'{cpus()} CPU cores'}"


# === Table ===

COLUMNS = {
    "digits": {"fid": ".1f", "is": ".2f", "labels": ".1%", "codes": ".1%"},
    "ring": {"modes": ".1f", "high_quality": ".0%"},
    "grid": {"modes": ".1f", "high_quality": ".0%"},
}
TITLES = {
    "fid": "FID (digits)",
    "is": "IS (digits)",
    "labels": "labels read",
    "codes": "matched",
    "modes": "modes",
    "high_quality": "high quality",
}
HEADINGS = {
    "digits": "Digits: 28x28, scored against mnist:test, 10,000 samples",
    "ring": "Ring: 8 modes, 2,500 samples",
    "grid": "Grid: 25 modes, 2,500 samples",
}


def spread(values, form):
    """Mean and standard deviation of seeds."""
    mean = format(statistics.mean(values), form)
    if len(values) < 2:
        return mean
    return f"{mean} ± {format(statistics.stdev(values), form)}"


def table(found):
    """Markdown of all that is measured."""
    facts = "; ".join(f"{k} {v}" for k, v in found["conditions"].items())
    lines = ["# Does every objective learn, and every family?", "", f"{facts}.", ""]
    lines += [
        "Means ± standard deviations over seeds. Learnt: on digits FID < 10 (an image "
        "repeated has 103) and IS > 5 (real digits have 9.8), asked labels read by the "
        "shipped classifier in 95 % of samples, InfoGAN's codes, matched to digits as "
        "suits them best, in 80 %; on ring and grid three modes of four and half of "
        "the samples of high quality. Seconds are of training, by the wall and of the "
        "CPU, where other work may have shared the machine. "
        "`python benchmarks/objectives.py`",
    ]
    for data, cases in CASES.items():
        rows = {
            name: [
                record
                for label, record in sorted(found["runs"].items())
                if label.rsplit(" / ", 1)[0] == f"{data} / {name}"
            ]
            for name in cases
        }
        columns = COLUMNS[data]
        head = ["case", "seeds", "learnt", *(TITLES[c] for c in columns)]
        head += ["seconds", "CPU seconds", "trained on", "settings"]
        lines += ["", f"## {HEADINGS[data]}", "", f"| {' | '.join(head)} |"]
        lines += [f"|{'---|' * len(head)}"]
        for name, runs in rows.items():
            lines.append(f"| {' | '.join(row(data, name, runs))} |")
    return "\n".join(lines) + "\n"


def row(data, name, runs):
    """Runs of a case; those with other settings where there are none with its own."""
    case = CASES[data][name]
    runs = [run for run in runs if run["settings"] == described(case)] or runs[:1]
    if not runs:
        return [name, "0", "not measured", *["" for _ in COLUMNS[data]], *[""] * 4]
    count = sum(learnt(data, run) for run in runs)
    verdict = "yes" if count == len(runs) else f"{count} of {len(runs)}"
    if not case.claims:
        verdict += ", no claim"
    if runs[0]["settings"] != described(case):
        verdict += ", settings since changed"
    cells = [name, str(len(runs)), verdict]
    for column, form in COLUMNS[data].items():
        values = [run[column] for run in runs if column in run]
        cells.append(spread(values, form) if values else "")
    cells += [
        f"{statistics.mean(run[column] for run in runs):.0f}"
        for column in ("seconds", "cpu_seconds")
    ]
    cut = sum(run["cut"] for run in runs)
    if cut:
        cells[-2] += f", {cut} cut short"
    return [*cells, trained_on(runs), runs[0]["settings"]]


def trained_on(runs):
    """Which of the seeds were trained on what."""
    counts = Counter(run["on"] for run in runs)
    if len(counts) == 1:
        return next(iter(counts))
    return "; ".join(f"{count} on {machine}" for machine, count in counts.items())


# === Command ===


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = sorted({name for cases in CASES.values() for name in cases})
    parser.add_argument("--cases", nargs="+", choices=names, default=names)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument(
        "--minutes",
        type=float,
        default=15.0,
        help="of training at most, each, of the CPU",
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="no training")
    arguments = parser.parse_args()
    wanted = [
        (data, name, seed)
        for seed in arguments.seeds
        for data in arguments.only
        for name in CASES[data]
        if name in arguments.cases and not arguments.table
    ]
    for data, name, seed in wanted:
        if is_done(kept(arguments.results), data, name, seed):
            continue
        print(f"{key(data, name, seed)}: ", end="", flush=True)
        record = train(data, name, seed, arguments.minutes)
        keep(arguments.results, data, name, seed, record)
        print(
            ", ".join(f"{k} {v}" for k, v in record.items() if not isinstance(v, str)),
            flush=True,
        )
        write_text(arguments.results.with_suffix(".md"), table(kept(arguments.results)))
    markdown = table(kept(arguments.results))
    write_text(arguments.results.with_suffix(".md"), markdown)
    print(markdown)


if __name__ == "__main__":
    main()
