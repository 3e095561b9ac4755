"""save_to_preset and from_preset of sound folders."""

import importlib.util
import json
import os
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
from tiny_gans import fitted, images, tiny_gan, tiny_wgan

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import weights_sha256

FILES = {
    "config.json",
    "metadata.json",
    "model.weights.h5",
    "task.json",
    "task.weights.h5",
}


def read(folder, name):
    return json.loads((folder / name).read_text())


def values(network):
    return [keras.ops.convert_to_numpy(weight) for weight in network.weights]


def assert_same_weights(a, b):
    for x, y in zip(values(a), values(b), strict=True):
        np.testing.assert_array_equal(x, y)


class Report:
    """What a score report offers."""

    def __init__(self, digest, fid=1.5):
        self.digest, self.fid = digest, fid

    def to_dict(self):
        scores = {"fid": self.fid}
        return {"scores": scores, "conditions": {"generator_sha256": self.digest}}


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


def test_metadata_has_kerashub_keys_and_digests(gans, saved):
    metadata = read(saved / "gan", "metadata.json")
    assert metadata["keras_version"] == keras.__version__
    assert metadata["keras_gan_zoo_version"] == kgz.__version__
    assert metadata["parameter_count"] == gans["gan"].generator.count_params()
    assert metadata["weights_sha256"] == weights_sha256(gans["gan"].ema_generator)
    assert metadata["tasks"] == ["GAN"]


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
    with pytest.raises(ValueError, match=r"(?s)generator of `config.json` is not"):
        kgz.GAN.from_preset(saved / "wgan", generator_widths=(8, 4))


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


@pytest.mark.parametrize("name", ["nowhere", "./nowhere", "kaggle://a/b/keras/c"])
def test_unknown_preset_lists_the_choices(name):
    with pytest.raises(ValueError, match=r"(?s)1\) a built-in.*2\).*3\).*Received"):
        kgz.GAN.from_preset(name)


def test_preset_must_be_a_name():
    with pytest.raises(ValueError, match="must be a string"):
        kgz.GAN.from_preset(3)


def test_revision_is_for_the_hub(saved):
    with pytest.raises(ValueError, match="`revision` is for a Hub handle"):
        kgz.GAN.from_preset(str(saved / "gan"), revision="v1")


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


def test_own_family(tmp_path):
    OwnGAN(image_shape=(8, 8, 1), generator_widths=(4,)).save_to_preset(
        tmp_path / "own"
    )
    with pytest.raises(ValueError, match="must be of a class of keras_gan_zoo"):
        kgz.GAN.from_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(tmp_path / "own", custom_objects={"OwnGAN": OwnGAN})
    assert type(loaded) is OwnGAN


# === Saving ===


def test_report_becomes_scores(gans, tmp_path):
    report = Report(weights_sha256(gans["gan"].ema_generator))
    gans["gan"].save_to_preset(tmp_path / "a", report=report)
    assert read(tmp_path / "a", "scores.json") == report.to_dict()


def test_report_of_other_weights_is_refused(gans, tmp_path):
    report = Report(weights_sha256(gans["gan"].generator))
    with pytest.raises(ValueError, match="must be of the weights that are saved"):
        gans["gan"].save_to_preset(tmp_path / "a", report=report)
    assert list(tmp_path.iterdir()) == []


def test_failed_save_leaves_the_old_preset(gans, preset, tmp_path):
    before = {path.name: path.read_bytes() for path in preset.iterdir()}
    report = Report(weights_sha256(gans["gan"].ema_generator), fid=float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        gans["gan"].save_to_preset(preset, report=report)
    assert {path.name: path.read_bytes() for path in preset.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["gan"]


def test_saving_again_keeps_the_card_and_drops_stale_scores(gans, preset):
    (preset / "README.md").write_text("by hand")
    (preset / "scores.json").write_text("{}")
    (preset / "samples.png").write_bytes(b"png")
    gans["gan"].save_to_preset(preset)  # the same weights
    assert {"scores.json", "samples.png"} <= {path.name for path in preset.iterdir()}
    other = tiny_gan(seed=2)
    other.save_to_preset(preset, recipe={"seed": 2})
    assert {path.name for path in preset.iterdir()} == FILES | {
        "README.md",
        "recipe.json",
    }
    assert (preset / "README.md").read_text() == "by hand"
    assert_same_weights(kgz.GAN.from_preset(preset).generator, other.generator)


def test_a_file_is_no_folder(gans, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="A preset is a folder"):
        gans["gan"].save_to_preset(tmp_path / "file")


# === Backends ===

LOAD = """
    import sys
    import numpy as np
    import keras_gan_zoo as kgz

    gan = kgz.GAN.from_preset(sys.argv[1])
    np.save(sys.argv[2], gan.generate(8, seed=3))
"""


BACKENDS = {"tensorflow", "jax", "torch"}


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
