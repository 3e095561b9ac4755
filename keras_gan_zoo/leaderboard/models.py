"""A scored model, read from the small files of its folder: nothing is built or run."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from keras_gan_zoo import families
from keras_gan_zoo.callbacks.progress_bar import duration
from keras_gan_zoo.cards import repeat
from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.leaderboard.texts import plain
from keras_gan_zoo.presets import files, readme, together
from keras_gan_zoo.presets.origin import check_recipe, data_of, public_data
from keras_gan_zoo.report_files import check_inside
from keras_gan_zoo.runs.folder import SESSIONS, machines_of, rows
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.scoring.measures import METRICS

#: the files that are read; weights are none of them
CARD = (
    *(files.METADATA, files.SCORES, files.RECIPE, files.TASK),
    *(files.README, files.SAMPLES),
)
MOST_NAMES = 20
MOST = 1e30  # of a score, which no score is near to
#: letters that mean nothing to a shell, and the quotes that `shlex.quote` puts
SAFE = re.compile(r"[\w ./:@,=+'-]+(\[\d*:\d*\][\w ./:@,=+'-]*)*", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Model:
    """What the leaderboard shows of a model; texts are plain, of one line.

    Attributes:
        name: str, `"dcgan_mnist"` or `"user/repo"`.
        address: str, what `GAN.from_preset` loads.
        page: str, the address of its page on the Hub, or None.
        author: str or None, the owner of the repository.
        family: str.
        paper: `(title, address)` or None.
        data: str, what it was trained on.
        license: str or None.
        labels: str or None, such as `"2: cat, dog"`.
        parameters: int or None, of the generator.
        seconds: float or None, the time that its training took.
        machine: str or None, what that was on; None without `seconds`.
        report: `ScoreReport`.
        epoch: int or None, that of the weights.
        last: `ScoreReport` or None, of the end of training.
        last_epoch: int or None.
        repeat: str or None, the command that repeats the scores.
        samples: `pathlib.Path` of its grid of samples, or None.
    """

    name: str
    address: str
    page: str | None
    author: str | None
    family: str
    paper: tuple[str, str] | None
    data: str
    license: str | None
    labels: str | None
    parameters: int | None
    seconds: float | None
    machine: str | None
    report: ScoreReport
    epoch: int | None
    last: ScoreReport | None
    last_epoch: int | None
    repeat: str | None
    samples: Path | None

    @property
    def time(self) -> str:
        """That of its training, such as `"10:06"`; `""` if nobody knows it."""
        return duration(self.seconds) if self.seconds else ""

    @property
    def trained_in(self) -> str:
        """The same with what it was on: `"10:06, jax on NVIDIA H200"`."""
        return ", ".join(filter(None, (self.time, self.machine)))


def read_model(
    folder: Path, name: str, address: str, repository: str | None = None
) -> Model:
    """Read the `Model` in a preset's folder, or in a copy of its small files.

    Args:
        folder: path.
        name: str.
        address: str, see `Model`.
        repository: str, `"user/repo"` on the Hub, or None.

    Raises:
        FileNotFoundError: the folder is no preset, or was not scored.
        ValueError: a file is not what this package writes, or the parts of the folder
            are of different weights.
    """
    metadata = files.read_json(folder, files.METADATA, address)
    files.check_version(metadata, address)
    card, recipe = _header(folder, address), _facts(folder, files.RECIPE, address)
    check_recipe(recipe, files.RECIPE)
    task = _facts(folder, files.TASK, address)
    if not (folder / files.SCORES).is_file():
        raise FileNotFoundError(
            f"It has no {files.SCORES}, so that nobody knows under which conditions "
            "it was scored, if it was. `keras-gan-zoo score FOLDER --reference "
            "NAME:SPLIT --attach` writes one."
        )
    scores = files.read_json(folder, files.SCORES, address)
    report = ScoreReport.from_dict(scores)
    _check(folder, metadata, report)
    registered = str(task.get("registered_name") or "GAN")
    family = registered.partition(">")[2] or registered
    config = task.get("config")
    last = scores.get("last")
    last = ScoreReport.from_dict(last) if isinstance(last, dict) else None
    for one in filter(None, (report, last)):
        _check_sizes(one)
    seconds, machine = _training(folder, scores.get("training"))
    return Model(
        name=plain(name),
        address=plain(address),
        page=f"https://huggingface.co/{repository}" if repository else None,
        author=repository.partition("/")[0] if repository else None,
        family=plain(family),
        paper=_paper(family),
        data=_data(recipe),
        license=_license(card, recipe),
        labels=_labels(config if isinstance(config, Mapping) else {}),
        parameters=_whole(metadata.get("parameter_count")),
        seconds=seconds,
        machine=machine,
        report=report,
        epoch=_whole(scores.get("epoch")),
        last=last,
        last_epoch=_whole(scores["last"].get("epoch")) if last else None,
        repeat=_command(report, address),
        samples=_file(folder, files.SAMPLES),
    )


def _file(folder, name):
    return folder / name if (folder / name).is_file() else None


def _facts(folder, name, address):
    """A JSON object, empty without the file."""
    return files.read_json(folder, name, address) if _file(folder, name) else {}


def _header(folder, address):
    """The metadata of the card, empty without one."""
    path = _file(folder, files.README)
    if path is None:
        return {}
    if path.stat().st_size > files.MAX_JSON:
        raise files.invalid(address, f"`{files.README}` is too large to be a card.")
    return readme.split(readme.read(path, errors="replace"))[0]


def _check(folder, metadata, report):
    """The scores, the card and the samples are of the folder's weights."""
    digest = metadata.get("weights_sha256")
    if not isinstance(digest, str):
        digest = report.conditions.get("generator_sha256")
    if not any(name in METRICS for name in report.metrics):
        raise ValueError(
            f"None of its scores is a metric of this package: {', '.join(METRICS)}. "
            f"Received: {plain(report.metrics)}"
        )
    together.check_scores(report.to_dict(), digest)
    together.check(folder, digest)
    check_inside(report, report.intervals)


