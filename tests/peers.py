"""Peers to compare with, imported beside a torch for CPUs."""

import importlib


def import_peer(name):
    """A module of pytorch-fid or torch-fidelity, such as `"pytorch_fid.inception"`.

    Both import torchvision, whose build on PyPI registers operators that a CPU torch
    does not have. None of them is needed here, so that these are passed over.
    """
    import torch

    register_fake = torch.library.register_fake

    def pass_over(op, *args, **kwargs):
        if isinstance(op, str) and op.startswith("torchvision::"):
            return lambda function: function
        return register_fake(op, *args, **kwargs)

    torch.library.register_fake = pass_over
    try:
        return importlib.import_module(name)
    finally:
        torch.library.register_fake = register_fake
