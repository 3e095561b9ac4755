"""Saves a run as a preset, and publishes presets on the Hub."""

from pathlib import Path
from typing import Any

from keras_gan_zoo import presets, recipes
from keras_gan_zoo.cards import public_recipe, refresh_card
from keras_gan_zoo.files import restored_on_error
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets import files, index
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.history import keep_history


def save_run(
    gan: GAN, run: PathLike, recipe: dict[str, Any], trained: bool = True
) -> Path:
    """Save a run as `run/preset`, with its log, and a recipe that reveals no paths.

    Args:
        gan: the run's GAN.
        run: path of the run's folder.
        recipe: dict. Its `epochs` become those that the weights had.
        trained: bool: if not, a preset of as many epochs is left as it is, with all
            that was done to it since.

    Returns:
        The preset's folder.
    """
    folder = Path(run) / "preset"
    epochs = int(gan.epochs_seen)
    if trained or _epochs_of(folder) != epochs:
        made = {**public_recipe(recipes.plain(recipe)), "epochs": epochs}
        gan.save_to_preset(folder, recipe=made)
        keep_history(run, folder)
    return folder


def _epochs_of(preset):
    try:
        return files.read_json(preset, files.RECIPE, preset).get("epochs")
    except FileNotFoundError:
        return None


def publish_folder(folder: PathLike, handle: str, **kwargs: Any) -> str:
    """Upload a preset with its card, which is written or brought up to date first.

    If the upload fails, the card is as it was before.

    Args:
        folder: path of the preset.
        handle: str, `"hf://user/repo"`, which the card tells its readers to load.
        **kwargs: passed to `keras_gan_zoo.upload_preset`.

    Returns:
        str, the address of the commit or of the pull request.
    """
    custom_objects = kwargs.get("custom_objects")
    with restored_on_error(Path(folder) / files.README):
        refresh_card(folder, handle, custom_objects=custom_objects)
        return presets.upload_preset(handle, folder, **kwargs)


def publish(name: str, owner: str, zoo: PathLike | None = None, **kwargs: Any) -> str:
    """Upload an entry to `hf://owner/name`; the index gets its handle and commit.

    Args:
        name: the entry.
        owner: a user or an organization on the Hub.
        zoo: path of `zoo_cards/`; the package's own by default.
        **kwargs: passed to `keras_gan_zoo.upload_preset`.

    Returns:
        str, the address of the commit.
    """
    zoo = index.zoo_folder() if zoo is None else Path(zoo)
    handle = f"hf://{owner}/{name}"
    refresh_card(zoo / name)
    address = presets.upload_preset(handle, zoo / name, **kwargs)
    presets.write_index(zoo, {name: (handle, address.rstrip("/").rpartition("/")[2])})
    return address
