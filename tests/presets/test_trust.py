"""What a stranger's preset may build is decided by kind, not by who registered it."""

import json

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
import keras_gan_zoo.scoring.keras_metrics
from keras_gan_zoo.presets import trust
from keras_gan_zoo.training.optimizer import AdversarialOptimizer
from presets.tiny_gans import tiny_gan


def spec(cls, **config):
    """A serialized object of a registered class."""
    return {
        "module": cls.__module__,
        "class_name": cls.__name__,
        "config": config,
        "registered_name": keras.saving.get_registered_name(cls),
    }


def of_keras(module, name, **config):
    return {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": None,
    }


METRICS = keras_gan_zoo.scoring.keras_metrics
UNTRUSTED = {
    "a metric that reads a reference": spec(
        METRICS.FrechetDistance, reference="/etc/passwd"
    ),
    "a metric of ours": spec(METRICS.InceptionScore, extractor="digits"),
    "the optimizer of ours": spec(
        AdversarialOptimizer, generator_optimizer="adam", discriminator_optimizer="sgd"
    ),
    "a GAN": spec(kgz.MLPGAN),
    "a metric of Keras": of_keras("keras.metrics", "Mean"),
    "an optimizer of Keras": of_keras("keras.optimizers", "Adam"),
    "a callback of Keras": of_keras("keras.callbacks", "CSVLogger", filename="x"),
    "a loss of Keras": of_keras("keras.losses", "Hinge"),
    "a layer that reads files": of_keras(
        "keras.layers", "StringLookup", vocabulary="/etc/passwd"
    ),
    "an operation that takes a function": of_keras(
        "keras.src.ops.core",
        "VectorizedMap",
        function={"class_name": "__lambda__", "config": {"value": ["4wEAAAA="]}},
    ),
    "a base class": of_keras("keras.src.ops.operation", "Operation"),
    "a function of operations": of_keras(
        "keras.src.ops.function", "Function", inputs=[], outputs=[]
    ),
    "no operation": of_keras("keras.src.ops.numpy", "np"),
    "a module beside the operations": of_keras(
        "keras.src.ops.numpy.backend", "Variable"
    ),
    "a class named as a string": "keras_gan_zoo>InceptionScore",
    "a class by its name alone": {
        "class_name": "keras_gan_zoo>InceptionScore",
        "config": {},
    },
}


def places(value, found):
    """The same object, nested in others that are allowed."""
    yield {"kernel_initializer": found}
    yield {"layers": [value, of_keras("keras.layers", "Dense", activation=found)]}
    yield of_keras(
        "keras.layers",
        "SpectralNormalization",
        layer=of_keras("keras.layers", "Dense", kernel_constraint={"deep": [found]}),
    )
    yield spec(kgz.GradientPenalty, weight=found)
    yield {"inbound_nodes": [{"args": [found], "kwargs": {}}]}


@pytest.mark.parametrize("name", UNTRUSTED)
def test_refused_wherever_it_is(name):
    for config in places(of_keras("keras.layers", "Flatten"), UNTRUSTED[name]):
        with pytest.raises(ValueError, match=r"cannot be loaded: it holds"):
            trust.check_config(config, "a preset")


@pytest.mark.parametrize("name", UNTRUSTED)
@pytest.mark.parametrize("file", ["config.json", "task.json"])
def test_refused_in_a_preset_before_it_is_built(preset, monkeypatch, name, file):
    for cls in (METRICS.FrechetDistance, METRICS.InceptionScore, AdversarialOptimizer):
        monkeypatch.setattr(cls, "__init__", lambda *_, **__: pytest.fail("built"))
    value = json.loads((preset / file).read_text())
    network = value if file == "config.json" else value["config"]["discriminator"]
    layers = network["config"]["layers"]
    dense = next(layer for layer in layers if layer["class_name"] == "Dense")
    dense["config"]["kernel_initializer"] = UNTRUSTED[name]
    (preset / file).write_text(json.dumps(value))
    with pytest.raises(ValueError, match=r"cannot be loaded: it holds"):
        kgz.GAN.from_preset(preset)


