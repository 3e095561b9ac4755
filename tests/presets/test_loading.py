"""from_preset of sound folders."""

import functools
import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import weights_sha256
from presets.spoilers import edit
from presets.tiny_gans import (
    FILES,
    assert_same_weights,
    fitted,
    images,
    read,
    tiny_gan,
    tiny_wgan,
    values,
)

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("name", "cls"), [("gan", kgz.GAN), ("wgan", kgz.WGAN)], ids=["gan", "family"]
)
class TestRoundTrip:
    def test_everything_comes_back(self, gans, saved, name, cls):
        loaded = kgz.GAN.from_preset(saved / name)
        gan = gans[name]
        assert type(loaded) is cls
        assert_same_weights(loaded.generator, gan.generator)
        assert_same_weights(loaded.discriminator, gan.discriminator)
        assert_same_weights(loaded.ema_generator, gan.ema_generator)
        config, expected = loaded.get_config(), gan.get_config()
        for key in expected.keys() - {"generator", "discriminator", "name"}:
            assert json.dumps(config[key]) == json.dumps(expected[key]), key
        np.testing.assert_array_equal(
            loaded.generate(3, seed=5), gan.generate(3, seed=5)
        )

    def test_it_trains_on(self, saved, name, cls):
        loaded = fitted(cls.from_preset(saved / name))
        before = cls.from_preset(saved / name)
        for part in ("generator", "discriminator", "ema_generator"):
            old, new = values(getattr(before, part)), values(getattr(loaded, part))
            assert any((a != b).any() for a, b in zip(old, new, strict=True)), part

    def test_files(self, saved, name, cls):
        assert {path.name for path in (saved / name).iterdir()} == FILES
        assert "compile_config" not in (saved / name / "task.json").read_text()
        assert "build_config" not in (saved / name / "config.json").read_text()
        assert '"Adam"' not in (saved / name / "task.json").read_text()
        assert "generator" not in read(saved / name, "task.json")["config"]

    def test_without_weights(self, gans, saved, name, cls):
        loaded = cls.from_preset(saved / name, load_weights=False)
        assert type(loaded) is cls
        assert weights_sha256(loaded.generator) != weights_sha256(gans[name].generator)


def test_generator_loads_with_plain_keras(gans, saved):
    config = read(saved / "gan", "config.json")
    generator = keras.saving.deserialize_keras_object(config)
    generator.load_weights(saved / "gan" / "model.weights.h5")
    assert_same_weights(generator, gans["gan"].ema_generator)


def test_without_raw_generator_training_goes_on_from_the_average(gans, tmp_path):
    gan = gans["wgan"]
    gan.save_to_preset(tmp_path / "small", include_generator=False)
    gan.save_to_preset(tmp_path / "full")
    sizes = [
        os.path.getsize(tmp_path / name / "task.weights.h5")
        for name in ("small", "full")
    ]
    assert sizes[0] < sizes[1]
    loaded = kgz.GAN.from_preset(tmp_path / "small")
    assert loaded.generator is not loaded.ema_generator
    assert_same_weights(loaded.generator, gan.ema_generator)
    assert_same_weights(loaded.discriminator, gan.discriminator)
    fitted(loaded)


def test_without_average(tmp_path):
    gan = tiny_gan(ema_half_life=None)
    gan.save_to_preset(tmp_path / "plain")
    loaded = kgz.GAN.from_preset(tmp_path / "plain")
    assert loaded.generator is loaded.ema_generator
    assert_same_weights(loaded.generator, gan.generator)


def test_settings_can_be_overridden(gans, saved):
    loaded = kgz.GAN.from_preset(saved / "wgan", critic_steps=2, seed=9)
    assert (loaded.critic_steps, loaded.seed) == (2, 9)


@pytest.mark.parametrize("name", ["generator_widths", "latent_dim", "generator"])
def test_networks_can_not_be_overridden(saved, name):
    with pytest.raises(ValueError, match=rf"(?s)`WGAN\(...\)` instead.*{name}"):
        kgz.GAN.from_preset(saved / "wgan", **{name: (8, 4)})


