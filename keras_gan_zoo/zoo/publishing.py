"""Saves a run as a preset, and publishes an entry on the Hub."""

from pathlib import Path
from typing import Any

from keras_gan_zoo import presets
from keras_gan_zoo.cards import public_recipe
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.presets import index
from keras_gan_zoo.typing import PathLike


def save_run(gan: GAN, run: PathLike, recipe: dict[str, Any]) -> Path:
    """Save a finished run as `run/preset`, with a recipe that reveals no paths.

    Returns:
        The preset's folder.
    """
    return gan.save_to_preset(Path(run) / "preset", recipe=public_recipe(recipe))


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
    address = presets.upload_preset(handle, zoo / name, **kwargs)
    presets.write_index(zoo, {name: (handle, address.rstrip("/").rpartition("/")[2])})
    return address
