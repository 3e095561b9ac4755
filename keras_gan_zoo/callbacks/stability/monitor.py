"""Watches a GAN's `fit`, says what goes wrong, and on request goes back."""

import json
import math
import warnings
from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.arguments import check_count, check_real
from keras_gan_zoo.backend.keras_internals import updates_of
from keras_gan_zoo.callbacks.stability import signs
from keras_gan_zoo.callbacks.stability.going_back import GoodState, check_rates
from keras_gan_zoo.callbacks.stability.looks import LEAST, Looks
from keras_gan_zoo.callbacks.stability.signs import PLAYERS
from keras_gan_zoo.files import path_of, write_json
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike


class StabilityMonitor(keras.callbacks.Callback):
    """Watch a GAN's training, and say in plain words what goes wrong and what to try.

    At every step it looks at the losses, and every `every` steps at

    - weights and gradients that are not finite, gradients that explode or vanish;
    - a discriminator that makes no errors, from which there is little to learn;
    - losses and weights that go round in a cycle;
    - generated images that are nearly all alike, of all classes or of one, by their
      distances to each other beside those of real images;
    - generated images that are copies of training images, by their distances to them.

    What holds at `patience` looks in a row is a warning, once, and a row of `rows` and
    of the file `log`. A loss that is NaN or infinite ends training at once. At the end
    of an epoch the logs have the norms of both players' recent gradients, as
    `g_gradient_norm` and `d_gradient_norm`, if their optimizers keep them.

    Without `rollback` it changes nothing in a run. With it, training goes on from the
    last good state with lower learning rates, for the epochs that are left.

    Args:
        every: int, steps from one look to the next.
        warm_up: int, steps before anything but NaN is a sign.
        patience: int, looks in a row at which a sign must hold.
        log: path of a JSON file, a list of rows: epoch and step, from 1, what, text,
            numbers. A run that is resumed adds to it.
        rollback: bool: go back to the last good state, with both learning rates times
            `rate_factor`, at any sign but memorisation.
        backup_dir: path of a folder for that state; a temporary one by default.
        max_rollbacks: int, how often. The next sign is an error then.
        rate_factor: float, from 0 to 1.
        num_images: int, images that each look makes.
        seed: int, of their latents and of whatever is drawn from real images.
        saturation: float: a discriminator's loss below this share of the loss of one
            that can't tell makes no errors.
        oscillation: float: the share of their variance that a cycle of losses or
            weights must have. In 8,000 trials noise and walks had at most 0.44.
        exploding: float: gradients so many times as large as at the first looks.
        vanishing: float: likewise, as a share.
        diversity: float: generated images are alike if they are less than this share as
            far from each other as real ones.
        repetition: float: likewise, from the nearest other one.
        memorisation: float: the share of generated images that may be copies; of real
            images 0.01 would be. They are compared with up to 2,048 training images,
            so that of more than 20,000 too few copies are seen for a sign.

    Attributes:
        rows: list of dicts, as in `log`.
        numbers: dict, what the last look measured.

    Raises:
        FloatingPointError: a loss or a weight is NaN or infinite, and there is no
            rollback left.
        RuntimeError: any other sign, when no rollback is left.
        ValueError: an argument is wrong; or, when training begins, `rollback` with
            learning rates that follow a schedule.

    Example:

    ```python
    monitor = StabilityMonitor(rollback=True)
    gan.fit(images, epochs=50, callbacks=[monitor])
    ```
    """

    def __init__(
        self,
        every: int = 100,
        warm_up: int = 500,
        patience: int = 3,
        log: PathLike | None = None,
        rollback: bool = False,
        backup_dir: PathLike | None = None,
        max_rollbacks: int = 3,
        rate_factor: float = 0.5,
        num_images: int = 128,
        seed: int = 0,
        saturation: float = 0.01,
        oscillation: float = 0.5,
        exploding: float = 100.0,
        vanishing: float = 1e-3,
        diversity: float = 0.25,
        repetition: float = 0.05,
        memorisation: float = 0.1,
    ) -> None:
        super().__init__()
        self.every = check_count("every", every)
        self.warm_up = check_count("warm_up", warm_up, 0)
        self.patience = check_count("patience", patience)
        self.max_rollbacks = check_count("max_rollbacks", max_rollbacks, 0)
        self.num_images = check_count("num_images", num_images, LEAST)
        self.log = None if log is None else path_of(log)
        self.rollback, self.backup_dir = rollback, backup_dir
        self.seed = check_count("seed", seed, 0)
        shares: Any = {"above": 0, "below": 1, "kind": "a share"}
        self.rate_factor = check_real("rate_factor", rate_factor, **shares)
        self.saturation = check_real("saturation", saturation, **shares)
        self.oscillation = check_real("oscillation", oscillation, **shares)
        self.vanishing = check_real("vanishing", vanishing, **shares)
        self.exploding = check_real("exploding", exploding, above=1, endless=True)
        self.diversity = check_real("diversity", diversity, least=0)
        self.repetition = check_real("repetition", repetition, least=0)
        self.memorisation = check_real("memorisation", memorisation, least=0)
        self.rows: list[dict[str, Any]] = []
        self._looks = Looks(self)
        self._batches: Any = None

    @property
    def numbers(self) -> dict[str, Any]:
        """What the last look measured."""
        return self._looks.numbers

    # === What Keras calls ===

    def set_model(self, model: Any) -> None:
        if not hasattr(model, "generate"):
            raise ValueError(
                "`StabilityMonitor` watches a `GAN`. Received: a model of type "
                f"{type(model).__name__}"
            )
        super().set_model(model)

    def set_batches(self, batches: Any) -> None:
        """Called by `GAN.fit`: real images are drawn from the batches that pass by."""
        self._looks = Looks(self)
        self._batches, batches.watch = batches, self._looks.real.add

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.rows = []
        self._step: Any = None  # a backup may be restored yet
        self._resumed = False
        self._looks.begin(self.model.objective)
        self._saved = -self.every
        self._forget()
        if self.rollback:
            if backend.launched():
                raise ValueError(
                    "`rollback=True` is for one process: several would not go back "
                    "together. Received: a process that was launched with others"
                )
            check_rates(self.model.optimizer)
            self._good = GoodState(self.backup_dir)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._done = epoch + 1, (logs or {}).get("resumed_at", 0)
        if not self._done:
            self._looks.losses.begin()
        if self._step is None:
            updates = updates_of(self.model.optimizer.generator_optimizer)
            updates = int(ops.convert_to_numpy(updates))
            self._step = updates // self.model.generator_steps
            self._begin_log()
            if self.rollback and not (self._step and self._good.exists()):
                self._save(epoch)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        logs = logs or {}
        before, steps = self._step, batch + 1 - self._done
        self._step, self._done = before + steps, batch + 1
        if not math.isfinite(logs.get("loss", 0.0)):
            self._act([signs.not_finite("loss", float(logs["loss"]))])
            return
        self._looks.losses.add(batch, logs)
        if self._step <= self.warm_up:
            self._looks.losses.clear()
        if self._step // self.every > before // self.every:
            self._look()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._batches is not None:
            self._batches.watch, self._batches = None, None  # all images have passed
        norms = self.model.optimizer.gradient_norms
        for player, norm in zip(PLAYERS, norms, strict=True):
            if logs is not None and norm is not None:
                logs[f"{player[0]}_gradient_norm"] = norm
        due = self._step - self._saved >= self.every
        if self.rollback and due and self._quiet:
            self._save(epoch + 1)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self.rollback:
            self._good.close()

    def _look(self):
        model = self.model  # on JAX this brings the weights back from the device
        warm = self._step > self.warm_up
        found = list(self._looks.of_weights(model, warm))
        if not warm or (found and found[-1].what == "not_finite"):
            self._act([sign for sign in found if sign.what == "not_finite"])
            return
        found += self._looks.of_losses(self.params.get("steps") or 0)
        found += self._looks.of_samples(model)
        self._quiet = not any(sign.mends for sign in found)
        causes = {sign.cause: sign for sign in found}
        self._counts = {c: self._counts.get(c, 0) + 1 for c in causes}
        self._act([causes[c] for c, n in self._counts.items() if n >= self.patience])

    # === What follows ===

    def _act(self, found):
        """Say what was found, and go back or end training if it asks for that."""
        for sign in found:
            fatal = sign.what == "not_finite"
            goes_back = self.rollback and (sign.mends or fatal)
            if goes_back and self._backs() < self.max_rollbacks:
                self._go_back(sign)
                return
            if fatal or goes_back:
                self._write(sign.what, sign.text, sign.numbers, sign.about)
                kind = FloatingPointError if fatal else RuntimeError
                tried = f", after {self._backs()} rollbacks" if goes_back else ""
                shown = ", ".join(f"{k}={v}" for k, v in sign.numbers.items())
                raise kind(
                    f"{sign.text} Start anew, in another folder. Received: {shown} in "
                    f"epoch {self._epoch}, step {self._step}{tried}"
                )
            if sign.cause not in self._said:
                self._said.append(sign.cause)
                self._write(sign.what, sign.text, sign.numbers, sign.about)
                self._warn(sign.text)

    def _go_back(self, sign):
        self._write(sign.what, sign.text, sign.numbers, sign.about)
        epoch, rates = self._good.restore(self.model, self.rate_factor)
        shown = " and ".join(f"{rate:.2g}" for rate in rates)
        where = f"after epoch {epoch}" if epoch else "at its start"
        text = (
            f"Training goes on from where it was {where}, with learning rates of "
            f"{shown} (rollback {self._backs() + 1} of {self.max_rollbacks})."
        )
        numbers = {"back_to_epoch": epoch, "learning_rates": rates}
        self._write("rollback", text, numbers)
        self._warn(f"{sign.text} {text}")
        self._looks.losses.begin(self._done)
        self._looks.losses.clear()
        self._forget()

    def _warn(self, text):
        if is_first():
            warnings.warn(
                f"Epoch {self._epoch}, step {self._step}: {text}", stacklevel=2
            )

    def _backs(self):
        return sum(row["what"] == "rollback" for row in self.rows)

    def _save(self, epoch):
        self._good.save(self.model, epoch)
        self._saved = self._step

    def _forget(self):
        """What was seen so far is of another run."""
        self._counts: dict[tuple, int] = {}
        self._said: list[tuple] = []
        self._quiet = True
        self._looks.forget()

    def _write(self, what, text, numbers, about=""):
        row = {"epoch": self._epoch, "step": self._step, "what": what, "text": text}
        row["about"], row["numbers"] = about, numbers
        self.rows.append(row)
        if self.log is not None and is_first():
            write_json(self.log, self.rows)

    def _begin_log(self):
        """Go on with the rows of a run that goes on, but for those still to come."""
        if self.log is None:
            return
        if self._step and not self._resumed and self.log.is_file():
            now = self._epoch, self._step
            for row in json.loads(self.log.read_text()):
                if row["epoch"] < self._epoch or (row["epoch"], row["step"]) <= now:
                    self.rows.append(row)
                    self._said.append((row["what"], row["about"]))
        if is_first():
            write_json(self.log, self.rows)

    # === What a backup keeps ===

    def get_state(self) -> dict[str, Any]:
        """What was seen and said so far, for `BackupAndRestore`; ready for JSON."""
        return {
            "rows": self.rows,
            "said": self._said,
            "counts": [[*cause, n] for cause, n in self._counts.items()],
            "looks": self._looks.get_state(),
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what a run before saw and said."""
        self.rows, self._resumed = list(state["rows"]), True
        self._said = [tuple(cause) for cause in state["said"]]
        self._counts = {tuple(cause): n for *cause, n in state["counts"]}
        self._looks.set_state(state["looks"])
