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
from presets.tiny_gans import images, read, tiny_gan

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


# === How far training has got ===


def numbers(gan):
    names = ("epochs_seen", "images_seen", "images_averaged")
    return [float(ops.convert_to_numpy(getattr(gan, name))) for name in names]


@pytest.mark.parametrize("include_generator", [True, False])
def test_training_goes_on_where_it_was(gans, tmp_path, include_generator):
    gans["wgan"].save_to_preset(tmp_path / "on", include_generator=include_generator)
    loaded = kgz.WGAN.from_preset(tmp_path / "on")
    assert numbers(loaded) == numbers(gans["wgan"])
    assert numbers(loaded)[1] > 0
    fresh = kgz.WGAN.from_preset(tmp_path / "on", load_weights=False)
    assert numbers(fresh) == [0, 0, 0]


def moved(gan):
    """The share of the way to the generator that one step moves the average."""
    average, weight = gan.ema_generator.weights[0], gan.generator.weights[0]
    before = ops.convert_to_numpy(average)
    gan.compile()
    gan.fit(images(gan, 8), batch_size=8, verbose=0)
    after, raw = ops.convert_to_numpy(average), ops.convert_to_numpy(weight)
    return float(np.median((after - before) / (raw - before)))


@pytest.mark.parametrize("kind", ["as it is", "of an earlier version"])
def test_the_average_is_not_thrown_away(tmp_path, kind):
    gan = tiny_gan(ema_half_life=1000)
    gan.generator.set_weights([w + 1.0 for w in gan.generator.get_weights()])
    gan.images_averaged.assign(1e6)
    gan.save_to_preset(tmp_path / "trained")
    if kind != "as it is":
        edit("metadata.json", lambda v: v.pop("progress"))(tmp_path / "trained")
    loaded = kgz.GAN.from_preset(tmp_path / "trained")
    assert moved(loaded) == pytest.approx(1 - 0.5 ** (8 / 1000), rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"images_seen": -1},
        {"images_seen": 2**31},
        {"images_seen": 1.5},
        {"epochs_seen": True},
        {"images_averaged": "many"},
        {"images_averaged": 1e300},
        {"other": 1},
    ],
    ids=str,
)
def test_wrong_progress(preset, wrong):
    spoil = edit("metadata.json", lambda v: v.update(progress=wrong))
    refuses(preset, spoil, "`progress` in `metadata.json` must have")
