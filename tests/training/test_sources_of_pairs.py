"""Labels reach the discriminator beside their own images, from any source."""

import warnings

import keras
import numpy as np
import plain_gan as plain
import pytest
from keras import ops
from PIL import Image

import keras_gan_zoo as kgz

N = 20
#: Image i is i all over, and of class i % 3.
IMAGES = np.broadcast_to(
    np.arange(N, dtype="uint8")[:, None, None, None], (N, 8, 8, 1)
).copy()
LABELS = np.arange(N) % 3


class Recorder(kgz.penalties.Penalty):
    """A penalty of 0 that keeps which images and labels each update was shown."""

    name = "recorder"

    def __init__(self):
        super().__init__(0.0)
        self.images, self.labels = [], []

    def __call__(self, judge, real, fake, draw, gradients_at=None):
        pixels = ops.convert_to_numpy(real.images)[:, 0, 0, 0]
        self.images.append(np.rint((pixels + 1) * 127.5).astype(int))
        self.labels.append(np.array(ops.convert_to_numpy(real.labels)))
        assert real.labels.shape[0] == real.images.shape[0]
        return ops.zeros(())


class Pairs(keras.utils.PyDataset):
    def __init__(self, labels=LABELS):
        super().__init__()
        self.labels = labels

    def __len__(self):
        return 5

    def __getitem__(self, i):
        rows = slice(4 * i, 4 * i + 4)
        return (IMAGES[rows], *(() if self.labels is None else (self.labels[rows],)))


def tf_data():
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(4)


def torch_loader():
    torch = pytest.importorskip("torch")
    tensors = torch.from_numpy(IMAGES), torch.from_numpy(LABELS)
    data = torch.utils.data.TensorDataset(*tensors)
    return torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)


def grain():
    grain = pytest.importorskip("grain")
    pairs = list(zip(IMAGES, LABELS, strict=True))
    return grain.MapDataset.source(pairs).batch(4).to_iter_dataset()


def generator():
    while True:
        yield from (Pairs()[i] for i in range(5))


ARRAYS = {
    "whole numbers": LABELS,
    "a column": LABELS[:, None],
    "one-hot": np.eye(3)[LABELS],
    "floats": LABELS.astype("float32"),
    "a list": LABELS.tolist(),
}
SOURCES = {
    "PyDataset": Pairs,
    "one-hot PyDataset": lambda: Pairs(np.eye(3)[LABELS]),
    "tf.data": tf_data,
    "torch": torch_loader,
    "grain": grain,
    "generator": generator,
}


@pytest.mark.parametrize("critic_steps", [1, 3])
@pytest.mark.parametrize("source", [*ARRAYS, *SOURCES])
def test_an_epoch_shows_each_pair_once(source, critic_steps, conditional_gan):
    recorder = Recorder()
    gan = conditional_gan(penalties=[recorder], critic_steps=critic_steps)
    gan.compile(run_eagerly=True)
    settings = {"verbose": 0}
    # Keras warns where it finds the end of a source that should have told its length.
    warnings.filterwarnings("error", "Your input ran out of data")
    if source in ARRAYS:
        gan.fit(IMAGES, ARRAYS[source], batch_size=4, **settings)
    else:
        if source == "generator":
            settings["steps_per_epoch"] = 5 if critic_steps == 1 else 2
        gan.fit(SOURCES[source](), **settings)
    images, labels = map(np.concatenate, (recorder.images, recorder.labels))
    np.testing.assert_array_equal(labels, images % 3)
    assert labels.dtype == "int32"
    if source == "generator" and critic_steps == 3:
        images = images[:N]  # two steps of 12 go on into the next lap
    np.testing.assert_array_equal(np.sort(images), np.arange(N))
    assert len(recorder.images) == critic_steps * int(
        ops.convert_to_numpy(gan.optimizer.iterations)
    )


