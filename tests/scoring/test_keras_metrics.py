"""Frechet distance and Inception Score in Keras' own loops, on every backend."""

import keras
import numpy as np
import pytest

from keras_gan_zoo import datasets, metrics
from keras_gan_zoo.scoring import FrechetDistance, InceptionScore, score


@pytest.fixture
def real(rng):
    return rng.integers(0, 200, (90, 8, 8, 1), "uint8")


def autoencoder(*found, **compiling):
    x = keras.Input((8, 8, 1))
    y = keras.layers.Dense(12, activation="relu")(keras.layers.Flatten()(x))
    y = keras.layers.Dense(64, activation="sigmoid")(y)
    model = keras.Model(x, keras.layers.Reshape((8, 8, 1))(y))
    compiling = {"run_eagerly": True, **compiling}
    model.compile("adam", "mse", metrics=list(found), **compiling)
    return model


def test_batches_give_the_score_of_the_whole(images, real, extractor):
    fid = FrechetDistance(real, extractor)
    for batch in np.split(images, 8):
        fid.update_state(batch)
    expected = score(
        images,
        real,
        ["fid"],
        extractor=extractor,
        num_images=None,
        verify=False,
        verbose=0,
    )
    assert float(fid.result()) == pytest.approx(expected["fid"], rel=1e-5)
    fid.reset_state()
    assert np.isnan(float(fid.result()))  # of no images there is no score
    fid.update_state(images[:60])
    assert float(fid.result()) != pytest.approx(expected["fid"], rel=1e-2)


def test_inception_score_of_batches(images, extractor):
    found = InceptionScore(extractor, splits=4)
    for batch in np.array_split(images, 7):
        found.update_state(batch)
    logits = extractor.extract(images)["logits"]
    splits = np.array(found.split_of(np.arange(120)))
    np.testing.assert_array_equal(np.bincount(splits[:100]), 25)  # all grow alike
    dealt = logits[np.argsort(splits, kind="stable")]
    expected, _ = metrics.inception_score(dealt, splits=4)
    assert float(found.result()) == pytest.approx(expected, rel=1e-5)
    found.reset_state()
    found.update_state(images[:3])
    assert np.isnan(float(found.result()))


def test_inception_score_of_classes_in_turn():
    """What comes in the order of its classes must not put a class in a split."""
    found = InceptionScore("digits", splits=10)
    found.update_state(datasets.load("digits", "test")[0])  # 0 to 9, again and again
    assert float(found.result()) > 9


def test_in_evaluate_of_an_autoencoder(images, real, extractor):
    fid = FrechetDistance(real, extractor, value_range=(0, 1))
    kind = InceptionScore(extractor, value_range=(0, 1), splits=2)
    model = autoencoder(fid, kind)
    x = images / np.float32(255)
    logs = model.evaluate(x, x, batch_size=50, verbose=0, return_dict=True)
    shown = np.floor(255 * model.predict(x, verbose=0) + 0.5).astype("uint8")
    expected = score(
        shown,
        real,
        ["fid"],
        extractor=extractor,
        num_images=None,
        verify=False,
        verbose=0,
    )
    assert logs["fid"] == pytest.approx(expected["fid"], rel=1e-2)
    assert 1 <= logs["is"] < 5
    assert fid.moments.count == kind.count == 120
    again = model.evaluate(x, x, batch_size=50, verbose=0, return_dict=True)
    assert again["fid"] == pytest.approx(logs["fid"], rel=1e-5)


def test_as_a_callbacks_objective(images, real, extractor, tmp_path):
    fid = FrechetDistance(real, extractor, value_range=(0, 1))
    model = autoencoder(fid)
    x = images / np.float32(255)
    path = tmp_path / "best.weights.h5"
    history = model.fit(
        x,
        x,
        batch_size=60,
        epochs=3,
        verbose=0,
        validation_data=(x, x),
        callbacks=[
            keras.callbacks.ModelCheckpoint(
                str(path),
                monitor="val_fid",
                mode="min",
                save_best_only=True,
                save_weights_only=True,
            )
        ],
    ).history
    assert len(history["val_fid"]) == 3
    assert np.isfinite([*history["fid"], *history["val_fid"]]).all()
    model.load_weights(path)
    best = model.evaluate(x, x, batch_size=60, verbose=0, return_dict=True)["fid"]
    assert best == pytest.approx(min(history["val_fid"]), rel=1e-2)


@pytest.mark.skipif(
    keras.config.backend() == "torch", reason="torch runs no compiled graph here"
)
def test_a_compiled_graph_is_refused(images, real, extractor):
    fid = FrechetDistance(real, extractor, value_range=(0, 1))
    model = autoencoder(fid, run_eagerly=False)
    x = images / np.float32(255)
    with pytest.raises(ValueError, match=r"compile\(..., run_eagerly=True\)"):
        model.evaluate(x, x, verbose=0)


def test_of_a_gan(gan, extractor):
    real = np.random.default_rng(1).integers(0, 256, (60, 8, 8, 1), "uint8")
    fid = FrechetDistance(real, extractor)
    for start in range(0, 100, 25):
        fid.update_state(gan.generate(25, seed=3, start=start))
    expected = score(
        gan,
        real,
        ["fid"],
        extractor=extractor,
        num_images=100,
        seed=3,
        verify=False,
        verbose=0,
    )
    assert float(fid.result()) == pytest.approx(expected["fid"], rel=1e-3)


def test_configs_come_back():
    fid = FrechetDistance("mnist:test", value_range=(0, 1), name="test_fid")
    again = keras.metrics.deserialize(keras.metrics.serialize(fid))
    assert again.name == "test_fid"
    assert again.value_range == (0, 1)
    assert again.reference.name == "mnist:test"
    found = InceptionScore("digits", splits=5)
    again = keras.metrics.deserialize(keras.metrics.serialize(found))
    assert (again.splits, again.extractor.name) == (5, "digits")


def test_a_model_that_was_compiled_with_it_is_saved(images, real, extractor, tmp_path):
    model = autoencoder(FrechetDistance(real, extractor, value_range=(0, 1)))
    x = images / np.float32(255)
    model.fit(x, x, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(
        again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-5
    )


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: FrechetDistance("mnist:test", "inceptoin"), "'digits'"),
        (lambda: FrechetDistance("no_such:test", "digits"), "no_such"),
        (lambda: FrechetDistance(None, "digits"), "reference"),
        (lambda: InceptionScore(None), "Which extractor"),
        (lambda: InceptionScore("digits", splits=0), "`splits` must be"),
        (lambda: InceptionScore("digits", splits=2.5), "`splits` must be.*=2.5"),
        (lambda: InceptionScore("digits", splits="10"), "`splits` must be.*='10'"),
    ],
)
def test_mistakes_show_at_once(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x: x / 255, "value_range"),
        (lambda x: x[:, :5], "does not resize"),
        (lambda x: x[:0], "at least one image"),
    ],
)
def test_images_that_it_was_not_made_for(images, real, extractor, change, match):
    fid = FrechetDistance(real, extractor)
    with pytest.raises(ValueError, match=match):
        fid.update_state(change(images))


def test_weights_are_refused(images, real, extractor):
    fid = FrechetDistance(real, extractor)
    with pytest.raises(ValueError, match="sample_weight"):
        fid.update_state(images, images, sample_weight=np.ones(120))
