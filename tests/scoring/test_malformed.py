"""What goes wrong, and what its user is told: one clear error, or one warning."""

import errno
import os
import tempfile
import warnings

import keras
import numpy as np
import pytest

from keras_gan_zoo import images as kgz_images
from keras_gan_zoo.scoring import (
    Extractor,
    ScoreReport,
    collectors,
    compare,
    extractors,
    load_reference,
    references,
    score,
)

from .conftest import tiny_model

QUIET = {"num_images": None, "verify": False, "verbose": 0}


@pytest.fixture
def made(images, extractor, tmp_path):
    """Everything that a case may need."""
    for i, image in enumerate(images[:20]):
        kgz_images.save_png(tmp_path / "faces" / f"{i:02}.png", image)
    (tmp_path / "empty").mkdir()
    reference = load_reference(images // 2, extractor)
    references.write_statistics(reference, extractor, tmp_path / "good.npz")
    return tmp_path


def call(images, an_extractor, **change):
    arguments = {
        "source": images,
        "reference": images // 2,
        "extractor": an_extractor,
        **QUIET,
        **change,
    }
    return score(**arguments)


def cut(path, share=0.5):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return str(path)


def write(path, **arrays):
    np.savez(path, **arrays)
    return str(path)


def batches_of(images, size=50):
    for start in range(0, len(images), size):
        yield images[start : start + size]


def with_nan(images):
    """A callable extractor that breaks on a white first pixel."""
    features = images.reshape(len(images), -1)[:, :6].astype("float32")
    features[features[:, 0] == 255] = np.nan
    return {"features": features, "logits": features}


def softmax_model():
    x = keras.Input((8, 8, 1))
    y = keras.layers.Dense(5, activation="softmax")(keras.layers.Flatten()(x))
    return keras.Model(x, {"features": y, "logits": y})


BAD_IMAGE_FILES = {
    "truncated": lambda folder: cut(folder / "07.png", 0.7),
    "text": lambda folder: (folder / "07.png").write_text("hello"),
    "mixed sizes": lambda folder: kgz_images.save_png(
        folder / "07.png", np.zeros((9, 8, 1), "uint8")
    ),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        # what is asked for
        ({"metrics": "fdi"}, r"`metrics` must be one or more of \['is'.*\['fdi'\]"),
        ({"extractor": "inceptoin"}, r"1\) 'digits'.*'inceptoin'"),
        ({"extractor": "keras_applications"}, "keras_applications/NAME"),
        ({"extractor": "keras_applications/NoNet"}, "NoNet"),
        ({"extractor": lambda images: images}, "needs a fingerprint"),
        ({"splits": 121}, "At least 121 images are needed.*splits=121"),
        ({"splits": 0}, "`splits` must be a whole number, 1 or more.*splits=0"),
        ({"batch_size": -3}, "1 or more.*batch_size=-3"),
        ({"repeats": 2.5}, "whole number.*repeats=2.5"),
        ({"num_images": 50.5}, "whole number.*num_images=50.5"),
        ({"metrics": None}, r"`metrics` must be one or more of .*metrics=\[None\]"),
        ({"metrics": [["fid"]]}, r"`metrics` must be one or more of"),
        ({"seed": -1}, "`seed` must be a whole number, 0 or more"),
        ({"metrics": "recall", "num_images": 5}, "At least 6 images.*neighbours"),
        ({"devices": ["gpu:17"]}, "gpu:17"),
        ({"devices": "gpu:17"}, "gpu:17"),
        ({"metrics": "sfid"}, "reads `spatial`, which this extractor does not"),
        # images
        ({"source": np.zeros((50, 9, 9, 1), "uint8")}, r"\(8, 8, 1\).*\(9, 9, 1\)"),
        ({"source": np.zeros((50, 8, 8, 3), "uint8")}, r"\(8, 8, 1\).*\(8, 8, 3\)"),
        ({"source": np.zeros((50, 5, 8, 8), "uint8")}, "1 to 4 channels"),
        ({"source": np.full((50, 8, 8, 1), 0.5)}, "declared range: pass `value_range"),
        ({"source": np.full((50, 8, 8, 1), 300)}, "Rescale the values"),
        ({"source": np.zeros((0, 8, 8, 1), "uint8")}, "at least one image"),
        ({"source": iter([])}, "at least one batch"),
        (
            {"source": iter([np.zeros((9, 8, side, 1), "uint8") for side in (8, 6)])},
            r"same size and channels.*\(8, 8, 1\), then of shape \(8, 6, 1\)",
        ),
        (
            {
                "source": lambda numbers: np.zeros(
                    (len(numbers), 8, 8 - numbers[-1] // 20, 1), "uint8"
                ),
                "batch_size": 10,
                "num_images": 50,
            },
            r"images of one size.*\(8, 8, 1\) for number 0, and then of \[\(8, 6, 1\)",
        ),
        (
            {"source": (np.zeros((50, 8, 8, 1), "uint8"), [1, 2])},
            "one for each image, 50",
        ),
        (
            {"source": lambda numbers: np.zeros((3, 8, 8, 1), "uint8")},
            "3 images for 1",
        ),
        # models
        ({"extractor": softmax_model()}, "look like probabilities"),
        (
            {"extractor": softmax_model(), "metrics": "is_infinity"},
            "look like probabilities",
        ),
        (
            {
                "extractor": Extractor(
                    lambda x: x[:1], fingerprint="f@1", outputs=["logits"]
                )
            },
            "a row for each image",
        ),
    ],
)
def test_arguments(images, extractor, change, says):
    with pytest.raises(ValueError, match=f"(?s){says}"):
        call(images, extractor, **change)


@pytest.mark.parametrize("damage", BAD_IMAGE_FILES)
def test_image_files(made, images, extractor, damage):
    BAD_IMAGE_FILES[damage](made / "faces")
    for side in ("source", "reference"):
        with pytest.raises(ValueError, match=r"07\.png"):
            call(images, extractor, **{side: str(made / "faces")})


def test_an_empty_folder(made, images, extractor):
    for side in ("source", "reference"):
        with pytest.raises(ValueError, match="must contain images"):
            call(images, extractor, **{side: str(made / "empty")})


STATISTICS = {
    "cut short": (lambda at: cut(at / "good.npz"), "intact"),
    "no zip": (lambda at: cut(at / "good.npz", 0), "intact"),
    "missing": (lambda at: str(at / "none.npz"), "can't be read"),
    "other keys": (lambda at: write(at / "s.npz", a=1), "`mu` and"),
    "shapes": (lambda at: write(at / "s.npz", mu=[1.0], sigma=[1.0]), "shape"),
    "NaN": (lambda at: write(at / "s.npz", mu=[np.nan], sigma=[[1.0]]), "finite"),
    "texts": (lambda at: write(at / "s.npz", mu=["a"], sigma=[["b"]]), "finite"),
    "not symmetric": (
        lambda at: write(at / "s.npz", mu=[0, 0], sigma=[[1.0, 5.0], [0, 1.0]]),
        "symmetric",
    ),
    "negative": (lambda at: write(at / "s.npz", mu=[0], sigma=[[-1.0]]), "variance"),
    "dimensions": (
        lambda at: write(at / "s.npz", mu=np.zeros(7), sigma=np.eye(7)),
        "same extractor.*6 dimensions.*of 7",
    ),
}


@pytest.mark.parametrize("kind", STATISTICS)
def test_statistics_files(made, images, extractor, kind):
    make, says = STATISTICS[kind]
    with pytest.raises(ValueError, match=says):
        call(images, extractor, reference=make(made))


def test_statistics_of_another_extractor(made, images):
    other = Extractor(tiny_model(seed=1))
    with pytest.raises(ValueError, match="only under the extractor that made them"):
        call(images, other, reference=str(made / "good.npz"))


def test_statistics_alone_are_too_little_for_kid(made, images, extractor):
    with pytest.raises(ValueError, match="compare with every real image"):
        call(images, extractor, metrics="kid", reference=str(made / "good.npz"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "a complete .pth file.*begins with b''"),
        (b"PK\x03\x04 broken", "a complete .pth file.*not a zip file"),
        (b"\x80\x04no state dict", "a complete .pth file.*no opcode of a pickle"),
    ],
)
def test_corrupt_weights(tmp_path, content, says):
    path = tmp_path / "inception.pth"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"(?s){says}") as caught:
        extractors.get("inception", weights=str(path))
    assert "inception.pth" in str(caught.value)


