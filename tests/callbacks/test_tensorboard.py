"""What TensorBoard reads: scalars and samples, without TensorFlow."""

import io
import struct
import sys

import keras
import numpy as np
import pytest
from PIL import Image
from tensorboardX.proto.event_pb2 import Event

from keras_gan_zoo.callbacks import TensorBoard, sheet


def events(folder):
    """All events of a folder, of records of length, check, content, check."""
    found = []
    for path in sorted(folder.glob("events.*")):
        content = path.read_bytes()
        while content:
            (size,) = struct.unpack("<Q", content[:8])
            found.append(Event.FromString(content[12 : 12 + size]))
            content = content[16 + size :]
    return found


def scalars(found):
    values = {}
    for event in found:
        for value in event.summary.value:
            if value.HasField("simple_value"):
                values.setdefault(value.tag, {})[event.step] = value.simple_value
    return values


def pictures(found):
    return {
        event.step: np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string)))
        for event in found
        for value in event.summary.value
        if value.HasField("image")
    }


def test_the_same_numbers_and_pictures(tiny_gan, noise, tmp_path):
    gan = tiny_gan()
    history = gan.fit(
        noise(), batch_size=8, epochs=2, verbose=0, callbacks=[TensorBoard(tmp_path)]
    )
    found = events(tmp_path)
    values = scalars(found)
    for name, numbers in history.history.items():
        assert list(values[name]) == [1, 2]
        assert list(values[name].values()) == pytest.approx(numbers, rel=1e-6)
    assert all(rate > 0 for rate in values["images_per_second"].values())
    assert values["d_learning_rate"][2] == pytest.approx(
        gan.optimizer.learning_rates[1], rel=1e-6
    )
    images = pictures(found)
    assert list(images) == [0, 1, 2]
    assert np.array_equal(images[2][..., 0], sheet(gan)[..., 0])


@pytest.mark.once
def test_what_goes_on_replaces_what_was_interrupted(tiny_gan, noise, tmp_path):
    gan, board = tiny_gan(), TensorBoard(tmp_path, every=2, columns=2, rows=1)
    gan.fit(noise(), epochs=2, verbose=0, callbacks=[board])
    gan.fit(noise(), epochs=3, initial_epoch=1, verbose=0, callbacks=[board])
    found = events(tmp_path)
    starts = [e.step for e in found if e.session_log.status]
    assert starts[-1] == 2  # TensorBoard drops what came from there on before
    assert list(pictures(found)) == [0, 2]
    assert len(list(tmp_path.iterdir())) == 2
    assert list(scalars(found)["d_loss"]) == [1, 2, 3]


@pytest.mark.once
def test_numbers_that_are_none_are_left_out(tiny_gan, noise, tmp_path):
    class Unscored(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["fid"] = float("inf")

    callbacks = [Unscored(), TensorBoard(tmp_path, every=0)]
    tiny_gan().fit(noise(), verbose=0, callbacks=callbacks)
    assert "fid" not in scalars(events(tmp_path))
    assert not pictures(events(tmp_path))


@pytest.mark.once
def test_what_is_missing_is_said_before_training(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(
        ImportError, match=r"pip install 'keras-gan-zoo\[tensorboard\]'"
    ):
        TensorBoard(tmp_path)


@pytest.mark.once
@pytest.mark.parametrize("every", [-1, 1.5])
def test_wrong_settings(every, tmp_path):
    with pytest.raises(ValueError, match="`every` must be a whole number"):
        TensorBoard(tmp_path, every=every)


def test_other_models_have_the_callback_of_keras(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"keras\.callbacks.*type Sequential"):
        TensorBoard(tmp_path).set_model(model)
