"""Counters and random states, which Keras does not save with a model's layers."""

from typing import Any

import numpy as np

COUNTERS = ("epochs_seen", "images_seen", "images_averaged", "label_counts")


def own_state(gan: Any) -> dict[str, Any]:
    """The variables of a GAN that do not belong to any of its layers, by name."""
    counters = {name: getattr(gan, name) for name in COUNTERS}
    weights = {id(weight) for weight in gan.weights}
    random_states = [v for v in gan.variables if id(v) not in weights]
    return {
        **{
            name: variable
            for name, variable in counters.items()
            if variable is not None
        },
        **{f"random_{i}": v for i, v in enumerate(random_states)},
    }


def save(gan: Any, store: Any) -> None:
    """For `save_own_variables`."""
    for name, variable in own_state(gan).items():
        store[name] = variable
    store["seed"] = np.array(gan.seed)  # the order of the data depends on it


def load(gan: Any, store: Any) -> None:
    """For `load_own_variables`.

    Version 0.1 stored them by position, with the images averaged as the images seen.
    """
    own = own_state(gan)
    if "epochs_seen" in store:
        places = {name: name for name in own}
    else:
        random_states = [name for name in own if name.startswith("random_")]
        names = ["epochs_seen", "images_seen", *random_states]
        places = {name: str(i) for i, name in enumerate(names)}
        places["images_averaged"] = places["images_seen"]
    for name, place in places.items():
        own[name].assign(store[place])
    if "seed" in store:  # since version 0.2
        gan.seed = int(np.array(store["seed"]))
