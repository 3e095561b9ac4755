"""`import keras_gan_zoo` is light: what it pulls in beyond `import keras`."""

import os
import subprocess
import sys
import types

import pytest

HEAVY = ("scipy", "PIL", "huggingface_hub", "typer", "jinja2", "httpx2")


def modules_after(statement):
    code = f"{statement}; import sys; print(' '.join(sys.modules))"
    return set(printed(code))


def printed(code):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return result.stdout.split()


def test_import_adds_no_backend_and_nothing_heavy():
    added = modules_after("import keras_gan_zoo") - modules_after("import keras")
    roots = {name.split(".")[0] for name in added}
    assert not roots & {"tensorflow", "jax", "torch", "tensorflow_gan"}
    assert not roots & set(HEAVY)


def test_everything_public_is_there():
    import keras_gan_zoo

    for name in keras_gan_zoo.__all__:
        value = getattr(keras_gan_zoo, name)
        if isinstance(value, types.ModuleType):
            assert value.__name__ == f"keras_gan_zoo.{name}"
        else:
            assert value.__name__ == name
            assert value.__module__.startswith("keras_gan_zoo.")
        assert value.__doc__, name
    assert set(keras_gan_zoo.__all__) <= set(dir(keras_gan_zoo))


@pytest.mark.parametrize(
    "name",
    ["demos.write_space", "leaderboard.gather", "recipes.train", "zoo.prepared"],
)
def test_what_the_documents_name_needs_no_second_import(name):
    code = f"import keras_gan_zoo as kgz; print(kgz.{name}.__name__)"
    assert name.split(".")[1] in printed(code)
