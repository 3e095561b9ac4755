"""Which backend Keras gets where nobody has chosen one; decided before it is imported.

Keras itself takes TensorFlow, also where that is not installed.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")


def choose_backend() -> None:
    """Set `KERAS_BACKEND` to the first backend that is installed.

    `KERAS_BACKEND` and `keras.json` come first if they name one. Keras writes
    "tensorflow" into that file by itself, so there it counts only if it is installed.

    Raises:
        ImportError: no backend is installed, or not the one that `KERAS_BACKEND` names.
    """
    if "keras" in sys.modules:
        return
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen in BACKENDS and not is_installed(chosen):
        raise ImportError(
            f"KERAS_BACKEND names a backend that is not installed: `pip install "
            f"{chosen}`, or choose another one. Received: KERAS_BACKEND={chosen!r}"
        )
    if chosen:
        return
    wanted = _of_keras_json()
    if wanted and (wanted not in BACKENDS or is_installed(wanted)):
        return
    found = next(filter(is_installed, BACKENDS), None)
    if found is None:
        raise ImportError(
            "Keras needs one of the backends TensorFlow, JAX and torch: `pip install "
            "tensorflow`, `pip install jax` or `pip install torch`. Received: none of "
            "them is installed"
        )
    os.environ["KERAS_BACKEND"] = found


def is_installed(module: str) -> bool:
    """Whether a module can be imported, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # hidden, or half imported
        return False


def _of_keras_json():
    base = os.path.expanduser("~")
    base = base if os.access(base, os.W_OK) else "/tmp"
    home = os.environ.get("KERAS_HOME", os.path.join(base, ".keras"))
    try:
        settings = json.loads(Path(home, "keras.json").expanduser().read_text("utf-8"))
        return settings.get("backend")
    except (OSError, ValueError, AttributeError):
        return None
