"""The making of the zoo: train an entry, choose its snapshot, write it, score all.

`tools/train_zoo.py`, `tools/score_zoo.py` and `tools/publish_zoo.py` call this, and so
does `keras-gan-zoo train`.
"""

import json
from pathlib import Path

import keras

from keras_gan_zoo import datasets, families, presets, recipes
from keras_gan_zoo.cards import public_recipe, write_card
from keras_gan_zoo.cards.papers import paper_of
from keras_gan_zoo.cards.table import score_table
from keras_gan_zoo.files import sha256, write_json, write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets import files, trust
from keras_gan_zoo.scoring import ScoreReport, prepare, score
from keras_gan_zoo.scoring.score import pick_extractor

SELECTION = {
    "reference": "mnist:train[55000:]",
    "metrics": ["fid"],
    "num_images": 5000,
}
NUM_IMAGES = 10_000
DECIDES = ("family", "arguments", "compile", "data", "batch_size")
BEST = {"fid": min, "is": max}

START, END = "<!-- zoo-scores:start -->", "<!-- zoo-scores:end -->"


def find_recipe(name):
    """A recipe from its file, or from the zoo entry, handle or folder that has one.

    Args:
        name: a JSON file, the name of a zoo entry (trained or not), `"hf://user/repo"`,
            or a preset folder.

    Returns:
        dict.

    Raises:
        ValueError: it is no recipe, or builds anything but GANs and optimizers.
    """
    path = Path(name)
    if not path.is_file():
        path = presets.zoo_folder() / name / files.RECIPE
        if path.parent.name != name or not path.is_file():
            path = presets.resolve(name) / files.RECIPE
    recipe = recipes.load(path)
    _check_builds(recipe, path)
    return recipe


def plan(recipe=None, **options):
    """A recipe from options, or with some of its settings replaced.

    Args:
        recipe: dict, or None.
        **options: `family` (`"wgan_gp"`, `"WGAN-GP"`, ...), `data` (a data set or an
            image folder, of which the image shape is taken), `epochs`, `batch_size`,
            and the model's `seed` and `ema_half_life`. None leaves a setting alone.

    Returns:
        dict, see `keras_gan_zoo.recipes`.
    """
    given = {name: value for name, value in options.items() if value is not None}
    plan = {"batch_size": 64, "epochs": 20, **(recipe or {})}
    arguments = {"ema_half_life": 20_000.0, "seed": 0, **plan.get("arguments", {})}
    for name, value in given.items():
        if name in ("seed", "ema_half_life"):
            arguments[name] = value
        else:
            plan[name] = _family(value) if name == "family" else value
    if "data" in given:
        found, _ = datasets.load(*datasets.split_name(plan["data"]))
        arguments["image_shape"] = list(found.shape[1:])
        for key in ("description", "dataset"):  # they were of other data
            plan.pop(key, None)
    return {**plan, "arguments": arguments}


def _family(name):
    plain = name.lower().replace("-", "").replace("_", "")
    for family in families.__all__:
        if family.lower() == plain:
            return family
    raise ValueError(
        f"`family` must be one of {', '.join(families.__all__)}. "
        f"Received: family={name!r}"
    )


def _check_builds(recipe, path):
    """A recipe may come from anyone: it builds what a preset may, and optimizers."""
    trust.check_config(recipe.get("arguments", {}), path)
    optimizers = {
        name.lower()
        for name, value in vars(keras.optimizers).items()
        if isinstance(value, type)
    }
    for key, value in recipe.get("compile", {}).items():
        if not isinstance(value, dict):
            continue
        name, config = value.get("class_name"), value.get("config")
        known = str(name).lower() in optimizers
        plain = isinstance(config, dict) and not any(
            isinstance(item, (dict, list)) for item in config.values()
        )
        if not (known and plain and set(value) == {"class_name", "config"}):
            raise ValueError(
                "A recipe's `compile` may name Keras' optimizers, such as "
                '{"class_name": "Adam", "config": {"learning_rate": 0.0002}}. '
                f"Received: {path}: {key}={value!r:.200}"
            )


# === Training ===


