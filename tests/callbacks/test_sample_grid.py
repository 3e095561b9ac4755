import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo import GAN, InfoGAN, Latents, callbacks
from keras_gan_zoo.auxiliaries import Information
from keras_gan_zoo.callbacks import SampleGrid, sheet
from keras_gan_zoo.images import grid

IMAGES = np.random.default_rng(0).integers(0, 256, (16, 6, 5, 3), dtype="uint8")


@pytest.fixture
def gan():
    keras.utils.set_random_seed(1)
    latents = keras.Input((4,))
    x = keras.layers.Dense(6 * 5 * 3, activation="tanh")(latents)
    generator = keras.Model(latents, keras.layers.Reshape((6, 5, 3))(x))
    images = keras.Input((6, 5, 3))
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    gan = GAN(generator, keras.Model(images, logits), ema_half_life=16, seed=2)
    gan.compile()
    return gan


def fit(gan, callback, **options):
    gan.fit(IMAGES, batch_size=8, verbose=0, callbacks=[callback], **options)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_grid_an_epoch(gan, tmp_path):
    before = grid(gan.generate(6, seed=3), columns=3)
    folder = tmp_path / "new" / "samples"
    fit(gan, SampleGrid(folder, rows=2, columns=3, seed=3), epochs=2)
    assert names(folder) == [f"epoch_000{k}.png" for k in range(3)]
    np.testing.assert_array_equal(pixels(folder / "epoch_0000.png"), before)
    after = grid(gan.generate(6, seed=3), columns=3)
    np.testing.assert_array_equal(pixels(folder / "epoch_0002.png"), after)
    assert pixels(folder / "epoch_0001.png").shape == (2 * 6 + 2, 3 * 5 + 2 * 2, 3)
    shots = [pixels(folder / name).tobytes() for name in names(folder)]
    assert len(set(shots)) == 3  # training moved on