def test_a_folder_has_a_sub_folder_a_class(tmp_path, conditional_gan):
    for image, label in zip(IMAGES[:12], LABELS, strict=False):
        folder = tmp_path / ("ant", "bee", "cat")[label]
        folder.mkdir(exist_ok=True)
        Image.fromarray(image[..., 0]).save(folder / f"{image.max()}.png")
    recorder = Recorder()
    gan = conditional_gan(penalties=[recorder])
    gan.compile(run_eagerly=True)
    gan.fit(str(tmp_path), batch_size=4, verbose=0)
    images, labels = map(np.concatenate, (recorder.images, recorder.labels))
    np.testing.assert_array_equal(labels, images % 3)
    np.testing.assert_array_equal(np.sort(images), np.arange(12))


def test_the_classes_of_a_folder_are_known_by_name(tmp_path, conditional_gan):
    for label, name in ((0, "ant"), (2, "cat")):
        (tmp_path / name).mkdir()
        image = Image.fromarray(np.full((8, 8), label, "uint8"))
        image.save(tmp_path / name / "0.png")
    recorder = Recorder()
    gan = conditional_gan(penalties=[recorder])
    gan.compile(run_eagerly=True)
    gan.fit(str(tmp_path), batch_size=2, verbose=0)
    (images,), (labels,) = recorder.images, recorder.labels
    np.testing.assert_array_equal(labels, images)
    (tmp_path / "cat").rename(tmp_path / "dog")
    with pytest.raises(ValueError, match="the GAN lacks 'dog'"):
        gan.fit(str(tmp_path), verbose=0)


def test_a_named_data_set_brings_its_labels(conditional_gan):
    recorder = Recorder()
    gan = conditional_gan((28, 28, 1), tuple("0123456789"), penalties=[recorder])
    gan.compile(run_eagerly=True)
    gan.fit("digits:train[:64]", batch_size=32, verbose=0)
    _, labels = kgz.datasets.load("digits", "train[:64]")
    found = np.concatenate(recorder.labels)
    np.testing.assert_array_equal(np.sort(found), np.sort(labels))
    with pytest.raises(ValueError, match=r"come with it; `y` is for arrays. Received"):
        gan.fit("digits:train[:64]", labels)


def bad_labels():
    yield "too few", LABELS[1:]
    yield "too high", LABELS + 1
    yield "negative", LABELS - 1
    yield "not whole", LABELS + 0.5
    yield "nan", np.where(LABELS, LABELS, np.nan)
    yield "text", np.array(["ant", "bee", "cat"])[LABELS]
    yield "soft", np.full((N, 3), 1 / 3)
    yield "too many classes", np.eye(4)[LABELS]
    yield "none", None


