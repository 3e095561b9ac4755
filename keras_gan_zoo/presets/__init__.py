"""Presets: folders with a pretrained GAN, the zoo's index, and the Hugging Face Hub."""

from keras_gan_zoo.presets.index import (
    list_presets,
    presets_of,
    read_index,
    write_index,
    zoo_folder,
)
from keras_gan_zoo.presets.loading import load_gan
from keras_gan_zoo.presets.publishing import upload_preset
from keras_gan_zoo.presets.saving import save_preset
from keras_gan_zoo.presets.source import resolve
from keras_gan_zoo.weights import weights_sha256

__all__ = [
    "list_presets",
    "load_gan",
    "presets_of",
    "read_index",
    "resolve",
    "save_preset",
    "upload_preset",
    "weights_sha256",
    "write_index",
    "zoo_folder",
]
