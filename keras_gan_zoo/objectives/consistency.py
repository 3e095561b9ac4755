"""Auxiliary terms that hold the discriminator's outputs steady.

Against changes of an image (CR, bCR), of a latent (zCR), and against where they have
been on average (LeCam); and one that matches their means (feature matching).
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.arguments import check_count, check_real
from keras_gan_zoo.objectives.auxiliaries import Auxiliary
from keras_gan_zoo.typing import Draw, Tensor

__all__ = [
    "BalancedConsistency",
    "Consistency",
    "FeatureMatching",
    "LatentConsistency",
    "LeCam",
]

PACKAGE = "keras_gan_zoo"


def flip_and_shift(images: Tensor, draw: Draw) -> Tensor:
    """Half of the images mirrored, all moved by up to 1/8 and reflected at the edges.

    T of Zhang et al. 2020, section 3.1.
    """
    _, height, width, _ = images.shape
    uniform = draw((ops.shape(images)[0], 3), "uniform")
    rows = _shifted(uniform[:, 0:1], height)
    columns = _shifted(uniform[:, 1:2], width)
    columns = ops.where(uniform[:, 2:3] < 0.5, width - 1 - columns, columns)
    images = ops.einsum("nij,njkc->nikc", _one_hot(rows, height), images)
    return ops.einsum("nij,nkjc->nkic", _one_hot(columns, width), images)


def _shifted(uniform, size):
    """`(n, size)`: where each image's pixels of one axis come from."""
    most = size // 8
    place = ops.arange(size, dtype="float32") + ops.floor(uniform * (2 * most + 1))
    place = ops.abs(place - most)
    return ops.minimum(place, 2 * (size - 1) - place)


def _one_hot(index, size):
    at = ops.arange(size, dtype="float32")
    return ops.cast(index[:, :, None] == at[None, None, :], "float32")


def _distance(a, b, outputs):
    """The mean squared differences of some outputs."""
    return sum(ops.mean(ops.square(a[name] - b[name])) for name in outputs)


class _Steady(Auxiliary):
    """Terms for some outputs of the discriminator, `outputs`."""

    def __init__(
        self, weight: float, outputs: Sequence[str], name: str | None = None
    ) -> None:
        super().__init__(weight, name)
        self.outputs = (outputs,) if isinstance(outputs, str) else tuple(outputs)
        self.reads = tuple(output for output in self.outputs if output != "logits")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "outputs": self.outputs}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Consistency(_Steady):
    """CR-GAN: a real image, moved, is judged as before (Zhang et al. 2020, eq. 5).

    Images are mirrored or not, and move by up to 1/8. `augmentation` of the GAN is not
    applied to those that move. arXiv:1910.12027.

    Args:
        weight: float, lambda.
        outputs: the names of the outputs that stay, such as `("logits", "classes")`.
        name: str.

    Example:

    >>> Consistency(outputs=("logits", "classes")).reads
    ('classes',)
    """

    label = "consistency"

    def __init__(
        self,
        weight: float = 10.0,
        outputs: Sequence[str] = ("logits",),
        name: str | None = None,
    ) -> None:
        super().__init__(weight, outputs, name)

    def _change(self, judge, batch, of, draw):
        moved = batch._replace(images=flip_and_shift(batch.images, draw))
        return _distance(of, judge(moved, augment=False), self.outputs)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * self._change(judge, real, of_real, draw)


@keras.saving.register_keras_serializable(package=PACKAGE)
class BalancedConsistency(Consistency):
    """bCR: generated images are judged as before too (Zhao et al. 2021, section 3.1).

    With `LatentConsistency` and `generator_penalties.LatentSensitivity` it is ICR-GAN.
    arXiv:2002.04724.

    Args:
        weight: float, lambda_real.
        fake_weight: float, lambda_fake.
        outputs: the names of the outputs that stay, such as `("logits", "classes")`.
        name: str.
    """

    label = "balanced_consistency"

    def __init__(
        self,
        weight: float = 10.0,
        fake_weight: float = 10.0,
        outputs: Sequence[str] = ("logits",),
        name: str | None = None,
    ) -> None:
        super().__init__(weight, outputs, name)
        self.fake_weight = check_real("fake_weight", fake_weight, least=0)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        of_reals = self._change(judge, real, of_real, draw)
        of_fakes = self._change(judge, fake, of_fake, draw)
        return self.weight * of_reals + self.fake_weight * of_fakes

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fake_weight": self.fake_weight}


