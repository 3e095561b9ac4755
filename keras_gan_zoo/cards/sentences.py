"""What a card says in words of the numbers beside its scores."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from keras_gan_zoo.scoring import ScoreReport, anchors_of, ranking
from keras_gan_zoo.scoring.anchors import FLOOR

SECOND = "By another extractor:"  #: how the sentence of these scores begins
BESIDE = ", real images"
COPIES = 0.05  # a share of copies to be spoken of: five times that of unseen images


def neighbours_sentences(found: Mapping[str, Any]) -> list[str]:
    """What the nearest training images of samples tell.

    Args:
        found: dict, what `scores.json` has under `"neighbours"`.

    Returns:
        list of sentences, the last of which is the conclusion.
    """
    spaces = found["spaces"]
    named = {
        name: "in pixels" if name == "pixels" else f"in the features of `{name}`"
        for name in spaces
    }
    shares = ", ".join(
        f"{_percent(space['nearer'])} ({_percent(space['nearer_interval'][0])} to "
        f"{_percent(space['nearer_interval'][1])}) {named[name]}"
        for name, space in spaces.items()
    )
    copies = ", ".join(
        f"{_percent(space['copies'])} {named[name]}" for name, space in spaces.items()
    )
    return [
        f"{found['num_fake']:,} samples and {found['num_real']:,} images of "
        f"`{found['held_out']}`, which it has never seen, were compared with its "
        f"{found['num_train']:,} training images. Of a sample and such an image, the "
        f"sample is the one nearer to training images in {shares}; of new real images "
        "it would be 50 %, of copies 100 %.",
        f"Of the samples, {copies} are as near to a single training image as one of a "
        "hundred unseen images is.",
        _conclusion(list(spaces.values())),
    ]


def _conclusion(spaces):
    low = min(space["nearer_interval"][0] for space in spaces)
    high = max(space["nearer_interval"][1] for space in spaces)
    if max(space["copies"] for space in spaces) > COPIES:
        return "So some samples are all but copies of training images."
    if low > 0.5:
        return (
            "So samples lie nearer to training images than real images do, but are no "
            "copies of single ones."
        )
    if high < 0.5:
        return "So samples lie further from training images than real images do."
    return "So the distances look much like those between real images."


def _percent(share):
    return f"{100 * share:.1f} %"


def second_sentence(report: ScoreReport) -> str:
    """The scores by another extractor, beside those of real images if known."""
    real = anchors_of(report).get(FLOOR)
    floor = ranking.row("", real).cells if real else {}
    parts = []
    for metric, cell in ranking.row("", report).cells.items():
        interval = f" ({cell.interval()})" if cell.interval() else ""
        beside = f"{BESIDE} {floor[metric].text()}" if metric in floor else ""
        parts.append(f"{report.shown(metric)} {cell.text()}{interval}{beside}")
    return f"{SECOND} {'; '.join(parts)}."


def training_sentence(training: Mapping[str, Any] | None) -> str | None:
    """How long it was trained, and on what.

    Example:

    >>> training_sentence({"seconds": 1800, "machine": "jax on 2 CPU cores"})
    'Training took 30 minutes (jax on 2 CPU cores).'
    """
    if not training or not training.get("seconds"):
        return None
    minutes = max(round(training["seconds"] / 60), 1)
    time = f"{minutes} minute{'s' if minutes != 1 else ''}"
    return f"Training took {time} ({training.get('machine')})."


def reduced_sentence(
    parameters: Mapping[str, int] | None, recipe: Mapping[str, Any], target: str
) -> str | None:
    """That the networks are smaller than published, and how to train the others.

    Args:
        parameters: dict, what `scores.json` has under `"parameters"`: those of
            `generator` and `discriminator`, and of both at full width, `published`.
        recipe: dict, whose `full_width` may name the recipe of others.
        target: str, what readers load.

    Returns:
        str, or None if they are not smaller.
    """
    players = ("generator", "discriminator")
    if not parameters or not all(parameters.get(key) for key in players):
        return None
    mine = [parameters[key] for key in players]
    published: Sequence[int] = parameters.get("published") or ()  # type: ignore
    if len(published) != 2 or sum(published) <= sum(mine):
        return None
    full = recipe.get("full_width")
    command = f"train {full}" if full else f"train {shlex.quote(target)} --full-width"
    return (
        f"Its networks together are smaller than published, for a few CPU cores: "
        f"{mine[0]:,} and {mine[1]:,} parameters of generator and discriminator in "
        f"place of {published[0]:,} and {published[1]:,}. Those, for a GPU: "
        f"`keras-gan-zoo {command} --out run`."
    )
