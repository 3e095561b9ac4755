"""Pickles that want to run something, or to fill the memory."""

import io
import pickle
import struct
import sys
import time
import tracemalloc

import numpy as np
import pytest
from weight_files.hostile_files import (
    CONTAINERS,
    body,
    legacy,
    named,
    plain,
    storage,
    tensor,
    text,
    with_storage,
    zipped,
)

from keras_gan_zoo.weight_files import opcodes, read_weights

ARGUMENT = text("ran") + b"\x85"  # ("ran",)
RUN = named("canary", "run")


@pytest.fixture(autouse=True)
def canary(tmp_path, monkeypatch):
    """A module that would tell if it was imported."""
    (tmp_path / "canary.py").write_text(
        "import pathlib\n"
        f"pathlib.Path({str(tmp_path)!r}, 'imported').touch()\n"
        f"def run(*_): pathlib.Path({str(tmp_path)!r}, 'ran').touch()\n"
        "class Canary:\n"
        "    def __new__(cls, *_, **__): run()\n"
        "    def __init__(self, *_): run()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("canary", None)
    assert not (tmp_path / "imported").exists()
    assert not (tmp_path / "ran").exists()


def read_or_refuse(data):
    """Read all of it; the one error is returned, and is all that may come."""
    try:
        weights = read_weights(data, origin="gan.pth")
        for name in weights:
            np.asarray(weights[name])
    except ValueError as error:
        message = str(error)
    else:
        return weights
    assert "Received: gan.pth (" in message
    return message


# === What would run ===

WOULD_RUN = {
    "reduce": RUN + ARGUMENT + b"R",
    "stack global": text("canary") + text("run") + b"\x93" + ARGUMENT + b"R",
    "inst": b"(" + text("ran") + b"icanary\nCanary\n",
    "obj": b"(" + named("canary", "Canary") + text("ran") + b"o",
    "newobj": named("canary", "Canary") + b")\x81",
    "newobj_ex": named("canary", "Canary") + b")}\x92",
    "os.system": named("os", "system") + text("touch ran") + b"\x85R",
    "posix.system": named("posix", "system") + text("touch ran") + b"\x85R",
    "subprocess": named("subprocess", "Popen") + b"(" + text("touch ran") + b"tR",
    "eval": named("builtins", "eval") + text("__import__('canary').run()") + b"\x85R",
    "exec": named("__builtin__", "exec") + text("import canary") + b"\x85R",
    "import": named("importlib", "import_module") + text("canary") + b"\x85R",
    "getattr": named("builtins", "getattr") + RUN + text("__call__") + b"\x86R)R",
    "dotted": text("canary") + text("run.__call__") + b"\x93)R",
    "partial": named("functools", "partial") + RUN + b"\x85R)R",
    "result called": RUN + b")R)R)R",
    "state": named("canary", "Canary") + b")\x81}" + text("a") + b"Nsb",
    "slots": named("canary", "Canary") + b")\x81N}" + text("a") + b"Ns\x86b",
    "items": named("canary", "Canary") + b")\x81" + text("a") + b"Ns",
    "appends": named("canary", "Canary") + b")\x81(NNe",
    "state of a name": named("torch._utils", "_rebuild_tensor_v2") + b"}b",
    "state of a class": named("collections", "OrderedDict") + b"}" + text("a") + b"Nsb",
    "torch.load": named("torch", "load") + text("/etc/passwd") + b"\x85R",
    "from bytes": named("torch.storage", "_load_from_bytes")
    + b"B\x80\x01\0\0"
    + body(RUN + ARGUMENT + b"R").ljust(384)
    + b"\x85R",
    "numpy": named("numpy", "load") + text("x.npy") + b"\x85R",
    "extension": b"\x82\x01",
    "wide extension": b"\x84\x01\0\0\0",
    "persistent text": b"Pcanary\n",
    "persistent record": RUN + b")RQ",
    "persistent module": b"(" + text("module") + RUN + b"tQ",
    "persistent storage of it": b"("
    + text("storage")
    + RUN
    + text("0")
    + text("cpu")
    + b"K\x01tQ",
    "out of band": b"\x97",
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("name", WOULD_RUN)
def test_nothing_is_run(name, container):
    read_or_refuse(container(body(WOULD_RUN[name], 4)))


@pytest.mark.parametrize(
    "name",
    [n for n in WOULD_RUN if not n.startswith(("ext", "wide", "out", "state of"))],
)
def test_pickles_own_reader_would_run_them(name, canary, monkeypatch):
    """Or fail on the way: so that the tests above try something."""
    looked = []

    class Unpickler(pickle._Unpickler):
        def find_class(self, module, name):
            looked.append(f"{module}.{name}")
            raise RuntimeError("found")

        def persistent_load(self, pid):
            raise RuntimeError("found")

    with pytest.raises(RuntimeError, match="found"):
        Unpickler(io.BytesIO(body(WOULD_RUN[name], 4))).load()


@pytest.mark.parametrize("container", [legacy, zipped])
def test_harmless_records_leave_the_tensors_beside_them(container):
    pickled = b"\x80\x02}" + text("bad") + WOULD_RUN["reduce"] + b"s"
    pickled += text("good") + tensor() + b"s."
    data = struct.pack("<4f", 1, 2, 3, 4)
    weights = read_or_refuse(
        zipped(pickled, data__0=data)
        if container is zipped
        else legacy(pickled, ["0"], struct.pack("<q", 4) + data)
    )
    assert list(weights) == ["good"]
    assert weights.settings == {}


# === What would fill the memory, or the stack ===

EIGHT = b"\xff\xff\xff\xff\xff\xff\xff\x7f"
LIST = named("collections", "OrderedDict")
BOMBS = {
    "bytes": b"B\xff\xff\xff\xff",
    "long bytes": b"\x8e" + EIGHT,
    "array of bytes": b"\x96" + EIGHT,
    "text": b"X\xff\xff\xff\xff",
    "long text": b"\x8d" + EIGHT,
    "negative string": b"T\xff\xff\xff\xff",
    "number": b"\x8b\xff\xff\xff\x7f",
    "negative number": b"\x8b\xff\xff\xff\xff",
    "frame": b"\x95" + EIGHT + b"N",
    "digits": b"I" + b"9" * 100_000 + b"\n",
    "line": b"V" + b"x" * 5_000_000,
    "memo": b"Nr\xff\xff\xff\xff",
    "memo by text": b"Np99999999999\n",
    "missing memo": b"h\x07",
    "many lists": b"]" * 110_000,
    "many dicts": b"(" + b"}" * 110_000 + b"l",
    "many records": b"(" + RUN + b")R" * 40_000 + b"l",
    "doubling": b")" + b"2\x86" * 60,
    "doubling lists": b"]" + b"]q\0h\0(" * 0 + b"q\0" + b"](h\0h\0eq\0" * 60,
    "doubling names": b"}q\0"
    + (b"}(" + text("a" * 90) + b"h\0" + text("b" * 90) + b"h\0uq\0") * 60,
    "pairs many times": b"("
    + b"NN\x86" * 20_000
    + b"lq\0\x85q\1"
    + (LIST + b"h\1R0") * 1000
    + b"N",
    "deep lists": b"(" * 40_000 + b"l" * 40_000,
    "deep tuples": b")" + b"\x85" * 40_000,
    "deep tuples as a key": b"})" + b"\x85" * 40_000 + b"Ns",
    "deep records": RUN + b")R" + (b"\x85q\0" + RUN + b"h\0R") * 5_000,
    "deep dicts": b"}q\0" + (b"}" + text("a") + b"h\0sq\0") * 18_000,
    "cycle of a list": b"]q\0h\0a",
    "cycle of a dict": b"}q\0" + text("a") + b"h\0s",
    "cycle of a record": RUN + b")Rq\0}" + text("a") + b"h\0sb",
    "cycle of a module": RUN + b")Rq\0}" + text("_modules") + b"h\0sb",
    "cycle of modules": RUN
    + b")Rq\0}"
    + text("_modules")
    + b"}"
    + text("a")
    + b"h\0ssb",
    "cycle of entries": RUN + b")Rq\0" + text("a") + b"h\0s",
    "encoded many times": text("a" * 100_000)
    + b"q\0\x85q\1("
    + (named("_codecs", "encode") + b"h\1R") * 100
    + b"l",
    "long names": b"}" + text("a" * 1_000_000) + b"Ns",
    "marks": b"(" * 110_000,
    "nothing to pop": b"0" * 10,
    "colliding numbers": b"}("
    + b"".join(pickle.dumps(i * (2**61 - 1), 2)[2:-1] + b"N" for i in range(30_000))
    + b"u",
    "files in files": None,
}


def files_in_files(depth=30):
    inner = b"N"
    for _ in range(depth):
        pickled = legacy(b"\x80\x04" + inner + b".").ljust(300)
        inner = named("torch.storage", "_load_from_bytes") + (
            b"B" + struct.pack("<I", len(pickled)) + pickled + b"\x85R"
        )
    return inner


BOMBS["files in files"] = files_in_files()


@pytest.mark.parametrize("name", BOMBS)
def test_memory_stays_bounded(name, monkeypatch):
    """With a part of what is allowed, which takes that part of the memory."""
    for name_of_most in ("MAX_STEPS", "MAX_TEXT"):
        most = getattr(opcodes, name_of_most)
        monkeypatch.setattr(opcodes, name_of_most, most // 100)
    data = body(BOMBS[name], 4)
    started = time.monotonic()
    tracemalloc.start()
    try:
        error = read_or_refuse(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(error, str)  # there are no tensors in any
    assert len(error) < 1000
    assert peak < 8e6 + 2 * len(data)
    assert time.monotonic() - started < 20


# === Tensors that are none ===


@pytest.mark.parametrize(
    "arguments",
    [
        {"offset": 1},
        {"offset": -1},
        {"offset": 2**70},
        {"offset": True},
        {"offset": 1.0},
        {"strides": (2,)},
        {"strides": (-1,)},
        {"strides": (1, 1)},
        {"strides": [1]},
        {"strides": (2**62,)},
        {"shape": (5,)},
        {"shape": (-4,)},
        {"shape": (2**40,), "strides": (0,)},
        {"shape": (2**40,) * 9, "strides": (0,) * 9},
        {"shape": (1,) * 100, "strides": (1,) * 100},
        {"shape": ("4",)},
        {"shape": [4]},
        {"shape": None},
        {"shape": (0, 2**80), "strides": (1, 1)},
        {"made": b"N"},
        {"made": text("0")},
        {"made": storage(count=5)},
        {"made": storage(count=-4)},
        {"made": storage(count=2**62)},
        {"made": storage(key="1")},
        {"made": storage(key="../data.pkl")},
        {"made": storage(kind="QInt8Storage")},
        {"made": storage(kind="DoubleStorage")},
        {"made": storage(tail=text("a view"))},
        {"made": b"(" + text("storage") + b"tQ"},
        {"made": b"(" + b"N" * 5 + b"tQ"},
        {"made": b"K\x07Q"},
    ],
)
def test_tensors_outside_of_their_storage(arguments):
    for data in with_storage(tensor(**arguments)):
        assert isinstance(read_or_refuse(data), str)


def test_the_same_tensor_is_read_where_nothing_is_wrong_with_it():
    for data in with_storage(tensor()):
        np.testing.assert_array_equal(read_or_refuse(data)["x"], [1, 2, 3, 4])


def test_many_views_of_one_storage_are_counted():
    """64 MiB may be declared, or 16 times the file."""
    views = b"(" + tensor(0, (2**20,), (1,), storage(count=2**20)) * 65 + b"l"
    data = zipped(body(views), data__0=bytes(4 * 2**20))
    assert "it declares 272629760 bytes" in read_or_refuse(data)


def test_two_storages_of_one_key():
    two = b"(" + tensor() + tensor(made=storage(kind="IntStorage")) + b"l"
    for data in with_storage(two):
        assert "a storage of two kinds" in read_or_refuse(data)


@pytest.mark.parametrize("keys", [[], ["0", "1"], [0], "0", None, ["0", "0"]])
def test_lists_of_storages_that_do_not_fit(keys):
    data = struct.pack("<q", 4) + bytes(16)
    start = legacy(body(tensor()))[: -len(pickle.dumps([], 2))]
    read_or_refuse(start + pickle.dumps(keys, 2) + data)
    if keys != ["0", "0"]:
        assert isinstance(read_or_refuse(start + pickle.dumps(keys, 2) + data), str)


def test_big_endian():
    assert "byte order is big" in read_or_refuse(legacy(body(b"N"), little=False))
    assert "byte order is big" in read_or_refuse(zipped(body(b"N"), byteorder=b"big"))


@pytest.mark.parametrize("container", [legacy, zipped, plain])
def test_cut_anywhere(container):
    data = struct.pack("<4f", 1, 2, 3, 4)
    whole = {
        zipped: zipped(body(tensor()), data__0=data),
        legacy: legacy(body(tensor()), ["0"], struct.pack("<q", 4) + data),
        plain: body(text("nothing") + b")\x86"),
    }[container]
    for size in range(0, len(whole) - 1, 7):
        assert isinstance(read_or_refuse(whole[:size]), str)