def _check_sizes(report):
    """Its numbers can be drawn, and multiplied by what tables multiply them."""
    for name, value in report.items():
        numbers = [value, *(report.intervals.get(name) or ())]
        if max(map(abs, numbers)) > MOST:
            raise ValueError(
                f"No score is above {MOST:g}. Received: {plain(name, 40)}={value:g} "
                f"with the interval {report.intervals.get(name)}"
            )


def _paper(family):
    paper = families.FAMILIES[family].paper if family in families.FAMILIES else None
    return paper and (
        f"{paper.title}, {paper.year}",
        f"https://arxiv.org/abs/{paper.arxiv}",
    )


def _command(report, address):
    """The command that repeats the scores; a stranger's only if no shell minds it."""
    command = repeat.score_command(report, address)
    return command if command and SAFE.fullmatch(command) else None


def _data(recipe):
    """What it was trained on."""
    try:
        name, _ = data_of(recipe)
    except ValueError:  # no split of ours
        name = public_data(str(recipe["data"]))
    if name in CATALOGUE:
        return CATALOGUE[name].title
    return plain(name or "images of the author's own")


def _license(card, recipe):
    found = card.get("license") or recipe.get("license")
    return plain(found) if found else None


def _labels(config):
    """The number and the names of the classes, or None."""
    count, names = _whole(config.get("num_classes")), config.get("label_names")
    if count is None:
        return None
    if not isinstance(names, list) or not names:
        return f"{count:,}"
    more = ", ..." if len(names) > MOST_NAMES else ""
    return f"{count:,}: {', '.join(plain(n, 40) for n in names[:MOST_NAMES])}{more}"


def _training(folder, training):
    """How long a training took, and on what: as `scores.json` has it, or the run."""
    kept = training if isinstance(training, Mapping) else {}
    if _is_time(kept.get("seconds")):
        return float(kept["seconds"]), plain(kept.get("machine") or "", 60) or None
    for place in (folder, folder.parent if folder.name == "preset" else folder):
        sessions = rows(place / SESSIONS)
        times = [session.get("seconds") for session in sessions]
        if times and all(map(_is_time, times)):
            return float(sum(times)), plain(machines_of(sessions), 60) or None
    return None, None


def _is_time(value):
    return type(value) in (int, float) and 0 < value < 1e12


def _whole(value):
    return value if type(value) is int and 0 <= value < 10**15 else None
