"""PyTorch-StudioGAN's StyleGAN2: NVIDIA's network, but for a name."""

from typing import Any

from keras_gan_zoo.conversion.source import Player, fill
from keras_gan_zoo.conversion.sources import stylegan2_ada as nvidia
from keras_gan_zoo.conversion.sources.studiogan import methods
from keras_gan_zoo.conversion.sources.studiogan.runs import Run
from keras_gan_zoo.families import StyleGAN2


def convert_stylegan2(run: Run, settings: dict[str, Any]) -> StyleGAN2:
    """A GAN of a run; the discriminator's last layer is called `linear1` there.

    Raises:
        ValueError: it has another head than StyleGAN2's, such as D2D-CE's.
    """
    judge = {
        name.replace("linear1.", "b4.out."): tensor
        for name, tensor in run.players["D"].items()
    }
    for tensors in (run.generator, run.players["G_ema"], judge):
        nvidia.check(tensors, {})
    sizes = nvidia.sizes_of(run.generator, judge, {})
    known: dict[str, Any] = {}
    if not judge:
        for name in ("discriminator_widths", "label_layers", "residual"):
            del sizes[name]
        known["discriminator"] = False
    style, residual = run.config.get("STYLEGAN", {}), sizes.get("residual", False)
    group = style.get("d_epilogue_mbstd_group_size", 4 if residual else 32)
    shape = sizes["image_shape"]
    name = nvidia.guess({**sizes, "residual": residual, "group_size": group})
    known |= StyleGAN2.published(name, shape)
    known |= methods.stylegan2_arguments(run.config, run.settings.get("run_name"))
    gan = StyleGAN2(**{**known, **sizes, "group_size": group, **settings})
    maker, average = (
        Player(tensors, nvidia.GENERATOR, nvidia.UNUSED) if tensors else None
        for tensors in (run.generator, run.players["G_ema"])
    )
    rules = nvidia.discriminator_rules(shape[0], sizes["num_classes"])
    judged = Player(judge, rules, nvidia.UNUSED) if judge else None
    return fill(gan, maker, average, judged)
