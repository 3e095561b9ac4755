"""A run's return to its last good state, with lower learning rates."""

import tempfile
from typing import Any

from keras_gan_zoo.files import path_of
from keras_gan_zoo.training import backup
from keras_gan_zoo.training.optimizer import followed
from keras_gan_zoo.typing import PathLike


class GoodState:
    """The backup of a model at a step at which nothing was wrong.

    Args:
        folder: where it is kept, for this run alone; None: in a temporary folder.
    """

    def __init__(self, folder: PathLike | None) -> None:
        self._temporary = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="good_state_")
            folder = self._temporary.name
        self.folder = path_of(folder)

    def exists(self) -> bool:
        return backup.epochs_done(self.folder) > 0

    def save(self, model: Any, epoch: int) -> None:
        """Keep a model that has trained for `epoch` epochs, unless it is not finite."""
        backup.save(model, self.folder, epoch)

    def restore(self, model: Any, factor: float) -> tuple[int, list[float]]:
        """Bring a model back, with the learning rates that it has now times `factor`.

        Returns:
            The epochs that it had done, and both learning rates.
        """
        rate = factor * model.optimizer.learning_rates[0]
        epoch = backup.restore(model, self.folder)
        model.optimizer.learning_rate = rate
        model.reset_metrics()
        return epoch or 0, model.optimizer.learning_rates

    def close(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()


def check_rates(optimizer: Any) -> None:
    """Raise an error if a player's learning rate can't be lowered."""
    both = {
        "generator": optimizer.generator_optimizer,
        "discriminator": optimizer.discriminator_optimizer,
    }
    for player, one in both.items():
        if followed(one) is not None:
            raise ValueError(
                "`rollback=True` lowers both learning rates, which must be numbers "
                "then: pass optimizers without a schedule to `compile`. Received: "
                f"{player}_optimizer with the schedule {followed(one)!r}"
            )
