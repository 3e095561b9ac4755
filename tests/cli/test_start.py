"""How a command starts: quickly, and on a backend that is there."""

import inspect
import json
import os
import subprocess
import sys
import time

import keras
import pytest
from cli_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import backend_choice
from keras_gan_zoo.recipes import is_conditional
from keras_gan_zoo_cli import commands, scoring

BACKENDS = ("tensorflow", "jax", "torch")
#: hides packages as if they were not installed
HIDE = """
import sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, *rest):
        if name.partition(".")[0] not in {hidden}:
            return self.finder.find_spec(name, *rest)

sys.meta_path[:] = map(Hiding, sys.meta_path)
"""


def python(code, *arguments, hidden=(), home=None, **environment):
    """Run Python in a process of its own, without a backend chosen."""
    inherited = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **inherited, **environment}
    if home is not None:
        environment["KERAS_HOME"] = str(home)
    code = HIDE.format(hidden=set(hidden)) + code if hidden else code
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
    )


def command(*line, **options):
    return python("from keras_gan_zoo_cli import main; main()", *line, **options)


@pytest.mark.parametrize(
    "line", ["--help", "train --help", "--backend {} score --help", "--version"]
)
def test_help_needs_no_keras(line):
    line = line.format(keras.config.backend())
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted({m.split('.')[0] for m in sys.modules})))"
        "\nfrom keras_gan_zoo_cli import main; main()"
    )
    started = time.perf_counter()
    result = python(code, *line.split())
    seconds = time.perf_counter() - started
    assert result.returncode == 0, result.stderr
    modules = result.stdout.splitlines()[-1]
    for heavy in ("keras", "numpy", "keras_gan_zoo", *BACKENDS):
        assert repr(heavy) not in modules
    assert seconds < 5  # under one where nothing else runs


#: sends Ctrl-C while a package is imported, also where the tests run in the background
INTERRUPT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)

