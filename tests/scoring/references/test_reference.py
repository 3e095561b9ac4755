import keras
import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo import images as kgz_images
from keras_gan_zoo.scoring import Extractor, extractors, load_reference, references

from ..conftest import tiny_model


def expected_moments(images, extractor):
    features = extractor.extract(images)["features"].astype("float64")
    return features.mean(axis=0), np.cov(features.T)


def assert_moments(reference, images, extractor):
    mean, covariance = expected_moments(images, extractor)
    np.testing.assert_allclose(reference.moments.mean, mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        reference.moments.covariance, covariance, rtol=1e-4, atol=1e-6
    )


def test_arrays_are_computed_once_and_cached(images, extractor, cache):
    first = load_reference(images, extractor, batch_size=50)
    assert first.origin == "computed"
    assert first.num_real == 120
    assert first.fingerprint == datasets.fingerprint(images)
    assert_moments(first, images, extractor)
    again = load_reference(images, extractor)
    assert again.origin == "cached"
    np.testing.assert_array_equal(again.moments.mean, first.moments.mean)
    np.testing.assert_allclose(
        again.moments.covariance, first.moments.covariance, rtol=1e-14
    )
    assert len(list(cache.iterdir())) == 1


def test_cache_is_keyed_by_pixels_and_extractor(images, extractor, cache):
    load_reference(images, extractor)
    load_reference(255 - images, extractor)
    load_reference(images, Extractor(tiny_model(seed=1), name="tiny"))
    assert len(list(cache.iterdir())) == 3


def test_equal_weights_with_another_scaling_are_no_hit(images, extractor):
    load_reference(images, extractor)
    other = Extractor(tiny_model(scale=1 / 127.5), name="tiny")
    found = load_reference(images, other)
    assert found.origin == "computed"
    assert_moments(found, images, other)


@pytest.mark.parametrize("damage", ["empty", "half", "text", "other"])
def test_damaged_cache_entries_are_made_anew(images, extractor, cache, damage):
    load_reference(images, extractor)
    (path,) = cache.iterdir()
    content = path.read_bytes()
    if damage == "other":
        np.savez(path, a=1)
    else:
        path.write_bytes(
            {"empty": b"", "half": content[: len(content) // 2], "text": b"x"}[damage]
        )
    found = load_reference(images, extractor)
    assert found.origin == "computed"
    assert_moments(found, images, extractor)
    assert load_reference(images, extractor).origin == "cached"


def test_a_cache_that_cant_be_written_costs_no_score(
    images, extractor, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="not cached"):
        assert load_reference(images, extractor).origin == "computed"


def test_folders(images, extractor, tmp_path):
    for i, image in enumerate(images[:10]):
        kgz_images.save_png(tmp_path / "faces" / f"{i}.png", image)
    found = load_reference(str(tmp_path / "faces"), extractor)
    assert found.num_real == 10
    assert found.name.startswith("folder faces")
    assert_moments(found, images[:10], extractor)


@pytest.mark.parametrize("names", [("mean", "covariance"), ("mu", "sigma")])
def test_statistics_files(images, extractor, tmp_path, names):
    mean, covariance = expected_moments(images, extractor)
    path = tmp_path / "stats.npz"
    np.savez(path, **dict(zip(names, (mean, covariance), strict=True)))
    found = load_reference(str(path), extractor)
    np.testing.assert_allclose(found.moments.mean, mean)
    np.testing.assert_allclose(found.moments.covariance, covariance)
    assert found.num_real is None
    assert found.origin == "statistics file"


def test_statistics_files_know_their_extractor(images, extractor, tmp_path):
    found = load_reference(images, extractor)
    path = references.write_statistics(found, extractor, tmp_path / "stats.npz")
    assert load_reference(path, extractor).num_real == 120
    with pytest.raises(ValueError, match="only under the extractor that made them"):
        load_reference(path, Extractor(tiny_model(seed=1)))


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"x": np.ones(3)}, "`mu` and `sigma`"),
        ({"mu": np.ones(3), "sigma": np.ones((2, 2))}, "shape"),
        ({"mu": np.ones((3, 1)), "sigma": np.ones((3, 3))}, "shape"),
        ({"mu": np.full(2, np.nan), "sigma": np.eye(2)}, "finite"),
        ({"mu": np.array([None]), "sigma": np.eye(1)}, "intact"),
    ],
)
def test_malformed_statistics(extractor, tmp_path, arrays, match):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(ValueError, match=match):
        load_reference(tmp_path / "bad.npz", extractor)


