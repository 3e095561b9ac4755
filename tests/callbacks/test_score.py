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
    assert len(history["g_loss"]) == 4
    assert len(history["fid"]) == 2  # as with Keras' validation_freq
    assert sorted(callback.reports) == [1, 3]


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
    with pytest.raises(ValueError, match="`every` must be 1 or more"):
        Score("mnist:test", every=0)
    assert watcher.seen == []


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
