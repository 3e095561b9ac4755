"""What strangers write into their cards is text, on the page and in Markdown."""

import json
import re

import numpy as np
import pytest
from fake_cards import fake_card, report_of
from markdown_it import MarkdownIt
from PIL import Image

from keras_gan_zoo import pages
from keras_gan_zoo.leaderboard import gather, grids, write_leaderboard
from keras_gan_zoo.leaderboard.texts import markdown, plain

TEXTS = {
    "script": "<script>window.planted = 1</script>",
    "handler": "\"'><img src=x onerror='window.planted = 1'>",
    "attribute": 'x" onmouseover="window.planted = 1" autofocus onfocus=\'planted = 1',
    "address": "javascript:window.planted=1",
    "style": "</style><style>body { display: none }</style>",
    "comment": "--><svg onload=window.planted=1><!--",
    "close": "</template></script></title></textarea><script>planted = 1</script>",
    "template": "{{ 7 * 7 }}{% raw %}",
    "markdown": "[a](javascript:planted) ![b](http://127.0.0.1/x) **c** `d` | e\n# f",
    "html": "<a href='http://127.0.0.1/'>x</a> &lt;b&gt; http://127.0.0.1 www.x.org",
}


def planted(folder, text):
    """A card with the same text in every field that the leaderboard reads."""
    report = report_of(
        scores={"fid": 1.0, "is": 9.0, text: 3.0},
        extractor=text,
        reference=text,
        dataset=text,
        split=text,
        preprocessing=text,
        resizing=text,
        labels=text,
        interval_method=text,
        date=text,
        is_splits=text,
        protocols={"fid": text, "is": text},
        versions={text: text},
    )
    config = {"num_classes": 2, "label_names": [text, text]}
    return fake_card(
        folder,
        report,
        family=text,
        license=text,
        data=f"/home/me/{text}",
        config=config,
        tags=[text],
        training={"seconds": 60, "machine": text},
    )


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """Folders whose names, too, are such texts, and one that can't be read."""
    root = tmp_path_factory.mktemp("strange")
    for text in TEXTS.values():
        planted(root / re.sub(r"[/\n]", "-", text), text)
    broken = fake_card(root / "<b onclick=planted=1>broken")
    (broken / "scores.json").unlink()
    found = write_leaderboard(root / "board", [root], title=TEXTS["script"])
    assert (len(found.models), len(found.problems)) == (len(TEXTS), 1)
    return root


def test_the_page_has_only_its_own_elements(strange):
    import html.parser

    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.found = []

        def handle_starttag(self, tag, attrs):
            self.found.append((tag, dict(attrs)))

    page = (strange / "board.html").read_text()
    reader = Reader()
    reader.feed(page)
    tags = [tag for tag, _ in reader.found]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"iframe", "object", "embed", "link", "form", "base"} & set(tags)
    for _, attrs in reader.found:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href"):
            assert re.match(
                r"data:image/webp|#table-|https://arxiv\.org/abs/\d|$",
                attrs.get(name, ""),
            )


def test_markdown_shows_the_texts_as_they_are(strange):
    source = (strange / "board.md").read_text()
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    shown = parser.render(source)
    tags = set(re.findall(r"<(\w+)", shown))
    assert tags <= {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"}
    for text in TEXTS.values():
        seen = plain(text)
        shown_text = re.sub(r"&quot;", '"', shown)
        for mark, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            shown_text = shown_text.replace(mark, letter)
        assert seen in shown_text


def test_json_is_json(strange):
    found = json.loads((strange / "board.json").read_text())
    families = {row["family"] for table in found["tables"] for row in table["rows"]}
    assert plain(TEXTS["script"]) in families


def test_no_address_beside_the_hub_and_papers_is_in_any_file(strange):
    for suffix in ("html", "md", "json"):
        assert "/home/me" not in (strange / f"board.{suffix}").read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00\x1b[2J\u202eb\u200b\ufeff", "a??[2J?b??"),
        ("a \t\n\r b", "a b"),
        ("x" * 500, f"{'x' * 120}..."),
        ("\ud800", "?"),
        (None, "None"),
    ],
)
def test_plain(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize("text", ["a|b", "a\\|b", "`a`|", "<!--", "1. x", "- x", "> x"])
def test_a_cell_of_markdown_stays_a_cell(text):
    from keras_gan_zoo.scoring import tables

    table = tables.markdown([["head", "two"], [markdown(text), "y"]])
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(table)
    cells = re.findall(r"<td>(.*)</td>", shown)
    assert [c.replace("&lt;", "<").replace("&gt;", ">") for c in cells] == [text, "y"]


# === Pictures ===


def test_a_picture_is_written_anew_and_small(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), "uint8")
    (model,) = gather([fake_card(tmp_path / "m", picture=noise)]).models
    found = grids.grids_of({0: model})[0]
    assert max(found["width"], found["height"]) == grids.SIDES[0]
    for key in ("small", "large"):
        assert found[key].startswith("data:image/webp;base64,")
    monkeypatch.setattr(grids, "MOST_BYTES", 100_000)
    many = grids.grids_of(dict.fromkeys(range(3), model))
    assert sum(len(found["large"]) for found in many.values()) < 1.4 * 100_000


@pytest.mark.parametrize("content", [b"", b"<svg onload=x>", b"\x89PNG\r\n\x1a\n" * 9])
def test_what_is_no_picture_is_left_out(content, tmp_path):
    folder = fake_card(tmp_path / "m")
    (folder / "samples.png").write_bytes(content)
    found = gather([folder])
    assert (len(found.models), grids.grids_of(dict(enumerate(found.models)))) == (1, {})


def test_a_bomb_is_not_decoded(tmp_path, monkeypatch):
    folder = fake_card(tmp_path / "m", picture=np.zeros((9, 9), "uint8"))
    monkeypatch.setattr(grids, "MOST_PIXELS", 80)
    decoded = []
    monkeypatch.setattr(Image.Image, "load", lambda self: decoded.append(self))
    (model,) = gather([folder]).models
    assert grids.grids_of({0: model}) == {}
    assert decoded == []
    assert pages.read_picture(folder / "samples.png", 80) is None
