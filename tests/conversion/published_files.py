"""Files as others publish them, of any tensors: pickles of modules, of stand-ins here.

The modules that a pickle names are in `sys.modules` only while it is written.
"""

import contextlib
import pickle
import sys
import types

import numpy as np
import torch

BUFFERS = ("noise_const", "w_avg", "resample_filter", "Kernel", "p")


def tensors(arrays):
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}


def save_legacy(path, content):
    """As torch before 1.6."""
    torch.save(content, path, _use_new_zipfile_serialization=False)


@contextlib.contextmanager
def named(**classes):
    """Modules for classes: `training__networks=[Generator]` is training.networks."""
    made = {}
    for name, content in classes.items():
        whole = name.replace("__", ".")
        for parent in [whole[:i] for i, c in enumerate(whole) if c == "."] + [whole]:
            made.setdefault(parent, types.ModuleType(parent))
        for item in content:
            item.__module__, item.__qualname__ = whole, item.__name__
            setattr(made[whole], item.__name__, item)
    before = {name: sys.modules.get(name) for name in made}
    sys.modules.update(made)
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module


def module(arrays, cls, inner=None, attributes=None):
    """A module of class `cls`, those in it `inner`; tensors by their dotted names.

    Args:
        attributes: dotted name -> value.
    """
    made = cls.__new__(cls)
    torch.nn.Module.__init__(made)
    own, parts = {}, {}
    for name, array in arrays.items():
        head, _, rest = name.partition(".")
        parts.setdefault(head, {})[rest] = array
        if not rest:
            own[head] = torch.from_numpy(np.array(array))
    for name, tensor in own.items():
        if name in BUFFERS:
            made.register_buffer(name, tensor)
        else:
            made.register_parameter(name, torch.nn.Parameter(tensor, False))
    of_parts = {}
    for name, value in (attributes or {}).items():
        head, _, rest = name.partition(".")
        if rest:
            of_parts.setdefault(head, {})[rest] = value
            parts.setdefault(head, {})
        else:
            setattr(made, head, value)
    for name in parts.keys() - own.keys():
        inside = module(parts[name], inner or cls, inner, of_parts.get(name))
        made.add_module(name, inside)
    return made


class Persistent(torch.nn.Module):
    """Pickled as NVIDIA's persistent classes are, with the source text of a module."""

    def __reduce__(self):
        meta = {
            "type": "class",
            "version": 6,
            "module_src": "raise SystemExit('this text must never be run')",
            "class_name": type(self).__name__,
            "state": self.__dict__,
        }
        return _reconstruct_persistent_obj, (meta,)


def _reconstruct_persistent_obj(meta):
    raise AssertionError("never called")


class EasyDict(dict):
    pass


def save_persistent(path, **content):
    with (
        named(
            torch_utils__persistence=[_reconstruct_persistent_obj],
            dnnlib__util=[EasyDict],
        ),
        open(path, "wb") as file,
    ):
        pickle.dump(content, file)
