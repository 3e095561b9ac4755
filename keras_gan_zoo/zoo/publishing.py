"""A run -> its preset folder, and an entry -> the Hub."""

from pathlib import Path

from keras_gan_zoo import presets
from keras_gan_zoo.cards import public_recipe
from keras_gan_zoo.presets import index


def save_run(gan, run, recipe):
    """Save a finished run as `run/preset`; the recipe in it names no path.

    Returns:
        The preset's folder.
    """
    return gan.save_to_preset(Path(run) / "preset", recipe=public_recipe(recipe))


def publish(name, owner, zoo=None, **kwargs):
    """Push an entry to `hf://owner/name`, and note its handle and commit in the index.

    Args:
        name: the entry.
        owner: a user or an organization of the Hub.
        zoo: path of `zoo_cards/`; the package's own by default.
        **kwargs: those of `keras_gan_zoo.upload_preset`.

    Returns:
        str, the address of the commit.
    """
    zoo = index.zoo_folder() if zoo is None else Path(zoo)
    handle = f"hf://{owner}/{name}"
    address = presets.upload_preset(handle, zoo / name, **kwargs)
    presets.write_index(zoo, {name: (handle, address.rstrip("/").rpartition("/")[2])})
    return address
