"""`Plan` and `Job`: what is scored of how many samples, and all that it takes."""

import dataclasses
from collections.abc import Callable
from typing import Any

from keras_gan_zoo.scoring.extractors.outputs import OUTPUTS
from keras_gan_zoo.scoring.measures import METRICS


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is scored of how many samples.

    Attributes:
        metrics: tuple of keys of `METRICS`.
        count: int, samples.
        splits: int, of the Inception Score.
        seed: int.
        keep: tuple of outputs whose rows are kept whole for a second opinion.
    """

    metrics: tuple
    count: int
    splits: int = 10
    seed: int = 0
    keep: tuple = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """What is read of the samples: outputs, labels, images."""
        read = [name for metric in self.metrics for name in METRICS[metric].reads]
        return tuple(dict.fromkeys(read))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs of the extractor that are read."""
        return tuple(name for name in self.reads if name in OUTPUTS)

    @property
    def whole(self) -> tuple[str, ...]:
        """What is kept of every sample."""
        rows = [METRICS[m].reads for m in self.metrics if METRICS[m].function]
        return tuple(
            dict.fromkeys([*(name for read in rows for name in read), *self.keep])
        )


@dataclasses.dataclass(frozen=True)
class Job:
    """A plan, and what carries it out.

    Attributes:
        plan: `Plan`.
        source: see `keras_gan_zoo.scoring.sources`.
        extractor: `Extractor`.
        reference: `Reference` or None.
        offset: int, the source's image that is sample 0.
        batch_size: int, images a forward pass.
        progress: function that is told how many images of the source are done.
    """

    plan: Plan
    source: Any
    extractor: Any
    reference: Any = None
    offset: int = 0
    batch_size: int = 250
    progress: Callable = lambda done: None
