"""A run's folder as `train` leaves it, made by hand."""

import json
import math

import numpy as np

import keras_gan_zoo as kgz

RECIPE = {
    "family": "DCGAN",
    "arguments": {
        "image_shape": [8, 8, 1],
        "penalties": [{"class_name": "R1", "config": {"weight": 10.0, "name": None}}],
    },
    "data": "/home/me/faces:train",
    "batch_size": 64,
    "epochs": 4,
}
SESSION = {
    "started": "2026-11-26T12:31:57+00:00",
    "first_epoch": 1,
    "epochs": 4,
    "images": 5120,
    "images_per_second": 640.0,
    "seconds": 3730.0,
    "peak_memory": 715_000_000,
    "peak_device_memory": 12_345_000_000,
    "backend": "torch",
    "devices": ["NVIDIA H100"],
    "cpus": 2,
    "versions": {"keras": "3.15.1"},
    "ended": "finished",
}
LOG = [
    "epoch,d_loss,fid,g_loss,is,is_std,learning_rate,val_d_loss",
    "0,1.5,inf,0.5,-inf,nan,0.001,NA",
    "1,1.25,30.5,0.75,2.5,0.1,0.0001,NA",
    "2,1.125,20.25,0.875,3.5,0.1,0.00001,NA",
    "3,1.0,25.75,1.0,3.25,0.1,0.000001,NA",
]


def make(folder, epochs=4, warnings=None, sessions=(SESSION,), **recipe):
    """A run that has had so many of its four epochs."""
    folder.mkdir(exist_ok=True)
    (folder / "recipe.json").write_text(json.dumps({**RECIPE, **recipe}))
    (folder / "log.csv").write_text("\n".join(LOG[: epochs + 1]) + "\n")
    (folder / "sessions.json").write_text(json.dumps(list(sessions)))
    if warnings is not None:
        (folder / "monitor.json").write_text(json.dumps(warnings))
    for epoch in range(epochs + 1):
        grid = np.full((20, 20, 1), 40 * epoch, "uint8")
        kgz.images.save_png(folder / "samples" / f"epoch_{epoch:04d}.png", grid)
    return folder


def wave(n):
    return [math.sin(i / 50) for i in range(n)]
