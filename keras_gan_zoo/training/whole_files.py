"""Saved models and weights appear whole or not at all."""

import contextlib
from typing import Any

from keras_gan_zoo import backend
from keras_gan_zoo.files import written_beside
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike


class WholeFiles:
    """Keras' `save` and `save_weights`, to a file that is renamed once it is written.

    Whatever stops `ModelCheckpoint`, say, the file that was there before stays. Of
    several processes that train together only the first one writes.
    """

    def save(
        self,
        filepath: PathLike,
        overwrite: bool = True,
        zipped: Any = None,
        **kwargs: Any,
    ) -> None:
        if not is_first():
            return
        one = overwrite and zipped is not False and _ends(filepath, ".keras")
        with backend.alone(), _beside(filepath, one) as path:
            super().save(path, overwrite, zipped, **kwargs)  # type: ignore[misc]

    def save_weights(
        self, filepath: PathLike, overwrite: bool = True, **kwargs: Any
    ) -> None:
        if not is_first():
            return
        sharded = kwargs.get("max_shard_size") is not None
        one = overwrite and not sharded and _ends(filepath, ".weights.h5")
        with backend.alone(), _beside(filepath, one) as path:
            super().save_weights(path, overwrite, **kwargs)  # type: ignore[misc]


def _ends(path, ending):
    return str(path).endswith(ending) and "://" not in str(path)


def _beside(path, wanted):
    return written_beside(path) if wanted else contextlib.nullcontext(path)
