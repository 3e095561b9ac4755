"""Makes dotted names of what a pickle held: nested dicts, lists, modules, settings."""

from collections.abc import Mapping
from typing import Any

from keras_gan_zoo.weight_files.opcodes import Budget
from keras_gan_zoo.weight_files.pickles import Global, Record
from keras_gan_zoo.weight_files.tensor import Tensor

MAX_DEPTH = 64
MAX_NAME = 1000
MAX_SETTING = 1000  # characters of a text, values of a tuple
PARTS = ("_parameters", "_buffers", "_modules")
CHOSEN = {"_init_args": "init_args", "_init_kwargs": "init_kwargs"}
PERSISTENT = "_reconstruct_persistent_obj"


def flatten(value: Any, budget: Budget) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and the settings of what was pickled, by dotted names.

    Of a module its parameters, buffers and modules, and as settings its plain
    attributes and the arguments that it was made with. Of a dict, a list or another
    record, everything.

    Raises:
        ValueError: too deep, too many, two tensors of one name.
    """
    names = _Names(budget)
    names.add("", value, 0)
    return names.tensors, names.settings


class _Names:
    def __init__(self, budget):
        self.budget, self.tensors, self.settings = budget, {}, {}

    def add(self, name, value, depth):
        self.budget.spend(1, len(name))
        if depth > MAX_DEPTH:
            raise ValueError("it is nested too deep, or in itself")
        if len(name) > MAX_NAME:
            raise ValueError(f"a name of {len(name)} characters")
        if isinstance(value, Tensor):
            if name in self.tensors:
                raise ValueError(f"two tensors are called {name!r}")
            self.tensors[name] = value
        elif isinstance(value, Record):
            self.add_record(name, value, depth)
        elif isinstance(value, dict):
            self.add_all(name, value, depth)
        elif (plain := self.plain(value, depth)) is not ...:
            self.settings[name] = plain
        elif isinstance(value, list | tuple):
            self.add_all(name, {str(i): v for i, v in enumerate(value)}, depth)

    def add_all(self, name, entries, depth):
        for key, value in list(entries.items()):
            self.add(f"{name}.{key}" if name else key, value, depth + 1)

    def add_record(self, name, record, depth):
        state = record.state
        if record.name and record.name.name == PERSISTENT and record.args:
            # its source text, which is beside the state, is of no use
            state = entries_of(record.args[0]).get("state")
        entries = entries_of(state)
        if any(isinstance(entries.get(part), dict | Record) for part in PARTS):
            self.add_module(name, entries, depth)
        else:
            self.add_all(name, entries, depth)
        self.add_all(name, record.entries, depth)
        if record.items:
            self.add(name, record.items, depth + 1)

    def add_module(self, name, entries, depth):
        for key, value in entries.items():
            self.budget.spend()
            if key in PARTS:
                found = entries_of(value).items()
                self.add_all(name, {k: v for k, v in found if v is not None}, depth)
            elif key in CHOSEN:
                self.add_all(name, {CHOSEN[key]: value}, depth)
            elif not key.startswith("_"):
                plain = self.plain(value, depth)
                if plain is not ...:
                    self.settings[f"{name}.{key}" if name else key] = plain

    def plain(self, value, depth):
        """A setting, with tuples for lists; `...` if it is none."""
        self.budget.spend()
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return value if len(value) <= MAX_SETTING else ...
        if isinstance(value, Global) and value.module == "torch":
            return value.name  # a dtype
        if not isinstance(value, list | tuple):
            return ...
        if len(value) > MAX_SETTING or depth > MAX_DEPTH:
            return ...
        found = tuple(self.plain(item, depth + 1) for item in value)
        return ... if any(item is ... for item in found) else found


def entries_of(value: Any) -> Mapping[str, Any]:
    """The entries of a dict, also of one that was pickled as a subclass."""
    if isinstance(value, Record):
        return value.entries
    return value if isinstance(value, dict) else {}
