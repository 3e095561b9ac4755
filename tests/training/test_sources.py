"""Every source of images that `fit` takes, and every mistake that it explains."""

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz


def test_floats_with_a_range_train_as_the_same_bytes_do(tiny_gan, noise):
    images = noise()
    histories = [
        tiny_gan().fit(x, batch_size=8, verbose=0, **kwargs).history["d_loss"][0]
        for x, kwargs in [
            (images, {}),
            (images[..., 0], {}),
            (images / np.float64(255), {"value_range": (0, 1)}),
            (images.astype("float32"), {"value_range": (0, 255)}),
        ]
    ]
    np.testing.assert_allclose(histories, histories[0], rtol=1e-5)


@pytest.mark.parametrize("critic_steps", [1, 3])
def test_a_data_set_of_batches_trains_as_the_array_does(tiny_gan, noise, critic_steps):
    images = noise(20)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return images[4 * index : 4 * index + 4]

    array = tiny_gan(critic_steps=critic_steps)
    expected = array.fit(images, batch_size=4, shuffle=False, verbose=0)
    gan = tiny_gan(critic_steps=critic_steps)
    history = gan.fit(Batches(), verbose=0)
    np.testing.assert_allclose(
        history.history["d_loss"], expected.history["d_loss"], rtol=1e-5
    )
    # Nothing ran at the end, where Keras asks for a batch that is not there.
    for ours, theirs in zip(gan.variables, array.variables, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, err_msg=ours.path)
    with pytest.raises(ValueError, match="a data set batches itself"):
        gan.fit(Batches(), batch_size=4)


def test_a_generator_needs_its_number_of_steps(tiny_gan, noise):
    def forever():
        while True:
            yield noise(4)

    gan = tiny_gan()
    with pytest.raises(ValueError, match="steps_per_epoch"):
        gan.fit(forever())
    gan.fit(forever(), steps_per_epoch=3, epochs=2, verbose=0)
    assert int(gan.optimizer.iterations) == 6


def test_steps_per_epoch_goes_on_through_the_array(tiny_gan, noise):
    whole, steps = tiny_gan(), tiny_gan()
    whole.fit(noise(40), batch_size=8, epochs=2, verbose=0)
    steps.fit(noise(40), batch_size=8, epochs=5, steps_per_epoch=2, verbose=0)
    np.testing.assert_array_equal(whole.generate(4, seed=1), steps.generate(4, seed=1))


