"""Weights files that hold something else than plain arrays of the right shapes."""

import pickle
import random
import shutil

import h5py
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import files
from presets.spoilers import refuses, signed, text, weights


def replace_array(file, **settings):
    del file["layers/dense/vars/0"]
    return file["layers/dense/vars"].create_dataset("0", **settings)


def link(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense_1/vars/0")


def virtual(file):
    del file["layers/dense/vars/0"]
    layout = h5py.VirtualLayout((4, 8), "float32")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4, 8))
    file["layers/dense/vars"].create_virtual_dataset("0", layout)


def cycle(file):
    file["layers/dense/again"] = file["layers"]


def external(file):
    replace_array(
        file, shape=(4, 8), dtype="float32", external=[("/etc/hostname", 0, 128)]
    )


def rename(file):
    file.move("layers/dense", "layers/dense_9")


SPOILERS = {
    "flipped byte": (
        lambda folder: text(
            "model.weights.h5",
            (folder / "model.weights.h5").read_bytes()[:-1] + b"\x01",
        )(folder),
        "`model.weights.h5` is corrupt",
    ),
    "cut": (
        lambda folder: signed(
            "model.weights.h5", (folder / "model.weights.h5").read_bytes()[:3000]
        )(folder),
        "not a weights file of Keras",
    ),
    "empty weights": (signed("task.weights.h5", b""), "not a weights file"),
    "a pickle": (
        signed("model.weights.h5", pickle.dumps({"x": 1})),
        "not a weights file",
    ),
    "array missing": (weights(lambda f: f.pop("layers/dense/vars/0")), "shapes"),
    "array too many": (weights(lambda f: f.create_dataset("x", data=[1.0])), "shapes"),
    "layer renamed": (weights(rename), "can't be built"),
    "other shape": (
        weights(lambda f: replace_array(f, data=np.ones((8, 4)))),
        "shapes",
    ),
    "a text": (weights(lambda f: replace_array(f, data="x")), "holds no numbers"),
    "objects": (
        weights(
            lambda f: replace_array(
                f, shape=(4, 8), dtype=h5py.special_dtype(vlen=bytes)
            )
        ),
        "holds no numbers",
    ),
    "no shape": (
        weights(lambda f: replace_array(f, data=h5py.Empty("f"))),
        "not an array",
    ),
    "named type": (
        weights(lambda f: f.__setitem__("type", np.dtype("float32"))),
        "is not an array",
    ),
    "external link": (weights(link), "link to somewhere else"),
    "soft link": (weights(soft_link), "link to somewhere else"),
    "virtual array": (weights(virtual), "bytes are elsewhere"),
    "external bytes": (weights(external), "bytes are elsewhere"),
    "cycle": (weights(cycle), "too many groups"),
    "bomb": (
        weights(
            lambda f: replace_array(
                f,
                shape=(10**6, 10**6),
                dtype="float32",
                chunks=True,
                compression="gzip",
            )
        ),
        "is compressed",
    ),
    "declared, not stored": (
        weights(lambda f: replace_array(f, shape=(10**6, 10**6), dtype="float32")),
        "bytes are elsewhere",
    ),
    "other part": (
        weights(
            lambda f: f.create_dataset("optimizer/x", data=[1.0]), "task.weights.h5"
        ),
        "holds `optimizer/x`",
    ),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_spoilt_preset(preset, name):
    refuses(preset, *SPOILERS[name])


@pytest.mark.parametrize("name", files.WEIGHT_FILES)
def test_random_bytes_load_or_are_refused(saved, tmp_path, name):
    rng = random.Random(name)
    good = (saved / "gan" / name).read_bytes()
    for i in range(20):
        folder = shutil.copytree(saved / "gan", tmp_path / str(i))
        data = bytearray(good)
        for _ in range(8):
            data[rng.randrange(len(data))] = rng.randrange(256)
        signed(name, bytes(data))(folder)
        try:
            kgz.GAN.from_preset(folder)
        except ValueError as error:
            assert "cannot be loaded" in str(error)  # noqa: PT017