def test_weights_that_are_missing(tmp_path):
    with pytest.raises(ValueError, match=r"none\.pth"):
        extractors.get("inception", weights=str(tmp_path / "none.pth"))


def test_an_unknown_resizer():
    with pytest.raises(ValueError, match="`resizer` must be one of"):
        extractors.get("inception", weights={}, resizer="nearest")


def test_grey_images_into_a_colour_network_are_repeated_and_that_is_said(images):
    x = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x))
    model = keras.Model(x, keras.layers.Dense(6)(flat))
    colour = Extractor(model, outputs=("features",))
    with pytest.raises(ValueError, match=r"\(8, 8, 3\).*Received.*\(8, 8, 1\)"):
        call(images, colour, metrics="fid")
    colour = Extractor(model, outputs=("features",), repeat_grey=True)
    report = call(images, colour, metrics="fid")
    assert report.conditions["channels"] == "grey repeated to 3 channels"
    assert "grey repeated to 3 channels" in report.to_markdown()
    repeated = np.repeat(images, 3, axis=-1)
    same = call(repeated, colour, metrics="fid", reference=repeated // 2)
    assert same["fid"] == pytest.approx(report["fid"], rel=1e-4)
    assert same.conditions["channels"] == "as given"
    alpha = np.concatenate([repeated, images], axis=-1)
    with pytest.raises(ValueError, match="alpha"):
        call(alpha, colour, metrics="fid", reference=repeated)


def test_features_that_are_nan_are_named(images):
    images = images.clip(0, 254)
    fake = images.copy()
    extractor = Extractor(with_nan, fingerprint="with-nan@1")
    fake[:, 0, 0, 0] = 255 * (np.arange(120) == 70)
    place = int(np.flatnonzero(np.random.default_rng(0).permutation(120) == 70)[0])
    with pytest.raises(ValueError, match=f"must be finite.*sample {place}$"):
        call(fake, extractor, reference=images)
    with pytest.raises(ValueError, match="`features` must be finite"):
        call(images, extractor, reference=fake)


def test_a_stream_that_ends_early(images, extractor):
    with pytest.raises(ValueError, match="ended after 120 images"):
        call(images, extractor, source=batches_of(images), num_images=200)


def test_a_stream_of_other_sizes(images, extractor):
    def batches():
        yield images[:60]
        yield images[60:, :5]

    with pytest.raises(ValueError, match=r"Received: .*\(60, 5, 8, 1\)|size"):
        call(images, extractor, source=batches(), num_images=100)


def test_a_function_that_returns_too_few(images, extractor):
    def function(numbers):
        return images[numbers[:30]]

    with pytest.raises(ValueError, match="30 images for 100 numbers"):
        call(images, extractor, source=function, num_images=100)


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_costs_the_cache_and_no_score(images, extractor, monkeypatch):
    expected = call(images, extractor)
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", os.environ["KERAS_GAN_ZOO_CACHE"] + "2")
    monkeypatch.setattr("keras_gan_zoo.scoring.moments.write_atomically", full_disk)
    monkeypatch.setattr(references.cache, "write_atomically", full_disk)
    with pytest.warns(UserWarning, match="not cached: .*No space left"):
        report = call(images, extractor)
    assert report["fid"] == pytest.approx(expected["fid"], rel=1e-6)


def test_a_full_disk_for_all_features_is_an_error(images, extractor, monkeypatch):
    monkeypatch.setattr(collectors, "SPILL", 100)
    monkeypatch.setattr("os.posix_fallocate", full_disk, raising=False)
    folder = len(os.listdir(tempfile.gettempdir()))
    with pytest.raises(OSError, match="TMPDIR") as caught:
        call(images, extractor, metrics="swd")
    assert caught.value.errno == errno.ENOSPC
    assert len(os.listdir(tempfile.gettempdir())) <= folder + 5  # nothing is left


def test_a_cache_entry_that_is_damaged_is_made_anew(images, extractor, cache):
    expected = call(images, extractor)
    for path in cache.iterdir():
        cut(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert call(images, extractor)["fid"] == expected["fid"]


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"a": np.zeros(3), "b": np.zeros(3)}, "one named"),
        ({"images": np.zeros((5, 5, 5, 5, 5), "uint8")}, "must have shape"),
        ({"images": np.array(["a", "b"])}, "uint8"),
    ],
)
def test_files_of_images(tmp_path, images, extractor, arrays, says):
    path = write(tmp_path / "x.npz", **arrays)
    with pytest.raises(ValueError, match=says):
        call(images, extractor, source=path)
    with pytest.raises(ValueError, match="can't be read"):
        call(images, extractor, source=cut(tmp_path / "x.npz"))


def test_reports_that_are_no_reports(tmp_path):
    (tmp_path / "r.json").write_text('{"fid": 1.0}')
    for use in (ScoreReport.load, lambda path: compare([path, path])):
        with pytest.raises(ValueError, match="A report must be a dict with format=1"):
            use(tmp_path / "r.json")
