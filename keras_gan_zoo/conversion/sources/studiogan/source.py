"""PyTorch-StudioGAN's run folders as GANs."""

from collections.abc import Mapping
from typing import Any

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.source import Source, fill
from keras_gan_zoo.conversion.sources.studiogan.plan import Plan
from keras_gan_zoo.conversion.sources.studiogan.runs import named, read_run
from keras_gan_zoo.conversion.sources.studiogan.stylegan2 import convert_stylegan2
from keras_gan_zoo.families import Family


class StudioGAN(Source):
    """A folder of `model=G_ema-best-weights-step=N.pth`, `model=G-...`, `model=D-...`.

    Any of the players may lack but a generator. A YAML beside them, the run's
    configuration, tells losses, penalties and augmentation; without it they are those
    that StudioGAN has for the family, and what the run's name in the discriminator's
    file says, such as `BigGAN-DiffAug`. Networks without labels and without spectral
    norm are those of several families: it is taken from the configuration, from the
    run's name, or from `family`.

    `when` is `"best"` or `"current"`; by default the best weights that are there.
    """

    title = "PyTorch-StudioGAN"
    home = "https://github.com/POSTECH-CVLab/PyTorch-StudioGAN"
    licence = "MIT"
    license = "mit"

    def matches(self, files: Files) -> bool:
        return layers_of(files) in ({"linear0"}, {"linear1"})  # StyleGAN2 has more

    def convert(
        self,
        files: Files,
        family: str | None = None,
        when: str | None = None,
        **settings: Any,
    ) -> Family:
        run = read_run(files, when)
        check_activations(run.config)
        plan = Plan(run, family)
        plan.arguments |= settings
        gan = plan.family(
            generator=plan.generator(),
            discriminator=plan.discriminator(),
            **plan.arguments,
        )
        average = plan.maker(run.players["G_ema"])
        return fill(gan, plan.maker(run.generator), average, plan.judge())


class StudioGANStyleGAN2(Source):
    """Such a folder of StyleGAN2, whose code StudioGAN has from NVIDIA."""

    title = "PyTorch-StudioGAN's StyleGAN2"
    home = "https://github.com/POSTECH-CVLab/PyTorch-StudioGAN"
    licence = "NVIDIA Source Code License: research and evaluation only"
    republish = False

    def matches(self, files: Files) -> bool:
        return "synthesis" in layers_of(files) or "b4" in layers_of(files)

    def convert(self, files: Files, when: str | None = None, **settings: Any) -> Family:
        return convert_stylegan2(read_run(files, when), settings)


def layers_of(files: Files) -> set[str]:
    """Which layers that tell the backbone are in the first of a run's files."""
    known = {"linear0", "linear1", "synthesis", "b4"}
    its = tuple(match.string for match in named(files))
    for weights in list(files.readable(its).values())[:1]:
        names = (name.split(".") for name in weights)
        return {n[1] for n in names if n[0] == "state_dict" and n[1] in known}
    return set()


def check_activations(config: Mapping[str, Any]) -> None:
    """Raise an error for activations that the networks here have not."""
    model = config.get("MODEL", {})
    for name in ("g_act_fn", "d_act_fn"):
        if model.get(name, "ReLU") not in ("ReLU", "Auto"):
            raise ValueError(f"`MODEL.{name}` must be ReLU. Received: {model[name]!r}")
