"""Makes an entry: trains, selects the best snapshot, scores, writes the folder."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from keras import ops

from keras_gan_zoo import datasets, presets, recipes
from keras_gan_zoo.cards import write_card
from keras_gan_zoo.cards.card import CHOICE
from keras_gan_zoo.files import write_json
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.images import save_png
from keras_gan_zoo.presets import files, index, together
from keras_gan_zoo.presets.origin import data_of
from keras_gan_zoo.runs.folder import machines_of, read_run
from keras_gan_zoo.scoring import ScoreReport, score
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.history import keep_history
from keras_gan_zoo.zoo.neighbours import find_neighbours
from keras_gan_zoo.zoo.protocol import SECOND
from keras_gan_zoo.zoo.scores import (
    check_entries,
    settings_of_scores,
    write_scores,
)
from keras_gan_zoo.zoo.selection import select, settings_of


def make_entry(
    name: str,
    run: PathLike,
    zoo: PathLike | None = None,
    num_images: int | None = None,
    verbose: str | int = "auto",
    say: Callable[[Any], object] = print,
) -> Path:
    """Train a zoo entry to its end, select its best snapshot, and write its folder.

    The folder holds the best generator and, so that it can be trained further, the
    final discriminator, as precise as bfloat16, which packs to half. `scores.json` has
    the best generator's report on the test set, and under `"last"` that of the final
    one; see `score_entry` for the rest. `log.csv` and `curves.png` show how it was
    trained.

    Args:
        name: the entry, a folder of the zoo with a `recipe.json`, or one of this
            package's recipes without its `zoo/`, see `keras_gan_zoo.recipes.names`.
        run: path of the run's folder.
        zoo: path of `zoo_cards/`; the package's own by default.
        num_images: int, the number of samples for the published scores; by default that
            of the data set's table.
        verbose: see `keras.Model.fit`.
        say: function that is given each snapshot's score, and the entry's report.

    Returns:
        The entry's folder.
    """
    zoo = index.zoo_folder() if zoo is None else Path(zoo)
    folder = zoo / name
    recipe = _recipe_of(name, folder)
    settings_of(recipe)  # all that is wrong with it is said before it is trained
    gan = recipes.train(recipe, run, verbose=verbose)
    last = score(gan, **_settings(gan, recipe, num_images), verbose=verbose).to_dict()
    chosen = select(gan, recipe, run, say)
    _shorten(gan.discriminator)
    gan.save_to_preset(
        folder, recipe={**facts(gan, recipe), **recipe}, include_generator=False
    )
    about = {
        "epoch": chosen.pop("epoch"),
        "selection": chosen,
        "last": {**last, "epoch": recipe["epochs"]},
        "training": training_of(run),
    }
    keep_history(run, folder, chosen)
    return score_entry(name, zoo, num_images, verbose, say, about)


def score_entry(
    name: str,
    zoo: PathLike | None = None,
    num_images: int | None = None,
    verbose: str | int = "auto",
    say: Callable[[Any], object] = print,
    about: dict[str, Any] | None = None,
) -> Path:
    """Score an entry in its folder, and bring its card and the index up to date.

    `scores.json` gets the report under the protocol of the data set's table, under
    `"others"` those of a second extractor, and under `"neighbours"` how near samples
    are to training images, of which `neighbours.png` shows some.

    Args:
        name, zoo, num_images, verbose: see `make_entry`.
        say: function that is given the report.
        about: dict of what else `scores.json` tells: `epoch`, `selection`, `last` and
            `training`. By default what it told before.

    Returns:
        The entry's folder.
    """
    zoo = index.zoo_folder() if zoo is None else Path(zoo)
    folder = zoo / name
    gan, recipe = GAN.from_preset(folder), recipes.load(folder / files.RECIPE)
    digest = gan.preset_origin.weights_sha256
    settings = _settings(gan, recipe, num_images)
    best = score(folder, **settings, verbose=verbose)
    second = score(folder, **{**settings, **SECOND}, verbose=verbose)
    say(best)
    few = {} if num_images is None else {"num_images": num_images}
    near, picture = find_neighbours(gan, recipe["data"], settings["extractor"], **few)
    if about is None:
        path = folder / files.SCORES
        old = files.read_json(folder, files.SCORES, folder) if path.is_file() else {}
        about = {key: old[key] for key in (*CHOICE, "last") if key in old}
    scores = {**best.to_dict(), **about, "others": [second.to_dict()]}
    scores["parameters"] = parameters_of(gan, recipe)
    write_json(folder / files.SCORES, {**scores, "neighbours": near})
    save_png(folder / files.NEIGHBOURS, picture, {together.SAMPLES_KEY: digest})
    write_card(folder, name, overwrite=True)
    presets.write_index(zoo)
    return folder


def attach_scores(
    out: PathLike,
    entries: Sequence[str] | None = None,
    num_images: int | None = None,
    verbose: str | int = "auto",
    say: Callable[[Any], object] = print,
) -> dict[str, ScoreReport]:
    """Score entries anew, write them into their folders, and all of them in one table.

    Args:
        out: path without a suffix, see `score_zoo`.
        entries: list of names; all by default.
        num_images, verbose, say: see `score_entry`.

    Returns:
        dict, name -> `ScoreReport`, of all entries that have one.
    """
    for name in check_entries(entries, presets.read_index()):
        score_entry(name, num_images=num_images, verbose=verbose, say=say)
    paths = {n: index.zoo_folder() / n / files.SCORES for n in presets.read_index()}
    reports = {n: ScoreReport.load(path) for n, path in paths.items() if path.is_file()}
    write_scores(out, reports)
    return reports


def parameters_of(gan: GAN, recipe: dict[str, Any]) -> dict[str, Any]:
    """The sizes of both networks, and `published`: those of the family's own widths."""
    full = recipes.build(recipes.full_width(recipe))
    published = [n.count_params() for n in (full.generator, full.discriminator)]
    return {
        "generator": gan.ema_generator.count_params(),
        "discriminator": gan.discriminator and gan.discriminator.count_params(),
        "published": published,
    }


