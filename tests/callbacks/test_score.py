import copy
import csv
import pickle

import keras
import numpy as np
import pytest

from keras_gan_zoo import GAN, networks
from keras_gan_zoo.callbacks.score import Score
from keras_gan_zoo.scoring import Extractor, score


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path))


def make_gan():
    gan = GAN(
        networks.dense_generator((8, 8, 1), latent_dim=4, widths=(16,)),
        networks.dense_discriminator((8, 8, 1), widths=(8,)),
        ema_half_life=100,
        seed=0,
    )
    gan.compile()
    return gan


@pytest.fixture
def gan():
    return make_gan()


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1), "uint8")


@pytest.fixture
def extractor():
    x = keras.Input((8, 8, 1))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(x))
    features = keras.layers.Dense(6)(flat)
    return Extractor(keras.Model(x, (features, keras.layers.Dense(5)(features))))


class Watcher(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(dict(logs))


def test_other_models_have_a_metric_instead(images, extractor):
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Rescaling(1.0)])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match=r"FrechetDistance.*type Sequential"):
        model.fit(images, images, callbacks=[Score(images, extractor=extractor)])


def test_scores_reach_history_and_later_callbacks(gan, images, extractor):
    callback = Score(images, num_images=50, extractor=extractor)
    watcher = Watcher()
    history = gan.fit(
        images, batch_size=32, epochs=2, verbose=0, callbacks=[callback, watcher]
    ).history
    assert set(history) >= {"d_loss", "g_loss", "fid", "is", "is_std"}
    assert [logs["fid"] for logs in watcher.seen] == history["fid"]
    again = score(
        gan,
        images,
        extractor=extractor,
        num_images=50,
        verify=False,
        verbose=0,
    )
    assert history["fid"][-1] == pytest.approx(again["fid"], rel=1e-3)
    assert history["is"][-1] == pytest.approx(again["is"], rel=1e-3)
    assert history["fid"][0] != history["fid"][1]
    assert callback.reports[1].conditions["use_ema"] is True


def test_every_second_epoch(gan, images, extractor):
    callback = Score(images, every=2, num_images=50, extractor=extractor)
    history = gan.fit(
        images, batch_size=32, epochs=4, verbose=0, callbacks=[callback]
    ).history
    assert sorted(callback.reports) == [1, 3]
    first, second = (callback.reports[epoch] for epoch in (1, 3))
    # The last score; before there is one, no monitor takes the value for a better one.
    assert history["fid"] == [np.inf, first["fid"], first["fid"], second["fid"]]
    assert history["is"] == [-np.inf, first["is"], first["is"], second["is"]]
    assert np.isnan(history["is_std"][0])
    assert history["is_std"][1:] == [first["is_std"]] * 2 + [second["is_std"]]


def test_checkpoints_by_score_and_the_bar(gan, images, extractor, tmp_path, capsys):
    path = str(tmp_path / "best.weights.h5")
    gan.fit(
        images,
        batch_size=32,
        epochs=1,
        callbacks=[
            Score(images, metrics=["fid"], num_images=50, extractor=extractor),
            keras.callbacks.ModelCheckpoint(
                path,
                monitor="fid",
                mode="min",
                save_best_only=True,
                save_weights_only=True,
            ),
        ],
    )
    assert (tmp_path / "best.weights.h5").exists()
    assert "fid:" in capsys.readouterr().out


def test_scoring_changes_nothing_in_training(images, extractor):
    def trained(*callbacks):
        keras.utils.set_random_seed(0)
        gan = make_gan()
        gan.fit(images, batch_size=32, epochs=2, verbose=0, callbacks=callbacks)
        return gan.generator.get_weights()

    callback = Score(images, num_images=20, extractor=extractor)
    for plain, scored in zip(trained(), trained(callback), strict=True):
        np.testing.assert_array_equal(plain, scored)