def train(recipe, run, callbacks=(), verbose="auto"):
    """`recipes.train` in a folder that keeps its recipe; a run goes on where it was.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`. More epochs than the run had go on
            from its end.
        run: path of the run's folder.

    Returns:
        The trained GAN.

    Raises:
        ValueError: the folder is that of a run of another recipe.
    """
    path = Path(run) / files.RECIPE
    if path.is_file():
        begun = files.read_json(run, files.RECIPE, run)
        other = [key for key in DECIDES if begun.get(key) != recipe.get(key)]
        if other:
            raise ValueError(
                "A folder holds the run of one recipe. Give this one a folder of its "
                f"own, or delete the old run. Received: run={str(run)!r}, begun with "
                + ", ".join(f"{key}={begun.get(key)!r}" for key in other)
            )
    write_json(path, recipe)
    return recipes.train(recipe, run, callbacks=callbacks, verbose=verbose)


def select(gan, recipe, run, report=print):
    """Score each snapshot of a run on images that it was not trained on.

    Scores are kept in `selection.json`, so that an interrupted selection goes on.

    Args:
        gan: the run's GAN. Its averaged generator is given the best weights.
        recipe: dict; its `selection` are arguments of `score`.
        run: path of the run's folder.
        report: function that is told each score.

    Returns:
        dict: `epoch` of the best, `reference`, `num_images`, `metric` (its label),
        `candidates` and `scores` by epoch.
    """
    settings = {**SELECTION, **recipe.get("selection", {})}
    metric = settings["metrics"][0]
    snapshots = sorted((Path(run) / "snapshots").glob("epoch_*.weights.h5"))
    if not snapshots:
        raise ValueError(f"The run has no snapshots to choose from. Received: {run}")
    record = Path(run) / "selection.json"
    known = json.loads(record.read_text()) if record.is_file() else {}
    known = known["scores"] if known.get("settings") == settings else {}
    reference, extractor = prepare(
        settings["reference"],
        settings["metrics"],
        settings.get("extractor"),
        gan.image_shape,
    )
    prepared = {**settings, "reference": reference, "extractor": extractor}
    scores = {}
    for path in snapshots:
        epoch, digest = str(int(path.name[6:10])), sha256(path)
        if known.get(epoch, {}).get("sha256") != digest:
            gan.ema_generator.load_weights(path)
            found = score(gan, verify=False, intervals=False, verbose=0, **prepared)
            known[epoch] = {"sha256": digest, "score": found[metric]}
            known[epoch]["label"] = found.label(metric)
            write_json(record, {"settings": settings, "scores": known})
        scores[int(epoch)] = known[epoch]["score"]
        report(f"epoch {epoch}: {known[epoch]['label']} {known[epoch]['score']:.3f}")
    best = BEST[metric](scores, key=scores.get)
    gan.ema_generator.load_weights(snapshots[list(scores).index(best)])
    return {
        "epoch": best,
        "reference": settings["reference"],
        "num_images": settings["num_images"],
        "metric": known[str(best)]["label"],
        "candidates": len(scores),
        "scores": {str(epoch): value for epoch, value in scores.items()},
    }


def make_entry(
    name, run, zoo=None, num_images=NUM_IMAGES, verbose="auto", report=print
):
    """Train a zoo entry to its end, choose its best snapshot, and write its folder.

    The folder holds the best generator and, so that it can be trained further, the
    discriminator of the end of training; `scores.json` the best one's report on the
    test set, and under `"last"` that of the last.

    Args:
        name: the entry, a folder of the zoo with a `recipe.json`.
        run: path of the run's folder.
        zoo: path of `zoo_cards/`; the package's own by default.
        num_images: int, samples of the published scores.

    Returns:
        The entry's folder.
    """
    zoo = presets.zoo_folder() if zoo is None else Path(zoo)
    folder = zoo / name
    recipe = recipes.load(folder / files.RECIPE)
    reference = f"{datasets.split_name(recipe['data'])[0]}:test"
    gan = train(recipe, run, verbose=verbose)
    last = {
        **score(gan, reference, num_images=num_images, verbose=verbose).to_dict(),
        "epoch": recipe["epochs"],
    }
    chosen = select(gan, recipe, run, report)

    gan.save_to_preset(
        folder, recipe={**about(gan, recipe), **recipe}, include_generator=False
    )
    best = score(folder, reference, num_images=num_images, verbose=verbose)
    report(best)
    scores = {
        **best.to_dict(),
        "epoch": chosen.pop("epoch"),
        "selection": chosen,
        "last": last,
    }
    write_json(folder / files.SCORES, scores)
    write_card(folder, name, overwrite=True)
    presets.write_index(zoo)
    return folder


