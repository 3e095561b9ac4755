"""Writes weight files as other projects do."""

import io
import pickle
import sys
import types

import numpy as np
import torch

SOURCE = "import os\nos.abort()\n" * 200


def save(value, kind="zip", path=None):
    """What `torch.save` writes, in one of its two formats: bytes, or the path."""
    file = path or io.BytesIO()
    torch.save(value, file, _use_new_zipfile_serialization=kind == "zip")
    return path or file.getvalue()


def modules(**contents):
    """Makes modules of these names importable while something is pickled."""
    return _Modules(contents)


class _Modules:
    def __init__(self, contents):
        self.contents = {name.replace("__", "."): c for name, c in contents.items()}

    def __enter__(self):
        for name, members in self.contents.items():
            parts = name.split(".")
            for i in range(len(parts)):
                sys.modules.setdefault(parent := ".".join(parts[: i + 1]), None)
                if sys.modules[parent] is None:
                    sys.modules[parent] = types.ModuleType(parent)
            for member in members:
                member.__module__, member.__qualname__ = name, member.__name__
                setattr(sys.modules[name], member.__name__, member)

    def __exit__(self, *_):
        for name in self.contents:
            parts = name.split(".")
            for i in range(len(parts)):
                sys.modules.pop(".".join(parts[: i + 1]), None)


def r3gan(path=None):
    """Modules, and the pickle that R3GAN writes of such: (G_ema, bytes)."""

    class Convolution(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.Layer = torch.nn.Conv2d(2, 3, 3, bias=False)

    class Stage(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.Layers = torch.nn.ModuleList([Convolution(), Convolution()])
            self.Bias = torch.nn.Parameter(torch.randn(3))
            self.DataType = torch.bfloat16
            self.register_buffer("Kernel", torch.randn(4, 4).t())
            self.register_parameter("Gain", None)

    class Generator(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.z_dim = 64
            self.MainLayers = torch.nn.ModuleList([Stage(), Stage()])

    ema, network = Generator(), Generator()
    optimizer = torch.optim.Adam(network.parameters())
    with modules(
        R3GAN__Networks=[Stage, Generator], R3GAN__FusedOperators=[Convolution]
    ):
        data = {
            "G": network,
            "D": Generator(),
            "G_ema": ema,
            "G_opt_state": optimizer.state_dict(),
            "training_set_kwargs": {"path": "ffhq.zip", "resolution": 256},
            "cur_nimg": 10_000,
        }
        return ema, pickle.dumps(data)


def nvidia(protocol=3):
    """Modules, and the pickle that NVIDIA's persistence writes: (G_ema, bytes)."""

    class EasyDict(dict):
        def __init__(self, **kwargs):
            raise AssertionError("made without __init__")

    def easy(**kwargs):
        made = EasyDict.__new__(EasyDict)
        made.update(kwargs)
        return made

    def _reconstruct_persistent_obj(meta):
        raise AssertionError("nobody calls this")

    class Persistent(torch.nn.Module):
        def __reduce__(self):
            meta = {
                "type": "class",
                "version": 6,
                "module_src": SOURCE,
                "class_name": type(self).__name__,
                "state": dict(self.__dict__),
            }
            return _reconstruct_persistent_obj, (meta,), None

    class Synthesis(Persistent):
        def __init__(self):
            super().__init__()
            self._init_args, self._init_kwargs = (4,), easy(resolution=4)
            self.const = torch.nn.Parameter(torch.randn(3, 4, 4))
            self.register_buffer("noise_const", torch.randn(4, 4))
            self.register_buffer("resample_filter", torch.randn(2, 2).half())
            self.scale, self.used = np.float32(1.5), {"a", "b"}

    class Generator(Persistent):
        def __init__(self):
            super().__init__()
            layers = easy(num_layers=2, w_avg_beta=None)
            self._init_args = ()
            self._init_kwargs = easy(
                z_dim=512, channel_max=np.int64(64), mapping_kwargs=layers
            )
            self.synthesis = Synthesis()

    ema = Generator()
    with modules(
        torch_utils__persistence=[_reconstruct_persistent_obj],
        dnnlib__util=[EasyDict],
        training__networks=[Synthesis, Generator],
    ):
        data = {
            "G": Generator(),
            "D": Generator(),
            "G_ema": ema,
            "training_set_kwargs": easy(resolution=4, xflip=True),
            "augment_pipe": None,
        }
        return ema, pickle.dumps(data, protocol)