def test_mistakes_show_before_training(gan, images, extractor):
    watcher = Watcher()
    with pytest.raises(ValueError, match="does not resize"):
        gan.fit(images, verbose=0, callbacks=[watcher, Score("mnist:test")])
    callback = Score(images, metrics=["fdi"], extractor=extractor)
    with pytest.raises(ValueError, match="one or more of"):
        gan.fit(images, verbose=0, callbacks=[watcher, callback])
    with pytest.raises(ValueError, match="`every` must be a whole number, 1 or more"):
        Score("mnist:test", every=0)
    assert watcher.seen == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"num_images": 1}, "At least 10 images.*num_images=1"),
        ({"num_images": 9}, "At least 10 images.*num_images=9"),
        ({"num_images": None}, "how many.*num_images=None"),
        ({"num_images": 9.5}, "`num_images` must be a whole number"),
        ({"seed": -1}, "`seed` must be a whole number.*seed=-1"),
        ({"batch_size": 0}, "`batch_size` must be a whole number"),
    ],
)
def test_wrong_numbers_show_before_training(gan, images, extractor, settings, says):
    watcher = Watcher()
    given = {"num_images": 50, **settings}
    callback = Score(images, every=3, extractor=extractor, **given)
    with pytest.raises(ValueError, match=says):
        gan.fit(images, epochs=3, verbose=0, callbacks=[watcher, callback])
    assert watcher.seen == []
    with pytest.raises(ValueError, match="`every` must be a whole number"):
        Score(images, every=1.5)


def test_in_evaluate(gan, images, extractor):
    callback = Score(images, metrics=["fid"], num_images=50, extractor=extractor)
    gan.evaluate(images, verbose=0, callbacks=[callback])
    expected = score(
        gan,
        images,
        ["fid"],
        extractor=extractor,
        num_images=50,
        verify=False,
        verbose=0,
    )
    found = callback.reports["evaluate"]
    assert found["fid"] == pytest.approx(expected["fid"], rel=1e-3)


def test_validation_is_no_evaluation(gan, images, extractor):
    callback = Score(images, every=2, num_images=50, extractor=extractor)
    gan.fit(images, validation_data=images, epochs=2, verbose=0, callbacks=[callback])
    assert list(callback.reports) == [1]


def test_a_generator_that_makes_nan_has_scores_of_nan(gan, images, extractor):
    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                for weight in self.model.generator.trainable_variables:
                    weight.assign(np.full(weight.shape, np.nan))

    score = Score(images, num_images=20, extractor=extractor)
    with pytest.warns(UserWarning, match=r"No scores of epoch 2\. .*diverged"):
        history = gan.fit(
            images,
            batch_size=32,
            epochs=3,
            verbose=0,
            callbacks=[Poison(), score, keras.callbacks.TerminateOnNaN()],
        ).history
    assert np.isfinite(history["fid"][0])
    assert np.isnan([history["fid"][1], history["is"][1]]).all()
    assert list(score.reports) == [0]


# === Beside Keras' callbacks ===


def scripted(monkeypatch, scores):
    """`Score` computes these, one after the other."""
    values = iter(scores)
    monkeypatch.setattr(Score, "_prepare", lambda self: None)
    monkeypatch.setattr(
        Score,
        "_score",
        lambda self, when: self.reports.setdefault(when, next(values)),
    )


def test_csv_logger_has_every_score(gan, images, tmp_path, monkeypatch):
    scripted(monkeypatch, [{"fid": 5.25, "is": 2.5, "is_std": 0.5}, {"fid": 4.0}])
    gan.fit(
        images,
        batch_size=32,
        epochs=4,
        verbose=0,
        callbacks=[
            Score(images, every=2),
            keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        ],
    )
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["fid"] for row in rows] == ["inf", "5.25", "5.25", "4.0"]
    assert [row["is"] for row in rows] == ["-inf", "2.5", "2.5", "2.5"]
    assert [row["is_std"] for row in rows] == ["nan", "0.5", "0.5", "0.5"]


@pytest.mark.parametrize("every", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "values", "best"),
    [("fid", [9.0, 3.0, 4.0, 5.0], 2), ("is", [1.0, 2.0, 1.5, 1.2], 2)],
)
def test_a_checkpoint_keeps_the_best_score_only(
    gan, images, tmp_path, monkeypatch, every, name, values, best
):
    """Without `mode`, and no epoch without a score comes before one that has one."""
    scripted(monkeypatch, [{name: value} for value in values])
    gan.fit(
        images,
        batch_size=64,
        epochs=4 * every,
        verbose=0,
        callbacks=[
            Score(images, every=every, metrics=name),
            keras.callbacks.ModelCheckpoint(
                tmp_path / "{epoch:02d}.weights.h5",
                monitor=name,
                save_best_only=True,
                save_weights_only=True,
            ),
        ],
    )
    saved = sorted(path.name[:2] for path in tmp_path.iterdir())
    assert saved == [f"{epoch:02}" for epoch in sorted({1, every, best * every})]


