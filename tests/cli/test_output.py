"""What is printed can be read: on any terminal, in any encoding, in a pipe."""

import pytest

from keras_gan_zoo import conversion, zoo
from keras_gan_zoo_cli import output

pytestmark = pytest.mark.once
LISTS = {
    "zoo": zoo.list_entries,
    "public": conversion.public_checkpoints,
    "families": zoo.list_families,
}


@pytest.fixture
def printed(monkeypatch, capsys):
    """The lines of a list of the package's own, on a terminal or in a pipe."""

    def printed(name, width):
        monkeypatch.setattr(output, "is_live", lambda: width is not None)
        monkeypatch.setenv("COLUMNS", str(width))
        rows = LISTS[name]()
        getattr(output, name)(rows)
        return rows, capsys.readouterr().out.splitlines()

    return printed


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200, None])
@pytest.mark.parametrize("name", LISTS)
def test_lists_fit_and_keep_the_names_whole(printed, name, width):
    rows, lines = printed(name, width)
    assert max(map(len, lines)) <= (width or 200)
    assert "…" not in "".join(lines)
    first = [line.split(" ")[0] for line in lines]
    assert [word for word in first if word in rows] == list(rows)


@pytest.mark.parametrize("width", [80, None])
def test_the_zoo_at_a_glance(printed, width):
    rows, lines = printed("zoo", width)
    assert len(lines) < 2 * len(rows)
    (line,) = (line.split() for line in lines if line.startswith("acgan_mnist "))
    said = "acgan_mnist ACGAN 28x28x1 10 FID (digits) 0.73 469k"
    assert " ".join(line[:8]) == said


def test_what_has_no_room_is_named(printed):
    _, lines = printed("public", 80)
    assert "Too narrow for: tried, layout. --json has everything." in lines
    assert "Too narrow for: second score" in printed("zoo", 80)[1][-1]
    assert not any("Too narrow" in line for line in printed("public", None)[1])


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ({"IS (digits)": 9.1, "FID (digits)": 120.0}, "FID (digits) 120.00"),
        ({"IS (digits)": 9.1, "FID (digits)": 120.0}, "IS (digits) 9.10"),
        ({"KID (pixels)": 0.00123}, "KID (pixels) 0.0012"),
        ({}, "5.0M"),
    ],
)
def test_the_scores_of_an_entry(capsys, scores, says):
    row = {"family": "GAN", "data": "d", "parameters": 5_000_000, "scores": scores}
    output.zoo({"mine": row})
    assert says in capsys.readouterr().out


def test_long_words_in_tables_are_folded(monkeypatch, capsys):
    monkeypatch.setattr(output, "is_live", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    output.facts({"sha": "0123456789abcdef" * 4})
    text = capsys.readouterr().out
    assert "…" not in text
    assert text.count("e") == 4
