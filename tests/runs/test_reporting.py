"""However a training ends, it has a report, which is never in the way."""

import json
import types

import pytest
from run_folder import make

from keras_gan_zoo.runs import Reporting


def train(folder, error=None, epochs=2):
    """What `fit` calls, with as many images as there are of a model that counts."""
    gan = types.SimpleNamespace(images_seen=100)
    with Reporting(folder) as reporting:
        reporting.set_model(gan)
        for epoch in range(epochs):
            reporting.on_epoch_begin(epoch)
            gan.images_seen += 64
            reporting.on_epoch_end(epoch)
        if error is not None:
            raise error


def sessions(folder):
    return json.loads((folder / "sessions.json").read_text())


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (KeyboardInterrupt("Stopped <b>."), "interrupted"),
        (FloatingPointError("Diverged <b>."), "failed"),
        (None, "finished"),
    ],
)
def test_how_it_ended(error, ended, tmp_path):
    folder = make(tmp_path / "run", epochs=2)
    if error is None:
        train(folder)
    else:
        with pytest.raises(type(error)):
            train(folder, error)
    before, session = sessions(folder)
    assert before["images"] == 5120
    assert (session["ended"], session["epochs"], session["images"]) == (ended, 2, 128)
    page = (folder / "report.html").read_text()
    assert error is None or str(error).replace("<b>", "&lt;b&gt;") in page


def test_a_report_that_fails_is_not_in_the_way(tmp_path, monkeypatch):
    def fail(folder):
        raise OSError("No space left on device")

    folder = make(tmp_path / "run", epochs=2)
    monkeypatch.setattr("keras_gan_zoo.runs.report.write_report", fail)
    with pytest.warns(UserWarning, match=r"no new report: OSError: No space left"):
        train(folder)
    with (
        pytest.warns(UserWarning, match="no new report"),
        pytest.raises(KeyboardInterrupt, match="Stopped"),
    ):
        train(folder, KeyboardInterrupt("Stopped"))


def test_a_broken_record_is_begun_anew(tmp_path):
    folder = make(tmp_path / "run", epochs=2)
    (folder / "sessions.json").write_text("[")
    with pytest.warns(UserWarning, match="begun anew"):
        train(folder)
    assert len(sessions(folder)) == 1


def test_what_ends_before_training_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="nothing"):
        train(tmp_path, ValueError("nothing"), epochs=0)
    assert not list(tmp_path.iterdir())