@pytest.mark.parametrize(
    ("name", "values", "stops"),
    [
        ("fid", [9.0, 3.0, 4.0, 5.0, 6.0], 4),
        ("is", [1.0, 2.0, 1.5, 1.2, 1.1], 4),
        ("kid", [9.0, 3.0, 4.0, 5.0, 6.0], 4),
        ("recall", [0.1, 0.2, 0.1, 0.1, 0.1], 4),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_early_stopping_knows_the_direction(
    gan, images, monkeypatch, name, values, stops, first
):
    scripted(monkeypatch, [{name: value} for value in values])
    stopping = keras.callbacks.EarlyStopping(monitor=name, patience=2)
    history = gan.fit(
        images,
        batch_size=64,
        epochs=5,
        verbose=0,
        callbacks=[Score(images, metrics=name), stopping],
    ).history
    assert len(history[name]) == stops
    assert stopping.best == values[1]
    assert name not in gan.get_metrics_result()
    if not first:  # a second fit, with another callback, knows its own directions
        scripted(monkeypatch, [{"swd": value} for value in (3.0, 2.0)])
        stopping = keras.callbacks.EarlyStopping(monitor="swd")
        callbacks = [Score(images, metrics="swd"), stopping]
        gan.fit(images, batch_size=64, epochs=2, verbose=0, callbacks=callbacks)
        assert stopping.best == 2.0


def test_reduce_on_plateau_knows_the_direction(gan, images, monkeypatch):
    scripted(monkeypatch, [{"is": value} for value in (1.0, 2.0, 3.0)])
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="is", patience=1)
    gan.fit(
        images,
        batch_size=64,
        epochs=3,
        verbose=0,
        callbacks=[Score(images, metrics="is"), plateau],
    )
    assert plateau.best == 3.0
    assert plateau.wait == 0


def test_a_scored_gan_is_saved_as_ever(gan, images, extractor, tmp_path):
    callback = Score(images, metrics="fid", num_images=20, extractor=extractor)
    path = tmp_path / "gan.keras"
    checkpoint = keras.callbacks.ModelCheckpoint(path, monitor="fid")
    gan.fit(images, batch_size=32, verbose=0, callbacks=[callback, checkpoint])
    loaded = keras.saving.load_model(path)
    np.testing.assert_allclose(loaded.generate(2, seed=1), gan.generate(2, seed=1))
    assert set(loaded.evaluate(images, verbose=0, return_dict=True))


COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "copy": copy.copy,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("used", [False, True])
def test_a_copy_scores_as_the_original(images, extractor, how, used):
    def fit(callback):
        keras.utils.set_random_seed(0)
        fitted = make_gan().fit(images, batch_size=32, verbose=0, callbacks=[callback])
        return fitted.history["fid"]

    original = Score(
        *(images, 1, ["fid"]), num_images=50, extractor=extractor, seed=3, batch_size=9
    )
    expected = fit(original) if used else None
    copied = COPIES[how](original)
    assert copied.reports == original.reports
    found = fit(copied)
    expected = expected or fit(original)
    assert found == pytest.approx(expected, rel=1e-5)
    copied.reports["mine"] = None
    assert "mine" not in original.reports
    assert (copied.seed, copied.batch_size, copied.num_images) == (3, 9, 50)


def test_a_generator_as_reference_is_read_once(images, extractor, gan):
    parts = (images[i : i + 16] for i in range(0, 64, 16))
    callback = Score(parts, metrics="fid", num_images=20, extractor=extractor)
    for _ in range(2):
        gan.fit(images, batch_size=32, verbose=0, callbacks=[callback])
    assert callback.reports[0].conditions["num_real"] == 64


def test_floats_as_reference(images, extractor, gan):
    given = images / np.float32(255)
    settings = {"metrics": "fid", "num_images": 20, "extractor": extractor}
    callbacks = [
        Score(given, value_range=(0, 1), **settings),
        Score(images, **settings),
    ]
    gan.fit(images, batch_size=32, verbose=0, callbacks=callbacks)
    one, two = (callback.reports[0]["fid"] for callback in callbacks)
    assert one == pytest.approx(two, rel=1e-6)
