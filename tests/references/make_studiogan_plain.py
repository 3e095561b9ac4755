"""Writes `studiogan_plain.npz`: PyTorch-StudioGAN's, most without spectral norm.

    python tests/references/make_studiogan_plain.py PyTorch-StudioGAN [counts]

`deep_conv`, alone and with a code, `resnet` with batch norm in the discriminator and
each kind of head, and `big_resnet` with a code, all in evaluation. `deep_conv` has its
own widths, the others have few channels. Discriminators judge images of
`filling.weight`.

With `counts`, it prints the numbers of parameters at the published widths instead.
"""

import importlib
import sys
import types
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from filling import around_one, draw, save, weight

CLASSES, CODES = 3, 4
INFO = {"info_type": "discrete", "g_info_injection": "cBN"}
#: backbone, latents, whether labels enter the generator, the discriminator's head, and
#: `sn`, whether each network has spectral norm (`big_resnet` has by default)
RUNS = {
    "dcgan": ("deep_conv", 16, False, {}),
    "infogan": ("deep_conv", 16, False, INFO),
    "resnet": ("resnet", 8, False, {}),
    "logan": ("resnet", 8, False, {"sn": (False, True)}),
    "sngan": ("resnet", 8, True, {"d_cond_mtd": "PD", "sn": (False, True)}),
    "projection": ("resnet", 8, True, {"d_cond_mtd": "PD"}),
    "acgan": ("resnet", 8, True, {"d_cond_mtd": "AC"}),
    "tacgan": ("resnet", 8, True, {"d_cond_mtd": "AC", "aux_cls_type": "TAC"}),
    "biggan_info": ("big_resnet", 12, True, {"d_cond_mtd": "PD", **INFO}),
}
PUBLISHED = {"deep_conv": (128, None), "resnet": (128, 64), "big_resnet": (80, 96)}


def published(
    folder,
    backbone,
    latents,
    labels,
    widths,
    classes,
    codes,
    sn=None,
    size=32,
    depth=(None, None),
    attention=None,
    shared=6,
    **head,
):
    """A generator and a discriminator; `utils.misc` needs modules that they don't.

    Of `widths`, `sn`, `depth` and `attention` the first is the generator's.
    """
    sys.path.insert(0, str(Path(folder) / "src"))
    misc = sys.modules["utils.misc"] = types.ModuleType("utils.misc")
    misc.dummy_context_mgr = nullcontext
    ops = importlib.import_module("utils.ops")
    module = importlib.import_module(f"models.{backbone}")
    big = backbone.startswith("big_resnet")
    info = head.pop("info_type", "N/A")
    injection = head.pop("g_info_injection", "N/A")
    spectral = dict(zip("gd", sn or (big, big), strict=True))
    attention = attention or (([2], [1]) if big else ([], []))
    conditional = labels or injection == "cBN" or big
    modules = types.SimpleNamespace(
        g_bn=ops.ConditionalBatchNorm2d if conditional else ops.batchnorm_2d,
        d_bn=ops.batchnorm_2d,
        g_act_fn=torch.nn.ReLU(inplace=True),
        d_act_fn=torch.nn.ReLU(inplace=True),
    )
    for player in "gd":
        for kind in ("conv2d", "deconv2d", "linear"):
            layer = "sn" * spectral[player] + kind
            setattr(modules, f"{player}_{kind}", getattr(ops, layer))
    modules.d_embedding = ops.sn_embedding if spectral["d"] else ops.embedding
    model = types.SimpleNamespace(
        info_type=info,
        g_info_injection=injection,
        info_num_discrete_c=1,
        info_dim_discrete_c=codes,
    )
    common = {
        "img_size": size,
        "apply_attn": True,
        "num_classes": classes,
        "mixed_precision": False,
        "MODULES": modules,
        "MODEL": model,
    }
    generator = module.Generator(
        z_dim=latents,
        g_shared_dim=shared,
        g_conv_dim=widths[0],
        attn_g_loc=attention[0],
        g_cond_mtd="cBN" if labels else "W/O",
        g_init="ortho",
        g_depth=depth[0],
        **common,
    )
    heads = {"d_cond_mtd": "W/O", "aux_cls_type": "W/O", "d_embed_dim": None}
    discriminator = module.Discriminator(
        d_conv_dim=widths[1],
        apply_d_sn=spectral["d"],
        attn_d_loc=attention[1],
        normalize_d_embed=False,
        d_init="ortho",
        d_depth=depth[1],
        **{**heads, **head},
        **common,
    )
    return {"g": generator, "d": discriminator}


def counts(folder):
    for name, (backbone, _, labels, head) in RUNS.items():
        latents, width = PUBLISHED[backbone]
        given = folder, backbone, latents, labels, (width, width), 10, 10
        both = published(*given, shared=128, **head)
        numbers = [sum(p.numel() for p in both[k].parameters()) for k in "gd"]
        print(name, *numbers)


def main(folder):
    shapes, found = {}, {}
    labels = np.array([2, 0])
    images = torch.tensor(30.0 * weight("images", (2, 3, 32, 32)))
    for name, (backbone, latents, labelled, head) in RUNS.items():
        codes = CODES if "info_type" in head else 0
        given = folder, backbone, latents, labelled, (4, 4), CLASSES, CODES
        both = published(*given, **head)
        z = 5.0 * weight(f"{name}.latents", (2, latents + codes))
        for player, network in both.items():
            own = {
                f"{name}.{player}.{key}": tuple(value.shape)
                for key, value in network.state_dict().items()
                if not key.endswith("num_batches_tracked")
            }
            start = f"{name}.{player}."
            drawn = {
                key.removeprefix(start): torch.tensor(value)
                for key, value in draw(own, around_one).items()
            }
            network.load_state_dict(drawn, strict=False)
            network.eval()
            shapes |= own
        made = both["g"](torch.tensor(z), torch.tensor(labels)).numpy()
        found[f"in_{name}_latents"] = z
        found[f"out_{name}_images"] = made[:, :, ::3, ::3]
        judged = both["d"](images.clone(), torch.tensor(labels))
        for key, ours in (
            ("adv_output", "logits"),
            ("cls_output", "classes"),
            ("mi_cls_output", "twin_classes"),
            ("info_discrete_c_logits", "codes"),
        ):
            if judged[key] is not None:
                found[f"out_{name}_{ours}"] = judged[key].numpy()
        print(name, made.std(), np.abs(made).max(), judged["adv_output"])
    path = Path(__file__).with_name("studiogan_plain.npz")
    save(path, shapes, in_labels=labels, **found)
    print(path.stat().st_size)


if __name__ == "__main__":
    with torch.no_grad():
        counts(sys.argv[1]) if "counts" in sys.argv else main(sys.argv[1])
