"""Public functions say what they take and what they return."""

import importlib
import inspect
import pkgutil

import keras
import pytest

import keras_gan_zoo
import keras_gan_zoo_cli

OTHER_BACKENDS = {"tensorflow", "jax", "torch"} - {keras.config.backend()}
OTHERS = tuple(f"keras_gan_zoo.backend.{name}" for name in OTHER_BACKENDS)
MODULES = sorted(
    module.name
    for package in (keras_gan_zoo, keras_gan_zoo_cli)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.startswith(OTHERS)
)


def public_functions(module):
    """Those that a module defines, also as methods and properties of its classes."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != (
            module.__name__
        ):
            continue
        if inspect.isclass(value):
            for member, found in vars(value).items():
                if is_public(member):
                    for function in functions_of(found):
                        yield f"{name}.{member}", function
        elif inspect.isroutine(value):
            yield name, inspect.unwrap(value)


def is_public(name):
    return not name.startswith("_") or name in ("__init__", "__call__")


def functions_of(member):
    if isinstance(member, property):
        return [f for f in (member.fget, member.fset) if f is not None]
    member = getattr(member, "__func__", member)  # of a class or static method
    member = getattr(member, "func", member)  # of a cached property
    member = inspect.unwrap(member) if callable(member) else member
    return [member] if inspect.isfunction(member) else []


def missing_annotations(function):
    parameters = inspect.signature(function).parameters.values()
    missing = [
        parameter.name
        for parameter in parameters
        if parameter.annotation is parameter.empty
        and parameter.name not in ("self", "cls")
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if inspect.signature(function).return_annotation is inspect.Signature.empty:
        missing.append("return")
    return missing


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_are_annotated(name):
    module = importlib.import_module(name)
    missing = {
        function_name: missing_annotations(function)
        for function_name, function in public_functions(module)
        if function.__module__.startswith("keras_gan_zoo")
        and function.__name__ != "<lambda>"
    }
    assert not {key: value for key, value in missing.items() if value}


def test_the_signature_of_a_family_has_annotations():
    parameters = inspect.signature(keras_gan_zoo.DCGAN).parameters
    assert parameters["latent_dim"].annotation is int
    assert parameters["critic_steps"].annotation is int
    assert parameters["latent_distribution"].default == "uniform"