def test_sampling_does_not_change_training(tmp_path):
    weights = []
    for callback in (SampleGrid(tmp_path, 1, 1), keras.callbacks.Callback()):
        keras.utils.set_random_seed(1)
        gan = GAN(
            keras.Sequential(
                [
                    keras.Input((4,)),
                    keras.layers.Dense(30, activation="tanh"),
                    keras.layers.Reshape((6, 5, 1)),
                ]
            ),
            keras.Sequential(
                [keras.Input((6, 5, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
            ),
            seed=2,
        )
        gan.compile()
        gan.fit(
            IMAGES[..., :1], batch_size=8, epochs=3, verbose=0, callbacks=[callback]
        )
        weights.append(gan.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_every(gan, tmp_path):
    fit(gan, SampleGrid(tmp_path, 1, 1, every=2), epochs=5)
    assert names(tmp_path) == ["epoch_0000.png", "epoch_0002.png", "epoch_0004.png"]


def test_resumed_run_goes_on_counting(gan, tmp_path):
    callback = SampleGrid(tmp_path, 2, 2)
    fit(gan, callback, epochs=2)
    earlier = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    fit(gan, callback, epochs=4, initial_epoch=2)
    assert names(tmp_path) == [f"epoch_000{k}.png" for k in range(5)]
    for name, data in earlier.items():
        assert (tmp_path / name).read_bytes() == data


def test_restored_run_goes_on_counting(gan, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    folder = tmp_path / "samples"

    def run(*others):
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        wanted = [backup, SampleGrid(folder, 2, 2), *others]
        gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0, callbacks=wanted)

    with pytest.raises(KeyboardInterrupt):
        run(Stop())
    earlier = {name: (folder / name).read_bytes() for name in names(folder)}
    assert list(earlier) == ["epoch_0000.png", "epoch_0001.png", "epoch_0002.png"]
    run()
    assert names(folder) == [*earlier, "epoch_0003.png"]
    for name, data in earlier.items():
        assert (folder / name).read_bytes() == data


@pytest.mark.parametrize("name", ["rows", "columns", "every"])
@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_bad_arguments(name, value):
    with pytest.raises(ValueError, match=f"Received: {name}={value}"):
        SampleGrid("samples", **{name: value})


def test_needs_a_model_that_generates(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match=r"`generate`.*Received: .*Sequential"):
        model.fit(np.zeros((2, 2)), np.zeros((2, 1)), callbacks=[SampleGrid(tmp_path)])


def test_names():
    assert set(callbacks.__all__) == {
        "BackupAndRestore",
        "ProgressBar",
        "TensorBoard",
        "SampleGrid",
        "Score",
        "StabilityMonitor",
        "sheet",
    }
    assert callbacks.SampleGrid is SampleGrid
    with pytest.raises(AttributeError, match="Grid"):
        callbacks.Grid  # noqa: B018


def test_a_row_a_class(conditional_gan, tmp_path):
    gan = conditional_gan()
    SampleGrid(tmp_path).set_model(gan)
    images = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 1), "uint8")
    grids = [SampleGrid(tmp_path / "all"), SampleGrid(tmp_path / "five", 5, 2, seed=3)]
    gan.fit(images, np.arange(12) % 3, batch_size=6, verbose=0, callbacks=grids)
    found = pixels(tmp_path / "all" / "epoch_0001.png")
    assert found.shape == (3 * 8 + 2 * 2, 8 * 8 + 7 * 2)
    labels = np.repeat(np.arange(3), 8)
    expected = grid(gan.generate(24, seed=0, labels=labels), columns=8)
    np.testing.assert_array_equal(found, expected[..., 0])
    # more rows than classes: they begin anew
    labels = np.repeat([0, 1, 2, 0, 1], 2)
    expected = grid(gan.generate(10, seed=3, labels=labels), columns=2)
    found = pixels(tmp_path / "five" / "epoch_0001.png")
    np.testing.assert_array_equal(found, expected[..., 0])


class Poison(keras.callbacks.Callback):
    """Makes the generator's weights NaN in the second epoch."""

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.epochs_seen == 1:
            for weight in self.model.generator.trainable_variables:
                weight.assign(np.full(weight.shape, np.nan))


@pytest.mark.parametrize("first", [True, False])
def test_a_generator_that_makes_nan_costs_no_history(first, gan, tmp_path):
    wanted = [Poison(), keras.callbacks.TerminateOnNaN(), SampleGrid(tmp_path, 1, 1)]
    wanted = wanted if first else [*wanted[:1], wanted[2], wanted[1]]
    with pytest.warns(UserWarning, match=r"No samples of epoch 2\. .*diverged"):
        history = gan.fit(
            IMAGES, batch_size=8, epochs=5, verbose=0, callbacks=wanted
        ).history
    assert len(history["loss"]) == 2
    assert np.isfinite(history["loss"][0])
    assert np.isnan(history["loss"][1])
    assert names(tmp_path) == ["epoch_0000.png", "epoch_0001.png"]


def test_a_grid_that_is_asked_for_fails_on_nan(gan, tmp_path):
    grid_of = SampleGrid(tmp_path, 1, 1)
    grid_of.set_model(gan)
    weight = gan.ema_generator.weights[0]
    weight.assign(np.full(weight.shape, np.nan))
    with pytest.raises(ValueError, match="diverged"):
        grid_of.save(3)


def test_a_row_a_value_of_the_code():
    shape = (28, 28, 1)
    latents = Latents(uniform=3, categorical=(4, 2))
    sizes = {"generator_widths": (4, 4), "dense_width": 8, "code_width": 4}
    told = [Information(continuous=1, categorical=(4, 2))]
    gan = InfoGAN(shape, latents, num_codes=7, auxiliaries=told, seed=1, **sizes)
    found = sheet(gan, columns=3, seed=5)
    assert found.shape == (4 * 28 + 3 * 2, 3 * 28 + 2 * 2, 1)
    own = gan.sample_latents(3, seed=5)
    for row in range(4):
        own[:, 3:7] = np.eye(4)[row]
        made = grid(gan.generate(latents=own), columns=3)
        shown = found[row * 30 : row * 30 + 28].astype(int)
        assert np.abs(shown - made).max() <= 1
    assert len(sheet(gan, rows=5, columns=1)) == 5 * 28 + 4 * 2  # they begin anew
