"""Archives, tables and HDF5 files that declare what they do not have."""

import io
import json
import struct
import time
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest
from weight_files.hostile_files import body, storage, tensor, zipped

from keras_gan_zoo.weight_files import read_weights

NUMBERS = struct.pack("<4f", 1, 2, 3, 4)


def refused(data, match=".", most=30e6):
    """It ends in the one error, in little memory and time."""
    started = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match) as caught:  # noqa: PT012
            weights = read_weights(data, origin="gan.bin")
            for name in weights:
                np.asarray(weights[name])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "Received: gan.bin (" in str(caught.value)
    assert peak < most
    assert time.monotonic() - started < 20


# === Zip archives ===


def test_a_zip_bomb():
    count = 2**26  # 256 MiB of nothing
    pickled = body(tensor(0, (count,), (1,), storage(count=count)))
    bomb = zipped(pickled, zipfile.ZIP_DEFLATED, data__0=memoryview(bytes(4 * count)))
    assert len(bomb) < 4e5
    refused(bomb, "it declares 268435")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression(method):
    data = zipped(body(tensor()), method, data__0=NUMBERS)
    refused(data, "compressed in an unusual way")


def patched(data, at, new):
    assert at > 0
    return data[:at] + new + data[at + len(new) :]


def entry(data, name):
    """Where the archive's table has that member."""
    at = data.rindex(name) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    return at


@pytest.mark.parametrize(
    ("offset", "new"),
    [
        (24, struct.pack("<I", 1_000_000)),  # its size
        (24, struct.pack("<I", 8)),
        (20, struct.pack("<I", 3)),  # its compressed size
        (42, struct.pack("<I", 10_000_000)),  # where it begins
        (42, struct.pack("<I", 3)),
        (16, b"abcd"),  # its checksum
        (8, b"\x01\x00"),  # encrypted
    ],
)
def test_a_table_that_lies(offset, new):
    data = zipped(body(tensor()), data__0=NUMBERS)
    refused(patched(data, entry(data, b"gan/data/0") + offset, new))


def test_a_huge_table():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("a" * 60_000)
        archive.writestr(info, b"")
    one = file.getvalue()
    table = one[one.index(b"PK\x01\x02") : one.index(b"PK\x05\x06")] * 100
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 100, 100, len(table), 60_030, 0)
    refused(one[:60_030] + table + end, "bytes at once")


def test_two_members_of_one_name():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.npy", b"1")
        archive.writestr("b.npy", b"2")
    data = file.getvalue().replace(b"b.npy", b"a.npy")
    refused(data, "two members of one name")


# === npz ===


def npz(header, data=b"", version=(1, 0)):
    start = b"\x93NUMPY" + bytes(version)
    start += len(header).to_bytes(2 if version == (1, 0) else 4, "little")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.npy", start + header.encode() + data)
    return file.getvalue()


def described(descr="'<f4'", shape="(2,)", order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}"


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (described(shape="(1000000000000,)"), "cut, or declares another size"),
        (described(shape="(2, 2)"), "cut, or declares another size"),
        (described(shape="(-2, -1)"), "impossible shape"),
        (described(shape="(True, 2)"), "impossible shape"),
        (described(shape="(" + "1, " * 40 + ")"), "impossible shape"),
        (described("'>f4'"), "byte order is big"),
        (described("'|O'"), "an array of object"),
        (described("'<U2'"), "an array of <U2"),
        (described("'<M8[s]'", "(1,)"), "an array of datetime64"),
        (described("[('a', '<f4')]"), "not of numbers"),
        (described("'<f4', 'x': __import__('os').abort()"), "malformed node"),
        ("{" * 900, "Error"),
        ("x" * 60_000, "."),
        ("", "."),
    ],
)
def test_headers_of_arrays(header, match):
    refused(npz(header, bytes(8)), match)


def test_an_unknown_version():
    refused(npz(described(), bytes(8), (9, 0)), "unknown version|format version")


def test_a_member_that_is_no_array():
    refused(zipped(b"").replace(b"data.pkl", b"data.pkx"), "magic string|EOF")


# === safetensors ===


def table(entries, data=bytes(8), length=None):
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def one(**change):
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **change}}


@pytest.mark.parametrize(
    "data",
    [
        table(one(), length=2**31),
        table(one(), length=10),
        table(one(shape=[2**40])),
        table(one(shape=[2**62, 4])),
        table(one(shape=[-2])),
        table(one(data_offsets=[0, 800])),
        table(one(data_offsets=[-8, 0])),
        table(one(data_offsets=[4, 8], shape=[1])),
        table(one(dtype="F8_E4M3", shape=[8])),
        table(one(dtype="O")),
        table(one(), bytes(4)),
        table(one(), bytes(80)),
        table(one() | {"b": one()["a"]}),
        table({}),
        table(b'{"a":' * 5000),
        table(b'{"__metadata__": {"a": 1}}'),
    ],
)
@pytest.mark.parametrize("in_a_file", [False, True])
def test_tables(data, in_a_file, tmp_path):
    if in_a_file:
        (tmp_path / "model").write_bytes(data)
        data = tmp_path / "model"
    refused(data)


def test_the_same_table_is_read_where_nothing_is_wrong_with_it():
    assert list(read_weights(table(one()))) == ["a"]


# === HDF5 ===


def compressed(file):
    file.create_dataset("a", (2**20,), "float32", compression="gzip")


def virtual(file):
    layout = h5py.VirtualLayout((2,), "float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "a", (2,))
    file.create_virtual_dataset("a", layout)


def external(file):
    file.create_dataset("a", (2,), "float32", external=[("/etc/passwd", 0, 8)])


def deep(file):
    file.create_group("/".join("a" * 40))


def cycle(file):
    file["a/b"] = file.create_group("a")


def unwritten(file):
    file.create_dataset("a", (2**40,), "float32")


def many(file):
    group = file.create_group("a")
    group["x"] = np.ones(10_000)
    for i in range(40):
        file[f"b{i}"] = group


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda file: file.update({"a": h5py.SoftLink("/b")}), "is a link"),
        (lambda file: file.update({"a": h5py.ExternalLink("b.h5", "/")}), "is a link"),
        (lambda file: file.update({"a": "text"}), "holds no numbers"),
        (lambda file: file.update({"a": np.ones(2, ">f4")}), "byte order is big"),
        (lambda file: file.update({"a": h5py.Empty("f4")}), "is not an array"),
        (lambda file: file.update({"a": np.dtype("f4")}), "is not an array"),
        (compressed, "is compressed"),
        (virtual, "is compressed, or its bytes are elsewhere"),
        (external, "is compressed, or its bytes are elsewhere"),
        (unwritten, "is compressed, or its bytes are elsewhere"),
        (deep, "too many groups"),
        (cycle, "too many groups"),
        (many, "declares more than it holds"),
        (lambda file: None, "it holds no tensors"),
    ],
)
def test_what_else_hdf5_can_do(make, match):
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        make(file)
    refused(data.getvalue(), match)


def test_hdf5_cut_anywhere():
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        file["layers/a"] = np.ones(100)
    whole = data.getvalue()
    for size in range(0, len(whole) - 1, 97):
        refused(whole[:size])
