"""The order of the data is a function of the seed and the saved `epochs_seen`."""

import keras
import numpy as np
import pytest
from keras import ops
from same import assert_same

import keras_gan_zoo as kgz


class Recorder(kgz.penalties.Penalty):
    """A penalty of 0 that keeps the real images of each update."""

    name = "recorder"

    def __init__(self):
        super().__init__(0.0)
        self.seen = []

    def __call__(self, judge, real, fake, draw, gradients_at=None):
        self.seen.append(np.array(ops.convert_to_numpy(real.images)))
        return ops.zeros(())


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (43, [4, 4, 4, 4, 4, 4, 5, 4, 5, 5]),  # 3 left over: they join the group
        (45, [4] * 10 + [1] * 5),
        (40, [4] * 10),
        (7, [1, 1, 2, 1, 2]),
    ],
)
def test_an_epoch_uses_every_image_once_in_fresh_batches(tiny_gan, n, expected):
    recorder = Recorder()
    gan = tiny_gan(penalties=[recorder], critic_steps=5, compiled=False)
    gan.compile(run_eagerly=True)
    images = np.zeros((n, 8, 8, 1), "uint8")
    images[:, 0, 0, 0] = np.arange(n)
    gan.fit(images, batch_size=4, verbose=0)
    # On JAX the step is traced once more than it is run; the last run counts.
    sizes = [len(batch) for batch in recorder.seen]
    assert sorted(sizes) == sorted(expected)
    pixels = np.concatenate([batch[:, 0, 0, 0] for batch in recorder.seen])
    np.testing.assert_array_equal(np.sort(np.rint((pixels + 1) * 127.5)), np.arange(n))


def test_a_second_fit_goes_on_instead_of_repeating(tiny_gan, noise):
    once, twice = tiny_gan(), tiny_gan()
    once.fit(noise(), batch_size=8, epochs=2, verbose=0)
    twice.fit(noise(), batch_size=8, verbose=0)
    twice.fit(noise(), batch_size=8, verbose=0)
    assert_same(once.variables, twice.variables)


class Seen(keras.callbacks.Callback):
    """Whether `epochs_seen` counts the epoch already that just ended."""

    def __init__(self):
        super().__init__()
        self.counts = []

    def on_epoch_end(self, epoch, logs=None):
        self.counts.append(int(ops.convert_to_numpy(self.model.epochs_seen)))


@pytest.mark.parametrize("kind", ["one", "list", "tuple", "CallbackList"])
def test_callbacks_of_a_user_come_after_the_count(kind, tiny_gan, noise):
    seen = Seen()
    gan, plain = tiny_gan(), tiny_gan()
    callbacks = {
        "one": lambda: seen,
        "list": lambda: [seen],
        "tuple": lambda: (seen,),
        "CallbackList": lambda: keras.callbacks.CallbackList(
            [seen], add_history=True, model=gan
        ),
    }[kind]()
    before = list(getattr(callbacks, "callbacks", []))
    gan.fit(noise(), batch_size=8, epochs=3, verbose=0, callbacks=callbacks)
    assert seen.counts == [1, 2, 3]
    if kind == "list":
        assert callbacks == [seen]
    if kind == "CallbackList":
        assert callbacks.callbacks == before
    plain.fit(noise(), batch_size=8, epochs=3, verbose=0)
    assert_same(gan.variables, plain.variables)


def test_a_callback_list_is_as_before_after_an_error_too(tiny_gan, noise):
    class Fail(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            raise RuntimeError

    callbacks, gan = keras.callbacks.CallbackList([Fail()]), tiny_gan()
    callbacks.set_model(gan)
    before = list(callbacks.callbacks)
    with pytest.raises(RuntimeError):
        gan.fit(noise(), batch_size=8, verbose=0, callbacks=callbacks)
    assert callbacks.callbacks == before
