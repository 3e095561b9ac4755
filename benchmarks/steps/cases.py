"""The cases: families, reduced widths, batches."""

from typing import NamedTuple

import numpy as np


class Case(NamedTuple):
    family: str
    batch: int = 128
    loss: str = "non_saturating"
    settings: dict = {}  # noqa: RUF012  of the family, ours alone: the way it is trained
    networks: dict = {}  # noqa: RUF012  of the family, everyone's
    penalties: tuple = ()  # names of penalties, of weight 1, for the family's own
    image_shape: tuple = (28, 28, 1)
    compile: dict = {}  # noqa: RUF012
    policy: str = "float32"
    augmentation: str | None = None  # its name, in place of the family's own

    @property
    def conditional(self):
        return "num_classes" in self.networks

    @property
    def critic_steps(self):
        return self.settings.get("critic_steps", self._declared("critic_steps", 1))

    @property
    def discriminator_penalties(self):
        """Penalties of weight 1 by name, or those that the family declares."""
        from keras_gan_zoo import penalties

        if self.penalties:
            return [getattr(penalties, name)(1.0) for name in self.penalties]
        return list(self._declared("penalties", ()))

    @property
    def generator_penalties(self):
        return list(self._declared("generator_penalties", ()))

    @property
    def cycle(self):
        """Iterations until every lazy penalty is due again at once."""
        terms = [*self.discriminator_penalties, *self.generator_penalties]
        return int(np.lcm.reduce([1, *(term.every for term in terms)]))

    def _declared(self, name, default):
        import keras_gan_zoo as kgz

        return getattr(kgz, self.family).method.get(name, default)


NO_NORM = {"normalization": None}
TOGETHER = {"steps_per_execution": 10}  # in `fit`, the contender that has them
SIMULTANEOUS = {"update": "simultaneous"}
NARROW = {
    "generator_widths": (64, 64, 64, 64),
    "discriminator_widths": (64, 64, 64, 64),
}
STYLEGAN2 = Case(
    "StyleGAN2",
    16,
    networks={"generator_widths": (128, 128, 64, 32, 32), "mapping_width": 128},
    image_shape=(64, 64, 3),
)
CASES = {
    "dcgan": Case("DCGAN"),
    "dcgan minimax simultaneous": Case("DCGAN", loss="minimax", settings=SIMULTANEOUS),
    "dcgan simultaneous": Case("DCGAN", settings=SIMULTANEOUS),
    "dcgan XLA": Case("DCGAN", compile={"jit_compile": True}),
    "mlp": Case("MLPGAN", loss="minimax"),
    "mlp XLA": Case("MLPGAN", loss="minimax", compile={"jit_compile": True}),
    "mlp simultaneous": Case("MLPGAN", loss="minimax", settings=SIMULTANEOUS),
    "mlp, 10 at once": Case("MLPGAN", loss="minimax", compile=TOGETHER),
    "mlp simultaneous, 10 at once": Case(
        "MLPGAN", loss="minimax", settings=SIMULTANEOUS, compile=TOGETHER
    ),
    "wgan_gp": Case("WGANGP", 64, "wasserstein", {"critic_steps": 5}),
    "dcgan bfloat16": Case("DCGAN", policy="mixed_bfloat16"),
    "dcgan r1": Case("DCGAN", networks=NO_NORM, penalties=("R1",)),
    "hinge r1 r2": Case(
        "DCGAN", loss="hinge", networks=NO_NORM, penalties=("R1", "R2")
    ),
    "projection 32x32": Case(
        "ProjectionGAN",
        32,
        "hinge",
        {"critic_steps": 1},
        {"num_classes": 10, **NARROW},
        image_shape=(32, 32, 3),
    ),
    "sngan 32x32": Case("SNGAN", 32, "hinge", networks=NARROW, image_shape=(32, 32, 3)),
    "biggan 32x32": Case(
        "BigGAN",
        32,
        "hinge",
        networks={"num_classes": 10, **NARROW},
        image_shape=(32, 32, 3),
    ),
    "stylegan2 64x64": STYLEGAN2,
    "stylegan2 64x64 DiffAugment": STYLEGAN2._replace(augmentation="DiffAugment"),
    "r3gan 32x32": Case(
        "R3GAN",
        16,
        "relativistic_paired",
        networks={
            "generator_widths": (64, 64, 32, 32),
            "discriminator_widths": (32, 32, 64, 64),
        },
        image_shape=(32, 32, 3),
    ),
}


def images(case, n):
    shape = (n, *case.image_shape)
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


def labels(case, n):
    """One more array for `fit` where there are classes, or none."""
    if not case.conditional:
        return ()
    return (np.random.default_rng(1).integers(0, 10, n).astype("int32"),)


def before(name):
    """R1 or R2 as they were: on a forward pass of their own."""
    from keras_gan_zoo import penalties

    class OwnPass(getattr(penalties, name)):
        at = None

        def points(self, real, fake, draw):
            return real if name == "R1" else fake

    return OwnPass


def model(case, own_pass=False, compiled=True):
    """Our GAN of a case, and the batch size."""
    import keras

    import keras_gan_zoo as kgz

    keras.config.set_dtype_policy(case.policy)
    settings = {"loss": case.loss, **case.networks, **case.settings}
    settings["augmentation"] = None
    if case.augmentation:
        settings["augmentation"] = getattr(kgz.augmentation, case.augmentation)()
    if own_pass:
        settings["penalties"] = [before(name)(1.0) for name in case.penalties]
    elif case.penalties:
        settings["penalties"] = case.discriminator_penalties
    family = getattr(kgz, case.family)
    gan = family(image_shape=case.image_shape, seed=0, **settings)
    if compiled:
        gan.compile(**case.compile)
    return gan, case.batch
