"""Terms beside the adversarial loss, which read more of the discriminator.

Class heads, information, self-supervision, consistency: what an auxiliary needs of the
discriminator's outputs it names in `reads`, and `GAN` checks that it is there.
"""

import keras
from keras import ops

from keras_gan_zoo.objectives.schedules import check_number

__all__ = ["Auxiliary", "Classification", "Information", "get"]

PACKAGE = "keras_gan_zoo"


class Auxiliary(keras.layers.Layer):
    """Base class of terms beside the adversarial loss.

    A Keras layer, so that state and weights of its own are saved; trainable weights
    belong to the discriminator's player. A term is logged for the player whose method
    is overridden: as `d_<name>`, `g_<name>`.

    Args:
        weight: float, what the methods multiply their terms by.
        name: str, its name in the logs.
    """

    #: the name in the logs where none is given
    label = "auxiliary"
    #: names of the discriminator's outputs that it reads, beside `"logits"`
    reads = ()

    def __init__(self, weight=1.0, name=None):
        # A fixed name: Keras numbers the others, and the logs show it.
        super().__init__(dtype="float32", name=name or self.label)
        self.weight = check_number(weight)
        self.built = True  # else Keras calls the model on the first batch to build it

    def discriminator_loss(self, judge, real, of_real, fake, of_fake, draw):
        """The discriminator's term, its weight included: a scalar.

        Args:
            judge: function of a `Batch`: the discriminator's outputs for other images,
                a dict, augmented and labelled as all are.
            real, fake: `Batch`: `images`, `labels`, `latents` (of fakes).
            of_real, of_fake: what `judge` found for them.
            draw: function of a shape and `"normal"` or `"uniform"`.
        """
        return 0.0

    def generator_loss(self, judge, fake, of_fake, draw):
        """The generator's term, its weight included: a scalar."""
        return 0.0

    def get_config(self):
        return {"weight": self.weight, "name": self.name}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Classification(Auxiliary):
    """ACGAN: both players want images to be classified right (Odena et al. 2017).

    The cross entropy of the output `classes`, logits `(n, num_classes)`, with the
    labels: L_C of section 3. arXiv:1610.09585.

    Args:
        weight: float.
        on_fakes: bool: the discriminator learns from generated images too, as in the
            paper; StudioGAN's modified ACGAN has it learn from real ones alone.
        name: str.

    Example:

    >>> Classification().reads
    ('classes',)
    """

    label = "classification"
    reads = ("classes",)

    def __init__(self, weight=1.0, on_fakes=True, name=None):
        super().__init__(weight, name)
        self.on_fakes = on_fakes

    def _cross_entropy(self, batch, of):
        return ops.mean(
            ops.sparse_categorical_crossentropy(
                batch.labels, of["classes"], from_logits=True
            )
        )

    def discriminator_loss(self, judge, real, of_real, fake, of_fake, draw):
        loss = self._cross_entropy(real, of_real)
        if self.on_fakes:
            loss = loss + self._cross_entropy(fake, of_fake)
        return self.weight * loss

    def generator_loss(self, judge, fake, of_fake, draw):
        return self.weight * self._cross_entropy(fake, of_fake)

    def get_config(self):
        return {**super().get_config(), "on_fakes": self.on_fakes}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Information(Auxiliary):
    """InfoGAN: an image tells the codes that it was made from (Chen et al. 2016).

    The lower bound of the mutual information, L_I of eq. 5, in both losses: the
    output `codes` of the discriminator holds the means of the continuous codes, taken
    as Gaussians of unit variance as in the authors' code, then the logits of the
    categorical ones, in the order in which `Latents` has them at its end.
    arXiv:1606.03657.

    Args:
        continuous: int, how many codes at the end of the uniform latents.
        categorical: sizes of the categorical codes, such as `(10,)`.
        weight: float, lambda.
        name: str.

    Example:

    >>> Information(continuous=2, categorical=(10,)).size
    12
    """

    label = "information"
    reads = ("codes",)

    def __init__(self, continuous=0, categorical=(), weight=1.0, name=None):
        super().__init__(weight, name)
        self.continuous = int(continuous)
        self.categorical = tuple(int(size) for size in categorical)
        if not self.size:
            raise ValueError(
                "`Information` needs at least one code. "
                f"Received: continuous={continuous}, categorical={categorical!r}"
            )

    @property
    def size(self):
        """How many latents are codes; the output `codes` is as wide."""
        return self.continuous + sum(self.categorical)

    def _negative_log_likelihood(self, fake, of_fake):
        codes, found = fake.latents[:, -self.size :], of_fake["codes"]
        end = self.continuous
        loss = (
            0.5
            * ops.sum(ops.square(codes[:, :end] - found[:, :end]))
            / (ops.cast(ops.shape(codes)[0], "float32"))
        )
        for size in self.categorical:
            part = slice(end, end + size)
            loss = loss - ops.mean(
                ops.sum(codes[:, part] * ops.log_softmax(found[:, part]), axis=1)
            )
            end += size
        return loss

    def discriminator_loss(self, judge, real, of_real, fake, of_fake, draw):
        return self.weight * self._negative_log_likelihood(fake, of_fake)

    def generator_loss(self, judge, fake, of_fake, draw):
        return self.weight * self._negative_log_likelihood(fake, of_fake)

    def get_config(self):
        return {
            **super().get_config(),
            "continuous": self.continuous,
            "categorical": self.categorical,
        }


def get(auxiliary):
    """An auxiliary from its config or itself."""
    if isinstance(auxiliary, dict):
        auxiliary = keras.saving.deserialize_keras_object(auxiliary)
    if isinstance(auxiliary, Auxiliary):
        return auxiliary
    raise ValueError(
        "`auxiliaries` must be a list of `keras_gan_zoo.auxiliaries.Auxiliary`, for "
        "example `auxiliaries=[keras_gan_zoo.auxiliaries.Classification()]`. "
        f"Received: {auxiliary!r}"
    )


def overrides(auxiliary, method):
    """Whether it has a `"discriminator_loss"` or a `"generator_loss"` of its own."""
    return getattr(type(auxiliary), method) is not getattr(Auxiliary, method)
