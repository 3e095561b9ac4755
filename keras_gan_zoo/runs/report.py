"""Writes a run's report: one HTML page that asks for nothing, curves, and a film."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_gan_zoo import pages
from keras_gan_zoo.callbacks.progress_bar import duration
from keras_gan_zoo.files import write_text
from keras_gan_zoo.presets import files
from keras_gan_zoo.presets.origin import public_recipe
from keras_gan_zoo.runs import charts
from keras_gan_zoo.runs.animation import save_animation, spread, still
from keras_gan_zoo.runs.charts import charts_of
from keras_gan_zoo.runs.curves import save_curves
from keras_gan_zoo.runs.folder import Run, read_run
from keras_gan_zoo.typing import PathLike

TEMPLATE = Path(__file__).with_name("report.html.jinja")
REPORT, CURVES, ANIMATION = "report.html", files.CURVES, "samples.webp"
STILLS, STILL_SIDE = 4, 240
MOST_PARTS, LONGEST = 12, 600
#: the settings that are listed before others
FIRST = ("family", "data", "epochs", "batch_size")


def write_report(folder: PathLike) -> Path:
    """Write the report of a run from the files in its folder alone.

    `report.html` shows losses, scores, samples over time, settings, time, memory and
    the warnings of the monitor. It is one file without scripts that loads nothing,
    for a phone as for a desktop, light and dark. `curves.png` has its charts, and
    `samples.webp` its samples as an animation. A run that is unfinished or was
    interrupted has a report too, which says so.

    Args:
        folder: path of the run, see `train`.

    Returns:
        `pathlib.Path` of the page.

    Raises:
        FileNotFoundError: it is not the folder of a run.
        ValueError: a file of it is not what a run writes.

    Example:

    >>> from keras_gan_zoo.recipes import write_report
    >>> write_report("run")  # doctest: +SKIP
    PosixPath('run/report.html')
    """
    run = read_run(folder)
    found = charts_of(run)
    if found:
        save_curves(run.folder / CURVES, found)
    film = save_animation(run.folder / ANIMATION, run.samples)
    return write_text(run.folder / REPORT, _render(run, found, film))


def _render(run, found, film):
    recipe = public_recipe(run.recipe)
    state, text = state_of(run)
    page = pages.template(TEMPLATE).render(
        title=_title(run, recipe),
        state=state,
        state_text=text,
        facts=_facts(run),
        warnings=run.warnings,
        film=film and pages.data_address(film.read_bytes()),
        stills=_stills(run),
        charts=found,
        size=charts,
        table=_table(run),
        scores=_scores(run.folder),
        settings=list(_rows({k: recipe[k] for k in FIRST if k in recipe} | recipe)),
        data=list(_rows(run.data)),
        sessions=run.sessions,
        started=_started,
        duration=duration,
        bytes=_bytes,
    )
    return page.encode("utf-8", "replace").decode("utf-8")  # names of files may be odd


def _title(run, recipe):
    if "family" in recipe and "data" in recipe:
        return f"{recipe['family']} on {recipe['data']}"
    return run.folder.resolve().name


def state_of(run: Run) -> tuple[str, str]:
    """How a run stands: `finished`, `interrupted`, `failed` or `open`, and a text."""
    done = f"{run.epochs_done:,}"
    if run.epochs is not None:
        done += f" of {run.epochs:,}"
    last = run.sessions[-1] if run.sessions else {}
    if run.is_finished:
        return "finished", f"Finished: {done} epochs."
    if last.get("ended") in ("interrupted", "failed"):
        said = last.get("said", "")
        return last["ended"], f"Unfinished: {done} epochs. {said}"
    if run.epochs is None:
        return "open", f"{done} epochs."
    going = "" if "ended" in last else " It is going on, or was killed."
    return "open", f"Unfinished: {done} epochs.{going}"


def _facts(run):
    """The numbers at the head of the page."""
    seconds = sum(s.get("seconds", 0) for s in run.sessions)
    images = sum(s.get("images", 0) for s in run.sessions)
    rates = [s["images_per_second"] for s in run.sessions if "images_per_second" in s]
    most = max((s.get("peak_memory") or 0 for s in run.sessions), default=0)
    device = max((s.get("peak_device_memory") or 0 for s in run.sessions), default=0)
    found = {
        "epochs": f"{run.epochs_done:,}",
        "images seen": f"{images:,}" if images else None,
        "time": duration(seconds) if seconds else None,
        "images a second": f"{rates[-1]:,.0f}" if rates else None,
        "peak memory": _bytes(most) if most else None,
        "peak device memory": _bytes(device) if device else None,
    }
    return {name: text for name, text in found.items() if text is not None}


def _table(run):
    """Each number of the log: the last value, and the best of a score."""
    from keras_gan_zoo.scoring.measures import METRICS

    found = []
    for name in run.columns:
        known = [
            (row[name], row["epoch"]) for row in run.log if row.get(name) is not None
        ]
        if not known:
            continue
        best = None
        if name in METRICS:
            value, epoch = (max if METRICS[name].higher else min)(known)
            best = f"{value:.5g} (epoch {epoch:,})"
        found.append((name, f"{known[-1][0]:.5g}", best))
    return found


def _scores(folder):
    """The scores of the run's preset, if there are some, as rows of texts."""
    from keras_gan_zoo.scoring import ScoreReport

    path = folder / "preset" / "scores.json"
    try:
        return ScoreReport.load(path).rows() if path.is_file() else []
    except (OSError, ValueError):
        return []


def _stills(run):
    """A few grids, the last one too: epoch -> address."""
    shown = spread(run.samples, STILLS)
    contents = {epoch: still(path, STILL_SIDE) for epoch, path in shown.items()}
    return {
        epoch: pages.data_address(content)
        for epoch, content in contents.items()
        if content
    }


def _rows(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Settings by their paths; what has many parts, such as classes, in one row."""
    parts = isinstance(value, Mapping) and "class_name" not in value
    if parts and value and (not name or len(value) <= MOST_PARTS):
        for key, inner in value.items():
            yield from _rows(inner, f"{name}.{key}" if name else str(key))
    elif name:
        text = _said(value)
        yield name, text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _said(value):
    """A setting in few words: `R1(weight=10)`."""
    if isinstance(value, Mapping) and "class_name" in value:
        config = value.get("config")
        config = config if isinstance(config, Mapping) else {}
        given = ", ".join(f"{k}={_said(v)}" for k, v in config.items() if v is not None)
        return f"{value['class_name']}({given})"
    if isinstance(value, Mapping):
        texts = (f"{key}: {_said(inner)}" for key, inner in value.items())
        return ", ".join(texts) or "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_said, value)) or "none"
    return str(value)


def _started(session):
    """The minute in which a session began."""
    return f"{str(session.get('started', ''))[:16].replace('T', ' ')} UTC"


def _bytes(count):
    """Memory in the unit that people read.

    Example:

    >>> _bytes(2_400_000_000), _bytes(71_000_000)
    ('2.4 GB', '71 MB')
    """
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
