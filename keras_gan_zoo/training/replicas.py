"""A step on several devices: who gets which rows of a batch, and who writes files."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor

#: Keras' callbacks that write, and that only the first process calls
WRITERS = (keras.callbacks.CSVLogger, keras.callbacks.TensorBoard)


def is_first() -> bool:
    """Whether this process is the one that writes files and shows progress."""
    return backend.process()[0] == 0


class Division(NamedTuple):
    """How a batch is divided: among devices, replicas of a step, and processes."""

    devices: int = 1
    replicas: int = 1
    process: int = 0
    processes: int = 1

    def rows(self, n: int, updates: int = 1) -> Any:
        """Which of the `n` rows of an iteration's images this process takes, in order.

        Each of the iteration's `updates` is divided equally among the devices, so that
        all replicas together see in each what one device would have seen. Rows that
        can't be divided are followed by the first ones again.

        Example:

        >>> Division(devices=2, replicas=2, process=1, processes=2).rows(8, updates=2)
        array([2, 3, 6, 7])
        """
        parts = updates * self.devices
        rows: Any = np.arange(-(-n // parts) * parts) % n
        rows = rows.reshape(updates, self.replicas, -1).swapaxes(0, 1)
        return rows.reshape(self.processes, -1)[self.process]

    def share(self, arrays: tuple, updates: int = 1) -> tuple:
        """What this process takes of an iteration's images and labels."""
        if self.devices == 1:
            return arrays
        rows = self.rows(len(arrays[0]), updates)
        return tuple(array[rows] for array in arrays)


#: one device has it all
WHOLE = Division()


def division_of(gan: Any) -> Division:
    """How the batches of a GAN are divided."""
    return Division(*backend.division(gan), *backend.process())


def of_all(outputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The discriminator's outputs on all replicas, without their gradients."""
    return {k: backend.all_rows(ops.stop_gradient(v)) for k, v in outputs.items()}


def begin_alike(gan: Any, epoch: int, steps: int = 0) -> None:
    """Start all processes from the first one's weights, seed and random states.

    Raises:
        ValueError: they begin with different epochs, or at different steps.
    """
    variables = [*gan.variables, *gan.optimizer.variables]
    gan.seed, *first = backend.from_first(variables, [gan.seed, epoch, steps])
    if [epoch, steps] != first:
        raise ValueError(
            "All processes must resume from the same backup, in a folder that all of "
            f"them see. Received: process {backend.process()[0]} begins with epoch "
            f"{epoch + 1}, step {steps + 1}, the first one with epoch {first[0] + 1}, "
            f"step {first[1] + 1}"
        )


def check_joined(gan: Any) -> None:
    """Raise an error if processes that were started together don't know each other."""
    if backend.launched() and division_of(gan).devices == 1:
        raise ValueError(
            "This is one of several processes, and they are not joined: each would "
            "train a GAN of its own. Before the model is built, call "
            "`torch.distributed.init_process_group()` on torch, or "
            "`keras.distribution.initialize()` and `keras.distribution."
            "set_distribution(keras.distribution.DataParallel())` on JAX: see "
            "docs/distributed.md."
        )
