"""What a folder says that would not fit into memory."""

import shutil
import zipfile

import pytest
from pictures import write

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import memory

GIB = 2**30


def test_a_folder_that_would_not_fit(tmp_path, monkeypatch):
    for index in range(4):
        write(tmp_path / f"{index}.png", size=(64, 64))
    monkeypatch.setattr(memory, "free_memory", lambda: 3 * 64 * 64 * 3)
    monkeypatch.setattr("PIL.Image.Image.convert", None)  # what decoding needs
    message = "4 images 64x64x3 need .* GiB, .* GiB are free. Resize .*DataLoader"
    with pytest.raises(MemoryError, match=message):
        datasets.load(tmp_path)
    monkeypatch.undo()
    assert len(datasets.load(tmp_path)[0]) == 4


def test_sizes_are_in_gibibytes(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 16 * GIB)
    with pytest.raises(
        MemoryError, match=r"30,000 images 1024x1024x3 need 87.9 GiB, 16"
    ):
        memory.empty_images(30_000, (1024, 1024, 3))


def test_a_system_that_tells_nothing(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert memory.empty_images(2, (3, 4, 1)).shape == (2, 3, 4, 1)
    with pytest.raises(MemoryError, match=r"need [\de+.]+ GiB\. Resize"):
        memory.empty_images(2**40, (1024, 1024, 3))


def test_a_disk_that_is_too_small(tmp_path, monkeypatch):
    memory.check_disk(tmp_path / "not" / "yet", 0, "All", "")
    with pytest.raises(OSError, match=r"All need 1e\+09 GiB on disk, \S+ GiB are free"):
        memory.check_disk(tmp_path / "not" / "yet", 1e9 * GIB, "All", "")
    write(tmp_path / "0.png")
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as file:
        file.write(tmp_path / "0.png", "0.png")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=9))
    with pytest.raises(OSError, match=r"unpacked files of .*faces\.zip need .*TMPDIR"):
        datasets.load(tmp_path / "faces.zip")


def test_no_overflow(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: GIB)
    with pytest.raises(MemoryError, match=r"need 3.38e\+15 GiB"):
        memory.empty_images(2**40, (2**20, 2**20, 3))


def test_this_machine():
    free = memory.free_memory()
    assert free is None or 2**20 < free < 2**50


@pytest.mark.parametrize(
    ("line", "folder", "limit", "used"),
    [
        ("0::/app/job", "app/job", "memory.max", "memory.current"),
        ("0::/", "", "memory.max", "memory.current"),
        (
            "4:memory:/app",
            "memory/app",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
        ),
    ],
)
def test_containers_have_less(tmp_path, line, folder, limit, used):
    group = tmp_path / "cgroup" / folder
    group.mkdir(parents=True)
    (tmp_path / "own").write_text(f"1:cpu:/\n{line}\n")
    (group / limit).write_text("1000\n")
    (group / used).write_text("700\n")
    (group / "memory.stat").write_text("active_file 5\ninactive_file 200\n")
    found = memory._of_containers(tmp_path / "cgroup", tmp_path / "own")
    assert [free for free in found if free is not None] == [500]
    (group / limit).write_text("max\n")
    found = memory._of_containers(tmp_path / "cgroup", tmp_path / "own")
    assert set(found) == {None}
