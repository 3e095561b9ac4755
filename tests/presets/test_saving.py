"""save_to_preset: what a folder holds, and what is refused."""

import errno
import json
import os
import shutil
from pathlib import Path

import keras
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import weights_sha256
from presets.tiny_gans import FILES, assert_same_weights, read, tiny_gan


class Report:
    """What a score report offers."""

    def __init__(self, digest, fid=1.5):
        self.digest, self.fid = digest, fid

    def to_dict(self):
        scores = {"fid": self.fid}
        return {"scores": scores, "conditions": {"generator_sha256": self.digest}}


def test_metadata_has_kerashub_keys_and_digests(gans, saved):
    metadata = read(saved / "gan", "metadata.json")
    assert metadata["keras_version"] == keras.__version__
    assert metadata["keras_gan_zoo_version"] == kgz.__version__
    assert metadata["parameter_count"] == gans["gan"].generator.count_params()
    assert metadata["weights_sha256"] == weights_sha256(gans["gan"].ema_generator)
    assert metadata["tasks"] == ["GAN"]


def test_report_becomes_scores(gans, tmp_path):
    report = Report(weights_sha256(gans["gan"].ema_generator))
    gans["gan"].save_to_preset(tmp_path / "a", report=report)
    assert read(tmp_path / "a", "scores.json") == report.to_dict()


def test_report_of_other_weights_is_refused(gans, tmp_path):
    report = Report(weights_sha256(gans["gan"].generator))
    with pytest.raises(ValueError, match="must be of the saved weights"):
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
    for name in ("log.csv", "curves.png"):
        (preset / name).write_bytes(b"")
    gans["gan"].save_to_preset(preset)  # the same weights
    found = {path.name for path in preset.iterdir()}
    assert {"scores.json", "samples.png", "log.csv", "curves.png"} <= found
    other = tiny_gan(seed=2)
    other.save_to_preset(preset, recipe={"seed": 2})
    assert {path.name for path in preset.iterdir()} == FILES | {
        "README.md",
        "recipe.json",
    }
    assert (preset / "README.md").read_text() == "by hand"
    assert_same_weights(kgz.GAN.from_preset(preset).generator, other.generator)


def test_a_card_that_is_not_utf_8_keeps_no_training_from_being_saved(preset):
    text = "# Müllers GAN".encode("cp1252")
    (preset / "README.md").write_bytes(text)
    other = tiny_gan(seed=2)
    other.save_to_preset(preset)
    assert (preset / "README.md").read_bytes() == text
    assert_same_weights(kgz.GAN.from_preset(preset).generator, other.generator)
    with pytest.raises(ValueError, match=r"must be UTF-8.*README\.md"):
        kgz.upload_preset("hf://me/gan", preset)
    with pytest.raises(ValueError, match=r"must be UTF-8.*README\.md"):
        kgz.cards.refresh_card(preset)


class Counting:
    """`os.replace` and `os.rename`, of which one call fails."""

    def __init__(self, fails_at, error):
        self.fails_at, self.error, self.calls = fails_at, error, 0

    def __call__(self, old, new, really=os.replace):
        self.calls += 1
        if self.calls == self.fails_at:
            raise self.error
        return really(old, new)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def filled(gans, preset):
    """A preset with all that may lie in its folder, and a file of the user's."""
    report = Report(weights_sha256(gans["gan"].ema_generator))
    gans["gan"].save_to_preset(preset, report=report, recipe={"seed": 1})
    (preset / "README.md").write_text(f"by hand\n{PART}")
    for name in ("samples.png", "log.csv", "curves.png", "mine.txt"):
        (preset / name).write_bytes(name.encode())
    return preset


PART = "<!-- keras-gan-zoo:scores -->\nFID 1\n<!-- /keras-gan-zoo:scores -->\n"
KEPT = {"README.md", "mine.txt"}