@pytest.mark.parametrize("folder", ["new", "of the first format"])
def test_an_edit_of_the_networks_orphans_no_preset(saved, monkeypatch, folder):
    """Whatever `WGAN` builds today, a preset's networks are those that were saved."""
    path = saved / "wgan" if folder == "new" else DATA / "presets" / "wgan"
    expected = kgz.GAN.from_preset(path)
    built = kgz.WGAN.networks

    @functools.wraps(built)
    def networks(**sizes):
        """Another initializer, another name, an activation more."""
        generator, discriminator = built(**sizes)
        x = keras.layers.Dense(7, "relu", kernel_initializer="ones", name="more")
        y = keras.layers.Dense(1)(x(generator.output))
        return keras.Model(generator.input, y, name="other"), discriminator

    monkeypatch.setattr(kgz.WGAN, "networks", staticmethod(networks))
    loaded = kgz.GAN.from_preset(path)
    assert_same_weights(loaded.discriminator, expected.discriminator)
    images = expected.generate(4, seed=1)
    np.testing.assert_array_equal(loaded.generate(4, seed=1), images)


def test_a_loaded_family_is_saved_again(saved, tmp_path):
    first = kgz.GAN.from_preset(saved / "wgan")
    first.save_to_preset(tmp_path / "again")
    first.save(tmp_path / "again.keras")
    for again in (
        kgz.WGAN.from_preset(tmp_path / "again"),
        keras.saving.load_model(tmp_path / "again.keras"),
    ):
        assert type(again) is kgz.WGAN
        assert again.clip == first.clip
        assert_same_weights(again.generator, first.generator)
        assert_same_weights(again.discriminator, first.discriminator)


def test_override_without_average_takes_the_average(gans, saved):
    loaded = kgz.GAN.from_preset(saved / "gan", ema_half_life=None)
    assert_same_weights(loaded.generator, gans["gan"].ema_generator)


def test_penalties_and_losses_come_back(tmp_path):
    gan = tiny_gan(loss="hinge", penalties=[kgz.R1(3.0)])
    gan.save_to_preset(tmp_path / "r1")
    loaded = kgz.GAN.from_preset(tmp_path / "r1")
    assert type(loaded.objective) is type(gan.objective)
    assert [type(p) for p in loaded.penalties] == [kgz.R1]
    assert loaded.penalties[0].weight == 3.0


def test_sequential_networks(tmp_path):
    generator = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(16, activation="tanh"),
            keras.layers.Reshape((4, 4, 1)),
        ]
    )
    discriminator = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    gan = kgz.GAN(generator, discriminator, ema_half_life=10)
    gan.save_to_preset(tmp_path / "sequential")
    loaded = kgz.GAN.from_preset(tmp_path / "sequential")
    np.testing.assert_array_equal(loaded.generate(2, seed=1), gan.generate(2, seed=1))


def test_another_class(saved):
    message = "`WGAN` which is not a subclass of calling class `DCGAN`"
    with pytest.raises(ValueError, match=message):
        kgz.DCGAN.from_preset(saved / "wgan")


@pytest.mark.parametrize("name", sorted(FILES - {"config.json"}))
def test_missing_file(preset, name):
    (preset / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"`{name}` doesn't exist in preset"):
        kgz.GAN.from_preset(preset)


def test_missing_config(preset):
    (preset / "config.json").unlink()
    with pytest.raises(ValueError, match=r"has no config.json. Make sure the URI"):
        kgz.GAN.from_preset(preset)


# === Classes of the caller ===


