"""A good preset, spoilt in one way at a time: one clear ValueError each."""

import copy
import functools
import json
import pickle
import random
import resource
import shutil

import h5py
import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.files import sha256
from keras_gan_zoo.presets import files

PROJECT = 1  # the first layer with weights in both generators here


def edit(name, change):
    """A spoiler that changes a JSON file in place."""

    def spoil(folder):
        value = json.loads((folder / name).read_text())
        change(value)
        (folder / name).write_text(json.dumps(value))

    return spoil


def layer(**changes):
    """A spoiler of the generator's first layer: keys of its `config`."""
    return edit(
        "config.json",
        lambda value: value["config"]["layers"][PROJECT]["config"].update(changes),
    )


def replaced(**changes):
    """A spoiler of the generator's first layer: which object it is."""
    return edit(
        "config.json", lambda value: value["config"]["layers"][PROJECT].update(changes)
    )


def text(name, content):
    def spoil(folder):
        content_ = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(content_)

    return spoil


def weights(change, name="model.weights.h5"):
    """A spoiler that changes a weights file, and its sha256 with it."""

    def spoil(folder):
        with h5py.File(folder / name, "a") as file:
            change(file)
        sign(folder)

    return spoil


def sign(folder):
    metadata = json.loads((folder / "metadata.json").read_text())
    metadata["sha256"] = {n: sha256(folder / n) for n in files.WEIGHT_FILES}
    (folder / "metadata.json").write_text(json.dumps(metadata))


def signed(name, content):
    def spoil(folder):
        text(name, content)(folder)
        sign(folder)

    return spoil


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


LAMBDA = {
    "class_name": "Lambda",
    "module": "keras.layers",
    "registered_name": None,
    "config": {
        "name": "project",
        "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}},
    },
}
FUNCTION = {
    "module": "builtins",
    "class_name": "function",
    "config": "eval",
    "registered_name": "function",
}
NESTED = "[" * 100_000 + "]" * 100_000

