"""Reading and pulling the weights of the Inception network."""

import contextlib
import hashlib
import http.server
import os
import sys
import threading
import zipfile

import numpy as np
import pytest

from keras_gan_zoo.scoring.extractors import inception_weights
from keras_gan_zoo.scoring.extractors.inception import SHAPES, InceptionV3FID
from keras_gan_zoo.scoring.extractors.inception_weights import load_inception_weights

# A network of one convolution, to keep files small.
KEYS = ("conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
SMALL = {f"a.{key}": (4,) for key in KEYS} | {"a.conv.weight": (4, 3, 2, 1)}


@pytest.fixture
def weights():
    rng = np.random.default_rng(0)
    return {
        name: rng.uniform(0.5, 1, shape).astype("float32")
        for name, shape in SMALL.items()
    }


@pytest.fixture
def saved(weights, tmp_path):
    """Writes `weights`, as changed by `change(dict)`, in one of the formats."""

    def save(kind, change=lambda state: state):
        path = tmp_path / f"weights.{kind}"
        if kind == "npz":
            with open(path, "wb") as file:
                np.savez(file, **change(dict(weights)))
            return path
        torch = pytest.importorskip("torch")

        class Network(torch.nn.Module):
            """For the metadata and the counters that a state dict comes with."""

            def __init__(self):
                super().__init__()
                self.a = torch.nn.Module()
                self.a.conv = torch.nn.Conv2d(3, 4, (2, 1), bias=False)
                self.a.bn = torch.nn.BatchNorm2d(4)

        network = Network()
        tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
        network.load_state_dict(tensors, strict=False)
        state = change(network.state_dict())
        torch.save(state, path, _use_new_zipfile_serialization=kind == "zip")
        return path

    return save


KINDS = ("legacy", "zip", "npz")


# === What can be read ===


@pytest.mark.parametrize("kind", KINDS)
def test_formats(kind, saved, weights, monkeypatch):
    path = saved(kind)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails
    arrays, sha256 = load_inception_weights(path, SMALL)
    assert list(arrays) == list(SMALL)
    for name, array in weights.items():
        np.testing.assert_array_equal(arrays[name], array)
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", ["legacy", "zip"])
def test_tensors_that_share_or_transpose_a_storage(kind, saved, weights):
    torch = pytest.importorskip("torch")

    def change(state):
        shared = torch.arange(1.0, 41.0)
        state["a.bn.bias"] = shared[10:14]
        state["a.bn.running_mean"] = shared[3:15:3]
        weight = torch.from_numpy(weights["a.conv.weight"])
        state["a.conv.weight"] = weight.permute(3, 0, 2, 1).contiguous()
        state["a.conv.weight"] = state["a.conv.weight"].permute(1, 3, 2, 0)
        state["a.bn.weight"] = torch.nn.Parameter(torch.full((4,), 2.0).double())
        return state

    arrays, _ = load_inception_weights(saved(kind, change), SMALL)
    np.testing.assert_array_equal(arrays["a.bn.bias"], [11, 12, 13, 14])
    np.testing.assert_array_equal(arrays["a.bn.running_mean"], [4, 7, 10, 13])
    np.testing.assert_array_equal(arrays["a.conv.weight"], weights["a.conv.weight"])
    np.testing.assert_array_equal(arrays["a.bn.weight"], [2, 2, 2, 2])


def test_a_dict(weights):
    counted = {**weights, "a.bn.num_batches_tracked": np.array(7)}
    arrays, sha256 = load_inception_weights(counted, SMALL)
    assert sha256 is None
    np.testing.assert_array_equal(arrays["a.bn.bias"], weights["a.bn.bias"])


# === What is refused ===


class Attack:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("kind", ["legacy", "zip"])
def test_no_code_is_run(kind, saved, tmp_path):
    made = tmp_path / "made"
    path = saved(kind, lambda state: {**state, "a.bn.bias": Attack(made)})
    with pytest.raises(ValueError, match=r"Missing: a.bn.bias. Received"):
        load_inception_weights(path, SMALL)
    assert not made.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6, 0.97, 0.999])
def test_cut_short(kind, share, saved, tmp_path):
    data = saved(kind).read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ValueError, match=r"must be a complete .pth file.*cut"):
        load_inception_weights(path, SMALL)


@pytest.mark.parametrize(
    "data", [b"<!DOCTYPE html>", b"\x80\x02K\x01.", b"\x80\x05junk", b"PK\x03\x04junk"]
)
def test_other_files(data, tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"must be a complete .pth file"):
        load_inception_weights(path, SMALL)


def test_no_such_file(tmp_path):
    for path in (tmp_path / "none.pth", str(tmp_path)):
        with pytest.raises(ValueError, match=r"must name a file: .*pt_inception"):
            load_inception_weights(path, SMALL)


def test_other_types():
    with pytest.raises(ValueError, match=r"the path of a .*type int"):
        load_inception_weights(3, SMALL)