def training_of(run: PathLike) -> dict[str, Any]:
    """How long a run was trained, and on what: `seconds` and `machine`."""
    sessions = read_run(run).sessions
    seconds = sum(session.get("seconds") or 0.0 for session in sessions)
    return {"seconds": round(seconds, 1), "machine": machines_of(sessions)}


def _recipe_of(name, folder):
    if not (folder / files.RECIPE).is_file() and f"zoo/{name}" in recipes.names():
        return recipes.find(f"zoo/{name}")
    return recipes.load(folder / files.RECIPE)


def _settings(gan, recipe, num_images):
    """The arguments of `score` that an entry of a recipe is published with."""
    extractor = settings_of(recipe).get("extractor")
    settings = settings_of_scores(gan, recipe["data"], num_images=num_images)
    return {**settings, "extractor": extractor}


def _shorten(network: Any) -> None:
    """Round weights to bfloat16's precision: half of each is zeros, which pack well."""
    for weight in network.weights:
        if weight.dtype == "float32":
            weight.assign(ops.cast(ops.cast(weight.value, "bfloat16"), "float32"))


def facts(gan: GAN, recipe: dict[str, Any]) -> dict[str, str]:
    """What the index says about an entry unless its recipe does."""
    data = str(data_of(recipe)[0])
    known = datasets.CATALOGUE.get(data)
    return {
        "description": f"{type(gan).__name__} trained on "
        f"{known.title if known else data} at {'x'.join(map(str, gan.image_shape))}.",
        "paper": f"https://arxiv.org/abs/{gan.paper.arxiv}",
        "dataset": data,
        "license": "apache-2.0",
    }
