"""Writes the model card of a preset folder: `README.md` and `samples.png`."""

import re
from pathlib import Path
from typing import Any

from keras_gan_zoo import images
from keras_gan_zoo.callbacks import sheet
from keras_gan_zoo.cards.metadata import merged
from keras_gan_zoo.cards.render import SEED, local_address, render
from keras_gan_zoo.conversion import public
from keras_gan_zoo.files import path_of, restored_on_error, write_json, write_text
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.presets import client, files, index, readme, together
from keras_gan_zoo.presets.loading import read_gan
from keras_gan_zoo.presets.source import Source
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.typing import PathLike

#: what `scores.json` tells of the weights, whatever scores them
CHOICE = ("epoch", "selection", "parameters", "training", "neighbours")
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")  #: of the Hub


def write_card(
    folder: PathLike,
    handle: str | None = None,
    *,
    license: str | None = None,
    overwrite: bool = False,
    custom_objects: dict[str, Any] | None = None,
) -> Path:
    """Write the model card of a preset folder, ready for the Hugging Face Hub.

    The card presents what is in the folder: samples, how to load it, how it was
    trained (`recipe.json`), its scores with everything they depend on (`scores.json`),
    limitations, versions and the paper to cite. The scores are also in the metadata,
    where the Hub reads them (`model-index`). Writes `README.md` and `samples.png`.

    Args:
        folder: path of a preset, see `GAN.save_to_preset`.
        handle: str, what the card tells readers to load: `"hf://user/repo"` or a
            zoo entry's name. By default the folder.
        license: str, the licence of the weights, one of the Hub's identifiers. By
            default the recipe's, or `"apache-2.0"`.
        overwrite: bool: replace an existing README.md, and what you wrote in it.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.

    Returns:
        `pathlib.Path` of the card.

    Raises:
        FileExistsError: there is a README.md, and `overwrite` is False.
        ValueError: the folder is not a preset, its scores are of other weights, or
            `handle` is nothing that readers can load.

    Example:

    >>> from keras_gan_zoo.cards import write_card
    >>> write_card("./my_gan", "hf://me/my_gan")  # doctest: +SKIP
    PosixPath('my_gan/README.md')
    """
    folder = path_of(folder)
    _check_handle(handle, folder)
    card = folder / files.README
    if card.exists() and not overwrite:
        raise FileExistsError(
            "There is a card already. Pass `overwrite=True` to replace it, or bring it "
            "up to date by `refresh_card`, which keeps your words. "
            f"Received: folder={str(folder)!r}"
        )
    gan = _load(folder, custom_objects)
    text = render(gan, folder, handle, license, custom_objects)
    _draw(gan, folder)
    return write_text(card, text)


