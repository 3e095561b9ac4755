"""`Plan` and `Job`: what to score, and everything that it takes."""

import dataclasses
from collections.abc import Callable
from typing import Any

from keras_gan_zoo.scoring.extractors.outputs import OUTPUTS
from keras_gan_zoo.scoring.measures import METRICS, Metric


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to score, of how many samples.

    Attributes:
        metrics: tuple of keys of `METRICS`.
        count: int, the number of samples.
        splits: int, the number of splits for the Inception Score.
        seed: int.
        keep: tuple of outputs whose rows are all kept, for a second opinion.
        infinity_method: str, see `keras_gan_zoo.metrics.frechet_infinity`.
    """

    metrics: tuple
    count: int
    splits: int = 10
    seed: int = 0
    keep: tuple = ()
    infinity_method: str = "halves"

    @property
    def measures(self) -> dict[str, Metric]:
        """The metrics' rows of `METRICS`, by the methods that are asked for."""
        return {name: METRICS[name].by(self.infinity_method) for name in self.metrics}

    @property
    def reads(self) -> tuple[str, ...]:
        """What the metrics read of the samples: outputs, labels, images."""
        read = [name for metric in self.metrics for name in METRICS[metric].reads]
        return tuple(dict.fromkeys(read))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs of the extractor that are read."""
        return tuple(name for name in self.reads if name in OUTPUTS)

    @property
    def whole(self) -> tuple[str, ...]:
        """Everything of which all rows are kept."""
        rows = [measure.reads for measure in self.measures.values() if measure.function]
        return tuple(
            dict.fromkeys([*(name for read in rows for name in read), *self.keep])
        )


@dataclasses.dataclass(frozen=True)
class Job:
    """A plan, and what it takes to carry it out.

    Attributes:
        plan: `Plan`.
        source: see `keras_gan_zoo.scoring.sources`.
        extractor: `Extractor`.
        reference: `Reference` or None.
        offset: int, the number of the source's image that is sample 0.
        batch_size: int, images per forward pass.
        columns: int array, the logits' places in the order of the samples' classes, or
            None if that is their own.
        progress: function that is given the number of images that are done.
    """

    plan: Plan
    source: Any
    extractor: Any
    reference: Any = None
    offset: int = 0
    batch_size: int = 250
    columns: Any = None
    progress: Callable = lambda done: None
