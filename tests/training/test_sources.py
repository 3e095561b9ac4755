"""Every source of images that `fit` takes, and every mistake that it explains."""

import functools
import threading
import time

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import adapters
from keras_gan_zoo.training import sources


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
    history = gan.fit(Batches(), shuffle=False, verbose=0)
    np.testing.assert_allclose(
        history.history["d_loss"], expected.history["d_loss"], rtol=1e-5
    )
    # Nothing ran at the end, where Keras asks for a batch that is not there.
    for ours, theirs in zip(gan.variables, array.variables, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, err_msg=ours.path)
    with pytest.raises(ValueError, match="a data set batches itself"):
        gan.fit(Batches(), batch_size=4)


def test_a_generator_without_an_end_needs_its_number_of_steps(tiny_gan, noise):
    def forever():
        while True:
            yield noise(4)

    gan = tiny_gan()
    with pytest.raises(ValueError, match=r"steps_per_epoch.*Received: a generator"):
        gan.fit(forever())
    gan.fit(forever(), steps_per_epoch=3, epochs=2, verbose=0)
    assert int(gan.optimizer.iterations) == 6


@pytest.mark.parametrize("critic_steps", [1, 3])
def test_a_generator_with_an_end_is_read_once_for_all_epochs(
    critic_steps, tiny_gan, noise
):
    def finite():
        yield from (noise(20)[i : i + 4] for i in range(0, 20, 4))

    gan, plain = (tiny_gan(critic_steps=critic_steps) for _ in range(2))
    gan.fit(finite(), epochs=2, verbose=0)
    plain.fit(noise(20), batch_size=4, epochs=2, shuffle=False, verbose=0)
    for ours, theirs in zip(
        gan.trainable_variables, plain.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert np.isfinite(gan.evaluate(finite(), verbose=0)).all()


def test_a_data_set_that_is_known_to_have_no_end_says_so(tiny_gan, noise):
    class Endless(keras.utils.PyDataset):
        num_batches = None

        def __getitem__(self, index):
            return noise(4)

    gan = tiny_gan()
    sources = [Endless()]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        sources.append(tf.data.Dataset.from_tensors(noise(4)).repeat())
    for source in sources:
        with pytest.raises(ValueError, match=r"steps_per_epoch.*without an end"):
            gan.fit(source)
        gan.fit(source, steps_per_epoch=2, verbose=0)


# === PyDatasets ===


class Counted(keras.utils.PyDataset):
    """Batch i of 6 is i all over; keeps who read it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.order, self.epochs, self.threads = list(range(6)), 0, set()

    def __len__(self):
        return 6

    def __getitem__(self, index):
        self.threads.add(threading.get_ident())
        time.sleep(0.01)
        return np.full((4, 8, 8, 1), self.order[index], "uint8")

    def on_epoch_end(self):
        self.epochs += 1
        self.order.reverse()


@pytest.fixture
def seen():
    """Runs `fit` and returns the value of each batch that it showed."""

    def run(gan, source, **kwargs):
        values = []
        iteration = gan.train_iteration

        def record(images, labels=None):
            values.append(int(keras.ops.convert_to_numpy(images)[0, 0, 0, 0]))
            return iteration(images, labels)

        gan.train_iteration = record
        gan.compile(run_eagerly=True)
        gan.fit(source, verbose=0, **kwargs)
        gan.train_iteration = iteration
        return values

    return run


@pytest.mark.parametrize("workers", [1, 3])
def test_the_batches_of_a_py_dataset_are_shuffled_as_in_keras(workers, tiny_gan, seen):
    values = seen(tiny_gan(), Counted(workers=workers), epochs=3)
    laps = [values[i : i + 6] for i in range(0, 18, 6)]
    assert all(sorted(lap) == list(range(6)) for lap in laps)
    assert len({tuple(lap) for lap in laps}) == 3
    # A function of the seed and the epoch.
    first = seen(tiny_gan(), Counted(), epochs=2)
    gan = tiny_gan()
    split = seen(gan, Counted()) + seen(gan, Counted())
    assert first == laps[0] + laps[1]
    # The second data set is new, and has not been reversed yet.
    assert split == laps[0] + [5 - value for value in laps[1]]


@pytest.mark.parametrize("workers", [1, 3])
def test_a_py_dataset_may_shuffle_itself(workers, tiny_gan, seen):
    source = Counted(workers=workers, max_queue_size=2)
    values = seen(tiny_gan(), source, epochs=3, shuffle=False)
    up, down = list(range(6)), list(reversed(range(6)))
    assert values == up + down + up
    assert source.epochs == 3


def test_the_workers_of_a_py_dataset_read_its_batches(tiny_gan):
    one, several = Counted(), Counted(workers=3)
    for source in (one, several):
        source.threads.clear()
        list(adapters.iterate(source))
    assert len(one.threads) == 1
    assert len(several.threads) > 1


def test_the_error_of_a_worker_is_told(tiny_gan, noise):
    class Broken(keras.utils.PyDataset):
        def __len__(self):
            return 6

        def __getitem__(self, index):
            if index == 4:
                raise KeyError("no such image")
            return noise(4)

    with pytest.raises(KeyError, match="no such image"):
        list(adapters.iterate(Broken(workers=2)))


class Pixels(keras.utils.PyDataset):
    """Can be sent to a worker process."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return np.full((2, 8, 8, 1), 100 + index, "uint8")


def test_worker_processes():
    found = list(adapters.iterate(Pixels(workers=2, use_multiprocessing=True)))
    np.testing.assert_array_equal([batch.max() for batch in found], [100, 101, 102])


# === What is given ===


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
    yield "channels first", np.zeros((8, 3, 8, 8), "uint8"), {}
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


def test_channels_may_come_first(tiny_gan, noise):
    first = np.moveaxis(noise(), -1, 1)
    whole = {"batch_size": 40, "shuffle": False, "verbose": 0}
    expected = tiny_gan().fit(noise(), **whole).history["loss"]
    assert tiny_gan().fit(first, **whole).history["loss"] == expected
    found = tiny_gan().fit(iter([first]), steps_per_epoch=1, verbose=0)
    assert found.history["loss"] == expected


def test_a_memory_mapped_array_trains_as_the_array_does(tiny_gan, noise, tmp_path):
    np.save(tmp_path / "images.npy", noise())
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    logs = [tiny_gan().fit(x, verbose=0).history for x in (noise(), mapped)]
    np.testing.assert_array_equal(logs[0]["loss"], logs[1]["loss"])


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_nothing_a_function_or_a_class_is_no_data_set(method, tiny_gan, noise):
    def batches():
        yield noise(4)

    run = getattr(tiny_gan(), method)
    with pytest.raises(ValueError, match=r"There are no images: pass .*x=None"):
        run()
    for function in (batches, functools.partial(noise, 4), np.zeros):
        with pytest.raises(ValueError, match=r"This is a function: call it.*Received"):
            run(function)
    with pytest.raises(ValueError, match=r"This is a class: make an object"):
        run(Counted)


# === One batch ===


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
@pytest.mark.parametrize(
    ("x", "kwargs"), [pytest.param(x, k, id=i) for i, x, k in bad_inputs()][:9]
)
def test_one_batch_is_checked_as_fit_checks_it(method, x, kwargs, tiny_gan):
    gan = tiny_gan()
    before = gan.get_weights()
    with pytest.raises(ValueError, match="Received"):
        getattr(gan, method)(x, **kwargs)
    for a, b in zip(before, gan.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
def test_one_batch_of_floats_is_one_of_bytes(method, tiny_gan, noise):
    images = noise(8)
    logs = [
        getattr(tiny_gan(), method)(x, return_dict=True, **kwargs)
        for x, kwargs in [
            (images, {}),
            (images[..., 0], {}),
            (images / 255.0, {"value_range": (0, 1)}),
            (images.astype("float32"), {"value_range": (0, 255)}),
        ]
    ]
    for found in logs:
        assert found == pytest.approx(logs[0], rel=1e-4)


def test_one_batch_has_an_image_for_each_critic_step(tiny_gan, noise):
    gan = tiny_gan(critic_steps=2)
    with pytest.raises(ValueError, match=r"`critic_steps=2`.*Received: 1 image"):
        gan.train_on_batch(noise(1))
    assert np.isfinite(gan.train_on_batch(noise(2))).all()
    assert np.isfinite(gan.test_on_batch(noise(1))).all()


def test_one_batch_has_no_weights_and_its_labels_are_not_silently_dropped(
    tiny_gan, noise
):
    gan = tiny_gan()
    for name in ("sample_weight", "class_weight"):
        with pytest.raises(ValueError, match=rf"same weight. Received: {name}"):
            gan.train_on_batch(noise(4), **{name: np.ones(4)})
    with pytest.raises(ValueError, match=r"same weight. Received: sample_weight"):
        gan.test_on_batch(noise(4), sample_weight=np.ones(4))
    with pytest.warns(UserWarning, match="unconditional"):
        gan.train_on_batch(noise(4), np.arange(4))


# === Validation ===


def test_validation_data_may_be_of_another_kind_than_the_images(tiny_gan, noise):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return noise(4)

    gan, batches = tiny_gan(), Batches()
    for data in (batches, (batches,), noise(4), (noise(4),), iter([noise(4)])):
        history = gan.fit(noise(8), batch_size=4, validation_data=data, verbose=0)
        assert np.isfinite(history.history["val_loss"]).all()
    history = gan.fit(
        batches, validation_data=noise(8), validation_batch_size=4, verbose=0
    )
    assert np.isfinite(history.history["val_loss"]).all()


@pytest.mark.parametrize("tupled", [True, False])
@pytest.mark.parametrize(
    "data", [np.zeros((4, 9, 8, 1), "uint8"), np.zeros((4, 8, 8, 1)), "no/such", None]
)
def test_errors_of_validation_data_name_it(data, tupled, tiny_gan, noise):
    if data is None and not tupled:
        return
    with pytest.raises(
        (ValueError, FileNotFoundError), match=r"`validation_data`|does not exist"
    ):
        tiny_gan().fit(noise(), validation_data=(data,) if tupled else data)


def test_validation_data_in_a_list_are_those_of_a_tuple(conditional_gan, noise):
    gan, images, labels = conditional_gan(), noise(6), np.arange(6) % 3
    for pair in ([images, labels], [images[..., 0], np.eye(3)[labels]]):
        expected = sources.as_pair(tuple(pair))
        found = sources.as_pair(pair)
        assert all(one is other for one, other in zip(found, expected, strict=True))
    history = gan.fit(images, labels, validation_data=[images, labels], verbose=0)
    assert np.isfinite(history.history["val_loss"]).all()
    with pytest.raises(ValueError, match="3 entries"):
        gan.fit(images, labels, validation_data=[images, labels, labels])


@pytest.mark.once
@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_a_list_of_images_to_validate_on_is_one(tiny_gan, noise, count):
    for images in (noise(count), noise(count)[..., 0], np.moveaxis(noise(count), 3, 1)):
        listed = list(images)
        assert sources.as_pair(listed) == (listed, None)
    assert sources.as_pair([noise(count)])[0].shape == (count, 8, 8, 1)
    history = tiny_gan().fit(noise(8), validation_data=list(noise(count)), verbose=0)
    assert np.isfinite(history.history["val_loss"]).all()


def test_a_value_range_is_that_of_the_floats(tiny_gan, noise):
    whole, floats = noise(8), noise(8) / 255.0
    expected, *others = (
        tiny_gan().fit(x, validation_data=data, verbose=0, **settings).history
        for x, data, settings in (
            (whole, whole, {}),
            (whole, floats, {"value_range": (0, 1)}),
            (floats, whole, {"value_range": (0, 1)}),
            (whole, (list(floats),), {"value_range": (0, 1)}),
        )
    )
    for history in others:
        np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-4)
        np.testing.assert_allclose(history["val_loss"], expected["val_loss"], rtol=1e-4)
    for settings in ({"validation_data": whole}, {"validation_split": 0.5}):
        with pytest.raises(ValueError, match="Leave `value_range` out"):
            tiny_gan().fit(whole, value_range=(0, 1), **settings)


@pytest.mark.once
@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
def test_an_opened_file_of_arrays_is_not_one(tiny_gan, noise, method, tmp_path):
    np.savez(tmp_path / "both.npz", images=noise(4), labels=np.arange(4))
    for data in (np.load(tmp_path / "both.npz"), {"images": noise(4), "labels": None}):
        with pytest.raises(ValueError, match=r"take it out.*path.*'images', 'labels'"):
            getattr(tiny_gan(), method)(data)
    with pytest.raises(ValueError, match=r"`validation_data`: .*take it out"):
        tiny_gan().fit(noise(4), validation_data=data)


def test_validation_data_goes_before_a_split(tiny_gan, noise):
    sizes = []
    gan = tiny_gan()
    evaluate = gan.evaluate
    gan.evaluate = lambda x, **kwargs: (
        sizes.append(sum(len(batch[0]) for batch in x.get_numpy_iterator()))
        or evaluate(x, **kwargs)
    )
    gan.fit(noise(), validation_data=noise(6), validation_split=0.5, verbose=0)
    gan.fit(noise(), validation_split=0.25, verbose=0)
    assert sizes == [6, 10]


@pytest.mark.parametrize(
    ("x", "share"),
    [("data set", 0.2), ("two", 0.2), ("one", 0.5), ("many", 1.0), ("many", -0.1)],
)
def test_a_split_that_cannot_be_made_names_it(x, share, tiny_gan, noise):
    sources = {"data set": Pixels(), "two": noise(2), "one": noise(1), "many": noise()}
    with pytest.raises(ValueError, match=r"`validation_split`.*validation_split="):
        tiny_gan().fit(sources[x], validation_split=share)


def test_floats_can_be_split(tiny_gan, noise):
    whole, floats = tiny_gan(), tiny_gan()
    settings = {"batch_size": 8, "validation_split": 0.25, "verbose": 0}
    expected = whole.fit(noise(), **settings).history
    found = floats.fit(noise() / 255.0, value_range=(0, 1), **settings).history
    np.testing.assert_allclose(found["val_loss"], expected["val_loss"], rtol=1e-4)


def test_means_of_an_epoch_are_over_images(tiny_gan, noise):
    """80 images and 20: the mean of the batches, weighed by 0.8 and 0.2."""
    images = np.concatenate([np.zeros((80, 8, 8, 1), "uint8"), noise(20)])

    class Uneven(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return images[:80] if index == 0 else images[80:]

    gan = tiny_gan(compiled=False)
    gan.compile("sgd", "sgd")
    for optimizer in (
        gan.optimizer.generator_optimizer,
        gan.optimizer.discriminator_optimizer,
    ):
        optimizer.learning_rate = 0.0
    parts = []

    class Parts(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            parts.append(logs["d_loss"])

    history = gan.fit(Uneven(), shuffle=False, verbose=0, callbacks=[Parts()])
    # The second batch's logs are the running mean: m = 0.8 a + 0.2 b.
    first, mean = parts
    gan = tiny_gan(compiled=False)
    gan.compile("sgd", "sgd")
    gan.optimizer.learning_rate = 0.0
    alone = [
        gan.train_on_batch(part, return_dict=True)["d_loss"]
        for part in (images[:80], images[80:])
    ]
    assert first == pytest.approx(float(alone[0]), rel=1e-5)
    assert mean == pytest.approx(0.8 * alone[0] + 0.2 * alone[1], rel=1e-5)
    assert history.history["d_loss"][0] == pytest.approx(mean, rel=1e-6)


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
        ({"ema_half_life": "fast"}, "`ema_half_life` must be a positive"),
        ({"penalties": ["r5"]}, "`penalties` must be a list of any of .*'r1'"),
        ({"penalties": kgz.R1()}, r"`penalties` must be a list, \[\] for none"),
        ({"penalties": None}, "`penalties` must be a list"),
        ({"auxiliaries": None}, "`auxiliaries` must be a list"),
        (
            {"generator_penalties": "path_length"},
            "`generator_penalties` must be a list",
        ),
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
