"""Callbacks that look at the logs of a GAN."""

import warnings

import keras
import numpy as np
import pytest


class Poison(keras.callbacks.Callback):
    """Makes a weight of a player NaN before the third step."""

    def __init__(self, player):
        super().__init__()
        self.player, self.steps = player, 0

    def on_train_batch_begin(self, batch, logs=None):
        self.steps += 1
        if self.steps == 3:
            kernel = getattr(self.model, self.player).trainable_variables[0]
            kernel.assign(np.full(kernel.shape, np.nan, "float32"))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_training_stops_at_nan(player, tiny_gan, noise):
    poison = Poison(player)
    callbacks = [poison, keras.callbacks.TerminateOnNaN()]
    history = tiny_gan().fit(
        noise(), batch_size=8, epochs=4, verbose=0, callbacks=callbacks
    )
    assert poison.steps == 3
    assert np.isnan(history.history["loss"]).all()


CHOOSE = {
    "stop": lambda path: keras.callbacks.EarlyStopping(),
    "stop at d_loss": lambda path: keras.callbacks.EarlyStopping("d_loss", mode="min"),
    "best": lambda path: keras.callbacks.ModelCheckpoint(
        path / "best.keras", monitor="loss", save_best_only=True
    ),
}
KEEP = {
    "every": lambda path: keras.callbacks.ModelCheckpoint(path / "last.keras"),
    "by score": lambda path: keras.callbacks.ModelCheckpoint(
        path / "best.keras", monitor="fid", mode="min", save_best_only=True
    ),
}


@pytest.mark.parametrize("name", CHOOSE)
def test_who_chooses_by_a_loss_hears_once_that_it_tells_no_quality(
    name, tiny_gan, noise, tmp_path
):
    gan = tiny_gan()
    settings = {"batch_size": 20, "validation_data": noise(8), "verbose": 0}
    with pytest.warns(UserWarning, match=r"not how good the images are.*Score.*fid"):
        gan.fit(noise(), callbacks=CHOOSE[name](tmp_path), **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        gan.fit(noise(), callbacks=[CHOOSE[name](tmp_path)], **settings)


@pytest.mark.parametrize("name", KEEP)
def test_who_does_not_hears_nothing(name, tiny_gan, noise, tmp_path, recwarn):
    tiny_gan().fit(noise(), batch_size=20, callbacks=KEEP[name](tmp_path), verbose=0)
    assert not [w for w in recwarn if "how good" in str(w.message)]


def test_early_stopping_on_the_loss_by_its_defaults(tiny_gan, noise):
    stop = keras.callbacks.EarlyStopping(min_delta=100.0)
    with pytest.warns(UserWarning, match="looks at 'val_loss'"):
        history = (
            tiny_gan()
            .fit(noise(), validation_split=0.2, epochs=4, verbose=0, callbacks=[stop])
            .history
        )
    assert len(history["val_loss"]) == 2
    total = np.add(history["val_d_loss"], history["val_g_loss"])
    np.testing.assert_allclose(history["val_loss"], total, rtol=1e-5)
