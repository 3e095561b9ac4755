"""Folders of scored models in the real format, without the weights."""

import copy
import hashlib
import json

import numpy as np
from huggingface_hub import ModelCardData

import keras_gan_zoo as kgz
from keras_gan_zoo import images
from keras_gan_zoo.cards import eval_results
from keras_gan_zoo.cards.metadata import TAGS
from keras_gan_zoo.presets import readme
from keras_gan_zoo.scoring.measures import METRICS

CONDITIONS = {
    "metrics": ["is", "fid"],
    "extractor": "digits",
    "extractor_sha256": "e" * 64,
    "preprocessing": "x / 127.5 - 1",
    "resizing": "none",
    "channels": "as given",
    "use_ema": True,
    "image_shape": [28, 28, 1],
    "reference": "mnist:test",
    "dataset": "mnist",
    "split": "test",
    "data_fingerprint": "d" * 64,
    "num_real": 10_000,
    "num_fake": 10_000,
    "repeats": 1,
    "seed": 0,
    "is_splits": 10,
    "interval_level": 0.95,
    "protocols": {name: METRICS[name].protocol for name in ("is", "fid", "kid")},
}
COLOUR = {
    "image_shape": [32, 32, 3],
    "extractor": "cifar10",
    "extractor_sha256": "c" * 64,
    "reference": "cifar10:test",
    "dataset": "cifar10",
    "data_fingerprint": "f" * 64,
}


def report_of(fid=1.0, noise=0.05, **changes):
    """A report; `changes` are conditions, or `scores` of its own."""
    scores = changes.pop("scores", {"is": 9.0, "is_std": 0.1, "fid": fid})
    return kgz.ScoreReport(
        scores,
        {
            name: (v - noise, v + noise)
            for name, v in scores.items()
            if name != "is_std"
        },
        {**copy.deepcopy(CONDITIONS), **changes},
    )


def fake_anchors():
    """Those of the reports above: a floor, and three that are worse than any model."""
    values = {
        "train": {"is": 9.8, "fid": 0.05, "kid": 0.0},
        "mean_image": {"is": 1.0, "fid": 90.0, "kid": 0.2},
        "noise": {"is": 1.5, "fid": 220.0, "kid": 0.4},
    }
    of = {name: report_of(noise=0.0, scores=scores) for name, scores in values.items()}
    return {"mnist:test": {"digits": of}}


def fake_card(folder, report=None, **changes):
    """Write a folder that the leaderboard reads.

    `changes` are of what stands in its files: `family`, `license`, `parameters`,
    `data`, `config`, `seconds`, `training`, `tags`, `picture`.
    """
    folder.mkdir(parents=True)
    digest = hashlib.sha256(str(folder).encode()).hexdigest()
    found = (report or report_of()).to_dict()
    found["conditions"]["generator_sha256"] = digest
    last = copy.deepcopy(found)
    report = kgz.ScoreReport.from_dict(found)
    family = changes.get("family", "DCGAN")
    files = {
        "metadata": {
            "keras_gan_zoo_version": "0.1.0",
            "parameter_count": changes.get("parameters", 170_000),
            "weights_sha256": digest,
        },
        "scores": {**found, "epoch": 14, "last": {**last, "epoch": 17}},
        "task": {
            "registered_name": f"keras_gan_zoo>{family}",
            "config": changes.get("config", {}),
        },
        "recipe": {
            "family": family,
            "data": changes.get("data", "mnist:train[:55000]"),
            "license": "apache-2.0",
        },
    }
    if "seconds" in changes:
        files["sessions"] = [{"seconds": changes["seconds"]}]
    if "training" in changes:
        files["scores"]["training"] = changes["training"]
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    data = ModelCardData(
        license=changes.get("license", "apache-2.0"),
        tags=list(changes.get("tags", TAGS)),
        model_name="fake",
        eval_results=eval_results(report),
    ).to_dict()
    (folder / "README.md").write_text(readme.join(data, "\n# A card\n"))
    picture = changes.get("picture")
    if picture is None:
        rng = np.random.default_rng(int(digest[:8], 16))
        coarse = rng.integers(0, 256, (64, 7, 7, 1), "uint8")
        picture = images.grid(coarse.repeat(4, 1).repeat(4, 2), columns=8)
    images.save_png(folder / "samples.png", picture, {"generator_sha256": digest})
    return folder


def zoo_of(root, count=200):
    """Many models, of several families, sizes and conditions."""
    rng = np.random.default_rng(0)
    names = ("DCGAN", "WGAN", "WGANGP", "SNGAN", "ACGAN", "R3GAN")
    for i in range(count):
        quality = float(np.exp(rng.normal()))
        colour = i % 4 == 3
        scores = {
            "is": 9.5 - min(quality, 8),
            "fid": quality,
            "kid": quality / 2000,
            "precision": 1 / (1 + quality),
            "recall": 1 / (1.5 + quality),
            "density": 1 / (1.2 + quality),
            "coverage": 1 / (1.1 + quality),
        }
        changes = COLOUR if colour else {}
        report = report_of(noise=0.0001, scores=scores, **changes)
        fake_card(
            root / f"model_{i:03d}",
            report,
            family=names[i % len(names)],
            parameters=int(10 ** rng.uniform(5, 7)),
            seconds=float(10 ** rng.uniform(2, 4)),
        )
    return root
