"""What commands print: Rich tables, also in a pipe."""

import sys

from rich.console import Console
from rich.table import Table


def is_live():
    """Whether somebody watches: a terminal gets progress bars."""
    return sys.stdout.isatty()


def console():
    """A terminal's own width; in a pipe lines are as long as they must be."""
    return Console(width=None if is_live() else 200, highlight=False)


def zoo(entries):
    """The entries of the zoo."""
    if not entries:
        console().print("The zoo is empty.")
        return
    table = Table("name", "family", "data", title="The zoo")
    labels = dict.fromkeys(s for entry in entries.values() for s in entry["scores"])
    for label in ("parameters", *labels):
        table.add_column(label, justify="right")
    for name, entry in entries.items():
        scores = entry["scores"]
        table.add_row(
            name,
            entry["family"],
            entry["data"],
            f"{entry['parameters']:,}",
            *(f"{scores[s]:.2f}" if s in scores else "-" for s in labels),
        )
    console().print(table)


def facts(values, title=None):
    """A dict of facts, nested ones as tables of their own."""
    table = Table(show_header=False, title=title, title_justify="left")
    nested = {}
    for name, value in values.items():
        if isinstance(value, dict):
            nested[name] = value
        elif isinstance(value, float):
            table.add_row(name, f"{value:g}")
        elif value is not None:
            table.add_row(name, str(value))
    console().print(table)
    for name, value in nested.items():
        if value:
            facts(value, name)


def report(found):
    """The scores of a report, and what a second implementation says."""
    from keras_gan_zoo.cards.results import score_rows, second_opinion

    conditions = found.conditions
    table = Table("score", "value", "95 % interval", "TF-GAN")
    for row in score_rows(found):
        table.add_row(*row.values())
    console().print(table)
    console().print(
        f"{conditions['num_fake']:,} samples of {conditions['source']}"
        + (
            f" against {conditions['num_real']:,} of {conditions['reference']}"
            if conditions.get("reference")
            else ""
        )
        + f", {conditions['images_per_second']:,.0f} images/s, "
        f"{conditions['backend']} on {conditions['device']}"
    )
    console().print(second_opinion(found))
