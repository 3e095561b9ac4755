"""Reads a pickle as data: nothing that it names is imported, nothing is called.

Python's own unpickler calls whatever a pickle names, or a stand-in that may hold on to
something; it also allocates what a pickle declares before it looks whether that is
there. This one knows the opcodes (of `pickletools`) and makes of every global, call and
instance an inert `Record`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from keras_gan_zoo.weight_files.opcodes import Budget, Stream
from keras_gan_zoo.weight_files.window import Window


@dataclass(frozen=True, slots=True)
class Global:
    """What a pickle wants to be imported: its name alone."""

    module: str
    name: str


class Record:
    """What a pickle wants to be called, and what it gives to the result."""

    __slots__ = ("args", "entries", "items", "name", "state")

    def __init__(self, name: Global | None, args: tuple) -> None:
        self.name, self.args, self.state = name, args, None
        self.entries: dict[str, Any] = {}
        self.items: list = []


StandIns = Mapping[Global, Callable]


class Reader:
    """Reads the pickles of a window, one after the other.

    Args:
        window: where they are.
        stand_ins: dict from a `Global` to the function that is called in its place.
        persistent: function of a persistent id.
        budget: shared with the other readers of a file.
    """

    def __init__(
        self,
        window: Window,
        stand_ins: StandIns,
        persistent: Callable[[Any], Any],
        budget: Budget,
    ) -> None:
        self.stream = Stream(window, budget)
        self.stand_ins, self.persistent, self.budget = stand_ins, persistent, budget

    def load(self) -> Any:
        """What the next pickle holds: plain values, lists, dicts, tuples, records."""
        stack: list = []
        marks: list[int] = []
        memo: dict[int, Any] = {}

        def marked():
            start = marks.pop()
            items = stack[start:]
            del stack[start:]
            return items

        while True:
            self.budget.spend()
            name, arg = self.stream.opcode()
            match name:
                case "STOP":
                    return stack.pop()
                case "MARK":
                    marks.append(len(stack))
                case "POP_MARK":
                    marked()
                case "POP":
                    (marks if marks and marks[-1] == len(stack) else stack).pop()
                case "DUP":
                    stack.append(stack[-1])
                case "PUT" | "BINPUT" | "LONG_BINPUT":
                    memo[arg] = stack[-1]
                case "MEMOIZE":
                    memo[len(memo)] = stack[-1]
                case "GET" | "BINGET" | "LONG_BINGET":
                    stack.append(memo[arg])
                case "NONE":
                    stack.append(None)
                case "NEWTRUE" | "NEWFALSE":
                    stack.append(name == "NEWTRUE")
                case "EMPTY_TUPLE":
                    stack.append(())
                case "TUPLE1" | "TUPLE2" | "TUPLE3":
                    marks.append(len(stack) - int(name[-1]))
                    stack.append(tuple(marked()))
                case "TUPLE":
                    stack.append(tuple(marked()))
                case "EMPTY_LIST" | "EMPTY_SET":
                    stack.append([])
                case "LIST" | "FROZENSET":
                    stack.append(marked())
                case "APPEND":
                    item = stack.pop()
                    _extend(stack[-1], [item])
                case "APPENDS" | "ADDITEMS":
                    items = marked()
                    _extend(stack[-1], items)
                case "EMPTY_DICT":
                    stack.append({})
                case "DICT":
                    items = marked()
                    stack.append({})
                    set_items(stack[-1], items[::2], items[1::2])
                case "SETITEM":
                    value, key = stack.pop(), stack.pop()
                    set_items(stack[-1], [key], [value])
                case "SETITEMS":
                    items = marked()
                    set_items(stack[-1], items[::2], items[1::2])
                case "GLOBAL":
                    stack.append(_global(*arg.split(" ", 1)))
                case "STACK_GLOBAL":
                    attribute, module = stack.pop(), stack.pop()
                    stack.append(_global(module, attribute))
                case "REDUCE" | "NEWOBJ":
                    args, called = stack.pop(), stack.pop()
                    stack.append(self._call(called, args))
                case "NEWOBJ_EX":
                    _, args, called = stack.pop(), stack.pop(), stack.pop()
                    stack.append(self._call(called, args))
                case "INST":
                    args = tuple(marked())
                    stack.append(self._call(_global(*arg.split(" ", 1)), args))
                case "OBJ":
                    called, *args = marked()
                    stack.append(self._call(called, tuple(args)))
                case "BUILD":
                    state = stack.pop()
                    if isinstance(stack[-1], Record):
                        stack[-1].state = state
                case "PERSID":
                    stack.append(self.persistent(arg))
                case "BINPERSID":
                    stack.append(self.persistent(stack.pop()))
                case "PROTO" | "FRAME":
                    pass
                case _ if name.startswith("EXT") or name.endswith("_BUFFER"):
                    raise ValueError(f"it needs more than itself (opcode {name})")
                case _:
                    stack.append(arg)

    def _call(self, called, args):
        if not isinstance(args, tuple):
            raise ValueError("a call without a tuple of arguments")
        if isinstance(called, Global):
            if called in self.stand_ins:
                return self.stand_ins[called](*args)
            return Record(called, args)
        return Record(called.name if isinstance(called, Record) else None, args)


def _global(module, name):
    if not (isinstance(module, str) and isinstance(name, str)):
        raise ValueError("a global without a name")
    return Global(module, name)


def _extend(target, items):
    if isinstance(target, Record):
        target = target.items
    if not isinstance(target, list):
        raise ValueError("items for something that is no list")
    target.extend(items)


def set_items(target: Any, keys: list, values: list) -> None:
    """Set items of a dict or of a record; keys that make no name are left out.

    Numbers become text, which also keeps chosen keys from colliding.
    """
    if isinstance(target, Record):
        target = target.entries
    if not isinstance(target, dict):
        raise ValueError("items for something that is no dict")
    for key, value in zip(keys, values, strict=True):
        if type(key) in (str, int):
            target[str(key)] = value
