"""Writes `biggan.npz`, `biggan_deep_{legacy,studiogan}.npz`: PyTorch-StudioGAN's.

    python tests/references/make_biggan.py PyTorch-StudioGAN

Its `big_resnet`, `big_resnet_deep_legacy` and `big_resnet_deep_studiogan` with labels,
at 32x32 and few channels, in evaluation. The discriminators judge the generators'
images.
"""

import importlib
import sys
import types
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from filling import draw, save, weight

CLASSES, LATENTS = 3, 12


def published(folder, backbone, width, **conditioning):
    """A generator and a discriminator; `utils.misc` needs modules that they don't.

    `conditioning` are arguments of the discriminator that say what head it has.
    """
    sys.path.insert(0, str(Path(folder) / "src"))
    misc = sys.modules["utils.misc"] = types.ModuleType("utils.misc")
    misc.dummy_context_mgr = nullcontext
    ops = importlib.import_module("utils.ops")
    module = importlib.import_module(f"models.{backbone}")
    modules = types.SimpleNamespace(
        g_bn=ops.ConditionalBatchNorm2d,
        **{
            f"{player}_{ours}": getattr(ops, theirs)
            for player in "gd"
            for ours, theirs in (
                ("conv2d", "snconv2d"),
                ("linear", "snlinear"),
                ("embedding", "sn_embedding"),
            )
        },
        g_act_fn=torch.nn.ReLU(inplace=True),
        d_act_fn=torch.nn.ReLU(inplace=True),
    )
    common = {
        "img_size": 32,
        "apply_attn": True,
        "num_classes": CLASSES,
        "mixed_precision": False,
        "MODULES": modules,
        "MODEL": types.SimpleNamespace(info_type="N/A"),
    }
    generator = module.Generator(
        z_dim=LATENTS,
        g_shared_dim=6,
        attn_g_loc=[2],
        g_cond_mtd="cBN",
        g_init="ortho",
        g_depth=2,
        g_conv_dim=width,
        **common,
    )
    head = {
        "d_cond_mtd": "PD",
        "aux_cls_type": "N/A",
        "d_embed_dim": None,
        "normalize_d_embed": False,
        **conditioning,
    }
    discriminator = module.Discriminator(
        apply_d_sn=True,
        attn_d_loc=[1],
        d_init="ortho",
        d_depth=2,
        d_conv_dim=width,
        **head,
        **common,
    )
    return torch.nn.ModuleDict({"g": generator, "d": discriminator})


def main(folder):
    for name, backbone, width in (
        ("biggan", "big_resnet", 6),
        ("biggan_deep_legacy", "big_resnet_deep_legacy", 8),
        ("biggan_deep_studiogan", "big_resnet_deep_studiogan", 8),
    ):
        networks = published(folder, backbone, width).eval()
        state = {
            key: value
            for key, value in networks.state_dict().items()
            if not key.endswith("num_batches_tracked")
        }
        shapes = {key: tuple(value.shape) for key, value in state.items()}
        drawn = {key: torch.tensor(value) for key, value in draw(shapes).items()}
        networks.load_state_dict(drawn, strict=False)
        latents = 5.0 * weight("latents", (2, LATENTS))
        labels = np.array([2, 0])
        with torch.no_grad():
            images = networks["g"](torch.tensor(latents), torch.tensor(labels))
            judged = networks["d"](images, torch.tensor(labels))
        save(
            Path(__file__).with_name(f"{name}.npz"),
            shapes,
            in_latents=latents,
            in_labels=labels,
            out_images=images.numpy(),
            out_logits=judged["adv_output"].numpy(),
        )
        print(name, np.abs(images.numpy()).max(), images.std(), judged["adv_output"])


if __name__ == "__main__":
    main(sys.argv[1])