def about(gan, recipe):
    """What the index says of an entry, where its recipe does not."""
    paper = paper_of(type(gan))
    data, _ = datasets.split_name(recipe["data"])
    known = datasets.NAMES.get(data, {"title": data})
    return {
        "description": f"{type(gan).__name__} ({paper['title']}), trained on "
        f"{known['title']} at {'x'.join(map(str, gan.image_shape))}.",
        "paper": f"https://arxiv.org/abs/{paper['arxiv']}",
        "dataset": data,
        "license": "apache-2.0",
    }


# === Scoring ===


def score_zoo(
    out,
    entries=None,
    reference="mnist:test",
    num_images=NUM_IMAGES,
    resume=False,
    verbose="auto",
):
    """Score entries of the zoo, and write one table, after each entry anew.

    Args:
        out: path without an ending: `.json` holds the reports, `.md` the table.
        entries: list of names; all by default.
        reference: see `score`.
        num_images: int.
        resume: bool: keep what is in the file of the same weights and settings.

    Returns:
        dict, name -> `ScoreReport`.
    """
    out = Path(out)
    index = presets.read_index()
    unknown = sorted(set(entries or ()) - set(index))
    if unknown:
        raise ValueError(
            f"Entries of the zoo are: {', '.join(index) or 'none'}. "
            f"Received: {', '.join(unknown)}"
        )
    old = read_scores(out) if resume and out.with_suffix(".json").is_file() else {}
    reports = {}
    for name in entries or index:
        gan = GAN.from_preset(name)
        if _is_same(old.get(name), gan, reference, num_images):
            reports[name] = old[name]
        else:
            reports[name] = score(
                name, reference, num_images=num_images, verbose=verbose
            )
        # What is not scored anew stays in the file until it is.
        written = {**old, **reports}
        found = {key: report.to_dict() for key, report in written.items()}
        write_json(out.with_suffix(".json"), found)
        write_text(out.with_suffix(".md"), score_table(written, index))
    return reports


def read_scores(out):
    """The reports that `score_zoo` wrote, by name."""
    found = json.loads(Path(out).with_suffix(".json").read_text("utf-8"))
    return {name: ScoreReport.from_dict(values) for name, values in found.items()}


def _is_same(report, gan, reference, num_images):
    if report is None:
        return False
    facts = report.conditions
    extractor = pick_extractor(None, reference, report.metrics)
    return (
        facts["generator_sha256"] == presets.weights_sha256(gan.ema_generator)
        and facts["extractor_sha256"] == extractor.sha256
        and facts["reference"] == reference
        and facts["num_fake"] == num_images
        and facts["backend"] == keras.config.backend()
    )


def refresh_readme(path, text):
    """Put `text` between the markers `zoo-scores:start` and `zoo-scores:end`.

    Returns:
        bool, whether the file has the markers.
    """
    path = Path(path)
    old = path.read_text("utf-8")
    before, start, rest = old.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        return False
    write_text(path, f"{before}{start}\n{text.strip()}\n{end}{after}")
    return True


# === Publishing ===


def publish(name, owner, zoo=None, **kwargs):
    """Push an entry to `hf://owner/name`, and note its handle and commit in the index.

    Returns:
        str, the address of the commit.
    """
    zoo = presets.zoo_folder() if zoo is None else Path(zoo)
    handle = f"hf://{owner}/{name}"
    address = presets.upload_preset(handle, zoo / name, **kwargs)
    presets.write_index(zoo, {name: (handle, address.rstrip("/").rpartition("/")[2])})
    return address


def save_run(gan, run, recipe):
    """Save a finished run as `run/preset`; the recipe in it names no path.

    Returns:
        The preset's folder.
    """
    return gan.save_to_preset(Path(run) / "preset", recipe=public_recipe(recipe))
