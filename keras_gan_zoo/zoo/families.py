"""The families as table rows, for the command line and for the README."""

import inspect
from typing import Any

from keras_gan_zoo import families, losses
from keras_gan_zoo.recipes import is_conditional, takes_labels
from keras_gan_zoo.scoring import tables


def list_families() -> dict[str, dict[str, Any]]:
    """All families, including other packages', from the oldest paper to the newest.

    Returns:
        dict, name on the command line -> `class`, `paper`, `year`, `arxiv`, `loss`,
        `terms` (the names of penalties and other terms) and `labels`: "yes",
        "optional" or "".
    """

    def age(cls):
        return cls.paper.year, cls.paper.arxiv, cls.file_name

    known = sorted(families.FAMILIES.values(), key=age)
    return {cls.file_name: _facts(cls) for cls in known}


def families_table() -> str:
    """The families of this package as a Markdown table."""
    rows = [("name", "class", "paper", "loss", "labels")]
    for name, facts in list_families().items():
        if families.FAMILIES[facts["class"]].__module__.startswith("keras_gan_zoo."):
            address = f"https://arxiv.org/abs/{facts['arxiv']}"
            rows.append(
                (
                    f"`{name}`",
                    f"`{facts['class']}`",
                    f"[{facts['paper']}]({address}), {facts['year']}",
                    ", ".join((facts["loss"], *facts["terms"])).replace("_", " "),
                    facts["labels"],
                )
            )
    return tables.markdown(rows)


def _facts(cls):
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(cls).parameters.items()
    }
    loss = defaults["loss"]
    if not isinstance(loss, str):
        loss = losses.serialize(loss)
    terms = ("penalties", "auxiliaries", "generator_penalties")
    return {
        "class": cls.__name__,
        "paper": cls.paper.title,
        "year": cls.paper.year,
        "arxiv": cls.paper.arxiv,
        "loss": loss if isinstance(loss, str) else loss["class_name"],
        "terms": [term.name for key in terms for term in defaults.get(key) or ()],
        "labels": _labels(cls),
    }


def _labels(cls):
    if is_conditional(cls):
        return "yes"
    return "optional" if takes_labels(cls) else ""
