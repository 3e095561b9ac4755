"""What a run becomes: the family, its arguments, its networks and their rules."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import without_drawing
from keras_gan_zoo.conversion.source import Player
from keras_gan_zoo.conversion.sources.studiogan import methods
from keras_gan_zoo.conversion.sources.studiogan.layouts import (
    discriminator_layout,
    generator_layout,
    head_of,
    kernel,
)
from keras_gan_zoo.conversion.sources.studiogan.rules import (
    UNUSED,
    discriminator_rules,
    generator_rules,
    tables,
)
from keras_gan_zoo.conversion.sources.studiogan.runs import Run
from keras_gan_zoo.latents import Latents
from keras_gan_zoo.layers import WeightClipping
from keras_gan_zoo.networks import described

#: which layers here are StudioGAN's heads, where they are not the usual ones
HEADS = {
    "2C": {"linear2": "embedding", "embedding": "proxy"},
    "MH": {"linear1": "classes"},
}


class Plan:
    """The GAN of a run, before its networks are built.

    Args:
        run: of any backbone but StyleGAN2's.
        family: a name, or None for the one that the run tells.

    Attributes:
        family: the class.
        arguments: dict, its constructor's, without the networks.
    """

    def __init__(self, run: Run, family: str | None = None) -> None:
        self.weights = run.players["D"]
        self.layout = layout = generator_layout(run.generator)
        self.head, self.of_judge = "PD" if layout.num_classes else "W/O", None
        if self.weights:
            self.of_judge = discriminator_layout(self.weights, layout)
            self.head = self._add_head()
        spectral = "linear1.weight" not in self.weights
        attention = layout.network.get("attention") is not None
        known = methods.families_of(
            layout.backbone, self.head, spectral, attention, layout.num_codes > 0
        )
        run_name = run.settings.get("run_name")
        self.family = methods.family_of(known, run.config, run_name, family)
        self.arguments = self._arguments(run, not spectral)

    def generator(self) -> keras.Model:
        with without_drawing():
            return described.build(self.layout.network, self.layout.image_shape)

    def discriminator(self) -> keras.Model | bool:
        """The network; False without weights.

        Raises:
            ValueError: it is to be clipped, and has spectral norm.
        """
        if self.of_judge is None:
            return False
        network = dict(self.of_judge.network)
        if "clip" in self.arguments:
            if "style" not in network or network["style"].get("spectral"):
                raise ValueError(
                    "The critic of WGAN has clipped weights and no spectral norm. "
                    f"Choose another `family`. Received: a {self.layout.backbone}"
                )
            clipping = WeightClipping(self.arguments["clip"])
            constraint = keras.constraints.serialize(clipping)
            network["style"] = {**network["style"], "constraint": constraint}
        with without_drawing():
            return described.build(network, self.layout.image_shape)

    def maker(self, weights: Mapping[str, Any]) -> Player | None:
        """A generator's weights with their rules; None without any."""
        if not weights:
            return None
        if self.layout.backbone == "resnet" and self.layout.num_classes is not None:
            weights = tables(weights)
        return Player(weights, generator_rules(weights), UNUSED)

    def judge(self) -> Player | None:
        """The discriminator's weights with their rules; None without any."""
        if self.of_judge is None:
            return None
        names = dict(HEADS.get(self.head, {}))
        if self.layout.backbone == "deep_conv" and "head" not in self.of_judge.network:
            names["linear1"] = "logits"
        return Player(self.weights, discriminator_rules(self.weights, names), UNUSED)

    def _add_head(self):
        """Add the head to the discriminator's description, and return its name."""
        network, classes = self.of_judge.network, self.layout.num_classes
        name, head = head_of(self.weights, classes)
        if name in ("PD", "2C", "MD"):
            network["num_classes"] = classes
        codes = kernel(self.weights, "info_discrete_linear")
        if codes is not None:
            more = {} if head is None else {"head": head}
            places = self.of_judge.grid**2
            network["head"] = {"name": "information", "places": places, **more}
            network["head"]["num_codes"] = codes.shape[0]
        elif head is not None and name != "PD":  # a projection is their own
            network["head"] = head
        return name

    def _arguments(self, run, batch_norm):
        layout = self.layout
        given = methods.arguments(
            self.family,
            run.config,
            batch_norm,
            layout.num_codes,
            run.settings.get("run_name"),
        )
        given |= {"image_shape": layout.image_shape, "num_classes": layout.num_classes}
        given["ema_half_life"] = None
        if run.players["G_ema"]:
            average = methods.average(run.config)
            given |= dict(zip(("ema_half_life", "ema_start"), average, strict=True))
        if layout.num_codes:
            noise = {given.pop("latent_distribution"): layout.latent_dim}
            given["latents"] = Latents(**noise, categorical=(layout.num_codes,))
        return {**self._sizes(), **self._clip(run.config), **given}

    def _sizes(self):
        """The arguments of a family's networks that say what these are."""
        told = {k: v for k, v in self.layout.network.items() if k != "name"}
        told |= {
            "latent_dim": self.layout.latent_dim,
            "generator_widths": told["widths"],
            "orthogonality": 0.0,
        }
        if self.of_judge is not None:
            judge = self.of_judge.network
            told |= {
                "discriminator_widths": judge["widths"],
                "downsample": judge.get("downsample"),
                "normalization": judge.get("normalization"),
            }
        known = inspect.signature(self.family.networks).parameters
        return {name: value for name, value in told.items() if name in known}

    def _clip(self, config):
        """Where a critic's weights are clipped; {} for families that don't."""
        known = inspect.signature(self.family.networks).parameters
        if "clip" not in known:
            return {}
        return {"clip": config.get("LOSS", {}).get("wc_bound", known["clip"].default)}
