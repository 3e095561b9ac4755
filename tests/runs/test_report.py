"""The report of a run: one page that asks for nothing and runs nothing."""

import base64
import html.parser
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from run_folder import RECIPE, SESSION, make

from keras_gan_zoo.datasets.folder_report import FolderReport
from keras_gan_zoo.recipes import write_report

SCRIPT = "<script>document.title = 'planted'</script>"
LINK = "<img src=http://127.0.0.1/x.png onerror=alert(1)>"
VOID = {"meta", "img", "source", "br", "line", "circle", "polyline"}


class Page(html.parser.HTMLParser):
    """The elements, attributes and texts of a page, with every tag closed."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text("utf-8")
        self.elements, self.texts, self.open = [], [], []
        self.feed(self.source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def addresses(self):
        names = ("src", "srcset", "href", "action", "data", "poster")
        return [a[n] for _, a in self.elements for n in names if n in a]


def page_of(folder):
    path = write_report(folder)
    assert path == folder / "report.html"
    return Page(path)


def test_it_tells_the_run(tmp_path):
    warnings = [{"epoch": 2, "step": 7, "what": "saturated", "text": "No errors."}]
    page = page_of(make(tmp_path / "run", warnings=warnings))
    for text in (
        "DCGAN on faces:train",
        "Finished: 4 of 4 epochs.",
        "1:02:10",
        "5,120",
        "640",
        "715 MB",
        "12.3 GB",
        "NVIDIA H100",
        "keras 3.15.1",
        "Epoch 2, step 7: No errors.",
        "20.25 (epoch 3)",  # the best Frechet distance is the lowest,
        "3.5 (epoch 3)",  # and the best Inception Score the highest
        "R1(weight=10.0)",
        "before training",
        "epoch 4",
    ):
        assert text in page.text
    assert "/home/me" not in page.source
    titles = [attrs["aria-label"] for attrs in page.of("svg")]
    assert titles == [
        f"{t} over epochs" for t in ("Loss", "FID", "IS", "Learning rate")
    ]


def test_it_asks_for_nothing_and_runs_nothing(tmp_path):
    page = page_of(make(tmp_path / "run"))
    policy = page.of("meta")[2]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"].startswith("default-src 'none'; img-src data:")
    assert page.addresses()
    assert all(a.startswith("data:image/webp;base64,") for a in page.addresses())
    assert not re.search(r"url\(|@import|https?:", page.source)
    assert "width=device-width" in page.of("meta")[1]["content"]
    assert "prefers-color-scheme: dark" in page.source


def test_what_others_have_named_is_text(tmp_path):
    """Class names, folders, messages and columns may hold a script."""
    named = {"label_names": [SCRIPT, LINK], SCRIPT: SCRIPT, "image_shape": [8, 8, 1]}
    folder = make(
        tmp_path / "<b>run",
        warnings=[{"epoch": SCRIPT, "step": LINK, "text": SCRIPT}, {"what": LINK}],
        sessions=[
            {**SESSION, "ended": SCRIPT},
            {**SESSION, "ended": "failed", "said": SCRIPT, "devices": [SCRIPT]},
        ],
        arguments=named,
        data=f"/x/{LINK}",
        family=SCRIPT,
        epochs=3,
    )
    (folder / "data.json").write_text(json.dumps({LINK: {SCRIPT: [SCRIPT]}}))
    recipe = json.loads((folder / "recipe.json").read_text())
    (folder / "recipe.json").write_text(json.dumps({**recipe, "epochs": 9}))
    log = folder / "log.csv"
    log.write_text(log.read_text().replace("learning_rate", SCRIPT))
    page = page_of(folder)
    assert not {tag for tag, _ in page.elements} & {"script", "iframe", "link"}
    assert not [k for _, attrs in page.elements for k in attrs if k.startswith("on")]
    assert all(a.startswith("data:") for a in page.addresses())
    assert page.text.count(SCRIPT) >= 10
    assert page.text.count("onerror=alert(1)") >= 4


def test_odd_bytes_in_a_name(tmp_path):
    page = page_of(make(tmp_path / "run", family="a\udcffb"))
    assert "a?b on faces:train" in page.text


def test_it_tells_what_a_folder_held_and_every_setting(tmp_path):
    folder = make(tmp_path / "run", **{f"setting_{i}": i for i in range(20)})
    held = FolderReport("/home/me/faces", 1200, (8, 8, 3), classes={"a": 700, "b": 500})
    (folder / "data.json").write_text(json.dumps(held.to_dict()))
    page = page_of(folder)
    for text in (
        "setting_19 19",
        "arguments.image_shape 8, 8, 1",
        "num_images 1200",
        "classes.a 700",
    ):
        assert text in page.text


# === How it stands ===


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        ({"ended": "finished"}, "finished", "Finished: 4 of 4 epochs."),
        ({"ended": "interrupted", "said": "Interrupted in epoch 3."}, "interrupted", 2),
        ({"ended": "failed", "said": "Training has diverged."}, "failed", 2),
        ({"ended": ...}, "open", "Unfinished: 2 of 4 epochs. It is going on, or was"),
    ],
)
def test_an_unfinished_run_says_so(change, kind, text, tmp_path):
    done = 4 if kind == "finished" else 2
    session = {k: v for k, v in {**SESSION, **change}.items() if v is not ...}
    page = page_of(make(tmp_path / "r", done, sessions=[session]))
    assert page.of("p")[0]["class"] == f"state {kind}"
    if text == 2:
        text = f"Unfinished: 2 of 4 epochs. {change['said']}"
    assert text in page.text


def test_a_run_before_its_first_epoch_has_ended(tmp_path):
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE))
    page = page_of(tmp_path)
    assert "Unfinished: 0 of 4 epochs." in page.text
    assert not (tmp_path / "curves.png").exists()


def test_the_files_of_keras_own_callbacks_are_enough(tmp_path):
    make(tmp_path / "mine")
    for name in ("recipe.json", "sessions.json"):
        (tmp_path / "mine" / name).unlink()
    page = page_of(tmp_path / "mine")
    assert "mine 4 epochs." in page.text


def test_a_row_that_is_being_written_is_left_out(tmp_path):
    folder = make(tmp_path / "run", 3)
    with (folder / "log.csv").open("a") as file:
        file.write("3,0.1")
    assert "Unfinished: 3 of 4" in page_of(folder).text


@pytest.mark.parametrize(
    "name", ["sessions.json", "monitor.json", "recipe.json", "data.json"]
)
@pytest.mark.parametrize("content", ["{", "5", "[" * 10_000])
def test_a_broken_file(name, content, tmp_path):
    folder = make(tmp_path / "run")
    (folder / name).write_text(content)
    with pytest.raises(ValueError, match=name):
        write_report(folder)


def test_what_is_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"recipe\.json or a log\.csv"):
        write_report(tmp_path)


# === Pictures ===


def test_the_animation_shows_the_samples_in_order(tmp_path):
    folder = make(tmp_path / "run")
    (folder / "samples" / "epoch_0002.png").write_bytes(b"half a picture")
    page = page_of(folder)
    content = base64.b64decode(page.of("img")[0]["src"].partition(",")[2])
    assert content == (folder / "samples.webp").read_bytes()
    with Image.open(io.BytesIO(content)) as film:
        assert film.n_frames == 4
        assert film.width <= 480
        greys = []
        for i in range(film.n_frames):
            film.seek(i)
            greys.append(film.convert("L").getpixel((film.width // 2, 9)))
    assert np.allclose(greys, [0, 40, 120, 160], atol=6)


def test_a_page_of_noise_over_thousands_of_epochs_is_small(tmp_path):
    folder = make(tmp_path / "run", epochs=0)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 300, 300, 3), "uint8")
    for epoch in range(50):
        picture = Image.fromarray(noise[epoch % 40])
        path = folder / "samples" / f"epoch_{epoch:04d}.png"
        picture.save(path, compress_level=0)
    names = [f"term_{i}" for i in range(9)]
    values = rng.random((3000, 9)).tolist()
    rows = [f"{e},{','.join(map(str, row))}" for e, row in enumerate(values)]
    (folder / "log.csv").write_text("\n".join([f"epoch,{','.join(names)}", *rows]))
    assert write_report(folder).stat().st_size < 2e6
    with Image.open(folder / "samples.webp") as film:
        assert film.n_frames == 40


def test_the_curves_are_a_picture_too(tmp_path):
    folder = make(tmp_path / "run")
    write_report(folder)
    with Image.open(folder / "curves.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels.shape[1] > pixels.shape[0] > 300
    for color in ((0, 114, 178), (213, 94, 0)):  # of d_loss and g_loss
        assert (pixels == color).all(axis=-1).sum() > 100
