"""Writes ada_pipe.npz: what the published augmentation pipe makes of given draws.

    python make_ada_pipe.py PATH_OF_STYLEGAN2_ADA_PYTORCH

Only what comes out is stored; `inputs` draws what goes in.
"""

import sys
from pathlib import Path

import numpy as np

#: multipliers, and images `(n, h, w, c)`
CASES = {
    "all": (
        {"blit": 1, "geom": 1, "color": 1, "filter": 1, "noise": 1, "cutout": 1},
        (3, 24, 22, 3),
    ),
    "grey": ({"blit": 1, "geom": 1, "color": 1, "filter": 1}, (3, 22, 23, 1)),
    "r3gan": ({"blit": 1, "geom": 1, "color": 0.5, "cutout": 1}, (4, 16, 12, 3)),
    "default": ({"blit": 1, "geom": 1, "color": 1}, (5, 9, 8, 3)),
}
P = 0.8


def inputs(name):
    """Images, uniform and normal numbers by columns, and noise."""
    _, shape = CASES[name]
    rng = np.random.RandomState(len(name))
    images = np.tanh(rng.standard_normal(shape))
    uniform, normal = (
        rng.random_sample((shape[0], 40)),
        rng.standard_normal((shape[0], 20)),
    )
    # One image shrinks a lot: the published margins are the largest of the batch, and
    # cut off at one reflection, which is where ours always are.
    uniform[0, 7], normal[0, 0] = 0.0, -9.0
    noise = rng.standard_normal(shape)
    return [x.astype("float32") for x in (images, uniform, normal, noise)]


def main(path):
    sys.path.insert(0, path)
    import torch
    from training.augment import AugmentPipe

    groups = {
        "blit": ("xflip", "rotate90", "xint"),
        "geom": ("scale", "rotate", "aniso", "xfrac"),
        "color": ("brightness", "contrast", "lumaflip", "hue", "saturation"),
        "filter": ("imgfilter",),
        "noise": ("noise",),
        "cutout": ("cutout",),
    }
    found = {}
    for name, (multipliers, _) in CASES.items():
        images, uniform, normal, noise = inputs(name)
        at = {"rand": 0, "randn": 0}

        def feed(kind, columns, noise=noise, at=at):
            def drawn(shape, device=None):
                count = int(np.prod(shape[1:]))
                if count > 4:
                    return torch.from_numpy(noise.transpose(0, 3, 1, 2).copy())
                start, at[kind] = at[kind], at[kind] + count
                part = columns[:, start : start + count]
                return torch.from_numpy(part.copy()).reshape(tuple(shape))

            return drawn

        torch.rand, torch.randn = feed("rand", uniform), feed("randn", normal)
        pipe = AugmentPipe(
            **{key: v for group, v in multipliers.items() for key in groups[group]}
        )
        pipe.p.copy_(torch.as_tensor(P))
        out = pipe(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))
        found[name] = out.permute(0, 2, 3, 1).numpy()
    np.savez_compressed(Path(__file__).parent / "ada_pipe.npz", **found)


if __name__ == "__main__":
    main(sys.argv[1])