def test_what_is_no_reference(images, extractor, tmp_path):
    with pytest.raises(ValueError, match="can't be read"):
        load_reference(tmp_path / "none.npz", extractor)
    with pytest.raises(ValueError, match="no_such_thing"):
        load_reference("no_such_thing:test", extractor)
    with pytest.raises(ValueError, match="at least 2 images"):
        load_reference(images[:1], extractor)
    with pytest.raises(ValueError, match="does not resize"):
        load_reference(np.zeros((5, 9, 9, 1), "uint8"), extractor)


@pytest.mark.parametrize("split", ["test", "train"])
def test_shipped_moments_are_those_of_the_shipped_images(split):
    extractor = extractors.get("digits")
    found = load_reference(f"digits:{split}", extractor)
    images, _ = datasets.load("digits", split)
    assert found.origin == "shipped with keras_gan_zoo"
    assert found.fingerprint == datasets.fingerprint(images)
    assert found.num_real == len(images)
    mean, covariance = expected_moments(images, extractor)
    np.testing.assert_allclose(found.moments.mean, mean, atol=1e-4)
    np.testing.assert_allclose(found.moments.covariance, covariance, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "count"),
    [("mnist:test", 10_000), ("mnist:train", 60_000), ("mnist:train[55000:]", 5_000)],
)
def test_mnists_moments_need_no_images(name, count, monkeypatch):
    monkeypatch.setattr(datasets, "load", None)
    found = load_reference(name, extractors.get("digits"))
    assert (found.name, found.num_real) == (name, count)
    assert found.moments.count == count


def test_only_the_very_slice_is_shipped():
    extractor = extractors.get("digits")
    assert references.bundled_reference("mnist:train[55000:]", extractor)
    for other in ("mnist:train[:55000]", "mnist:train[55000:56000]", "mnist:Test"):
        assert references.bundled_reference(other, extractor) is None


def test_what_the_cache_has_is_kept(images, monkeypatch):
    """Spatial moments, then rows: both are then in the cache."""
    x = keras.Input((8, 8, 1))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x))
    model = keras.Model(x, {"features": flat, "spatial": flat})
    extractor = Extractor(model, name="both")
    load_reference(images, extractor, needs={"spatial"})
    load_reference(images, extractor, needs={"features"})
    monkeypatch.setattr(extractor, "extract", None)
    kept = load_reference(images, extractor, needs={"spatial", "features"})
    assert kept.origin == "cached"


def test_statistics_of_one_feature(tmp_path):
    """`np.cov` of one feature is a number, and so it lies in such files."""
    np.savez(tmp_path / "one.npz", mu=[0.5], sigma=np.cov([[0.0, 1.0, 2.0]]))
    found = references.read_statistics(tmp_path / "one.npz")
    np.testing.assert_allclose(found.moments.covariance, [[1.0]])


def test_an_exported_file_has_all_that_is_known(images, extractor, tmp_path):
    labels = np.repeat([0, 2], [40, 80])
    known = load_reference((images, labels), extractor)
    known.preparation = {"image_size": [8, 8], "crop_to_aspect_ratio": True}
    path = references.export_statistics(known, tmp_path / "st.v2")
    assert path == tmp_path / "st.v2.npz"
    found = load_reference(path, extractor)
    np.testing.assert_array_equal(found.label_counts, [40, 0, 80])
    origin = {"reference_moments": "statistics file"}
    assert found.facts == {**known.facts, **origin}


@pytest.mark.parametrize("text", ["[", "[1]", "7"])
def test_a_preparation_that_is_none_is_refused(images, extractor, tmp_path, text):
    known = load_reference(images, extractor)
    path = references.export_statistics(known, tmp_path / "st.npz")
    with np.load(path) as file:
        values = dict(file)
    np.savez(path, **values, preparation=text)
    with pytest.raises(ValueError, match="must be a JSON object"):
        load_reference(path, extractor)
