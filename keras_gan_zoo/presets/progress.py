"""How far training has got: what a GAN that is loaded from a preset goes on from."""

from typing import Any

from keras_gan_zoo.presets.files import METADATA, invalid

#: where `metadata.json` has it
KEY = "progress"

#: attribute of a GAN -> type, and what it is below
COUNTERS = {
    "epochs_seen": (int, 2**31),
    "images_seen": (int, 2**31),
    "images_averaged": (float, 1e30),
}

#: images after which every average has its full half-life
RAMP_IS_OVER = 1e12


def progress_of(gan: Any) -> dict[str, Any]:
    """The counters of a GAN as numbers."""
    return {name: kind(getattr(gan, name)) for name, (kind, _) in COUNTERS.items()}


def check_progress(metadata: dict[str, Any], preset: Any) -> dict[str, Any]:
    """The counters in a preset's metadata.

    Those of earlier versions have none, but an average that is to be kept.

    Raises:
        ValueError: they are not all numbers from 0 on.
    """
    found = metadata.get(KEY, {"images_averaged": RAMP_IS_OVER})
    sound = isinstance(found, dict) and all(
        name in COUNTERS
        and type(value) in (int, COUNTERS[name][0])
        and 0 <= value < COUNTERS[name][1]
        for name, value in found.items()
    )
    if not sound:
        raise invalid(
            preset,
            f"`{KEY}` in `{METADATA}` must have {', '.join(COUNTERS)}, numbers from 0 "
            f"on. Received: {found!r:.200}",
        )
    return found


def set_progress(gan: Any, progress: dict[str, Any]) -> None:
    """Set the counters of a GAN."""
    for name, value in progress.items():
        getattr(gan, name).assign(value)
