"""What is measured at each look at a run, and the signs in it."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from keras import ops

from keras_gan_zoo.callbacks.stability import losses, samples, signs
from keras_gan_zoo.callbacks.stability.real_sample import RealSample, small
from keras_gan_zoo.callbacks.stability.series import cycle
from keras_gan_zoo.callbacks.stability.signs import PLAYERS, Sign
from keras_gan_zoo.networks.running import run

MOST_CLASSES = 20  # of which each look makes images
LEAST = 8  # images, generated and real, for their distances to tell anything
STEPS, LOOKS = 512, 64  # in which cycles are looked for
FIRST = 5  # looks, whose gradients later ones are compared with
COORDINATES = 512  # of a player's weights that are followed


class Looks:
    """What was measured so far, and what a look adds.

    Args:
        monitor: `StabilityMonitor`, for its limits.

    Attributes:
        numbers: dict, what the last look measured.
        real: `RealSample`, of the images that the run trains on.
        losses: `StepLosses`.
    """

    def __init__(self, monitor: Any) -> None:
        self.limits = monitor
        self.numbers: dict[str, Any] = {}
        self.real = RealSample(seed=monitor.seed)
        self.losses = losses.StepLosses(STEPS)
        self._seen = 0
        self._references: dict[Any, Any] = {}  # by class, and of all
        self.forget()

    def begin(self, objective: Any) -> None:
        """A run begins, with this adversarial loss."""
        self.level = losses.level_at_chance(objective)
        self.losses = losses.StepLosses(STEPS)

    def forget(self) -> None:
        """What was seen of the weights is of another run."""
        self.weights: dict[str, list] = {player: [] for player in PLAYERS}
        self.norms: dict[str, list] = {player: [] for player in PLAYERS}

    def of_weights(self, model: Any, warm: bool) -> Iterator[Sign]:
        """Of weights and gradients; if it is not `warm`, what is not finite alone."""
        variables = model.generator.trainable_variables, model.discriminator_variables
        norms = model.optimizer.gradient_norms
        rates = model.optimizer.learning_rates
        for i, player in enumerate(PLAYERS):
            found = _some(variables[i])
            if found is None:
                yield signs.not_finite(f"a weight of the {player}", math.nan)
                return
            norm, followed = norms[i], self.weights[player]
            followed.append(found)
            del followed[:-LOOKS]
            if norm is None and len(followed) > 1 and rates[i]:  # by how far it moved
                share = sum(math.prod(v.shape) for v in variables[i]) / len(found)
                moved = float(np.linalg.norm(followed[-1] - followed[-2]))
                norm = math.sqrt(share) * moved / (rates[i] * self.limits.every)
            if norm is None:
                continue
            if not math.isfinite(norm):
                yield signs.not_finite(f"a gradient of the {player}", norm)
                return
            self.numbers[f"{player[0]}_gradient_norm"] = norm
            if warm:
                yield from _given(self._of_gradient(player, norm))

    def _of_gradient(self, player, norm):
        usual = self.norms[player]
        if len(usual) < FIRST:
            usual.append(norm)
        usual, limits = float(np.median(usual)), self.limits
        return signs.gradients(player, norm, usual, limits.exploding, limits.vanishing)

    def of_losses(self, epoch: int = 0) -> Iterator[Sign]:
        """Of the losses of recent steps, and of the way of the weights.

        `epoch` is the number of its steps, or 0.
        """
        share, every = self.limits.oscillation, self.limits.every
        d_loss = float(self.losses.last("d_loss", every).mean())
        self.numbers["d_loss"] = d_loss
        yield from _given(signs.saturated(d_loss, self.level, self.limits.saturation))
        for name in losses.NAMES:
            found = cycle(self.losses.last(name), share, epoch=epoch)
            yield from _given(signs.oscillates(f"values of {name}", found))
        for player, followed in self.weights.items():
            found = cycle(np.array(followed), share)
            yield from _given(
                signs.oscillates(f"weights of the {player}", found, every)
            )

    def of_samples(self, model: Any) -> Iterator[Sign]:
        """Of images that are generated from fixed latents, beside real ones."""
        if len(self.real) < LEAST:
            return
        limits = self.limits
        alike = limits.diversity, limits.repetition
        images, labels = self._make(model)
        reference = self._reference()
        found = reference.diversity(images)
        share, limit = reference.copies(images)
        self.numbers |= {**found._asdict(), "copies": share}
        yield from _given(signs.collapsed(found, *alike))
        count = len(self.real)
        yield from _given(signs.memorised(share, limit, limits.memorisation, count))
        if self.real.labels is None or labels is None:
            return
        names, shares = model.label_names or range(model.num_classes), []
        for label in np.unique(labels):
            reference = self._reference(label)
            if reference is not None:
                found = reference.diversity(images[labels == label])
                shares.append(found.pixels)
                yield from _given(signs.collapsed(found, *alike, str(names[label])))
        if shares:
            self.numbers["classes"] = min(shares)

    def _reference(self, label=None):
        """Real images to compare with, of a class if need be; None if too few."""
        if self.real.seen > 1.5 * self._seen:  # or it would cost at each look
            self._seen, self._references = self.real.seen, {}
        if label not in self._references:
            real = self.real.images
            if label is not None:
                real = real[self.real.labels == label]
            enough = len(real) >= LEAST
            made = samples.Reference(real, self.limits.seed) if enough else None
            self._references[label] = made
        return self._references[label]

    def _make(self, model):
        """Small images of fixed latents, and their labels."""
        n, labels = self.limits.num_images, None
        if model.num_classes is not None:
            classes = min(model.num_classes, MOST_CLASSES)
            n = max(n, LEAST * classes)
            spread = np.linspace(0, model.num_classes - 1, classes).round()
            labels = np.resize(spread.astype("int32"), n)
        latents = model.sample_latents(n, self.limits.seed)
        made = run(model, model._inputs(latents, labels), batch_size=64)
        return small(made), labels

    def get_state(self) -> dict[str, Any]:
        """What a run that goes on needs, ready for JSON."""
        return {"norms": self.norms, "losses": self.losses.get_state()}

    def set_state(self, state: dict[str, Any]) -> None:
        """What `get_state` gave."""
        self.norms = state["norms"]
        self.losses.set_state(state["losses"])


def _given(sign):
    return [] if sign is None else [sign]


def _some(variables):
    """Evenly spaced weights, always the same ones; None if any is not finite."""
    step = max(sum(math.prod(v.shape) for v in variables) // COORDINATES, 1)
    found = [np.zeros(0)]
    for variable in variables:
        weights = np.asarray(ops.convert_to_numpy(variable), "float32").ravel()
        if not np.isfinite(weights).all():
            return None
        found.append(weights[::step])
    return np.concatenate(found)
