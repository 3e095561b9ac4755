"""Checks of arguments that are numbers, with errors for whoever passed them."""

import math
import numbers
import operator
from typing import Any


def is_whole(value: Any) -> bool:
    """Whether a value is an int, NumPy's included; True and False are none.

    Example:

    >>> is_whole(4), is_whole(4.0), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def whole(values: Any, least: int) -> tuple[int, ...] | None:
    """A list of whole numbers, each `least` or more, as a tuple; None for all else.

    Example:

    >>> whole([8, 4], 1), whole([8, 0], 1), whole("84", 1), whole(8, 1)
    ((8, 4), None, None, None)
    """
    try:
        found = tuple(values)
    except TypeError:
        return None
    good = all(is_whole(value) and value >= least for value in found)
    return tuple(int(value) for value in found) if good else None


def is_number(value: Any, endless: bool = False) -> bool:
    """Whether a value is a number, and finite unless it may be `endless`.

    Example:

    >>> is_number(0.5), is_number(float("nan")), is_number("1")
    (True, False, False)
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or math.isnan(value):
        return False
    return endless or math.isfinite(value)


def check_count(
    name: str, value: Any, least: int = 1, optional: bool = False, of: str = ""
) -> Any:
    """Return `value` as an int, or None if it may be left out and is.

    Args:
        of: str, what is counted, for the error: `"epochs"`.

    Raises:
        ValueError: it is no whole number, or below `least`.

    Example:

    >>> check_count("every", 4), check_count("rows", None, optional=True)
    (4, None)
    """
    if value is None and optional:
        return None
    if not is_whole(value) or value < least:
        raise ValueError(
            f"`{name}` must be a whole number{of and f' of {of}'}, {least} or more"
            f"{', or None' if optional else ''}. Received: {name}={value!r}"
        )
    return int(value)


def check_counts(name: str, values: Any, least: int = 1) -> tuple[int, ...]:
    """Return a list of whole numbers as a tuple of ints.

    Raises:
        ValueError: it is something else, or one is below `least`.
    """
    found = whole(values, least)
    if found is None:
        raise ValueError(
            f"`{name}` must be a list of whole numbers, {least} or more each, for "
            f"example (64, 32). Received: {name}={values!r}"
        )
    return found


def check_real(
    name: str,
    value: Any,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    endless: bool = False,
    kind: str = "a number",
    hint: str = "",
) -> Any:
    """Return `value` if it is a number within bounds.

    Args:
        least, most: float, bounds that it may be.
        above, below: float, bounds that it may not be.
        endless: bool: it may be infinite.
        kind, hint: str, for the error: what it is, and more after the bounds.

    Raises:
        ValueError: it is no number, NaN, or out of bounds.

    Example:

    >>> check_real("share", 0.5, above=0, most=1)
    0.5
    """
    bounds: dict[str, Any] = {
        "{:g} or more": (least, operator.ge),
        "above {:g}": (above, operator.gt),
        "at most {:g}": (most, operator.le),
        "below {:g}": (below, operator.lt),
    }
    asked = {text: pair for text, pair in bounds.items() if pair[0] is not None}
    if not is_number(value, endless) or not all(
        within(value, bound) for bound, within in asked.values()
    ):
        rule = " and ".join(text.format(bound) for text, (bound, _) in asked.items())
        raise ValueError(
            f"`{name}` must be {kind}{rule and f', {rule}'}{hint}. "
            f"Received: {name}={value!r}"
        )
    return value
