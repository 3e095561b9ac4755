"""Whether the parts of a preset's folder belong together: weights, scores and card."""

import os
import warnings
from pathlib import Path
from typing import Any

from keras_gan_zoo import images, report_files
from keras_gan_zoo.presets import files, readme
from keras_gan_zoo.typing import PathLike

#: the key under which a picture names the weights that drew it
SAMPLES_KEY = "generator_sha256"


def scores_of(report: Any) -> dict[str, Any]:
    """The content of `scores.json` for a report.

    Args:
        report: `ScoreReport`, or path of a JSON file of one.

    Raises:
        ValueError: it is neither, or the file is no report.
        FileNotFoundError: there is no such file.
    """
    if isinstance(report, str | os.PathLike):
        return report_files.read(report)
    if not callable(getattr(report, "to_dict", None)):
        raise ValueError(
            "`report` must be a `ScoreReport`, or the path of a JSON file of one, such "
            f"as 'report.json'. Received: report={report!r:.200}"
        )
    return report.to_dict()


def check_scores(scores: Any, digest: str) -> None:
    """Raise a `ValueError` if scores are not those of the weights `digest`."""
    found = scored(scores)
    if found != digest:
        raise ValueError(
            "The report must be of the saved weights, those of the averaged "
            f"generator (sha256 {digest}). Score this model again. "
            f"Received: generator_sha256={found!r}"
        )


def read_scores(folder: PathLike, digest: str) -> dict[str, Any]:
    """The content of a folder's `scores.json` if it is of the weights `digest`.

    Returns:
        dict, empty without such scores.
    """
    try:
        scores = _read(folder)
    except (ValueError, OSError):
        return {}
    return scores if scores is not None and scored(scores) == digest else {}


def strays(folder: PathLike, digest: str) -> list[str]:
    """What a folder has of other weights.

    Args:
        folder: path.
        digest: str, the sha256 of the weights in it.

    Returns:
        list of sentences, such as "`scores.json` is of other weights (sha256 ...)".
    """
    found = {
        files.SCORES: _scores_of(folder),
        **{name: _drawn(folder, name) for name in files.PICTURES},
        files.README: _carded(folder, digest),
    }
    return [
        f"`{name}` is of other weights: sha256 {other!s:.64}, not {digest}."
        for name, other in found.items()
        if other is not None and other != digest
    ]


def warn(preset: Any, digest: str) -> None:
    """Warn if what came with loaded weights is of other weights."""
    found = strays(preset.folder, digest)
    if found:
        warnings.warn(
            f"The parts of preset `{preset}` don't belong together. {' '.join(found)}",
            stacklevel=4,
        )


def check(folder: PathLike, digest: str) -> None:
    """Raise a `ValueError` unless a folder can be published as a whole.

    Scores, samples and card must be of its weights, and the scores in the card's
    metadata those of `scores.json`.
    """
    scores = _read(folder)
    if scores is not None:
        check_scores(scores, digest)
    found = strays(folder, digest)
    path = Path(folder) / files.README
    if path.is_file():
        text = readme.read(path)
        found += _other_numbers(readme.split(text)[0], scores or {})
        if readme.NOTE in text:
            found.append(f"`{files.README}` has parts that are to be written anew.")
    if found:
        raise ValueError(
            "A preset is published as a whole, and parts of this one don't belong "
            f"together. {' '.join(found)} Bring the card up to date by "
            "`keras_gan_zoo.cards.refresh_card(folder)` or `keras-gan-zoo card FOLDER "
            f"--refresh`. Received: {folder}"
        )


def _read(folder):
    path = Path(folder) / files.SCORES
    return files.read_json(folder, files.SCORES, folder) if path.is_file() else None


def scored(scores: Any) -> str | None:
    """The sha256 of the weights that scores, or whatever stands there, are of."""
    conditions = scores.get("conditions") if isinstance(scores, dict) else None
    return conditions.get("generator_sha256") if isinstance(conditions, dict) else None


def _scores_of(folder):
    try:
        scores = _read(folder)
    except (ValueError, OSError):
        return "unreadable"
    return None if scores is None else str(scored(scores))


def _drawn(folder, name):
    path = Path(folder) / name
    return images.png_text(path).get(SAMPLES_KEY) if path.is_file() else None


def _carded(folder, digest):
    path = Path(folder) / files.README
    if not path.is_file() or path.stat().st_size > files.MAX_JSON:
        return None
    text = readme.read(path, errors="replace")
    others = set(readme.DIGEST.findall(text)) - {digest}
    return min(others, default=None)


def _other_numbers(data, scores):
    """Scores in a card's metadata that are not in `scores.json`."""
    values, conditions = scores.get("scores"), scores.get("conditions")
    values = values.values() if isinstance(values, dict) else ()
    num_fake = conditions.get("num_fake") if isinstance(conditions, dict) else None
    return [
        f"`{files.README}` has {metric.get('name')} {metric.get('value')} of "
        f"{metric['args'].get('num_fake')} samples, which is not in `{files.SCORES}`."
        for metric in readme.split_index(data)[0]
        if metric.get("value") not in values
        or metric["args"].get("num_fake") != num_fake
    ]