@pytest.mark.parametrize("error", [PermissionError(13, "in use"), KeyboardInterrupt()])
def test_an_interrupted_save_leaves_the_old_preset_or_the_new_one(
    filled, tmp_path, monkeypatch, error
):
    other = tiny_gan(seed=2)
    before, done, step = bytes_of(filled), False, 0
    while not done:
        step += 1
        replace = Counting(step, error)
        with monkeypatch.context() as patch:
            patch.setattr("os.replace", replace)
            patch.setattr("os.rename", replace)
            try:
                other.save_to_preset(filled, recipe={"seed": 2})
                done = True
            except type(error):
                assert replace.calls >= step
        assert [path.name for path in tmp_path.iterdir()] == ["gan"]
        if not done:
            assert bytes_of(filled) == before
    assert step > len(FILES) + len(before)
    assert bytes_of(filled).keys() == FILES | KEPT | {"recipe.json"}
    assert_same_weights(kgz.GAN.from_preset(filled).generator, other.generator)


def test_what_can_not_be_put_back_is_kept_and_named(filled, monkeypatch):
    before, really = bytes_of(filled), os.replace

    def locked(old, new):
        if Path(new) == filled / "model.weights.h5":
            raise PermissionError(13, "in use")
        really(old, new)

    monkeypatch.setattr("os.replace", locked)
    with pytest.raises(OSError, match=r"could not be put back.*Received: ") as caught:
        tiny_gan(seed=2).save_to_preset(filled)
    kept = Path(str(caught.value).partition("Received: ")[2].split(": ")[0])
    assert (kept / "model.weights.h5").read_bytes() == before["model.weights.h5"]
    found = bytes_of(filled) | bytes_of(kept)
    assert before.items() <= found.items()


@pytest.mark.parametrize("here", [".", "", "../gan"])
def test_the_folder_that_one_is_in(preset, monkeypatch, here):
    monkeypatch.chdir(preset)
    other = tiny_gan(seed=2)
    other.save_to_preset(here)
    assert_same_weights(kgz.GAN.from_preset(".").generator, other.generator)
    assert Path.cwd().samefile(preset)


def test_an_empty_folder_and_a_link(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    gan = tiny_gan()
    assert gan.save_to_preset(tmp_path / "link") == tmp_path / "link"
    assert {path.name for path in (tmp_path / "empty").iterdir()} == FILES
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "link"}


def test_files_that_are_links_stay_links(preset, tmp_path, monkeypatch):
    """Such as weights on another disk, to which no file can be renamed."""
    disk, names = tmp_path / "disk", ["metadata.json", "model.weights.h5"]
    disk.mkdir()
    for name in names:
        (preset / name).rename(disk / name)
        (preset / name).symlink_to(disk / name)

    def within_a_disk(old, new, really=os.replace):
        if (Path(old).parent == disk) != (Path(new).parent == disk):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        really(old, new)

    monkeypatch.setattr("os.replace", within_a_disk)
    other = tiny_gan(seed=2)
    other.save_to_preset(preset)
    assert_same_weights(kgz.GAN.from_preset(preset).generator, other.generator)
    before = bytes_of(preset)

    def full(old, new, really=shutil.copyfile):
        if Path(new) == disk / "metadata.json" and Path(old).parent.name[-4:] != "-old":
            Path(new).write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")
        return really(old, new)

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        tiny_gan(seed=3).save_to_preset(preset)
    assert bytes_of(preset) == before
    assert sorted(os.listdir(disk)) == names
    assert all((preset / name).is_symlink() for name in names)


def test_a_file_is_no_folder(gans, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="A preset is a folder"):
        gans["gan"].save_to_preset(tmp_path / "file")


# === What could not be loaded is not saved ===


def square(x):
    return x * x


class Square(keras.layers.Layer):
    def call(self, inputs):
        return square(inputs)


