"""Values that variables have for as long as a `with` lasts."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import get_stateless_scope
from keras_gan_zoo.typing import Tensor


@contextmanager
def assumed(
    pairs: Iterable[tuple[Any, Tensor]] = (),
) -> Iterator[Callable[[Any], Tensor]]:
    """Variables have these values inside, and are assigned to in vain.

    Args:
        pairs: a variable and its value each; all others have their own.

    Returns:
        A context, whose function of a variable returns the value that it has inside.

    Example:

    >>> variable = keras.Variable(1.0)
    >>> with assumed([(variable, keras.ops.convert_to_tensor(2.0))]) as now:
    ...     _ = variable.assign(3.0 * variable)
    ...     float(now(variable))
    6.0
    >>> float(variable)
    1.0
    """
    outer = get_stateless_scope()
    scope = keras.StatelessScope(collect_losses=True, initialize_variables=False)
    if outer is not None:
        scope.state_mapping.update(outer.state_mapping)
    scope.state_mapping.update((id(v), value) for v, value in pairs)
    with scope:
        yield scope.get_current_value
