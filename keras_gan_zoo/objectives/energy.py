"""Games about energies: low for real images, high for others (EBGAN, BEGAN)."""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.objectives.losses import AdversarialLoss
from keras_gan_zoo.typing import Tensor

__all__ = ["BoundaryEquilibrium", "EnergyMargin"]

PACKAGE = "keras_gan_zoo"


@keras.saving.register_keras_serializable(package=PACKAGE)
class EnergyMargin(AdversarialLoss):
    """EBGAN's game: energies below 0 at real images, above a margin at others.

    The discriminator, whose `logits` are energies, minimises E(x) + [m - E(G(z))]^+
    and the generator E(G(z)) (Zhao et al. 2017, eq. 1 and 2). arXiv:1609.03126.

    Args:
        margin: float, m, in the unit of the energies. The paper's are for the norm of
            the reconstruction error: 10 for MNIST, 20 for CelebA, 80 for LSUN.

    Example:

    >>> import numpy as np
    >>> real, fake = np.array([[1.0]]), np.array([[4.0]])
    >>> float(EnergyMargin(10.0).discriminator_loss(real, fake))
    7.0
    """

    of_logits, of_energies, boundary = False, True, None

    def __init__(self, margin: float = 10.0) -> None:
        self.margin = check_real("margin", margin, above=0)

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(real_logits) + ops.mean(ops.relu(self.margin - fake_logits))

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return ops.mean(fake_logits)

    def get_config(self) -> dict[str, Any]:
        return {"margin": self.margin}


@keras.saving.register_keras_serializable(package=PACKAGE)
class BoundaryEquilibrium(AdversarialLoss, keras.layers.Layer):
    """BEGAN's game: k holds E(G(z)) at a share gamma of E(x) (Berthelot et al. 2017).

    The discriminator, whose `logits` are energies, minimises E(x) - k E(G(z)), the
    generator E(G(z)), and after each update of the discriminator k moves by
    `rate` (gamma E(x) - E(G(z))), from 0 and within [0, 1] (section 3.3).

    Logs `k` and `convergence`, E(x) + |gamma E(x) - E(G(z))| (section 3.4.1), which
    falls while images get better. arXiv:1703.10717.

    Args:
        gamma: float, lower for less variety and cleaner images.
        rate: float, lambda_k.
        name: str.

    Example:

    >>> import numpy as np
    >>> loss = BoundaryEquilibrium(gamma=0.5)
    >>> loss.build()
    >>> float(loss.discriminator_loss(np.array([[3.0]]), np.array([[1.0]])))  # k is 0
    3.0
    """

    of_logits, of_energies, boundary = False, True, None

    def __init__(
        self,
        gamma: float = 0.5,
        rate: float = 0.001,
        name: str = "boundary_equilibrium",
    ) -> None:
        super().__init__(name=name, dtype="float32")
        self.gamma = check_real("gamma", gamma, above=0)
        self.rate = check_real("rate", rate, least=0)

    def build(self, input_shape: Any = None) -> None:
        self.k = self.add_weight(
            shape=(),
            initializer="zeros",
            trainable=False,
            aggregation="mean",
            name="k",
        )

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(real_logits) - self.k * ops.mean(fake_logits)

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return ops.mean(fake_logits)

    def _excess(self, real_logits, fake_logits):
        return self.gamma * ops.mean(real_logits) - ops.mean(fake_logits)

    def logs(self, real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
        excess = self._excess(real_logits, fake_logits)
        convergence = ops.mean(real_logits) + ops.abs(excess)
        return {"convergence": convergence, "k": ops.convert_to_tensor(self.k)}

    def update(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        moved = self.k + self.rate * self._excess(real_logits, fake_logits)
        self.k.assign(ops.clip(moved, 0.0, 1.0))

    def get_config(self) -> dict[str, Any]:
        return {"gamma": self.gamma, "rate": self.rate, "name": self.name}
