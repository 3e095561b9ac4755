"""A whole search: the trials as a table, the best of them as a recipe."""

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import keras_tuner

from keras_gan_zoo import recipes
from keras_gan_zoo.files import path_of, write_json, write_text
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.presets import files
from keras_gan_zoo.recipes.run import IDENTITY
from keras_gan_zoo.tuning.hypermodel import GANHyperModel
from keras_gan_zoo.tuning.space import Space
from keras_gan_zoo.typing import PathLike

BEST, TRIALS, RECORD, PROJECT = "best.json", "trials.csv", "search.json", "trials"

#: name -> the tuner
TUNERS = {
    "random": keras_tuner.RandomSearch,
    "bayesian": keras_tuner.BayesianOptimization,
    "hyperband": keras_tuner.Hyperband,
}


def search(
    recipe: Mapping[str, Any],
    folder: PathLike,
    space: Space | None = None,
    method: str = "random",
    trials: int = 10,
    num_images: int = 2000,
    every: int = 1,
    seed: int = 0,
    say: Callable[[str], object] | None = None,
) -> list[dict[str, Any]]:
    """Search for the best settings of a recipe; an interrupted search continues.

    Writes what is searched (`search.json`), the trials (`trials.csv`) and the best one
    as a recipe (`best.json`), which `recipes.train` and `keras-gan-zoo train` run, into
    `folder`.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`. A trial has its `epochs`, and the
            longest one of `"hyperband"`.
        folder: path of the search's folder; created if missing.
        space, num_images, every, say: see `GANHyperModel`.
        method: `"random"`, `"bayesian"` or `"hyperband"`.
        trials: int, how many of them; `"hyperband"` knows by itself. `"bayesian"`
            draws the first third at random, or three a setting if that is fewer.
        seed: int, of the choices. The networks' is the recipe's.

    Returns:
        list of dicts, the best first: the settings' values, and the score by the name
        of its metric.

    Raises:
        ValueError: there is no such method, the folder has the trials of another
            search, or no trial came to a score.
    """
    if method not in TUNERS:
        raise ValueError(
            f"`method` must be one of {', '.join(TUNERS)}. "
            f"{did_you_mean(method, TUNERS)}Received: method={method!r}"
        )
    folder = path_of(folder)
    hypermodel = GANHyperModel(recipe, space, num_images, every, say)
    record = _record(hypermodel, method, seed)
    begun = _has_scores(folder)
    if begun:
        _check_same(record, folder)
    if method == "hyperband":
        length = {"max_epochs": recipe["epochs"]}
    else:
        length = {"max_trials": trials}
    if method == "bayesian":  # KerasTuner's three a setting can be all that there are
        drawn = min(3 * len(hypermodel.space), math.ceil(trials / 3))
        length["num_initial_points"] = drawn
    tuner = TUNERS[method](
        hypermodel,
        objective=hypermodel.objective,
        seed=seed + 1,  # KerasTuner takes 0 for none
        directory=str(folder),
        project_name=PROJECT,
        overwrite=not begun,
        max_consecutive_failed_trials=10**6,
        **length,
    )
    write_json(folder / RECORD, record)
    tuner.search(verbose=0)
    ranked = tuner.oracle.get_best_trials(10**6)  # those without a score come last
    found = [
        {
            **hypermodel.values_of(trial.hyperparameters),
            hypermodel.metric: float(trial.score),
        }
        for trial in ranked
        if trial.status == "COMPLETED"
    ]
    if not found:
        last = [t.message for t in tuner.oracle.trials.values() if t.message][-1]
        raise ValueError(
            "No trial came to a score. If they diverged, lower learning rates, another "
            f"loss or a penalty may help. Received: {last.strip().splitlines()[-1]}"
        )
    best = tuner.get_best_hyperparameters()[0]
    write_json(folder / BEST, hypermodel.recipe_of(best))
    write_text(folder / TRIALS, _table(found))
    return found


def _record(hypermodel, method, seed):
    """What makes two searches the same, ready for JSON."""
    keys = (*IDENTITY, "on_error", "epochs")
    kept = {key: v for key, v in hypermodel.recipe.items() if key in keys}
    space = dict(hypermodel.space)
    for name, values in space.items():
        if isinstance(values, tuple):  # a range, which JSON would make choices
            space[name] = {"from": values[0], "to": values[1]}
    score = {**hypermodel.selection, "every": hypermodel.every}
    found = {"recipe": kept, "space": space, "score": score}
    return recipes.plain({**found, "method": method, "seed": seed})


def _has_scores(folder):
    """Whether a trial in the folder came to a score: nothing else is worth keeping."""
    for path in (folder / PROJECT).glob("trial_*/trial.json"):
        if json.loads(path.read_text("utf-8")).get("status") == "COMPLETED":
            return True
    return False


def _check_same(record, folder):
    """Refuse to go on with the trials of another search."""
    why = f"its trials, without a {RECORD} that says of what"
    if (folder / RECORD).is_file():
        begun = files.read_json(folder, RECORD, folder)
        other = [key for key in record if begun.get(key) != record[key]]
        why = "begun with " + "; ".join(
            f"{key}={begun.get(key)!r}, not {record[key]!r}" for key in other
        )
        if not other:
            return
    raise ValueError(
        "A folder holds the trials of one search: of a recipe, a space, a score, a "
        "method and a seed; more trials of it go on. Give this search a folder of its "
        f"own, or delete the old one. Received: folder={str(folder)!r}, {why}"
    )


def _table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
