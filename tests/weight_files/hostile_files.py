"""Pickles that would do harm, put together by hand, and the files to hide them in."""

import io
import pickle
import struct
import zipfile

MAGIC = 0x1950A86A20F9469CFC6C


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def named(module, name):
    """GLOBAL."""
    return f"c{module}\n{name}\n".encode()


def body(opcodes, protocol=2):
    """A dict whose entry `x` is what the opcodes leave on the stack."""
    return bytes([0x80, protocol]) + b"}" + text("x") + opcodes + b"s."


def plain(pickled):
    return pickled


def legacy(pickled, keys=(), data=b"", little=True):
    start = (MAGIC, 1001, {"little_endian": little})
    parts = [pickle.dumps(part, 2) for part in start]
    return b"".join([*parts, pickled, pickle.dumps(list(keys), 2), data])


def zipped(pickled, compression=zipfile.ZIP_STORED, **members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("gan/data.pkl", pickled)
        for name, data in members.items():
            archive.writestr(f"gan/{name.replace('__', '/')}", data)
    return file.getvalue()


CONTAINERS = (plain, legacy, zipped)


def storage(key="0", kind="FloatStorage", count=4, tail=b""):
    """BINPERSID of a storage, of which 16 bytes are there."""
    number = pickle.dumps(count, 2)[2:-1]
    pid = text("storage") + named("torch", kind) + text(key) + text("cuda:0") + number
    return b"(" + pid + tail + b"tQ"


def tensor(offset=0, shape=(4,), strides=(1,), made=None):
    """REDUCE of torch's function that makes a tensor."""
    numbers = b"".join(pickle.dumps(n, 2)[2:-1] for n in (offset, shape, strides))
    function = named("torch._utils", "_rebuild_tensor_v2")
    return function + b"(" + (made or storage()) + numbers + b"\x89NtR"


def with_storage(opcodes):
    """The same pickle in both of torch's containers, with a storage `0`."""
    data = struct.pack("<4f", 1, 2, 3, 4)
    yield zipped(body(opcodes), data__0=data)
    yield legacy(body(opcodes), ["0"], struct.pack("<q", 4) + data)
