"""What strangers wrote is shown as it stands: no markup, and it steers no terminal."""

import json

import pytest

from keras_gan_zoo_cli import output

pytestmark = pytest.mark.once
WORDS = (
    "faces [final] [link=https://x.example]here[/link] a [/x] b :cat: \x1b[2J\x07end"
)
SHOWN = WORDS.replace("\x1b", "?").replace("\x07", "?")


def change(preset, name, function):
    values = json.loads((preset / name).read_text())
    function(values)
    (preset / name).write_text(json.dumps(values))


@pytest.mark.parametrize("name", ["facts", "zoo"])
def test_tables(name, capsys):
    facts = {"description": WORDS, WORDS: 1, "of": {"x": WORDS}}
    if name == "facts":
        output.facts({**facts, WORDS: {"y": 2}}, WORDS)
    else:
        row = {"family": WORDS, "data": WORDS, "parameters": 1, "scores": {WORDS: 1.0}}
        output.zoo({WORDS: row})
    text = capsys.readouterr().out
    assert not {"\x1b", "\x07"} & set(text)
    whole = " ".join(text.replace("│", " ").replace("┃", " ").split())
    assert all(word in whole for word in ("[final]", "[/x]", ":cat:"))
    assert name == "zoo" or SHOWN in whole


def test_show(run, preset):
    change(preset, "recipe.json", lambda recipe: recipe.update(license=WORDS))
    text = run("show", preset).stdout
    assert "faces [final]" in text
    assert "\x1b" not in text


def test_verify_and_errors(run, preset):
    def edit(scores):
        scores["conditions"]["reference"] = WORDS

    change(preset, "scores.json", edit)
    text = run("verify", preset, code=2).stdout
    assert "[/x]" in text
    assert "\x1b" not in text
    change(preset, "config.json", lambda config: config.update({WORDS: 1}))
    change(preset, "config.json", lambda config: config.update(class_name=WORDS))
    text = run("show", preset, code=1).stderr
    assert "\x1b" not in text


def test_lines(capsys):
    output.line("one\x1b]0;title\x07\r\ntwo\u202e", err=True)
    assert capsys.readouterr().err == "one?]0;title? \ntwo?\n"
