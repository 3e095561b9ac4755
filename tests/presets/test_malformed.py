"""Configurations that miss keys, have wrong types, or hold what may not be built."""

import copy
import functools
import json
import random
import shutil

import pytest

import keras_gan_zoo as kgz
from presets.spoilers import edit, layer, refuses, replaced

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


def spare(**keys):
    """All that a file says: a config that names no class, and these keys."""

    def change(value):
        value.clear()
        value.update(keys, config={})

    return change


SPOILERS = {
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
    "registered_name a list, and no more": (
        edit("config.json", spare(registered_name=["x"])),
        "must be a Keras model",
    ),
    "no class_name, and module a dict": (
        edit("config.json", spare(module={})),
        "must be a Keras model",
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
        "Only in the file: .*dense",
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
        "must have the sha256",
    ),
    "a pickle named": (
        edit("metadata.json", lambda v: v["sha256"].update({"model.pkl": "0" * 64})),
        "model.pkl",
    ),
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
        "must be of a class in keras_gan_zoo",
    ),
    "task of another package": (
        edit("task.json", lambda v: v.update(registered_name="other>GAN")),
        "must be of a class in keras_gan_zoo",
    ),
    "task name a list": (edit("task.json", lambda v: v.update(registered_name=[])), ""),
}


@pytest.mark.parametrize("name", SPOILERS)
def test_spoilt_preset(preset, name):
    refuses(preset, *SPOILERS[name])


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