class Doubling(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs


def test_custom_objects_are_trusted_and_others_not(tmp_path):
    latents = keras.Input((4,))
    x = Doubling()(keras.layers.Dense(36)(latents))
    generator = keras.Model(latents, keras.layers.Reshape((6, 6, 1))(x))
    gan = kgz.GAN(generator, tiny_gan().discriminator)
    gan.save_to_preset(tmp_path / "own")
    with pytest.raises(ValueError, match=r"(?s)holds `Doubling`.*custom_objects"):
        kgz.GAN.from_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(
        tmp_path / "own", custom_objects={"Doubling": Doubling}
    )
    np.testing.assert_array_equal(loaded.generate(2, seed=1), gan.generate(2, seed=1))


@keras.saving.register_keras_serializable(package="tests")
class OwnGAN(kgz.WGAN):
    pass


@keras.saving.register_keras_serializable(package="tests")
class Alone(kgz.GAN):
    """Builds its own networks, without being a family."""

    def __init__(self, width=8, **kwargs):
        shape = (6, 6, 1)
        super().__init__(
            kgz.networks.dense_generator(shape, latent_dim=4, widths=(width,)),
            kgz.networks.dense_discriminator(shape, widths=(width,)),
            **kwargs,
        )
        self.width = width

    def get_config(self):
        config = super().get_config()
        del config["generator"], config["discriminator"]
        return {**config, "width": self.width}


def test_own_class_that_builds_its_networks(tmp_path):
    gan = Alone(width=5, ema_half_life=10)
    gan.save_to_preset(tmp_path / "own")
    custom_objects = {"tests>Alone": Alone}
    loaded = kgz.GAN.from_preset(tmp_path / "own", custom_objects=custom_objects)
    assert (type(loaded), loaded.width) == (Alone, 5)
    assert_same_weights(loaded.discriminator, gan.discriminator)
    np.testing.assert_array_equal(loaded.generate(2, seed=1), gan.generate(2, seed=1))
    with pytest.raises(ValueError, match="shapes in"):
        kgz.GAN.from_preset(tmp_path / "own", custom_objects=custom_objects, width=6)


def test_own_family(tmp_path):
    OwnGAN(image_shape=(8, 8, 1), generator_widths=(4,)).save_to_preset(
        tmp_path / "own"
    )
    with pytest.raises(ValueError, match="must be of a class in keras_gan_zoo"):
        kgz.GAN.from_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(tmp_path / "own", custom_objects={"OwnGAN": OwnGAN})
    assert type(loaded) is OwnGAN


# === Backends ===

LOAD = """
    import sys
    import numpy as np
    import keras_gan_zoo as kgz

    gan = kgz.GAN.from_preset(sys.argv[1])
    np.save(sys.argv[2], gan.generate(8, seed=3))
"""


BACKENDS = {"tensorflow", "jax", "torch"}


@pytest.mark.once
@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                importlib.util.find_spec(name) is None,
                reason=f"{name} is not installed (`make test-all` installs it)",
            ),
        )
        for name in sorted(BACKENDS - {keras.config.backend()})
    ],
)
def test_other_backends_make_the_same_images(gans, saved, tmp_path, other):
    environment = {**os.environ, "KERAS_BACKEND": other, "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(LOAD),
        saved / "wgan",
        tmp_path / "images.npy",
    ]
    subprocess.run(command, check=True, env=environment, timeout=300)
    theirs = np.load(tmp_path / "images.npy").astype(int)
    ours = gans["wgan"].generate(8, seed=3).astype(int)
    assert np.abs(theirs - ours).max() <= 1


def test_tiny_gans_are_worth_testing(gans):
    """The average and the raw generator differ, and images are not constant."""
    for gan in gans.values():
        assert weights_sha256(gan.generator) != weights_sha256(gan.ema_generator)
        assert gan.generate(4, seed=0).std() > 0
        assert images(gan).shape[1:] == gan.image_shape
    assert isinstance(tiny_wgan(), kgz.WGAN)


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ({"foo": 1}, TypeError),
        ({"loss": "nope"}, ValueError),
        ({"critic_steps": 0}, ValueError),
        ({"penalties": ["nope"]}, ValueError),
    ],
)
def test_a_setting_of_the_callers_is_refused_as_by_the_constructor(
    saved, setting, error
):
    with pytest.raises(error) as expected:
        tiny_gan(**setting)
    with pytest.raises(error) as caught:
        kgz.GAN.from_preset(saved / "gan", **setting)
    assert str(caught.value) == str(expected.value)


def test_a_malformed_preset_is_named_whatever_is_asked_for(preset):
    edit("task.json", lambda value: value["config"].update(seed="x"))(preset)
    with pytest.raises(ValueError, match="cannot be loaded") as caught:
        kgz.GAN.from_preset(preset, critic_steps=0)
    assert str(preset) in str(caught.value)