def test_a_folder_of_colour_pngs_of_an_odd_size(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(12):
        pixels = rng.integers(0, 256, (45, 37, 3), dtype="uint8")
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    gan = kgz.DCGAN(
        image_shape=(45, 37, 3), generator_widths=(8, 8, 4), ema_half_life=100
    )
    gan.compile()
    history = gan.fit(str(tmp_path), batch_size=4, epochs=2, verbose=0)
    assert np.isfinite(history.history["d_loss"]).all()
    assert gan.generate(2, seed=0).shape == (2, 45, 37, 3)


def bad_inputs():
    good = np.zeros((8, 8, 8, 1), "uint8")
    nan = good.astype("float32")
    nan[0, 0, 0, 0] = np.nan
    yield "rank", good[0, 0], {}
    yield "channels", np.zeros((8, 8, 8, 3), "uint8"), {}
    yield "size", np.zeros((8, 9, 8, 1), "uint8"), {}
    yield "empty", good[:0], {}
    yield "undeclared floats", good.astype("float32"), {}
    yield "nan", nan, {"value_range": (0, 255)}
    yield "out of range", good.astype("float32") + 2, {"value_range": (0, 1)}
    yield "integers", good.astype("int32") + 1000, {}
    yield "text", np.array(["a", "b"]), {}
    yield "objects", good.astype(object), {}
    yield "channels first", np.zeros((8, 1, 8, 8), "uint8"), {}
    yield (
        "batches that are channels first",
        iter([np.zeros((8, 1, 8, 8), "uint8")]),
        {"steps_per_epoch": 1},
    )
    yield "flattened", good.reshape(8, 64), {}
    yield "one image", good[0], {}
    yield "infinite", np.where(nan == 0, nan, np.inf), {"value_range": (0, 1)}
    yield "too deep", good[None], {}
    yield "file names", ["a.png", "b.png"], {}
    yield "mixed sizes", [np.zeros((8, 8)), np.zeros((7, 8))], {}
    yield "no images", None, {}
    yield "missing folder", "no/such/folder", {}
    yield "batch size", good, {"batch_size": 0}
    yield "too few for the critic", good[:1], {}


@pytest.mark.parametrize(
    ("x", "kwargs"), [pytest.param(x, k, id=i) for i, x, k in bad_inputs()]
)
def test_bad_input_says_what_came(tiny_gan, x, kwargs):
    gan = tiny_gan(critic_steps=2)
    before = gan.generate(2, seed=0)
    with pytest.raises(
        (ValueError, FileNotFoundError), match=r"Received|does not exist"
    ):
        gan.fit(x, **kwargs)
    np.testing.assert_array_equal(gan.generate(2, seed=0), before)


def test_the_fix_of_channels_first_batches_works(tiny_gan, noise):
    gan, images = tiny_gan(), np.moveaxis(noise(), -1, 1)
    for x, kwargs in ((images, {}), (iter([images]), {"steps_per_epoch": 1})):
        with pytest.raises(ValueError, match=r"np\.moveaxis\(images, 1, -1\)"):
            gan.fit(x, **kwargs)
    gan.fit(np.moveaxis(images, 1, -1), verbose=0)


def test_a_memory_mapped_array_trains_as_the_array_does(tiny_gan, noise, tmp_path):
    np.save(tmp_path / "images.npy", noise())
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    logs = [tiny_gan().fit(x, verbose=0).history for x in (noise(), mapped)]
    np.testing.assert_array_equal(logs[0]["loss"], logs[1]["loss"])


def test_fit_needs_compile(tiny_gan, noise):
    with pytest.raises(ValueError, match="compile"):
        tiny_gan(compiled=False).fit(noise())


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"loss": "lsgan"}, "`loss` must be one of"),
        ({"update": "both"}, "`update` must be one of"),
        ({"update": "simultaneous", "critic_steps": 2}, "critic_steps=1"),
        ({"critic_steps": 0}, "`critic_steps` must be a whole number, 1 or more"),
        ({"ema_half_life": 0}, "`ema_half_life` must be a positive"),
        ({"latent_distribution": "cauchy"}, "`latent_distribution` must be one of"),
        ({"penalties": ["r1"]}, "`penalties` must be a list of penalties"),
        ({"penalties": [kgz.R1(), kgz.R1()]}, "a `name` of its own"),
    ],
)
def test_bad_settings(tiny_gan, kwargs, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan(**kwargs)


def test_compile_points_to_the_constructor(tiny_gan):
    with pytest.raises(ValueError, match="belongs to its constructor"):
        tiny_gan().compile(loss="hinge")
    with pytest.raises(ValueError, match="Received: metrics"):
        tiny_gan().compile(metrics=["accuracy"])


def test_networks_that_do_not_fit_each_other(tiny_gan):
    generator = kgz.networks.dense_generator((8, 8, 1))
    with pytest.raises(ValueError, match="must take the images that the generator"):
        kgz.GAN(generator, kgz.networks.dense_discriminator((8, 8, 3)))
    images = keras.Input((8, 8, 1))
    flatten = keras.Model(images, keras.layers.Flatten()(images))
    with pytest.raises(ValueError, match="must return logits"):
        kgz.GAN(generator, flatten)
    with pytest.raises(ValueError, match="built Keras model"):
        kgz.GAN(keras.Sequential([keras.layers.Dense(2)]), generator)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"n": 0}, "`n` must be 1 or more"),
        ({"n": 1, "labels": [3]}, "unconditional"),
        ({"n": 1, "truncation": -1.0}, "`truncation` must be"),
    ],
)
def test_bad_generate(tiny_gan, kwargs, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan().generate(**kwargs)
