"""The page in a real browser: keys, fingers, sizes, speed, and no request."""

import pytest
from browser import Browser
from fake_cards import fake_anchors, fake_card, report_of, zoo_of
from test_strangers_texts import strange  # noqa: F401

from keras_gan_zoo.leaderboard import write_leaderboard

PHONE = {"width": 390, "height": 844, "touch": True}
ROWS = ".models tr:not([hidden])"
HEAD = ".board thead th:nth-child({})"
BOX = "getBoundingClientRect()"


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Three models in one table, and one in another, with anchors."""
    root = tmp_path_factory.mktemp("small")
    for name, fid, score, size, family in (
        ("ant", 2.0, 5.0, 300_000, "DCGAN"),
        ("bee", 1.0, 7.0, 100_000, "WGAN"),
        ("cat", 3.0, 9.0, 200_000, "SNGAN"),
    ):
        report = report_of(scores={"fid": fid, "is": score, "is_std": 0.1})
        fake_card(root / name, report, family=family, parameters=size, seconds=60 * fid)
    fake_card(root / "dog", report_of(num_fake=50_000), license="mit")
    path = root / "board.html"
    write_leaderboard(path, [root], anchors=fake_anchors())
    return path


@pytest.fixture
def page(browser, small):
    page = browser.open(small)
    yield page
    assert page.errors == page.requests == []
    page.close()


def names(page):
    return page.of(ROWS, "cells[1].dataset.v")


def ranks(page):
    return page.of(ROWS, "cells[0].textContent")


def is_open(page):
    (found,) = page.of("#sheet", "open")
    return page.of("#sheet-title")[0] if found else None


def choose(page, select, value):
    page(
        f"(() => {{ const e = document.querySelector('{select}'); e.value = '{value}';"
        "e.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


def test_sorting_by_keyboard(page):
    assert names(page) == ["bee", "ant", "cat", "dog"]
    assert ranks(page) == ["1", "2", "3", "1"]
    for _ in range(30):  # there are the filter, the tables, and three heads before it
        page.press("Tab")
        if page("document.activeElement.textContent").startswith("IS"):
            break
    page.press("Enter")
    head = HEAD.format(4)
    assert page.of(head, "ariaSort")[0] == "descending"
    assert names(page)[:3] == ["cat", "bee", "ant"]  # the best first
    assert ranks(page)[:3] == ["1", "2", "3"]
    page.press(" ")
    assert page.of(head, "ariaSort")[0] == "ascending"
    assert names(page)[:3] == ["ant", "bee", "cat"]
    assert len(page.of(".board:first-of-type [aria-sort]")) == 1
    assert page("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    anchors = page.of(".anchors th")  # which are not among the models
    assert anchors == ["real images (train)", "the mean image", "noise"]


def test_filtering(page):
    page("document.querySelector('#filter').focus()")
    page.write("wgan mnist")
    assert (names(page), page.of("#count", "value")) == (["bee"], ["1 of 4 models"])
    assert len(page.of(".board:not([hidden])")) == 1
    page.write(" nothing")
    assert names(page) == []
    assert page.of("#nothing", "checkVisibility()") == [True]
    page.tap("#reset")
    assert (len(names(page)), page.of("#count", "value")) == (4, ["4 models"])
    choose(page, "#family", "SNGAN")
    assert names(page) == ["cat"]


def test_a_grid_opens_and_closes_by_keyboard(page):
    page("document.querySelector('.models button').focus()")
    page.press("Enter")
    assert is_open(page) == "bee"
    assert page.of("#sheet .grid", f"{BOX}.width")[0] >= 200
    assert page.of("#sheet .grid", "naturalWidth")[0] >= 200
    (text,) = page.of("#content")
    for part in ("FID (digits)", "0.950 to 1.050", "epoch 14 of 17", "from_preset("):
        assert part in text
    page.press("Escape")
    assert is_open(page) is None
    assert page.of(".models button", "matches(':focus')")[0] is True


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone(browser, small, dark):
    page = browser.open(small, dark=dark, **PHONE)
    assert page("document.documentElement.scrollWidth") <= 390
    color = page("getComputedStyle(document.body).backgroundColor")
    assert color == ("rgb(20, 23, 27)" if dark else "rgb(255, 255, 255)")
    controls = "button, input, select, summary, nav a"
    boxes = page.of(controls, f"{BOX}.toJSON()")
    assert len(boxes) > 20
    small_ones = [b for b in boxes if b["width"] and min(b["width"], b["height"]) < 40]
    assert small_ones == []
    page.tap(f"{HEAD.format(5)} button")  # parameters
    assert names(page)[:3] == ["bee", "cat", "ant"]
    page.tap(".models button")
    assert is_open(page) == "bee"
    assert page.of("#sheet", f"{BOX}.width")[0] <= 390
    page.tap("#close")
    assert is_open(page) is None
    page.tap(".plot circle")  # a point opens its model too
    assert is_open(page) is not None
    assert page.errors == page.requests == []
    page.close()


def test_lines_and_intervals_are_drawn(page):
    assert len(page.of(".plot")) == 3  # nobody knows how long one of them trained
    first = ".board:first-of-type"
    assert len(page.of(f"{first} .plot .anchor.train")) == 2
    assert len(page.of(f"{first} .plot .whisker")) == 6
    bar = f"{first} .models td:nth-child(3) .bar"
    places = page.of(f"{bar} circle", f"{BOX}.x")
    assert places == sorted(places)
    style = page(f"getComputedStyle(document.querySelector('{bar}')).background")
    assert style.count("linear-gradient") == 3
    assert "rgb(23, 113, 63)" in style  # the floor


def test_nothing_of_strangers_runs(browser, strange):  # noqa: F811
    page = browser.open(strange / "board.html")
    assert len(names(page)) == 10
    page(
        "for (const button of document.querySelectorAll('.models button')) {"
        "button.click(); document.querySelector('#sheet').close(); }"
        "for (const element of document.querySelectorAll('*'))"
        "for (const kind of ['mouseover', 'focus', 'click', 'error', 'load'])"
        "element.dispatchEvent(new Event(kind))"
    )
    assert page("typeof planted") == "undefined"
    assert page.of("h1")[0].startswith("<script>")
    assert len(page.of("script")) == 1
    assert page("getComputedStyle(document.body).display") == "block"
    assert page.errors == page.requests == []
    page.close()


def test_two_hundred_models_in_less_than_a_second(browser, tmp_path):
    path = tmp_path / "board.html"
    root = zoo_of(tmp_path / "zoo", 200)
    found = write_leaderboard(path, [root], anchors=fake_anchors())
    assert len(found.models) == 200
    assert path.stat().st_size < 8e6
    page = browser.open(path, **PHONE)
    loaded = page.work

    def time(work):
        return page(
            f"(() => {{ const start = performance.now(); {work};"
            "document.body.offsetHeight; return performance.now() - start; })()"
        )

    event = "new Event('input', {bubbles: true})"
    write = "const f = document.querySelector('#filter'); f.value = 'wgan';"
    times = {
        "load": loaded,
        "sort": time(f"document.querySelector('{HEAD.format(6)} button').click()"),
        "filter": time(f"{write} f.dispatchEvent({event})"),
        "open": time("document.querySelector('.models button').click()"),
    }
    assert max(times.values()) < 1000, times  # milliseconds
    assert 60 < len(names(page)) < 80
    assert page.errors == page.requests == []
    page.close()
