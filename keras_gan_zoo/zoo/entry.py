"""Makes an entry: trains, selects the best snapshot, scores, writes the folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_gan_zoo import datasets, presets, recipes
from keras_gan_zoo.cards import write_card
from keras_gan_zoo.files import write_json
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets import files, index
from keras_gan_zoo.scoring import score
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.history import keep_history
from keras_gan_zoo.zoo.scores import NUM_IMAGES
from keras_gan_zoo.zoo.selection import select, settings_of


def make_entry(
    name: str,
    run: PathLike,
    zoo: PathLike | None = None,
    num_images: int = NUM_IMAGES,
    verbose: str | int = "auto",
    say: Callable[[Any], object] = print,
) -> Path:
    """Train a zoo entry to its end, select its best snapshot, and write its folder.

    The folder holds the best generator and, so that it can be trained further, the
    final discriminator. `scores.json` has the best generator's report on the test set,
    and under `"last"` that of the final one. `log.csv` and `curves.png` show how it was
    trained.

    Args:
        name: the entry, a folder of the zoo with a `recipe.json`.
        run: path of the run's folder.
        zoo: path of `zoo_cards/`; the package's own by default.
        num_images: int, the number of samples for the published scores.
        verbose: see `keras.Model.fit`.
        say: function that is given each snapshot's score, and the entry's report.

    Returns:
        The entry's folder.
    """
    zoo = index.zoo_folder() if zoo is None else Path(zoo)
    folder = zoo / name
    recipe = recipes.load(folder / files.RECIPE)
    reference = f"{datasets.split_name(recipe['data'])[0]}:test"
    settings: dict[str, Any] = {
        "extractor": settings_of(recipe).get("extractor"),
        "num_images": num_images,
        "verbose": verbose,
    }
    gan = recipes.train(recipe, run, verbose=verbose)
    last = score(gan, reference, **settings).to_dict()
    chosen = select(gan, recipe, run, say)

    gan.save_to_preset(
        folder, recipe={**facts(gan, recipe), **recipe}, include_generator=False
    )
    best = score(folder, reference, **settings)
    say(best)
    scores = {
        **best.to_dict(),
        "epoch": chosen.pop("epoch"),
        "selection": chosen,
        "last": {**last, "epoch": recipe["epochs"]},
    }
    write_json(folder / files.SCORES, scores)
    keep_history(run, folder, scores["selection"])
    write_card(folder, name, overwrite=True)
    presets.write_index(zoo)
    return folder


def facts(gan: GAN, recipe: dict[str, Any]) -> dict[str, str]:
    """What the index says about an entry unless its recipe does."""
    data, _ = datasets.split_name(recipe["data"])
    known = datasets.CATALOGUE.get(data)
    return {
        "description": f"{type(gan).__name__} ({gan.paper.title}), trained on "
        f"{known.title if known else data} at {'x'.join(map(str, gan.image_shape))}.",
        "paper": f"https://arxiv.org/abs/{gan.paper.arxiv}",
        "dataset": data,
        "license": "apache-2.0",
    }
