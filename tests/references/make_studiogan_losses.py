"""Writes `studiogan_losses.npz`: class terms of PyTorch-StudioGAN and their gradients.

    python tests/references/make_studiogan_losses.py PyTorch-StudioGAN

Its modules with compiled operators are stood in for: the losses need none of them.
"""

import sys
import types
from pathlib import Path

import numpy as np
import torch
from filling import save

COUNT, DIM, CLASSES = 9, 5, 3


def losses(folder):
    """The module `utils.losses` of StudioGAN."""
    sys.path.insert(0, str(Path(folder) / "src"))
    sys.modules["utils.ops"] = types.ModuleType("utils.ops")
    style = sys.modules["utils.style_ops"] = types.ModuleType("utils.style_ops")
    style.conv2d_gradfix = None
    import utils.losses

    return utils.losses


def main(folder):
    published = losses(folder)
    rng = np.random.default_rng(0)
    given = {
        "embedding": rng.normal(size=(COUNT, DIM)),
        "proxies": rng.normal(size=(CLASSES, DIM)),
        "classes": rng.normal(size=(COUNT, CLASSES + 1)),
        "features": rng.normal(size=(2, COUNT, DIM)),
    }
    given = {name: value.astype("float32") for name, value in given.items()}
    labels = rng.integers(0, CLASSES, COUNT)
    embedding = torch.tensor(given["embedding"], requires_grad=True)
    proxy = torch.tensor(given["proxies"])[torch.tensor(labels)]
    classes = torch.tensor(given["classes"], requires_grad=True)
    y = torch.tensor(labels)
    settings = {"num_classes": CLASSES, "master_rank": "cpu", "DDP": False}
    contrastive = published.ConditionalContrastiveLoss(temperature=0.7, **settings)
    data_to_data = published.Data2DataCrossEntropyLoss(
        temperature=0.5, m_p=0.98, **settings
    )
    values = {
        "contrastive": (contrastive(embedding, proxy, y), embedding),
        "data_to_data": (data_to_data(embedding, proxy, y), embedding),
        "multi_hinge": (published.crammer_singer_loss(classes, y, False), classes),
    }
    found = {}
    for name, (value, by) in values.items():
        (gradient,) = torch.autograd.grad(value, by)
        found[f"out_{name}"] = value.detach().numpy()
        found[f"out_{name}_gradient"] = gradient.numpy()
    real, fake = torch.tensor(given["features"])
    matching = published.feature_matching_loss(real, fake)
    save(
        Path(__file__).with_name("studiogan_losses.npz"),
        {},
        in_labels=labels.astype("int32"),
        **{f"in_{name}": value for name, value in given.items()},
        out_feature_matching=matching.numpy(),
        **found,
    )


if __name__ == "__main__":
    main(sys.argv[1])