SPOILERS = {
    # Not JSON, or not what was expected
    "not json": (text("config.json", "{"), "config.json` is no valid JSON"),
    "empty file": (text("task.json", ""), "task.json` is no valid JSON"),
    "not utf-8": (text("config.json", b"\xff\xfe{}"), "no valid JSON"),
    "a list": (text("config.json", "[]"), "must be a JSON object"),
    "a number": (text("metadata.json", "3"), "must be a JSON object"),
    "null": (text("task.json", "null"), "must be a JSON object"),
    "nested too deep": (text("config.json", '{"a":' + NESTED + "}"), "too deep"),
    "a little too deep": (
        text("task.json", '{"a":' + "[" * 70 + "]" * 70 + "}"),
        "deep",
    ),
    "too large": (text("config.json", " " * 5_000_001), "5,000,001 bytes"),
    "nan": (text("metadata.json", '{"parameter_count": NaN}'), "no finite number"),
    "infinite": (text("metadata.json", '{"parameter_count": 1e999}'), "no finite"),
    "endless integer": (text("metadata.json", '{"a": ' + "9" * 5000 + "}"), "JSON"),
    "key twice": (text("config.json", '{"a": 1, "a": 2}'), "a key is given twice"),
    "empty config": (text("config.json", "{}"), "must be a Keras model"),
    "empty task": (text("task.json", "{}"), "has no `config`"),
    "empty metadata": (text("metadata.json", "{}"), "must give the sha256"),
    # Missing keys and wrong types
    "no layers": (edit("config.json", lambda v: v["config"].pop("layers")), ""),
    "layers a string": (
        edit("config.json", lambda v: v["config"].update(layers="x")),
        "",
    ),
    "layer null": (
        edit("config.json", lambda v: v["config"].update(layers=[None])),
        "",
    ),
    "config null": (edit("config.json", lambda v: v.update(config=None)), ""),
    "config a string": (edit("config.json", lambda v: v.update(config="Dense")), ""),
    "class_name a list": (
        edit("config.json", lambda v: v.update(class_name=[1])),
        "string",
    ),
    "module a number": (replaced(module=7), "must be strings"),
    "registered_name a dict": (replaced(registered_name={}), "must be strings"),
    "units a string": (layer(units="many"), ""),
    "units negative": (layer(units=-8), ""),
    "units a list": (layer(units=[8]), ""),
    "unknown argument": (layer(colour="red"), ""),
    "unknown activation": (layer(activation="no_such"), ""),
    "broken inbound node": (replaced(inbound_nodes=[{"args": 3}]), ""),
    "unknown inbound layer": (
        edit(
            "config.json",
            lambda v: v["config"].update(output_layers=["no_such", 0, 0]),
        ),
        "",
    ),
    "task setting unknown": (edit("task.json", lambda v: v["config"].update(x=1)), ""),
    "loss unknown": (edit("task.json", lambda v: v["config"].update(loss="x")), "loss"),
    "loss a number": (edit("task.json", lambda v: v["config"].update(loss=3)), "loss"),
    "penalties a number": (
        edit("task.json", lambda v: v["config"].update(penalties=3)),
        "",
    ),
    "critic_steps a string": (
        edit("task.json", lambda v: v["config"].update(critic_steps="many")),
        "",
    ),
    "discriminator null": (
        edit("task.json", lambda v: v["config"].update(discriminator=None)),
        "discriminator",
    ),
    "no discriminator": (
        edit("task.json", lambda v: v["config"].pop("discriminator")),
        "",
    ),
    "digest a number": (
        edit("metadata.json", lambda v: v["sha256"].update({"model.weights.h5": 3})),
        "corrupt",
    ),
    "digests a list": (edit("metadata.json", lambda v: v.update(sha256=[])), "sha256"),
    "digest missing": (
        edit("metadata.json", lambda v: v["sha256"].pop("task.weights.h5")),
        "must give the sha256",
    ),
    "a pickle named": (
        edit("metadata.json", lambda v: v["sha256"].update({"model.pkl": "0" * 64})),
        "model.pkl",
    ),
    # What may not be built
    "lambda": (replaced(**LAMBDA), "holds `Lambda`"),
    "lambda in a wrapper": (
        replaced(class_name="TimeDistributed", config={"layer": LAMBDA}),
        "holds `TimeDistributed`",
    ),
    "lambda in an allowed layer": (layer(kernel_initializer=LAMBDA), "holds `Lambda`"),
    "lambda in task": (
        edit("task.json", lambda v: v["config"].update(penalties=[LAMBDA])),
        "holds `Lambda`",
    ),
    "bare lambda": (
        layer(activation={"class_name": "__lambda__", "config": {"value": ""}}),
        "holds `__lambda__`",
    ),
    "function": (layer(activation=FUNCTION), "holds `function`"),
    "function of os": (
        layer(activation={**FUNCTION, "module": "os", "config": "system"}),
        r"\(module `os`\)",
    ),
    "function a dict": (layer(activation={**FUNCTION, "config": {}}), "strings"),
    "typespec": (
        layer(dtype={"class_name": "__typespec__", "config": [], "module": "os"}),
        "holds `__typespec__`",
    ),
    "tensor": (
        layer(bias_initializer={"class_name": "__numpy__", "config": {"value": []}}),
        "holds `__numpy__`",
    ),
    "TFSMLayer": (
        replaced(class_name="TFSMLayer", config={"filepath": "/tmp"}),
        "holds `TFSMLayer`",
    ),
    "TorchModuleWrapper": (replaced(class_name="TorchModuleWrapper"), "TorchModule"),
    "JaxLayer": (replaced(class_name="JaxLayer"), "holds `JaxLayer`"),
    "a layer that reads files": (
        replaced(class_name="StringLookup", config={"vocabulary": "/etc/passwd"}),
        "holds `StringLookup`",
    ),
    "private keras module": (
        replaced(module="keras.src.layers.core.lambda_layer", class_name="Lambda"),
        "holds `Lambda`",
    ),
    "foreign module": (replaced(module="subprocess", class_name="Popen"), "Popen"),
    "no module": (replaced(module=None), "module `None`"),
    "false registered name": (replaced(registered_name="other>Dense"), "other>Dense"),
    "false name of ours": (
        replaced(registered_name="keras_gan_zoo>WeightClipping"),
        "WeightClipping",
    ),
    "unknown class of ours": (replaced(registered_name="keras_gan_zoo>X"), "X"),
    "a GAN in a GAN": (
        replaced(registered_name="keras_gan_zoo>DCGAN", class_name="DCGAN", config={}),
        "holds `keras_gan_zoo>DCGAN`",
    ),
    "generator no model": (
        edit(
            "config.json",
            lambda v: v.update(
                class_name="Dense", module="keras.layers", registered_name=None
            ),
        ),
        "must be a Keras model",
    ),
    "task no GAN": (
        edit("task.json", lambda v: v.update(class_name="Functional")),
        "must be of a class of keras_gan_zoo",
    ),
    "task of another package": (
        edit("task.json", lambda v: v.update(registered_name="other>GAN")),
        "must be of a class of keras_gan_zoo",
    ),
    "task name a list": (edit("task.json", lambda v: v.update(registered_name=[])), ""),
    # Oversized, and shapes that do not match the weights file
    "a billion units": (layer(units=10**9), "shapes in `model.weights.h5`|no GAN"),
    "1e300 units": (layer(units=10**300), ""),
    "other width": (layer(units=9), ""),
    "other output": (
        edit(
            "config.json",
            lambda v: v["config"]["layers"][-1]["config"].update(
                target_shape=[4, 9, 1]
            ),
        ),
        "discriminator",
    ),
    "discriminator of a million": (
        edit(
            "task.json",
            lambda v: v["config"]["discriminator"]["config"]["layers"][2][
                "config"
            ].update(units=10**6),
        ),
        "task.weights.h5",
    ),
    # Weight files
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
        "no weights file as Keras writes it",
    ),
    "empty weights": (signed("task.weights.h5", b""), "no weights file"),
    "a pickle": (signed("model.weights.h5", pickle.dumps({"x": 1})), "no weights file"),
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
    "no shape": (weights(lambda f: replace_array(f, data=h5py.Empty("f"))), "no array"),
    "named type": (
        weights(lambda f: f.__setitem__("type", np.dtype("float32"))),
        "is no array",
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
    # Pickles beside it
    "pickle beside": (text("weights.pkl", pickle.dumps(1)), "weights.pkl"),
    "torch file beside": (text("model.PT", b""), "model.PT"),
    "array beside": (text("features.npy", b""), "features.npy"),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_spoilt_preset(preset, name):
    spoil, message = SPOILERS[name]
    spoil(preset)
    with pytest.raises(ValueError, match=message) as caught:
        kgz.GAN.from_preset(preset)
    assert type(caught.value) is ValueError
    assert str(preset) in str(caught.value)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("key", ["class_name", "config", "module", "registered_name"])
@pytest.mark.parametrize("name", ["config.json", "task.json"])
@pytest.mark.parametrize("value", [None, 0, "", [], {}, [[]], "Dense", True])
def test_any_value_at_the_top(preset, name, key, value):
    before = json.loads((preset / name).read_text())[key]
    edit(name, lambda v: v.__setitem__(key, value))(preset)
    if value == before or (name, key) == ("task.json", "module"):
        kgz.GAN.from_preset(preset)  # a class of ours goes by its registered name
        return
    if (name, key, value) == ("config.json", "registered_name", None):
        kgz.GAN.from_preset(preset)  # as for every class of Keras' own
        return
    with pytest.raises(ValueError, match="cannot be loaded"):
        kgz.GAN.from_preset(preset)


def test_family_sizes_are_checked_before_anything_is_made(wgan_preset):
    edit("task.json", lambda v: v["config"].update(latent_dim=10**8))(wgan_preset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="is not the one that `WGAN` builds"):
        kgz.GAN.from_preset(wgan_preset)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 500_000  # kilobytes; the weights would be 10^8 x 192 floats


@pytest.mark.parametrize("load_weights", [True, False])
def test_nothing_is_allocated_for_a_giant(preset, load_weights):
    layer(units=10**9)(preset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="cannot be loaded"):
        kgz.GAN.from_preset(preset, load_weights=load_weights)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_giant_that_declares_itself_is_refused_without_weights(preset):
    """`load_weights=False` has no weights file to compare with."""
    layer(units=10**8)(preset)
    count = 10**8 * (4 + 4 + 36) + 36  # into it, its batch norm, out of it
    edit("metadata.json", lambda v: v.update(parameter_count=count))(preset)
    with pytest.raises(ValueError, match=r"it has 4,4\d\d,\d\d\d,\d\d\d parameters"):
        kgz.GAN.from_preset(preset, load_weights=False)


@pytest.mark.parametrize(
    "wrong", [{"latent_dim": 5}, {"image_shape": [9, 9, 1]}, {"image_shape": None}]
)
def test_sizes_must_be_those_of_the_stored_generator(wgan_preset, wrong):
    edit("task.json", lambda v: v["config"].update(wrong))(wgan_preset)
    with pytest.raises(ValueError, match="is not the one that `WGAN` builds"):
        kgz.GAN.from_preset(wgan_preset)


def test_a_refusal_leaves_nothing_behind(preset, saved):
    """Keras would make the weights of a refused config at its next chance."""
    layer(units=10**7)(preset)
    with pytest.raises(ValueError, match="cannot be loaded"):
        kgz.GAN.from_preset(preset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with keras.StatelessScope():
        pass
    kgz.GAN.from_preset(saved / "gan")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def places(value, path=()):
    """Every place inside a JSON value."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield (*path, key)
            yield from places(item, (*path, key))


JUNK = [None, True, -1, 0, 2**63, 1e30, "", "Lambda", "relu", [], [[1]], {}, {"a": 1}]


@pytest.mark.parametrize("name", ["config.json", "task.json", "metadata.json"])
def test_random_changes_load_or_are_refused(saved, tmp_path, name):
    """Any one value replaced or removed: a GAN or a ValueError, nothing else."""
    rng = random.Random(name)
    value = json.loads((saved / "gan" / name).read_text())
    for i in range(20):
        folder = shutil.copytree(saved / "gan", tmp_path / str(i))
        changed = copy.deepcopy(value)
        *parents, key = rng.choice(list(places(changed)))
        parent = functools.reduce(lambda v, k: v[k], parents, changed)
        if rng.random() < 0.3:
            del parent[key]
        else:
            parent[key] = rng.choice(JUNK)
        (folder / name).write_text(json.dumps(changed))
        try:
            gan = kgz.GAN.from_preset(folder)
        except ValueError as error:
            assert "cannot be loaded" in str(error), (parents, key)  # noqa: PT017
        else:
            assert gan.generate(1, seed=0).shape == (1, 6, 6, 1)


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
