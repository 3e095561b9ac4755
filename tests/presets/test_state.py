"""What a GAN has beside its networks comes back: labels, terms, their state."""

import json

import h5py
import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augmentation import Augmentation
from keras_gan_zoo.objectives.auxiliaries import Classification
from keras_gan_zoo.objectives.generator_penalties import PathLength
from keras_gan_zoo.objectives.losses import Hinge
from presets.spoilers import edit, refuses, sign
from presets.tiny_gans import images, read

OWN = "tests"


@keras.saving.register_keras_serializable(OWN)
class Counting(Hinge, keras.layers.Layer):
    """A loss with state: BEGAN's k, say."""

    def __init__(self):
        keras.layers.Layer.__init__(self, name="counting")
        self.k = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.built = True

    def get_config(self):
        return {}


@keras.saving.register_keras_serializable(OWN)
class Adaptive(Augmentation):
    """Its state moves as ADA's p."""

    def __init__(self, name="adaptive"):
        super().__init__(name=name)
        self.p = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, images, draw):
        return images * (1.0 - 0.1 * self.p)

    def update(self, of_real):
        self.p.assign(ops.minimum(self.p + 0.25, 1.0))


def conditional(**kwargs):
    """Networks that take dicts, and a discriminator with a head for the classes."""
    latents, labels = keras.Input((6,), name="latents"), keras.Input((), dtype="int32")
    x = keras.layers.Embedding(3, 6)(labels) + latents
    x = kgz.layers.Tap()(keras.layers.Dense(12, activation="tanh")(x))
    x = keras.layers.Dense(36, activation="tanh")(x)
    generator = keras.Model(
        {"latents": latents, "labels": labels}, keras.layers.Reshape((6, 6, 1))(x)
    )
    seen, labels = keras.Input((6, 6, 1)), keras.Input((), dtype="int32")
    x = keras.layers.Dense(8, activation="gelu")(keras.layers.Flatten()(seen))
    x = ops.concatenate([x, ops.one_hot(labels, 3)], axis=-1)
    outputs = {"logits": keras.layers.Dense(1)(x), "classes": keras.layers.Dense(3)(x)}
    discriminator = keras.Model({"images": seen, "labels": labels}, outputs)
    return kgz.GAN(
        generator,
        discriminator,
        num_classes=3,
        label_names=("cat", "dog", "bird"),
        **{"seed": 1, "ema_half_life": 10, **kwargs},
    )


@pytest.fixture(scope="module")
def full():
    """A GAN with every kind of part that has state, trained for two steps."""
    gan = conditional(
        loss=Counting(),
        auxiliaries=[Classification(0.5)],
        generator_penalties=[PathLength(every=2)],
        augmentation=Adaptive(),
        penalties=[kgz.R1(2.0, every=2)],
        label_distribution="data",
        latents=kgz.latents.Latents(normal=3, categorical=(3,)),
    )
    gan.compile()
    gan.fit(images(gan), np.arange(16) % 4 % 3, batch_size=8, verbose=0)
    gan.objective.k.assign(0.5)
    return gan


OBJECTS = {"Counting": Counting, "Adaptive": Adaptive}


def test_everything_comes_back(full, tmp_path):
    full.save_to_preset(tmp_path / "full")
    loaded = kgz.GAN.from_preset(tmp_path / "full", custom_objects=OBJECTS)
    config, expected = loaded.get_config(), full.get_config()
    for key in expected.keys() - {"generator", "discriminator", "name"}:
        assert json.dumps(config[key]) == json.dumps(expected[key]), key
    assert loaded.label_names == ("cat", "dog", "bird")
    assert loaded.num_classes == 3
    assert loaded.latents.parts == full.latents.parts
    assert float(loaded.objective.k) == 0.5
    assert float(loaded.augmentation.p) == float(full.augmentation.p) > 0
    found, mean = (gan.generator_penalties[0].mean for gan in (loaded, full))
    assert float(found) == float(mean) > 0
    counts = [ops.convert_to_numpy(gan.label_counts) for gan in (loaded, full)]
    np.testing.assert_array_equal(*counts)
    assert counts[0].tolist() == [8, 4, 4]
    for labels in (None, 2, [0, 1, 2, 0]):
        np.testing.assert_array_equal(
            loaded.generate(4, labels=labels, seed=7),
            full.generate(4, labels=labels, seed=7),
        )
    loaded.compile()
    loaded.fit(images(loaded), np.arange(16) % 3, batch_size=8, verbose=0)


def test_state_is_in_the_file_by_its_name(full, tmp_path):
    full.save_to_preset(tmp_path / "full")
    with h5py.File(tmp_path / "full" / "task.weights.h5") as file:
        parts = {name for name in file if len(file[name])}
    assert parts == {
        "augmentation",
        "discriminator",
        "generator",
        "generator_penalties",
        "label_counts",
        "objective",
    }


def test_overrides_replace_what_has_state(full, tmp_path):
    full.save_to_preset(tmp_path / "full")
    loaded = kgz.GAN.from_preset(
        tmp_path / "full",
        custom_objects=OBJECTS,
        loss="hinge",
        augmentation=None,
        generator_penalties=(),
    )
    assert loaded.augmentation is None
    assert type(loaded.objective) is Hinge
    fresh = kgz.GAN.from_preset(
        tmp_path / "full", custom_objects=OBJECTS, augmentation=Adaptive()
    )
    assert float(fresh.augmentation.p) == 0


def test_other_state_is_refused(full, tmp_path):
    full.save_to_preset(tmp_path / "full")
    with h5py.File(tmp_path / "full" / "task.weights.h5", "a") as file:
        del file["label_counts"]
    sign(tmp_path / "full")
    with pytest.raises(ValueError, match=r"shapes in `task.weights.h5`"):
        kgz.GAN.from_preset(tmp_path / "full", custom_objects=OBJECTS)


def test_a_stranger_needs_no_classes_for_ours(tmp_path):
    gan = conditional(auxiliaries=[Classification()])
    gan.save_to_preset(tmp_path / "ours")
    loaded = kgz.GAN.from_preset(tmp_path / "ours")
    assert loaded.auxiliaries[0].reads == ("classes",)
    images_ = gan.generate(3, labels=1, seed=2)
    np.testing.assert_array_equal(loaded.generate(3, labels=1, seed=2), images_)
    assert read(tmp_path / "ours", "task.json")["config"]["label_names"][0] == "cat"


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_classes": None},
        {"num_classes": 10**9},
        {"num_classes": "many"},
        {"label_names": ["cat"]},
        {"label_names": 3},
        {"label_distribution": "x"},
        {"latents": {"normal": 6}},
        {"auxiliaries": [None]},
        {"auxiliaries": "x"},
        {"generator_penalties": [3]},
        {"augmentation": []},
        {"critic_steps": [1]},
    ],
    ids=str,
)
def test_wrong_settings(tmp_path, wrong):
    conditional().save_to_preset(tmp_path / "wrong")
    spoil = edit("task.json", lambda v: v["config"].update(wrong))
    refuses(tmp_path / "wrong", spoil, "cannot be loaded")