def test_pickled_arrays_in_an_npz_are_refused(saved, tmp_path):
    made = tmp_path / "made"
    array = np.array([Attack(made)], dtype=object)
    path = saved("npz", lambda state: {**state, "a.bn.bias": array})
    with pytest.raises(ValueError, match=r"must be a complete .pth file"):
        load_inception_weights(path, SMALL)
    assert not made.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"a.bn.bias": None}, "Missing: a.bn.bias. Received"),
        ({"b.bias": np.ones(3)}, "Unknown: b.bias. Received"),
        ({"a.bn.bias": np.ones(5)}, r"'a.bn.bias' must .* \(4,\). Received: .*\(5,\)"),
        ({"a.bn.bias": np.ones(4, "int64")}, r"must have floats .*int64"),
        ({"a.bn.bias": np.array([0, 1, 2, np.nan])}, "must be finite.*a.bn.bias"),
        ({"a.bn.running_var": np.array([0, 1, 2, -1.0])}, "variances not negative"),
    ],
)
def test_other_weights(kind, change, match, saved):
    def changed(state):
        new = {
            name: array if kind == "npz" else sys.modules["torch"].from_numpy(array)
            for name, array in change.items()
            if array is not None
        }
        return {
            k: v for k, v in {**state, **new}.items() if change.get(k, 0) is not None
        }

    with pytest.raises(ValueError, match=match):
        load_inception_weights(saved(kind, changed), SMALL)


def test_many_wrong_names_are_counted(weights):
    wrong = {f"model.{name}": array for name, array in weights.items()}
    with pytest.raises(ValueError, match=r"exactly the 566|exactly the 5 .*and 2 more"):
        load_inception_weights(wrong, SMALL)


def zip_with(saved, tmp_path, **parts):
    """A new-format file in which some parts are replaced."""
    path = tmp_path / "changed.pth"
    with zipfile.ZipFile(saved("zip")) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = name.partition("/")[2].replace("/", "_").partition(".")[0]
            new.writestr(name, parts.get(part, old.read(name)))
    return path


@pytest.mark.parametrize(
    ("parts", "match"),
    [
        ({"data_0": b"abc"}, "a storage of 3 bytes where 96 are declared"),
        ({"data_0": b"abcd"}, "a storage of 4 bytes where 96 are declared"),
        ({"byteorder": b"big"}, "byte order is big"),
    ],
)
def test_storages_that_do_not_fit(parts, match, saved, tmp_path):
    with pytest.raises(ValueError, match=match):
        load_inception_weights(zip_with(saved, tmp_path, **parts), SMALL)


# === The published file ===


class Server:
    """Serves `files`, a dict of path to bytes, on this machine."""

    def __init__(self):
        self.files, self.asked, server = {}, [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked.append(self.path)
                data = server.files.get(self.path)
                self.send_response(404 if data is None else 200)
                length = len(data or b"") + 10 * self.path.startswith("/short")
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setattr(
        inception_weights, "SOURCES", (f"{server.url}/first", f"{server.url}/second")
    )
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def published(saved, monkeypatch):
    data = saved("npz").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(inception_weights, "SHA256", digest)
    return data


def test_pulled_once_and_cached(server, published, cache, weights, capsys):
    server.files["/first"] = published
    for _ in range(2):
        arrays, sha256 = load_inception_weights(None, SMALL)
        np.testing.assert_array_equal(arrays["a.bn.bias"], weights["a.bn.bias"])
        assert sha256 == inception_weights.SHA256
    assert server.asked == ["/first"]
    assert os.listdir(cache) == [inception_weights.FILE]
    assert "Downloading" in capsys.readouterr().err


def test_the_second_source_where_the_first_fails(server, published, cache):
    server.files["/second"] = published
    load_inception_weights(None, SMALL)
    assert server.asked == ["/first", "/second"]


def test_a_damaged_cache_is_made_anew(server, published, cache):
    cache.mkdir()
    (cache / inception_weights.FILE).write_bytes(published[:-1])
    server.files["/first"] = published
    load_inception_weights(None, SMALL)
    assert (cache / inception_weights.FILE).read_bytes() == published


def test_a_cache_that_cannot_be_written_costs_time_only(server, published, cache):
    cache.write_text("a file where the folder should be")
    server.files["/first"] = published
    load_inception_weights(None, SMALL)


def test_what_can_go_wrong_with_a_download(server, published, cache, monkeypatch):
    with socket_closed() as closed:
        sources = (
            f"{server.url}/missing",
            f"{server.url}/other",
            f"{server.url}/short",
            closed,
        )
        monkeypatch.setattr(inception_weights, "SOURCES", sources)
        server.files = {"/other": published + b"!", "/short": published}
        with pytest.raises(ConnectionError) as caught:
            load_inception_weights(None, SMALL)
    message = str(caught.value)
    for part in (
        "could not be downloaded. Check the connection",
        f"fetch {inception_weights.FILE} elsewhere and pass its path",
        "missing: HTTPError: HTTP Error 404",
        f"other: {len(published) + 1} bytes with another sha256",
        "short: IncompleteRead",
        "refused",
    ):
        assert part in message
    assert not cache.exists()


@contextlib.contextmanager
def socket_closed():
    """An address on which nobody listens."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and no `listen`
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/file"


def test_the_published_name_and_its_hash():
    """Both releases name the file by the first 8 digits of its sha256."""
    assert inception_weights.FILE.endswith(f"-{inception_weights.SHA256[:8]}.pth")
    for url in inception_weights.SOURCES:
        assert url.startswith("https://")
        assert url.endswith(f"-{inception_weights.SHA256[:8]}.pth")


def test_names_and_sizes_of_the_whole_network():
    """METRICS: 472 arrays; 23,850,960 parameters, statistics not counted."""
    assert len(SHAPES) == 472
    parameters = sum(
        int(np.prod(shape)) for name, shape in SHAPES.items() if "running" not in name
    )
    assert parameters == 23_850_960


def test_the_network_refuses_part_of_its_weights(weights):
    with pytest.raises(ValueError, match=r"exactly the 472 .*Missing: .* and 469 more"):
        InceptionV3FID(weights)
