"""Makes sagan.npz from PyTorch-StudioGAN, commit 947b35e.

    python tests/references/make_sagan.py PATH_OF_STUDIOGAN

The network of its configs/CIFAR10/SAGAN.yaml with 16 channels, on a CPU.
"""

import contextlib
import importlib
import sys
import types
from pathlib import Path

import numpy as np
import torch
from filling import draw, save

HERE = Path(__file__).parent
CLASSES, LATENTS = 3, 8


def import_networks(path):
    """`models.resnet`, without what `utils.misc` wants installed."""
    sys.path.insert(0, str(Path(path) / "src"))
    misc = sys.modules["utils.misc"] = types.ModuleType("misc")
    misc.dummy_context_mgr = contextlib.nullcontext
    return importlib.import_module("models.resnet"), importlib.import_module(
        "utils.ops"
    )


def networks(path):
    resnet, ops = import_networks(path)
    modules = types.SimpleNamespace(g_bn=ops.ConditionalBatchNorm2d)
    for player in "gd":
        setattr(modules, f"{player}_conv2d", ops.snconv2d)
        setattr(modules, f"{player}_linear", ops.snlinear)
        setattr(modules, f"{player}_embedding", ops.sn_embedding)
        setattr(modules, f"{player}_act_fn", torch.nn.ReLU(inplace=True))
    model = types.SimpleNamespace(info_type="N/A", g_info_injection="N/A")
    common = {"img_size": 32, "num_classes": CLASSES, "apply_attn": True}
    common |= {"mixed_precision": False, "MODULES": modules, "MODEL": model}
    generator = resnet.Generator(
        z_dim=LATENTS,
        g_shared_dim="N/A",
        g_conv_dim=4,
        attn_g_loc=[2],
        g_cond_mtd="cBN",
        g_init="ortho",
        g_depth="N/A",
        **common,
    )
    discriminator = resnet.Discriminator(
        d_conv_dim=8,
        apply_d_sn=True,
        attn_d_loc=[1],
        d_cond_mtd="PD",
        aux_cls_type="W/O",
        d_embed_dim="N/A",
        normalize_d_embed=False,
        d_init="ortho",
        d_depth="N/A",
        **common,
    )
    return torch.nn.ModuleDict({"g": generator, "d": discriminator})


def make(path):
    both = networks(path)
    shapes = {n: tuple(t.shape) for n, t in both.state_dict().items()}
    shapes = {n: shape for n, shape in shapes.items() if "num_batches" not in n}
    drawn = {n: torch.from_numpy(array) for n, array in draw(shapes).items()}
    both.load_state_dict(drawn, strict=False)
    both.eval()
    z = np.random.RandomState(0).standard_normal((2, LATENTS)).astype("float32")
    labels = torch.tensor([0, 2])
    images = both["g"](torch.from_numpy(z), labels)
    save(
        HERE / "sagan.npz",
        shapes,
        in_z=z,
        in_labels=labels.numpy().astype("int32"),
        out_images=images.numpy(),
        out_logits=both["d"](images.clone(), labels)["adv_output"].numpy()[:, None],
    )


if __name__ == "__main__":
    with torch.no_grad():
        make(sys.argv[1])
