"""What a preset keeps of the run that made it: its log, and the curves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan_zoo.files import write_text
from keras_gan_zoo.presets import files
from keras_gan_zoo.runs.charts import Chart, charts_of
from keras_gan_zoo.runs.curves import save_curves
from keras_gan_zoo.runs.folder import read_run
from keras_gan_zoo.typing import PathLike

MOST_ROWS = 500


def keep_history(
    run: PathLike, folder: PathLike, selection: Mapping[str, Any] | None = None
) -> None:
    """Put a run's log and its curves in a preset's folder.

    `log.csv` has a row for each epoch, or for 500 of them; `curves.png` has the charts
    of all. Nothing is written if the run has no log.

    Args:
        run: path of the run's folder.
        folder: path of the preset.
        selection: dict, what `select` returns: the scores of the snapshots have a
            chart, too.
    """
    found = read_run(run)
    charts = charts_of(found)
    if selection:
        scores = {int(epoch): score for epoch, score in selection["scores"].items()}
        lines = {selection["metric"]: list(scores.values())}
        against = f"of the snapshots, on {selection['reference']}"
        charts.append(Chart(selection["metric"], lines, list(scores), against))
    if found.log:
        log = (found.folder / files.LOG).read_text("utf-8")
        write_text(Path(folder) / files.LOG, _shortened(log))
        save_curves(Path(folder) / files.CURVES, charts)


def _shortened(log):
    """A log with the rows of at most `MOST_ROWS` epochs, evenly, the last one too."""
    head, *rows = log.splitlines(keepends=True)
    step = -(-len(rows) // MOST_ROWS) or 1
    return "".join([head, *rows[::-step][::-1]])
