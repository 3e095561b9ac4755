"""Images in every form that `fit` takes, as what is scored and as the reference."""

import shutil
import zipfile

import keras
import numpy as np
import pytest

from keras_gan_zoo import GAN, datasets
from keras_gan_zoo import images as kgz_images
from keras_gan_zoo.scoring import Extractor, ScoreReport, load_reference, score
from scoring.quarters import means

QUIET = {"verify": False, "verbose": 0}
BACKEND = keras.config.backend()


@pytest.fixture
def extractor():
    return Extractor(means, fingerprint="quarters@1")


@pytest.fixture
def real(images):
    return images // 2


class Batches(keras.utils.PyDataset):
    def __init__(self, images, labels=False):
        super().__init__(workers=1)
        self.images, self.labels = images, labels

    def __len__(self):
        return -(-len(self.images) // 32)

    def __getitem__(self, index):
        found = self.images[32 * index : 32 * (index + 1)]
        return (found, np.zeros(len(found), "int64")) if self.labels else found


def native(images):
    """A data set of the backend in use."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(images).batch(32)
    if BACKEND == "torch":
        import torch

        data = torch.utils.data.TensorDataset(torch.from_numpy(images))
        return torch.utils.data.DataLoader(data, batch_size=32)
    import jax.numpy as jnp

    return [
        jnp.asarray(images[i : i + 32]) for i in range(0, len(images), 32)
    ].__iter__()


def parts(images):
    return (images[i : i + 32] for i in range(0, len(images), 32))


def saved(path, images):
    {".npy": np.save, ".npz": np.savez}[path.suffix](path, images)
    return path


def folder(path, images):
    for i, image in enumerate(images):
        kgz_images.save_png(path / f"{i:03}.png", image)
    return path


def zipped(path, images):
    made = folder(path.parent / "pictures", images)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(made.iterdir()):
            archive.write(file, file.name)
    return path


FORMS = {
    "array": lambda images, at: images,
    "list": lambda images, at: list(images),
    "tensor": lambda images, at: keras.ops.convert_to_tensor(images),
    "npy": lambda images, at: saved(at / "a.npy", images),
    "npz": lambda images, at: str(saved(at / "a.npz", images)),
    "folder": lambda images, at: folder(at / "faces", images),
    "zip": lambda images, at: str(zipped(at / "a.zip", images)),
    "generator": lambda images, at: parts(images),
    "PyDataset": lambda images, at: Batches(images),
    "pairs": lambda images, at: Batches(images, labels=True),
    "native": lambda images, at: native(images),
}
FLOATS = ("array", "npy", "npz", "generator", "PyDataset", "native", "tensor")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("side", ["source", "all of the source", "reference"])
def test_every_form_on_both_sides(images, real, extractor, tmp_path, form, side):
    settings = {"metrics": "fid", "extractor": extractor, **QUIET}
    expected = score(images, real, num_images=None, **settings)
    if side == "reference":
        given = FORMS[form](real, tmp_path)
        report = score(images, given, num_images=None, **settings)
        same = "data_fingerprint", "num_real", "reference_image_shape"
        for fact in same:
            assert report.conditions[fact] == expected.conditions[fact]
    else:
        given = FORMS[form](images, tmp_path)
        count = 120 if side == "source" else None
        report = score(given, real, num_images=count, **settings)
    assert report["fid"] == pytest.approx(expected["fid"], rel=1e-6)


@pytest.mark.parametrize("form", FLOATS)
@pytest.mark.parametrize("side", ["source", "reference"])
def test_floats_with_their_range(images, real, extractor, tmp_path, form, side):
    settings = {"metrics": "fid", "extractor": extractor, "num_images": 120, **QUIET}
    expected = score(images, real, **settings)
    pair = {"source": images, "reference": real}
    pair[side] = FORMS[form](pair[side].astype("float32") / 255, tmp_path)
    report = score(**pair, value_range=(0, 1), **settings)
    assert report["fid"] == pytest.approx(expected["fid"], rel=1e-6)
    assert "data_fingerprint" in report.conditions
    assert (
        report.conditions["data_fingerprint"] == expected.conditions["data_fingerprint"]
    )
    handling = report.conditions["value_handling"]
    assert ("floats from 0 to 1" in handling) == (side == "source")
    pair[side] = FORMS[form](np.full((120, 8, 8, 1), 0.5, "float32"), tmp_path)
    with pytest.raises(ValueError, match="pass `value_range="):
        score(**pair, **settings)


def test_a_function_may_return_floats(images, real, extractor):
    settings = {"metrics": "fid", "extractor": extractor, "num_images": 120, **QUIET}
    report = score(
        lambda numbers: images[numbers] / 255.0, real, value_range=(0, 1), **settings
    )
    expected = score(lambda numbers: images[numbers], real, **settings)
    assert report["fid"] == pytest.approx(expected["fid"], rel=1e-9)


def test_labels_of_a_data_set_count(images, extractor):
    """As reference and as source: a class of its own for each half."""
    labels = np.arange(120) % 2

    def pairs():
        return ((images[i : i + 30], labels[i : i + 30]) for i in range(0, 120, 30))

    settings = {"metrics": "class_fid", "extractor": extractor, **QUIET}
    settings["num_images"] = None
    expected = score(images, (images // 2, labels), labels=labels, **settings)
    halved = ((some // 2, of) for some, of in pairs())
    found = score(pairs(), halved, **settings)
    assert found["class_fid"] == pytest.approx(expected["class_fid"], rel=1e-6)
    assert found.per_class["fid"].keys() == {"0", "1"}


def test_names_in_reports(images, real, extractor, tmp_path):
    settings = {"metrics": "fid", "extractor": extractor, **QUIET}
    settings["num_images"] = None
    both = {"ref_png": real, "fake_png": images}
    for name, some in both.items():
        folder(tmp_path / name, some)
    report = score(tmp_path / "fake_png", tmp_path / "ref_png", **settings)
    assert "120 samples of folder fake_png against 120 of folder ref_png," in str(
        report
    )
    assert ", device not stated." in str(report)
    report = score(
        f"{tmp_path}/fake_png:train[:60]", f"{tmp_path}/ref_png:train", **settings
    )
    assert "60 samples of folder fake_png:train[:60] against 120 of folder " in str(
        report
    )
    path = saved(tmp_path / "real.npz", real)
    report = score(parts(images), path, **settings)
    assert "of generator against 120 of file real.npz," in str(report)


def test_a_named_data_set_may_be_scored():
    settings = {"metrics": "fid", "num_images": 100, **QUIET}
    report = score("digits:test", "digits:test", **settings)
    assert report.conditions["source"] == "digits:test"
    assert score("digits", "digits:test", **settings).conditions["source"] == (
        "digits:train"
    )


@pytest.mark.parametrize("folder", ["my_gan", "runs/my_gan/preset"])
def test_a_run_is_called_by_its_folder(preset, real, extractor, tmp_path, folder):
    path = tmp_path / "reports" / folder
    shutil.copytree(preset(), path)
    report = score(path, real, "fid", extractor=extractor, num_images=20, **QUIET)
    assert report.conditions["source"] == "my_gan"


def test_an_npz_file_is_images_or_statistics(images, real, extractor, tmp_path):
    features = means(real)["features"].astype("float64")
    known = {"mu": features.mean(axis=0), "sigma": np.cov(features.T)}
    np.savez(tmp_path / "both.npz", **known, arr_0=real)
    np.savez(tmp_path / "x.npz", x_test=real)
    settings = {"metrics": "fid", "extractor": extractor, **QUIET}
    expected = score(images, real, num_images=None, **settings)
    for name in ("both.npz", "x.npz:test"):
        report = score(images, str(tmp_path / name), num_images=None, **settings)
        assert report["fid"] == pytest.approx(expected["fid"], rel=1e-6)
    np.savez(tmp_path / "s.npz", **known)
    with pytest.raises(ValueError, match=r"one array of images.*sigma"):
        score(tmp_path / "s.npz", real, num_images=None, **settings)


def generator_function():
    yield np.zeros((2, 8, 8, 1), "uint8")


@pytest.mark.parametrize("side", ["source", "reference"])
def test_a_generator_that_was_not_called(images, real, extractor, side):
    pair = {"source": images, "reference": real, side: generator_function}
    with pytest.raises(ValueError, match=r"call it.*generator_function\(\)"):
        score(**pair, metrics="fid", extractor=extractor, num_images=None, **QUIET)


def test_a_reference_is_prepared_from_a_stream_and_cached(real, extractor):
    assert load_reference(parts(real), extractor).origin == "computed"
    assert load_reference(Batches(real), extractor).origin == "cached"
    found = load_reference(real, extractor, needs={"features"})
    assert found.features.shape == (120, 4)


# === Where a preset's reference comes from ===


@pytest.fixture
def preset(tiny_gan, tmp_path):
    def save(recipe=None):
        folder = tmp_path / "my_fashion"
        gan = tiny_gan()
        return gan.save_to_preset(folder, recipe=recipe) and folder

    return save


def test_the_recipe_names_the_reference(preset, extractor, tmp_path, monkeypatch):
    data = {split: np.full((9, 8, 8, 1), 7, "uint8") for split in ("x_train", "x_test")}
    data["x_test"][:4] = 200
    np.savez(tmp_path / "fashion_mnist.npz", **data)
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path))
    folder = preset({"data": "fashion_mnist:train[:6]"})
    report = score(folder, metrics="fid", extractor=extractor, num_images=20, **QUIET)
    assert report.conditions["reference"] == "fashion_mnist:test"
    report = score(
        folder, data["x_test"], "fid", extractor=extractor, num_images=20, **QUIET
    )
    assert report.conditions["reference"] == "array"


@pytest.mark.parametrize(
    "recipe",
    [None, {}, {"data": "faces:train"}, {"data": 3}, {"data": None}, {"data": ["a"]}],
)
def test_what_the_recipe_does_not_name_is_asked_for(preset, extractor, recipe):
    folder = preset(recipe)
    with pytest.raises(ValueError, match="FID needs a `reference`: which real images"):
        score(folder, metrics="fid", extractor=extractor, num_images=20, **QUIET)
    with pytest.raises(ValueError, match="which real images"):
        score(folder, num_images=20, **QUIET)


def test_a_broken_recipe_is_no_reason_to_guess(preset, extractor):
    folder = preset({})
    (folder / "recipe.json").write_text("{")
    with pytest.raises(ValueError, match="which real images"):
        score(folder, metrics="fid", extractor=extractor, num_images=20, **QUIET)


def test_collapse_on_either_side_is_silent(images, extractor, capfd):
    """Closed form: |mean gap|^2 and the trace of the other covariance."""
    black = np.zeros((120, 8, 8, 1), "uint8")
    settings = {"extractor": extractor, "num_images": None, "verify": False}
    names = ["fid", "kid", "fid_infinity", "swd", "precision", "coverage"]
    x = means(images)["features"].astype("float64")
    expected = np.sum(x.mean(axis=0) ** 2) + np.trace(np.cov(x.T))
    for pair in ((black, images), (images, black)):
        report = score(*pair, names, verbose=0, **settings)
        assert report["fid"] == pytest.approx(expected, rel=1e-9)
        assert isinstance(report, ScoreReport)
        if pair[0] is black:
            assert report["fid_infinity"] == pytest.approx(expected, rel=1e-9)
            assert report.intervals["fid"] == pytest.approx((expected,) * 2)
    report = score(black, black, names, verbose=0, **settings)
    assert report["fid"] == report["fid_infinity"] == 0
    assert capfd.readouterr().out == ""


def test_the_score_of_a_collapsed_generator_is_1(images, capfd):
    def logits(some):
        return {"logits": some.reshape(len(some), -1)[:, :5].astype("float32")}

    black = np.zeros((120, 8, 8, 1), "uint8")
    extractor = Extractor(logits, fingerprint="pixels@1")
    names = ["is", "is_infinity", "modes", "reverse_kl"]
    settings = {"extractor": extractor, "num_images": None, **QUIET}
    report = score(black, None, names, **settings)
    found = (report["is"], report["is_infinity"], report["modes"])
    assert found == pytest.approx((1, 1, 1), rel=1e-12)
    assert report["reverse_kl"] == pytest.approx(np.log(5))
    assert capfd.readouterr().out == ""


def test_features_alone_are_never_logits(images):
    x = keras.Input((8, 8, 1))
    features = keras.layers.Dense(6)(keras.layers.Flatten()(x))
    model = keras.Model(x, features)
    common = {"metrics": "is", "num_images": None, **QUIET}
    for extractor in (model, Extractor(model, outputs=("features",))):
        with pytest.raises(ValueError, match=r"outputs=\('logits',\)|reads `logits`"):
            score(images, extractor=extractor, **common)
    given = Extractor(model, outputs=("logits",))
    expected = score(images, extractor=given, **common)["is"]
    named = keras.Model(x, keras.layers.Activation("linear", name="logits")(features))
    found = score(images, extractor=named, **common)["is"]
    assert found == pytest.approx(expected, rel=1e-6)


def test_presets_of_gans_are_still_presets(preset):
    assert isinstance(GAN.from_preset(preset()), GAN)
    assert datasets.split_name("hf://user/repo@v1", None) == ("hf://user/repo@v1", None)