@pytest.mark.parametrize(
    "found",
    [
        spec(kgz.R1, weight=3.0),
        spec(kgz.layers.WeightClipping, limit=0.1),
        spec(kgz.layers.GradientReversal),
        spec(kgz.losses.Hinge),
        of_keras("keras.initializers", "RandomNormal", stddev=0.02),
        of_keras("keras.constraints", "UnitNorm"),
        of_keras(
            "keras.optimizers.schedules", "CosineDecay", initial_learning_rate=1.0
        ),
        {**of_keras("keras.src.ops.numpy", "Add"), "registered_name": "Add"},
    ],
    ids=lambda found: found["class_name"],
)
def test_allowed(found):
    for config in places(of_keras("keras.layers", "Flatten"), found):
        trust.check_config(config, "a preset")


class Mine(keras.layers.Layer):
    pass


@keras.saving.register_keras_serializable("tests")
class Registered(keras.layers.Layer):
    pass


@pytest.mark.parametrize("key", ["Registered", "tests>Registered"])
def test_custom_objects_are_trusted_by_either_name(key):
    trust.check_config(spec(Registered), "a preset", {key: Registered})


def test_nothing_hides_behind_a_trusted_name():
    """Keras looks for the registered name first."""
    found = {**spec(METRICS.InceptionScore, extractor="digits"), "class_name": "Mine"}
    with pytest.raises(ValueError, match=r"holds `keras_gan_zoo>InceptionScore`"):
        trust.check_config(found, "a preset", {"Mine": Mine})


CONSTANT = {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": "float32"}}


def test_constants_are_arguments_of_calls_only():
    trust.check_config({"inbound_nodes": [{"args": [CONSTANT]}]}, "a preset")
    with pytest.raises(ValueError, match="holds `__numpy__`"):
        trust.check_config({"kernel_initializer": CONSTANT}, "a preset")


@pytest.mark.parametrize("dtype", ["object", "S1000000000", "U99999999", None, [1]])
def test_constants_are_numbers(dtype):
    constant = {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": dtype}}
    with pytest.raises(ValueError, match="holds `__numpy__`"):
        trust.check_config({"inbound_nodes": [{"args": [constant]}]}, "a preset")


def test_allow_list_names_layers_that_keras_has():
    for name in trust.ALLOWED["keras.layers"]:
        assert issubclass(getattr(keras.layers, name), keras.layers.Layer), name


# === Operations in a user's network ===

OPERATIONS = {
    "a + b": lambda a, b: a + b,
    "a * 0.7 - b": lambda a, b: a * 0.7 - b,
    "a / (1 + abs(b))": lambda a, b: a / (1.0 + abs(b)),
    "a ** 2": lambda a, b: a**2 + b,
    "slices": lambda a, b: keras.ops.concatenate([a[:, :8], b[..., 8:]], axis=-1),
    "an array": lambda a, b: a * np.linspace(0, 1, 16, dtype="float32") + b,
    "a tensor": lambda a, b: a + keras.ops.ones((16,)) + b,
    "tanh": lambda a, b: keras.ops.tanh(a + b),
    "where": lambda a, b: keras.ops.where(a > 0, a, 0.2 * b),
    "einsum": lambda a, b: keras.ops.einsum("ni,ni->ni", a, b),
    "pixel norm": lambda a, b: (
        a * keras.ops.rsqrt(keras.ops.mean(b**2, axis=-1, keepdims=True) + 1e-8)
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_survive(tmp_path, name):
    latents = keras.Input((4,))
    a = keras.layers.Dense(16, kernel_initializer="he_normal")(latents)
    b = keras.layers.Dense(16, kernel_initializer="he_normal")(a)
    x = keras.layers.Dense(36, activation="tanh")(OPERATIONS[name](a, b))
    generator = keras.Model(latents, keras.layers.Reshape((6, 6, 1))(x))
    gan = kgz.GAN(generator, tiny_gan().discriminator, ema_half_life=10)
    gan.save_to_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(tmp_path / "own")
    assert loaded.generate(8, seed=1).std() > 0
    np.testing.assert_array_equal(loaded.generate(8, seed=1), gan.generate(8, seed=1))
