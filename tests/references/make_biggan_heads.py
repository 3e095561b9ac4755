"""Writes `biggan_heads.npz`: discriminators of StudioGAN's BigGAN by their head.

    python tests/references/make_biggan_heads.py PyTorch-StudioGAN

In evaluation, at 32x32 with few channels, on images of `filling.weight`.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from filling import draw, save, weight
from make_biggan import published

#: arguments of each discriminator, and which of its outputs are kept
HEADS = {
    "contrastive": (
        {"d_cond_mtd": "2C", "d_embed_dim": 5, "normalize_d_embed": True},
        ("adv_output", "embed", "proxy"),
    ),
    "twin": (
        {"d_cond_mtd": "AC", "aux_cls_type": "TAC"},
        ("adv_output", "cls_output", "mi_cls_output"),
    ),
    "discriminative": (
        {"d_cond_mtd": "AC", "aux_cls_type": "ADC"},
        ("adv_output", "cls_output"),
    ),
    "multi_class": ({"d_cond_mtd": "MH"}, ("adv_output", "h")),
    "own_logit": ({"d_cond_mtd": "MD"}, ("adv_output",)),
}


def main(folder):
    images = torch.tensor(5.0 * weight("images", (2, 3, 32, 32)))
    labels = np.array([2, 0])
    shapes, found = {}, {}
    for name, (conditioning, outputs) in HEADS.items():
        network = published(folder, "big_resnet", 6, **conditioning)["d"].eval()
        own = {
            f"{name}.{key}": tuple(value.shape)
            for key, value in network.state_dict().items()
        }
        drawn = {
            key.partition(".")[2]: torch.tensor(value)
            for key, value in draw(own).items()
        }
        network.load_state_dict(drawn)
        with torch.no_grad():
            judged = network(images, torch.tensor(labels))
        shapes |= own
        found |= {f"out_{name}_{key}": judged[key].numpy() for key in outputs}
    path = Path(__file__).with_name("biggan_heads.npz")
    save(path, shapes, in_labels=labels, **found)
    print({key: np.abs(value).max() for key, value in found.items()})


if __name__ == "__main__":
    main(sys.argv[1])