@pytest.mark.parametrize("method", ["fit", "evaluate"])
@pytest.mark.parametrize("source", ["array", "data set"])
@pytest.mark.parametrize("y", [pytest.param(y, id=name) for name, y in bad_labels()])
def test_bad_labels_say_what_came(y, source, method, conditional_gan):
    if source == "data set" and y is not None and len(y) < N:
        y = np.concatenate([[[0, 0, 0]] * 3])  # a first batch of another length
    gan = conditional_gan()
    before = gan.get_weights()
    run = getattr(gan, method)
    with pytest.raises(ValueError, match="Received") as error:
        run(IMAGES, y) if source == "array" else run(Pairs(y))
    assert "`y`" in str(error.value) or "labels" in str(error.value)
    for a, b in zip(before, gan.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_bad_batch_is_named(conditional_gan):
    labels = LABELS.copy()
    labels[0] = 7
    with pytest.raises(ValueError, match=r"Batch 0 of the data: .*values from 0 to 7"):
        conditional_gan().fit(Pairs(labels), verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_labels_belong_to_a_data_set(method, conditional_gan):
    with pytest.raises(ValueError, match=r"a data set yields pairs.*Received"):
        getattr(conditional_gan(), method)(Pairs(), LABELS)


@pytest.mark.parametrize("source", [(IMAGES, LABELS), (Pairs(),)], ids=["y", "pairs"])
def test_an_unconditional_gan_says_once_that_it_uses_no_labels(tiny_gan, source):
    gan, plain = tiny_gan(), tiny_gan()
    with pytest.warns(UserWarning, match="unconditional"):
        gan.fit(*source, shuffle=False, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        logs = gan.evaluate(*source, return_dict=True, verbose=0)
        gan.fit(*source, shuffle=False, verbose=0)
    without = IMAGES if len(source) == 2 else Pairs(None)
    plain.fit(without, shuffle=False, verbose=0)
    expected = plain.evaluate(without, return_dict=True, verbose=0)
    plain.fit(without, shuffle=False, verbose=0)
    assert logs == pytest.approx(expected, rel=1e-6)
    for a, b in zip(gan.variables, plain.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (a, b)))
    other = tiny_gan()
    with pytest.warns(UserWarning, match="unconditional"):
        other.evaluate(*source, verbose=0)


@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_no_weights_of_images(name, method, tiny_gan):
    with pytest.raises((ValueError, TypeError), match=name):
        getattr(tiny_gan(), method)(IMAGES, **{name: np.ones(N)})


@pytest.mark.parametrize("classes", [None, 3])
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_batches_have_no_weights_of_images(classes, method, tiny_gan, conditional_gan):
    gan = tiny_gan() if classes is None else conditional_gan()
    triples = [(IMAGES[:8], LABELS[:8], np.ones(8))]
    with pytest.raises(ValueError, match="a batch of 3 parts"):
        getattr(gan, method)(triples.__iter__(), verbose=0)


def test_validation_on_pairs(conditional_gan):
    gan = conditional_gan()
    history = gan.fit(
        IMAGES, LABELS, batch_size=4, validation_data=(IMAGES, LABELS), verbose=0
    ).history
    # Keras sees the evaluation of the weights after the epoch.
    assert {"val_d_loss", "val_g_loss"} < set(history)
    with pytest.raises(ValueError, match="Received"):
        gan.fit(IMAGES, LABELS, validation_data=IMAGES, verbose=0)
    with pytest.raises(ValueError, match="Received"):
        gan.fit(IMAGES, LABELS, validation_data=(IMAGES, LABELS, LABELS), verbose=0)
    gan.fit(IMAGES, LABELS, validation_data=Pairs(), verbose=0)


@pytest.mark.parametrize("labels", [LABELS, np.eye(3)[LABELS]])
def test_validation_split_takes_the_last_pairs(labels, conditional_gan):
    recorder = Recorder()
    gan = conditional_gan(penalties=[recorder])
    gan.compile(run_eagerly=True)
    gan.fit(IMAGES, labels, batch_size=5, validation_split=0.25, verbose=0)
    images, seen = map(np.concatenate, (recorder.images, recorder.labels))
    np.testing.assert_array_equal(seen, images % 3)
    np.testing.assert_array_equal(np.sort(images), np.arange(N))
    assert set(images[-5:]) == set(range(15, 20))


def test_one_batch(conditional_gan):
    gan = conditional_gan()
    logs = gan.train_on_batch(IMAGES, LABELS, return_dict=True)
    assert np.isfinite([float(v) for v in logs.values()]).all()
    logs = gan.test_on_batch(IMAGES, LABELS, return_dict=True)
    assert {"d_loss", "g_loss"} < set(logs)
    with pytest.raises(ValueError, match=r"`train_on_batch\(images, labels\)`"):
        gan.train_on_batch(IMAGES)


def test_a_conditional_gan_learns_its_classes():
    """Class 0 is dark, class 1 grey, class 2 bright."""
    gan = plain.build(loss="hinge", penalties=[kgz.R1(0.1)])
    adam = (keras.optimizers.Adam(rate, beta_1=0.0) for rate in (1e-2, 3e-2))
    gan.compile(*adam)
    y = np.arange(96) % 3
    x = np.broadcast_to((20 + 100 * y)[:, None, None, None], (96, *plain.SHAPE))
    gan.fit(x.astype("uint8"), y, batch_size=32, epochs=40, verbose=0)
    levels = [gan.generate(16, labels=label, seed=1).mean() for label in range(3)]
    np.testing.assert_allclose(levels, [20, 120, 220], atol=40)
