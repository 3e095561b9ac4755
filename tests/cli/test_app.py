"""The program: help, errors, exit codes, the choice of a backend."""

import keras
import pytest

import keras_gan_zoo as kgz

COMMANDS = ("list", "show", "train", "sample", "score", "card", "publish")
REFERENCE = ("make", "list", "export")


def test_help_names_every_command_and_each_has_an_example(run):
    text = run("--help").stdout
    for command in COMMANDS:
        assert command in text
        assert f"Example: keras-gan-zoo {command}" in run(command, "--help").stdout
    assert "reference" in text
    for command in REFERENCE:
        text = run("reference", command, "--help").stdout
        assert f"Example: keras-gan-zoo reference {command}" in text


@pytest.mark.parametrize("line", ["--help", "score --help"])
def test_help_lists_the_exit_codes(run, line):
    text = " ".join(run(*line.split()).stdout.split())
    for code in ("0 done", "1 failed", "2 wrong usage", "3 a score misses its gate"):
        assert code in text


def test_version(run):
    assert kgz.__version__ in run("--version").stdout


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("show nope", "Unknown preset identifier"),
        ("sample nope", "Unknown preset identifier"),
        ("score nope", "Unknown preset identifier"),
        ("score tiny --reference nope:test", "Received"),
        ("score tiny --metrics fdi", "metrics=['fdi']"),
        ("train --family gpt --data digits", "family='gpt'"),
        ("train --family dcgan --data ./nowhere", "nowhere"),
    ],
)
def test_an_error_is_a_text_on_stderr(run, tiny_zoo, line, says):
    result = run(*line.split(), code=1)
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("Error: ") == 1
    assert says in result.stderr
    assert not result.stdout
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nope",
        "sample",
        "sample tiny -n 0",
        "score tiny --attach",
        "train --family dcgan",
        "train tiny --family dcgan",
        "train --family dcgan --data digits --extractor digits",
        "card nowhere",
        "--backend theano list",
    ],
)
def test_wrong_usage_has_a_code_of_its_own(run, tiny_zoo, line):
    assert "Traceback" not in run(*line.split(), code=2).output


def test_debug_shows_the_traceback(run):
    from typer.testing import CliRunner

    from keras_gan_zoo.cli import app

    result = CliRunner().invoke(app, ["--debug", "show", "nope"])
    assert isinstance(result.exception, ValueError)


def test_interrupted(run, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("keras_gan_zoo.zoo.list_entries", interrupt)
    assert "Interrupted" in run("list", code=130).stderr


def test_another_backend_starts_the_command_over(run, monkeypatch, tiny_zoo):
    started = []

    def execve(program, command, environment):
        started.append((command, environment["KERAS_BACKEND"]))
        raise SystemExit(0)

    monkeypatch.setattr("os.execve", execve)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    mine = keras.config.backend()
    run("--backend", mine, "list")
    assert not started
    other = "jax" if mine != "jax" else "torch"
    monkeypatch.setattr("sys.argv", ["keras-gan-zoo", "--backend", other, "list"])
    run("--backend", other, "list")
    command, backend = started[0]
    assert command[1:] == ["-m", "keras_gan_zoo.cli", "--backend", other, "list"]
    assert backend == other


def test_a_backend_that_is_not_installed(run, monkeypatch, tiny_zoo):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    other = "jax" if keras.config.backend() != "jax" else "torch"
    result = run("--backend", other, "list", code=2)
    assert f"keras-gan-zoo[{other}]" in " ".join(result.stderr.split())
