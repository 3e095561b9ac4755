"""What an entry keeps of its training: the log and the curves."""

import csv
import io

import numpy as np
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import write_card
from keras_gan_zoo.zoo.history import MOST_ROWS, keep_history


def test_an_entry_has_the_log_and_the_curves_of_its_run(made):
    folder, run = made[0] / "tiny", made[1]
    assert (folder / "log.csv").read_text() == (run / "log.csv").read_text()
    with (
        Image.open(folder / "curves.png") as ours,
        Image.open(run / "curves.png") as theirs,
    ):
        assert ours.size != theirs.size  # one chart more, of the snapshots' scores
        assert len(np.unique(np.asarray(ours))) > 4  # something is drawn
    assert (folder / "curves.png").stat().st_size < 100_000
    text = (folder / "README.md").read_text()
    assert "![Losses and scores by epoch](curves.png)" in text
    assert "[log.csv](log.csv)" in text


def test_a_long_log_is_cut_to_rows_that_are_evenly_apart(tmp_path):
    run, folder = tmp_path / "run", tmp_path / "preset"
    run.mkdir()
    folder.mkdir()
    rows = "".join(f"{i},{i / 7}\n" for i in range(12_345))
    (run / "log.csv").write_text(f"epoch,d_loss\n{rows}")
    keep_history(run, folder)
    kept = list(csv.DictReader(io.StringIO((folder / "log.csv").read_text())))
    epochs = [int(row["epoch"]) for row in kept]
    assert MOST_ROWS / 2 < len(epochs) <= MOST_ROWS
    assert epochs[-1] == 12_344
    assert len(set(np.diff(epochs))) == 1
    assert float(kept[-1]["d_loss"]) == 12_344 / 7


def test_a_run_without_a_log_leaves_nothing(tmp_path):
    (tmp_path / "recipe.json").write_text("{}")
    keep_history(tmp_path, tmp_path / "preset")
    assert not (tmp_path / "preset").exists()


def test_a_card_without_curves_does_not_speak_of_them(tmp_path):
    gan = kgz.MLPGAN(generator_widths=(4,), discriminator_widths=(4,))
    gan.save_to_preset(tmp_path / "g", recipe={"seed": 3})
    text = write_card(tmp_path / "g").read_text()
    assert "curves.png" not in text
    assert "log.csv" not in text
