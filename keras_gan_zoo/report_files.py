"""Reports as JSON files, and checks of what they are made of.

The file may be a stranger's. `ScoreReport` in `scoring/` is what becomes of it.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from keras_gan_zoo.typing import PathLike

FORMAT = 1
PARTS = ("scores", "intervals", "conditions", "second_opinion")

ROUNDING = 1e-6  # a mean and the middle of its interval may be sums in other orders


def read(path: PathLike) -> dict[str, Any]:
    """The content of a report's JSON file, checked as `checked` does.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no JSON, or no report.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return checked(json.load(file))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(
            "A report must be a JSON file that `ScoreReport.save` wrote. "
            f"Received: path={str(path)!r}: {error}"
        ) from error


def checked(values: Any) -> dict[str, Any]:
    """A report as `ScoreReport.to_dict` gives it, if it is one.

    A score may lie outside of its interval: `check_inside`.

    Raises:
        ValueError: the values are no report.
    """
    if not (
        isinstance(values, dict)
        and values.get("format") == FORMAT
        and all(isinstance(values.get(part), dict) for part in PARTS)
    ):
        raise ValueError(
            f"A report must be a dict with format={FORMAT} and {', '.join(PARTS)}, "
            "such as `report.to_dict()`; a higher format takes a newer keras_gan_zoo. "
            "Received: "
            + (
                f"format={values.get('format')!r:.20}, keys {sorted(values)}"
                if isinstance(values, dict)
                else f"a {type(values).__name__}"
            )
        )
    per_class = values.get("per_class") or {}  # reports of 0.1.0 have none
    check_per_class(per_class)
    check_finite(values["scores"], per_class)
    for name, bounds in values["intervals"].items():
        bounds_of(name, bounds)
    check_conditions(values["conditions"])
    check_opinions(values["second_opinion"])
    stated = {part: values[part] for part in ("format", *PARTS)}
    return {**stated, "per_class": per_class}


def check_finite(
    scores: Mapping[str, Any], per_class: Mapping[str, Mapping[Any, Any]]
) -> None:
    """Check that all scores are finite numbers.

    Raises:
        ValueError: some are not.
    """
    values = {
        **scores,
        **{
            f"{name}/{label}": value
            for name, by_label in per_class.items()
            for label, value in by_label.items()
        },
    }
    bad = {name: value for name, value in values.items() if not is_finite(value)}
    if bad:
        raise ValueError(f"Scores must be finite numbers. Received: {bad}")


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number."""
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def bounds_of(name: str, found: Any) -> tuple[float, float] | None:
    """The ends of an interval as floats, or None.

    Raises:
        ValueError: it is neither two finite numbers, the lower one first, nor None.

    Example:

    >>> bounds_of("fid", [1, 2.5])
    (1.0, 2.5)
    """
    if found is None:
        return None
    try:
        low, high = found
    except (TypeError, ValueError):
        low = high = None
    if not (is_finite(low) and is_finite(high)):
        raise ValueError(
            "The interval of a score is two finite numbers, or None. "
            f"Received: {name!r:.80} in {found!r:.100}"
        )
    if low > high:
        raise _outside(f"{name!r:.80} in {found!r:.100}")
    return float(low), float(high)


def check_inside(scores: Mapping[str, float], intervals: Mapping[str, Any]) -> None:
    """Check that each score lies in its interval.

    Raises:
        ValueError: one does not.
    """
    for name, bounds in intervals.items():
        if name in scores and bounds and not is_inside(scores[name], bounds):
            raise _outside(f"{name!r:.80} of {scores[name]} in {bounds!r:.100}")


def is_inside(score: float, bounds: tuple[float, float]) -> bool:
    """Whether a score lies in its interval, but for rounding.

    Example:

    >>> is_inside(2.0, (1.0, 2.5)), is_inside(3.0, (1.0, 2.5))
    (True, False)
    """
    rounding = ROUNDING * max(map(abs, bounds))
    return bounds[0] - rounding <= score <= bounds[1] + rounding


def _outside(received):
    return ValueError(
        "The interval of a score is two numbers, one below and one above it, such as "
        f"(1.0, 2.5) of 2.0. Received: {received}"
    )


def check_per_class(per_class: Any) -> None:
    """Check for scores by metric and label.

    Raises:
        ValueError: they are something else.
    """
    if not isinstance(per_class, dict) or not all(
        isinstance(found, dict) for found in per_class.values()
    ):
        raise ValueError(
            "A report's `per_class` must be a dict of dicts of numbers. "
            f"Received: per_class={per_class!r:.200}"
        )


def check_conditions(conditions: Mapping[str, Any]) -> None:
    """Check that conditions are such as sentences can be made of.

    Raises:
        ValueError: one is something else.

    Example:

    >>> check_conditions({"repeats": 3, "versions": None, "mine": object})
    """
    for name, (is_one, expected) in CONDITIONS.items():
        value = conditions.get(name)
        if value is not None and not is_one(value):
            raise ValueError(
                f"The condition `{name}` of a report must be {expected}. "
                f"Received: {name}={value!r:.200}"
            )


def _is_dict(value):
    return isinstance(value, Mapping)


def _is_whole(value):
    return type(value) is int


def _tells_small_classes(value):
    sides = [_is_dict(value) and value.get(side) for side in ("generated", "real")]
    return (
        all(map(_is_dict, sides))
        and _is_whole(value.get("dimensions"))
        and all(map(_is_whole, (n for side in sides for n in side.values())))
    )


#: conditions that are no plain values, or are counted with -> a check, what they are
CONDITIONS = {
    "repeats": (_is_whole, "a whole number"),
    "images_per_second": (is_finite, "a finite number"),
    "image_shape": (lambda value: isinstance(value, list | tuple), "a list of sizes"),
    "protocols": (_is_dict, "a dict"),
    "versions": (_is_dict, "a dict"),
    "small_classes": (
        _tells_small_classes,
        "a dict of `dimensions`, and of `generated` and `real`, counts by label",
    ),
}


def check_opinions(opinion: Mapping[str, Any]) -> None:
    """Check for a second opinion, and the others in it.

    Raises:
        ValueError: it is something else.
    """
    others = opinion.get("others") or []
    for one in (opinion, *(others if isinstance(others, list) else [others])):
        if not _is_opinion(one):
            raise ValueError(
                "A report's `second_opinion` must be a dict with the text `by`, "
                "`scores` and `relative_difference`, dicts of numbers, `tolerance`, a "
                "number, `not_compared`, a dict, and `others`, a list of such dicts. "
                f"Received: {one!r:.200}"
            )


def _is_opinion(one):
    if not (isinstance(one, Mapping) and isinstance(one.get("by"), str | None)):
        return False
    if not all(
        isinstance(one.get(part, {}), Mapping)
        for part in ("scores", "relative_difference", "not_compared")
    ):
        return False
    apart = one.get("relative_difference", {})
    numbers = [*one.get("scores", {}).values(), *apart.values()]
    if apart:
        numbers.append(one.get("tolerance"))
    return all(map(is_finite, numbers))