class Interrupting:
    def find_spec(self, name, *rest):
        if name == {package!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from keras_gan_zoo_cli import main
main()
"""


@pytest.mark.once
@pytest.mark.parametrize(
    "package",
    ["typer", "rich.table", "keras_gan_zoo_cli.scoring", "numpy", "keras", "h5py"],
)
def test_ctrl_c_while_it_starts(package):
    environment = {"KERAS_BACKEND": keras.config.backend()}
    result = python(INTERRUPT.format(package=package), "list", **environment)
    assert result.returncode == 130, result.stderr
    assert result.stderr.endswith("\nInterrupted.\n")
    assert "Traceback" not in result.stderr


def test_what_help_lists_without_the_package():
    assert commands.family_names() == sorted(
        family.file_name
        for family in kgz.families.FAMILIES.values()
        if family.__module__.startswith("keras_gan_zoo.")
    )
    assert ", ".join(kgz.scoring.METRICS) == scoring.METRICS
    extractors = [name.partition("/")[0] for name in scoring.EXTRACTORS.split(", ")]
    assert extractors == list(kgz.scoring.extractors.EXTRACTORS)
    assert ", ".join(kgz.losses.LOSSES) == commands.LOSSES
    assert ", ".join(kgz.penalties.PENALTIES) == commands.PENALTIES
    assert ", ".join(kgz.augmentation.AUGMENTATIONS) == commands.AUGMENTATIONS


def test_the_command_that_is_installed():
    from importlib.metadata import entry_points

    from keras_gan_zoo.cli import main

    (script,) = entry_points(group="console_scripts", name="keras-gan-zoo")
    assert script.load() is main


def others(backend):
    return tuple(name for name in BACKENDS if name != backend)


def test_the_backend_that_is_installed_is_taken(tmp_path):
    """Also where Keras has written another one into its settings by itself."""
    mine = keras.config.backend()
    (tmp_path / "keras.json").write_text(json.dumps({"backend": others(mine)[0]}))
    code = "import keras_gan_zoo, keras; print(keras.config.backend())"
    result = python(code, hidden=others(mine), home=tmp_path)
    assert result.stdout.split() == [mine], result.stderr


def test_an_install_with_one_backend_alone(tmp_path):
    """List, sample, train and score where no other backend is installed."""
    (tmp_path / "tiny.json").write_text(json.dumps(RECIPE))
    code = f"""
import json, os, sys
os.chdir({str(tmp_path)!r})
from keras_gan_zoo_cli import app
for line in (
    "list",
    "show dcgan_mnist",
    "sample dcgan_mnist -n 4 --out four.png",
    "train tiny.json --out run",
    "score run/preset --reference digits:test --num-images 20 --no-verify",
    "card run/preset",
):
    app(line.split(), standalone_mode=False)
print(sorted(set({BACKENDS}) & set(sys.modules)))
"""
    mine = keras.config.backend()
    result = python(code, hidden=others(mine), home=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == str([mine])
    assert (tmp_path / "four.png").is_file()
    assert (tmp_path / "run" / "preset" / "README.md").is_file()


def test_the_backend_of_a_command(tmp_path):
    mine = keras.config.backend()
    result = command("--backend", mine, "list", hidden=others(mine), home=tmp_path)
    assert result.returncode == 0, result.stderr
    other = others(mine)[0]
    result = command("--backend", other, "list", hidden=others(mine), home=tmp_path)
    assert result.returncode == 2
    assert f"pip install {other}" in " ".join(result.stderr.replace("│", "").split())
    assert "Traceback" not in result.stderr


def test_no_backend_at_all(tmp_path):
    result = command("list", hidden=BACKENDS, home=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: Keras needs one of the backends")
    assert command("--help", hidden=BACKENDS, home=tmp_path).returncode == 0


@pytest.fixture
def choice(monkeypatch, tmp_path):
    """What `choose_backend` makes of a machine: `KERAS_BACKEND` afterwards."""

    def choice(*installed, chosen=None, wanted=None):
        monkeypatch.setattr(backend_choice, "is_installed", installed.__contains__)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.delitem(sys.modules, "keras")
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        if chosen is not None:
            monkeypatch.setenv("KERAS_BACKEND", chosen)
        if wanted is not None:
            (tmp_path / "keras.json").write_text(wanted)
        backend_choice.choose_backend()
        return os.environ.get("KERAS_BACKEND")

    return choice


@pytest.mark.parametrize(
    ("installed", "chosen", "wanted", "expected"),
    [
        (BACKENDS, None, None, "tensorflow"),
        (("torch", "jax"), None, None, "jax"),
        (("torch",), None, None, "torch"),
        (("torch",), "", None, "torch"),
        (BACKENDS, "torch", None, "torch"),
        (BACKENDS, "torch", '{"backend": "jax"}', "torch"),
        (BACKENDS, "numpy", None, "numpy"),  # refused later, by name
        (BACKENDS, None, '{"backend": "jax"}', None),  # Keras reads it
        (("torch",), None, '{"backend": "tensorflow"}', "torch"),
        (("torch",), None, '{"backend": "openvino"}', None),
        (("jax",), None, '{"floatx": "float32"}', "jax"),
        (("jax",), None, "{broken", "jax"),
        (("jax",), None, "[]", "jax"),
    ],
)
def test_the_choice_of_a_backend(choice, installed, chosen, wanted, expected):
    assert choice(*installed, chosen=chosen, wanted=wanted) == expected


@pytest.mark.parametrize(
    ("installed", "chosen", "says"),
    [((), None, "pip install torch"), (("jax",), "torch", "KERAS_BACKEND='torch'")],
)
def test_there_is_no_such_backend(choice, installed, chosen, says):
    with pytest.raises(ImportError, match=says):
        choice(*installed, chosen=chosen)


def test_a_backend_that_keras_runs_on_already_is_left(monkeypatch):
    monkeypatch.setattr(backend_choice, "is_installed", lambda name: False)
    backend_choice.choose_backend()


@pytest.mark.once
def test_importing_registers_every_public_class(tmp_path):
    """`keras.saving.load_model` needs `import keras_gan_zoo` and no more."""
    made = []
    for family in kgz.families.FAMILIES.values():
        if not family.__module__.startswith("keras_gan_zoo."):
            continue
        widths = (4,) * (3 if family is kgz.CGAN else 1)
        sizes = {"generator_widths": widths, "discriminator_widths": widths}
        settings = {"num_classes": 2} if is_conditional(family) else {}
        settings |= {
            name: 4
            for name in ("dense_width", "code_width")
            if name in inspect.signature(family).parameters
        }
        gan = family(image_shape=(8, 8, 1), **sizes, **settings)
        made.append(str(tmp_path / f"{family.file_name}.keras"))
        gan.save(made[-1])
    code = f"""
import sys
import keras_gan_zoo
import keras
for path in {made}:
    print(type(keras.saving.load_model(path)).__name__)
"""
    result = python(code, KERAS_BACKEND=keras.config.backend())
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.split()) == len(made) == len(set(result.stdout.split()))


def test_loading_imports_no_second_framework(tmp_path):
    code = f"""
import sys
import keras
before = set(sys.modules)  # Keras imports JAX by itself, if it finds it
import keras_gan_zoo as kgz
from keras_gan_zoo import recipes
gan = kgz.GAN.from_preset("dcgan_mnist")
gan.generate(2, seed=0)
gan.save_to_preset(sys.argv[1])
kgz.WGANGP(image_shape=(8, 8, 1), ema_half_life=100)
recipes.build({RECIPE})
assert not set({BACKENDS}) & (set(sys.modules) - before)
"""
    mine = keras.config.backend()
    result = python(code, tmp_path / "saved", KERAS_BACKEND=mine)
    assert result.returncode == 0, result.stderr