def refresh_card(
    folder: PathLike,
    handle: str | None = None,
    *,
    license: str | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> Path:
    """Bring a preset's card up to date with its weights, scores and recipe.

    Only what this package wrote is written anew: the parts between its marks, and its
    own metadata. Everything else in the card is yours and stays. A folder without a
    card gets one.

    Args:
        folder: path of a preset.
        handle: str, what the card tells readers to load. By default what it says.
        license: see `write_card`. By default the one that the card has.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.

    Returns:
        `pathlib.Path` of the card.

    Raises:
        ValueError: the folder is not a preset, its scores are of other weights, a
            part that must change was edited, the card, which has no marks, shows
            scores of other weights, or `handle` is nothing that readers can load.

    Example:

    >>> from keras_gan_zoo.cards import refresh_card
    >>> refresh_card("./my_gan")  # doctest: +SKIP
    PosixPath('my_gan/README.md')
    """
    folder = path_of(folder)
    _check_handle(handle, folder)
    card = folder / files.README
    if not card.is_file():
        return write_card(
            folder, handle, license=license, custom_objects=custom_objects
        )
    gan = _load(folder, custom_objects)
    data, body = readme.split(readme.read(card))
    address = readme.address_of(body)
    target = handle or address
    new, new_body = readme.split(render(gan, folder, target, license, custom_objects))
    if readme.PART.search(body):
        body = readme.refreshed(body, new_body)
    else:
        body = readme.readdressed(body, address, target)
    _check_words(body, folder, gan.preset_origin.weights_sha256)
    _draw(gan, folder, only_ours=True)
    return write_text(card, readme.join(merged(data, new, license), body))


def attach_report(
    folder: PathLike,
    report: ScoreReport | PathLike,
    custom_objects: dict[str, Any] | None = None,
) -> Path:
    """Put a report in a preset's folder, and bring the card, if any, up to date.

    It replaces the report that is there. Those of further extractors (`"others"`) and
    how the weights were chosen stay, if they are of the same weights. After an error
    the folder's `scores.json` is as it was.

    Args:
        folder: path of a preset.
        report: `ScoreReport` of its weights, or the path of one in JSON.
        custom_objects: dict of your own classes, as in `GAN.from_preset`.

    Returns:
        `pathlib.Path` of `scores.json`.

    Raises:
        ValueError: the report is of other weights, or the card can't be brought up to
            date, see `refresh_card`.
    """
    folder = path_of(folder)
    digest = _load(folder, custom_objects).preset_origin.weights_sha256
    scores, path = together.scores_of(report), folder / files.SCORES
    together.check_scores(scores, digest)
    scores = {**_lasting(folder, scores, digest), **scores}
    with restored_on_error(path):
        write_json(path, scores)
        if (folder / files.README).is_file():
            refresh_card(folder, custom_objects=custom_objects)
    return path


def _lasting(folder, scores, digest):
    """What the `scores.json` that is there tells beside the report of the weights."""
    extractor = scores["conditions"].get("extractor")
    old = together.read_scores(folder, digest)
    found = {key: old[key] for key in CHOICE if key in old}
    others = old.get("others")
    kept = [
        one
        for one in (others if isinstance(others, list) else ())
        if together.scored(one) == digest
        and one["conditions"].get("extractor") != extractor
    ]
    return {**found, "others": kept} if kept else found


def set_handle(folder: PathLike, handle: str) -> None:
    """Make a card tell its readers to load `handle`; leave any other card alone."""
    folder = path_of(folder)
    _check_handle(handle, folder)
    card = folder / files.README
    text = readme.read(card)
    address = readme.address_of(text) or local_address(folder)
    write_text(card, readme.readdressed(text, address, handle))


def _check_handle(handle, folder):
    """Check that readers can load what they are told to."""
    if handle is None or handle.startswith(("./", "../")):
        return
    if handle.startswith("hf://"):
        client.parse(handle)
        return
    # An entry to come has the name of its folder.
    entries = [*index.read_index(), *public.public_checkpoints()]
    if handle in (*entries, folder.resolve().name):
        return
    near = f"hf://{handle}"
    advice = (
        f"Did you mean {near!r}? "
        if REPOSITORY.fullmatch(handle)
        else did_you_mean(handle, entries)
    )
    raise ValueError(
        "`handle` is what the card's readers load: 'hf://user/repo', or the name of an "
        f"entry of the zoo. {advice}Received: handle={handle!r}"
    )


def _load(folder, custom_objects):
    source = Source(folder, str(folder), {})
    return read_gan(GAN, source, custom_objects=custom_objects)


def _draw(gan, folder, only_ours=False):
    """Draw `samples.png`, unless it is of these weights, or a picture of your own."""
    path, digest = folder / files.SAMPLES, gan.preset_origin.weights_sha256
    drawn = images.png_text(path).get(together.SAMPLES_KEY) if path.is_file() else ""
    if drawn != digest and (drawn is not None or not only_ours):
        picture = sheet(gan, seed=SEED)
        images.save_png(path, picture, {together.SAMPLES_KEY: digest})


def _check_words(body, folder, digest):
    """Check that your own words show no scores of other weights."""
    others = set(readme.DIGEST.findall(body)) - {digest}
    if others:
        raise ValueError(
            "The card shows scores of other weights, outside of the marks of what "
            "this package writes. Remove them, or write the whole card anew "
            "(`overwrite=True`). "
            f"Received: {folder} with scores of {min(others)}, not {digest}"
        )
