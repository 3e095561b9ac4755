"""The files of a run of PyTorch-StudioGAN."""

import re
import warnings
from typing import Any, NamedTuple

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import part

NAME = re.compile(
    r"(?P<folder>.*/)?model=(?P<player>G|G_ema|D)-(?P<when>best|current)-weights"
    r"-step=(?P<step>\d+)\.pth"
)


class Run(NamedTuple):
    """What was read of a run: tensors by player, `"G"`, `"G_ema"` and `"D"`.

    Attributes:
        players: dict of mappings of tensors; empty for a player without a file.
        settings: dict, the bookkeeping in the discriminator's file.
        config: dict, the YAML, empty without one.
        step: int, of the generator.
    """

    players: dict[str, dict[str, Any]]
    settings: dict[str, Any]
    config: dict[str, Any]
    step: int = 0

    @property
    def generator(self) -> dict[str, Any]:
        """The generator's tensors, or else those of its average."""
        return self.players["G"] or self.players["G_ema"]


def named(files: Files) -> list[re.Match]:
    """The files that are called as StudioGAN calls its checkpoints."""
    return [match for match in map(NAME.fullmatch, files.names) if match]


def read_run(files: Files, when: str | None = None) -> Run:
    """The newest weights of a run, of those that were the best if there are such.

    Args:
        files: see `named`.
        when: `"best"` or `"current"`, or None.

    Raises:
        ValueError: they are of several runs, or there is no generator.
    """
    found = [m for m in named(files) if when in (None, m["when"])]
    folders = sorted({m["folder"] or "" for m in found})
    if len(folders) != 1:
        raise ValueError(
            "The weights must be of one run of PyTorch-StudioGAN, `best` or `current`. "
            f"Received: {files}, when={when!r}, folders {', '.join(folders) or 'none'}"
        )
    moments = sorted((m["when"] == "best", int(m["step"])) for m in found)
    best, step = moments[-1]
    kind = "best" if best else "current"
    if len(set(moments)) > 1:
        warnings.warn(
            f"{files} has weights of several steps: those of step {step}, its {kind} "
            "ones, are taken. `when=` chooses.",
            stacklevel=2,
        )
    players: dict[str, dict[str, Any]] = {"G": {}, "G_ema": {}, "D": {}}
    settings: dict[str, Any] = {}
    for match in found:
        if (match["when"], int(match["step"])) == (kind, step):
            weights = files.weights(match.string)
            players[match["player"]] = part(weights, "state_dict")
            if match["player"] == "D":
                settings = dict(weights.settings)
    if not (players["G"] or players["G_ema"]):
        raise ValueError(
            "A run needs the weights of its generator, `model=G_ema-...` or "
            f"`model=G-...`. Received: {files} with the discriminator's alone"
        )
    texts = [n for n in files.names if n.endswith((".yaml", ".yml"))]
    config = files.yaml(texts[0]) if len(texts) == 1 else {}
    return Run(players, settings, {k: v or {} for k, v in config.items()}, step)
