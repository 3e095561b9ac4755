"""A public checkpoint by its name, from a host on loopback."""

import contextlib

from conversion.host import Host
from conversion.sources.test_from_r3gan import write
from references.filling import read

from keras_gan_zoo.conversion import public

R3GAN = "network-snapshot-final.pkl"


@contextlib.contextmanager
def small_r3gan(folder, monkeypatch):
    """`r3gan_cifar10` is a small one, of 8x8 and three classes; gives the host."""
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(folder / ".cache/zoo"))
    content = write(folder / R3GAN, read("r3gan")[0]).read_bytes()
    row = public.public_checkpoints()["r3gan_cifar10"]
    row = {k: v for k, v in row.items() if k not in ("hub", "patterns")}
    with Host({R3GAN: content}) as host, monkeypatch.context() as patch:
        row |= {"url": host.url, "files": {R3GAN: {}}}
        patch.setattr(public, "public_checkpoints", lambda: {"r3gan_cifar10": row})
        yield host
