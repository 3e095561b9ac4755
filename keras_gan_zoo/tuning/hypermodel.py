"""A recipe whose settings KerasTuner may choose."""

import json
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

try:
    import keras_tuner
except ImportError as error:
    raise ImportError(
        "A search needs KerasTuner: pip install 'keras-gan-zoo[tune]'"
    ) from error

from keras_gan_zoo import recipes
from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.callbacks import Score
from keras_gan_zoo.recipes import data
from keras_gan_zoo.scoring import METRICS
from keras_gan_zoo.scoring.arguments import check_numbers
from keras_gan_zoo.tuning.space import Space, applied, check, default_of
from keras_gan_zoo.zoo.selection import prepared, settings_of


class GANHyperModel(keras_tuner.HyperModel):
    """A recipe's GAN, as KerasTuner tunes models.

    A trial trains on the recipe's data, and scores the averaged generator after each
    epoch on images that are held out: its score is that of its best epoch.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`. Its `selection` has arguments of
            `score`: the images that are held out, and the metric, by default `"fid"`.
        space: dict of a setting's name -> a list of choices, or a tuple `(low, high)`
            that is searched in the logarithm; by default `SPACE`, without betas where
            an optimizer has none. Settings are the
            options of `recipes.with_options`, `"beta_1"` and `"beta_2"` of both
            optimizers, the weight of a penalty by its name, such as `"r1"`, and
            `"augmentation"` by name: `"none"`, `"diff_augment"`, `"ada"`, `"apa"`.
        num_images: int, samples for a score.
        every: int, epochs from one score to the next.
        say: function that is given a line of text after each trial, or None.

    Attributes:
        objective: `keras_tuner.Objective`, which tuners take.

    Raises:
        ImportError: KerasTuner is not installed.
        ValueError: a space without choices; no images are held out.

    Example:

    ```python
    recipe = recipes.with_options(family="dcgan", data="digits:train[:8000]", epochs=5)
    hypermodel = tuning.GANHyperModel(recipe, {"loss": ["hinge", "non_saturating"]})
    tuner = keras_tuner.RandomSearch(
        hypermodel, hypermodel.objective, max_trials=2, directory="search"
    )
    tuner.search(verbose=0)
    best = hypermodel.recipe_of(tuner.get_best_hyperparameters()[0])
    ```
    """

    def __init__(
        self,
        recipe: Mapping[str, Any],
        space: Space | None = None,
        num_images: int = 2000,
        every: int = 1,
        say: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(name=recipe["family"])
        self.recipe = recipes.plain(recipe)
        self.space = check(default_of(self.recipe) if space is None else space)
        self.selection = {**settings_of(self.recipe), "num_images": num_images}
        check_numbers(self.selection["metrics"], num_images, endless=True)
        self.every = check_count("every", every)
        self.say = say
        self.metric = self.selection["metrics"][0]
        better = "max" if METRICS[self.metric].higher else "min"
        self.objective = keras_tuner.Objective(self.metric, better)

    def values_of(self, hp: Any) -> dict[str, Any]:
        """The values of the space's settings that `hp` has."""
        return {name: _chosen(hp, name, v) for name, v in self.space.items()}

    def recipe_of(self, hp: Any) -> dict[str, Any]:
        """The recipe with the values that `hp` has."""
        return applied(self.recipe, self.values_of(hp))

    def build(self, hp: Any) -> Any:
        return recipes.build(self.recipe_of(hp))

    def fit(
        self,
        hp: Any,
        model: Any,
        *args: Any,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        **kwargs: Any,
    ) -> dict[str, float]:
        recipe = self.recipe_of(hp)
        score = Score(every=self.every, **prepared(self.selection, recipe))
        model.fit(
            **data.arguments_of_fit(data.open_data(recipe), model),
            **{
                "batch_size": recipe["batch_size"],
                "epochs": recipe["epochs"],
                **kwargs,
            },
            callbacks=[keras.callbacks.TerminateOnNaN(), score, *callbacks],
        )
        found = [report[self.metric] for report in score.reports.values()]
        found = [value for value in found if math.isfinite(value)]
        if not found:
            self._tell(hp, "diverged")
            raise keras_tuner.errors.FailedTrialError("Training has diverged.")
        best = (max if self.objective.direction == "max" else min)(found)
        self._tell(hp, f"{best:.3f}")
        return {self.metric: best}

    def _tell(self, hp, result):
        if self.say is not None:
            values = ", ".join(
                f"{k}={_short(v)}" for k, v in self.values_of(hp).items()
            )
            self.say(f"{self.metric} {result}: {values}")


def _chosen(hp, name, values):
    if not isinstance(values, tuple):
        kinds = {type(value) for value in values}
        if len(kinds) == 1 and kinds <= {bool, int, float, str}:
            return hp.Choice(name, list(values))
        texts = {json.dumps(value): value for value in recipes.plain(list(values))}
        return texts[hp.Choice(name, list(texts))]
    low, high = values
    if isinstance(low, numbers.Integral) and isinstance(high, numbers.Integral):
        return hp.Int(name, int(low), int(high), sampling="log")
    return hp.Float(name, float(low), float(high), sampling="log")


def _short(value):
    return f"{value:.3g}" if isinstance(value, float) else value