class NoConfig(keras.layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return self.factor(inputs)


def gan_with(layer, **kwargs):
    latents = keras.Input((4,))
    x = keras.layers.Dense(36)(layer(keras.layers.Dense(6)(latents)))
    generator = keras.Model(latents, keras.layers.Reshape((6, 6, 1))(x))
    return kgz.GAN(generator, tiny_gan().discriminator, **kwargs)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Lambda(lambda x: x * x),
        keras.layers.Lambda(square),
        lambda x: keras.ops.vectorized_map(lambda row: row * row, x),
    ],
    ids=["lambda", "lambda of a function", "operation"],
)
def test_python_code_is_refused(tmp_path, layer):
    with pytest.raises(ValueError, match=r"(?s)holds no Python code.*Received: "):
        gan_with(layer).save_to_preset(tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "layer",
    [
        lambda x: keras.layers.Dense(6, activation=lambda x: x * x)(x),
        NoConfig(keras.ops.tanh),
    ],
    ids=["anonymous activation", "no get_config"],
)
@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_what_keras_can_not_build_again_is_refused(tmp_path, layer):
    with pytest.raises((ValueError, NotImplementedError), match="get_config") as caught:
        gan_with(layer).save_to_preset(tmp_path / "own")
    assert len(str(caught.value)) < 2000
    assert list(tmp_path.iterdir()) == []


def test_what_custom_objects_can_load_is_saved(tmp_path):
    for layer, own in (
        (Square(), {"Square": Square}),
        (lambda x: keras.layers.Dense(6, activation=square)(x), {"square": square}),
        (keras.layers.RepeatVector(2), {}),
    ):
        flat = keras.layers.Flatten()
        gan = gan_with(lambda x, layer=layer, flat=flat: flat(layer(x)))
        gan.save_to_preset(tmp_path / "own")
        loaded = kgz.GAN.from_preset(tmp_path / "own", custom_objects=own)
        assert_same_weights(loaded.generator, gan.generator)


def test_a_report_may_be_a_file(gans, tmp_path):
    digest = weights_sha256(gans["gan"].ema_generator)
    report = kgz.ScoreReport({"fid": 1.5}, conditions={"generator_sha256": digest})
    report.save(tmp_path / "r.json")
    for number, path in enumerate((tmp_path / "r.json", str(tmp_path / "r.json"))):
        folder = gans["gan"].save_to_preset(tmp_path / f"{number}", report=path)
        assert read(folder, "scores.json") == report.to_dict()
        assert kgz.cards.attach_report(folder, path) == folder / "scores.json"
        assert read(folder, "scores.json") == report.to_dict()


@pytest.mark.parametrize(
    ("report", "error"), [(1.5, ValueError), ("nowhere.json", FileNotFoundError)]
)
def test_what_is_no_report_is_refused(gans, tmp_path, report, error):
    with pytest.raises(error, match=r"`report` must be a `ScoreReport`|nowhere\.json"):
        gans["gan"].save_to_preset(tmp_path / "a", report=report)
    assert list(tmp_path.iterdir()) == []


WRONG_RECIPES = [
    (["x"], "must be a dict"),
    ("recipe.json", "must be a dict"),
    ({"data": 5}, "`data` must be text"),
    ({"family": ["GAN"]}, "`family` must be text"),
    ({"epochs": "ten"}, "`epochs` must be a whole number"),
    ({"continued": 5}, "`continued` must be a JSON object of `from`"),
    ({"continued": {"from": "a"}}, "`continued` must be a JSON object of `from`"),
    ({"limitations": 5}, "`limitations` must be text, or a list of texts"),
    ({"limitations": [5]}, "`limitations` must be text, or a list of texts"),
    ({"converted_from": 5}, "`converted_from` of a recipe must have"),
]


@pytest.mark.parametrize(("recipe", "says"), WRONG_RECIPES[:2])
def test_what_is_no_recipe_is_refused(gans, tmp_path, recipe, says):
    with pytest.raises(ValueError, match=says):
        gans["gan"].save_to_preset(tmp_path / "a", recipe=recipe)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("recipe", "says"), WRONG_RECIPES[2:])
def test_a_malformed_recipe_is_named_where_it_is_read(preset, recipe, says):
    (preset / "recipe.json").write_text(json.dumps(recipe))
    for function in (kgz.cards.write_card, lambda f: kgz.upload_preset("hf://a/b", f)):
        with pytest.raises(ValueError, match=says) as caught:
            function(preset)
        assert str(preset) in str(caught.value)
    assert kgz.GAN.from_preset(preset).generate(1).shape == (1, 6, 6, 1)