@keras.saving.register_keras_serializable(package=PACKAGE)
class LatentConsistency(_Steady):
    """zCR, the discriminator's part: latents may move a little (Zhao et al. 2021).

    Images of z and of z + N(0, `radius`^2) are judged alike: L_dis of section 3.2. The
    generator's part is `generator_penalties.LatentSensitivity`. arXiv:2002.04724.

    Args:
        weight: float, lambda_dis.
        radius: float, the standard deviation of what is added to latents.
        outputs: the names of the outputs that stay, such as `("logits", "classes")`.
        name: str.
    """

    label = "latent_consistency"

    def __init__(
        self,
        weight: float = 20.0,
        radius: float = 0.05,
        outputs: Sequence[str] = ("logits",),
        name: str | None = None,
    ) -> None:
        super().__init__(weight, outputs, name)
        self.radius = check_real("radius", radius, least=0)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        latents = fake.latents + self.radius * draw(ops.shape(fake.latents), "normal")
        near = judge(fake._replace(images=None, latents=latents), augment=False)
        return self.weight * _distance(of_fake, near, self.outputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "radius": self.radius}


@keras.saving.register_keras_serializable(package=PACKAGE)
class LeCam(Auxiliary):
    """Logits stay near the other kind's average of the past (Tseng et al. 2021, eq. 3).

    As in the authors' code: E[relu(D(x) - a_F)^2] + E[relu(a_R - D(G(z)))^2], where
    a_R and a_F are moving averages of the logits of real and of generated images.
    arXiv:2104.03310.

    Args:
        weight: float, lambda.
        decay: float, of the moving averages.
        start: int, updates of the discriminator before the averages begin, and the
            term with them. PyTorch-StudioGAN's 1000 are iterations.
        name: str.
    """

    label = "lecam"

    def __init__(
        self,
        weight: float = 0.3,
        decay: float = 0.99,
        start: int = 1000,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, name)
        self.decay = check_real("decay", decay, least=0, most=1)
        self.start = check_count("start", start, 0)
        # Of the logits of real and of generated images.
        self.averages = self.add_weight(
            (2,),
            initializer="zeros",
            trainable=False,
            aggregation="mean",
            name="averages",
        )
        self.updates = self.add_weight(
            (),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",
            name="updates",
        )

    def check(self, gan: Any) -> None:
        if gan.objective.of_energies:
            raise ValueError(
                "`LeCam` holds logits that are high for real images; this loss has "
                "energies, which are low for them. "
                f"Received: loss={gan.objective!r}"
            )

    def _averages(self, of_real, of_fake):
        """With this update's logits; until `start` they are those alone."""
        logits = [
            ops.mean(backend.all_rows(ops.stop_gradient(of["logits"])))
            for of in (of_real, of_fake)
        ]
        begun = ops.cast(self.updates >= max(self.start, 1), "float32")
        decay = self.decay * begun
        return decay * self.averages + (1.0 - decay) * ops.stack(logits)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        averages = self._averages(of_real, of_fake)
        above = ops.relu(of_real["logits"] - averages[1])
        below = ops.relu(averages[0] - of_fake["logits"])
        due = ops.cast(self.updates > self.start, "float32")
        term = ops.mean(ops.square(above)) + ops.mean(ops.square(below))
        return self.weight * due * term

    def update(self, of_real: dict[str, Tensor], of_fake: dict[str, Tensor]) -> None:
        self.averages.assign(self._averages(of_real, of_fake))
        self.updates.assign(self.updates + 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decay": self.decay, "start": self.start}


@keras.saving.register_keras_serializable(package=PACKAGE)
class FeatureMatching(Auxiliary):
    """The generator matches the mean of the discriminator's features of real images.

    The mean absolute difference of the batches' means, as in PyTorch-StudioGAN
    (Salimans et al. 2016, section 3.1, with another norm). arXiv:1606.03498.

    Args:
        weight: float.
        output: str, the name of the features among the discriminator's outputs.
        name: str.

    Example:

    >>> FeatureMatching(output="hidden").reads
    ('hidden',)
    """

    label = "feature_matching"
    relativistic = True

    def __init__(
        self, weight: float = 1.0, output: str = "features", name: str | None = None
    ) -> None:
        super().__init__(weight, name)
        self.reads = (output,)

    def generator_loss(
        self,
        judge: Callable,
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
        of_real: Any = None,
    ) -> Tensor:
        (output,) = self.reads
        means = [ops.mean(of[output], axis=0) for of in (of_real, of_fake)]
        return self.weight * ops.mean(ops.abs(means[1] - means[0]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "output": self.reads[0]}
