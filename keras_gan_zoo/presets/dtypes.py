"""The dtype policy of a preset's or a recipe's networks."""

from collections import Counter
from typing import Any

import keras

POLICIES = (
    *("float16", "bfloat16", "float32", "float64"),
    *("mixed_float16", "mixed_bfloat16"),
)


def check(dtype: Any) -> str:
    """The name of a policy that networks may have.

    Raises:
        ValueError: it is none of `POLICIES`.
    """
    name = getattr(dtype, "name", dtype)
    if name not in POLICIES:
        raise ValueError(
            f"`dtype` must be one of {', '.join(POLICIES)}, which networks of a preset "
            f"or a recipe can have. Received: dtype={dtype!r}"
        )
    return name


def policy_of(config: Any) -> str:
    """The policy that most layers in a config have."""
    names = Counter(spec["config"]["name"] for spec in _policies(config))
    return names.most_common(1)[0][0] if names else keras.config.dtype_policy().name


def replaced(config: Any, old: str, new: str) -> Any:
    """A config in which the layers of policy `old` have policy `new`.

    Others have one of their own on purpose, such as float32 outputs.
    """
    if isinstance(config, list):
        return [replaced(item, old, new) for item in config]
    if not isinstance(config, dict):
        return config
    if _is_policy(config) and config["config"]["name"] == old:
        return {**config, "config": {"name": new}}
    return {key: replaced(item, old, new) for key, item in config.items()}


def _is_policy(value):
    config = value.get("config")
    return (
        value.get("class_name") == "DTypePolicy"
        and isinstance(config, dict)
        and config.get("name") in POLICIES
    )


def _policies(config):
    if isinstance(config, list):
        for item in config:
            yield from _policies(item)
    elif isinstance(config, dict):
        if _is_policy(config):
            yield config
        for item in config.values():
            yield from _policies(item)
