"""What a report says in words: notes, second opinions, conditions."""

from collections.abc import Mapping
from typing import Any


def notes(report: Any) -> list[str]:
    """What must be said along with a report's numbers, a list of sentences."""
    facts = report.conditions
    repeats = facts.get("repeats") or 1
    line = f"{_count(facts.get('num_fake'))} samples of {facts.get('source')}"
    line += f", {repeats} times," if repeats > 1 else ""
    if facts.get("reference"):
        line += f" against {_count(facts.get('num_real'))} of {facts['reference']}"
    line += f", labels {facts['labels']}" if facts.get("labels") else ""
    speed = facts.get("images_per_second")
    line += f", {speed:,.0f} images/s" if speed else ""
    line += f", {place(facts.get('backend'), facts.get('device'))}."
    lines = [line]
    shape = "x".join(map(str, facts.get("image_shape") or ()))
    if facts.get("reference_image_shape") not in (None, shape):
        lines.append(
            f"Samples are {shape}, the reference {facts['reference_image_shape']}: "
            "each was resized by the extractor, which the scores depend on."
        )
    if "fid" in report and "fid_infinity" in report:
        bias = report["fid"] - report["fid_infinity"]
        lines.append(
            f"With this many samples FID is {bias:+.3f} off FID-infinity: compare "
            "only scores with equal numbers of samples."
        )
    elif "fid" in report:
        lines.append(
            "FID falls with the number of samples: compare only scores with equal "
            "numbers, or add `fid_infinity`."
        )
    few = facts.get("small_classes")
    if few:
        lines.append(_few_sentence(few))
    return lines + opinion_sentences(report.second_opinion)


def place(backend: str | None, device: str | None) -> str:
    """Where scores were computed, in words.

    Example:

    >>> place("jax", "gpu:0"), place("torch", "unknown")
    ('jax on gpu:0', 'torch, device not stated')
    """
    if device in (None, "unknown"):  # a function as an extractor
        return f"{backend}, device not stated"
    return f"{backend} on {device}"


def _few_sentence(few):
    sides = [
        f"{len(few[side])} of {side} images (the smallest of {min(few[side].values())})"
        for side in ("generated", "real")
        if few.get(side)
    ]
    return (
        f"Class FID: some classes, {' and '.join(sides)}, have fewer images than the "
        f"features have dimensions, {few['dimensions']}. Their distances have a large "
        "bias: compare only scores with equally many images per class."
    )


def opinion_sentences(opinion: Mapping[str, Any]) -> list[str]:
    """What other tools computed from the same activations, a sentence for each."""
    if not opinion.get("by"):
        return [f"No second opinion: {opinion.get('reason', 'not asked for')}."]
    return [_sentence(one) for one in (opinion, *opinion.get("others", ()))]


def _sentence(opinion):
    worst = max(opinion.get("relative_difference", {}).values(), default=None)
    if worst is None:
        return f"No second opinion from {opinion['by']}: {opinion.get('reason')}."
    verdict = {True: "agrees", None: "agrees where it can tell"}.get(
        opinion.get("agrees"), "DISAGREES"
    )
    left_out = [
        f" Not compared: {name}, {why}."
        for name, why in opinion.get("not_compared", {}).items()
    ]
    return (
        f"Second opinion: {opinion['by']} on the same activations {verdict}; largest "
        f"relative difference {worst:.1e} (tolerance {opinion['tolerance']:.0e})."
    ) + "".join(left_out)


def condition_rows(conditions: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Conditions as pairs of texts: `("num fake", "10000")`."""
    flat = dict(conditions)
    versions = flat.pop("versions", None) or {}
    flat["versions"] = ", ".join(f"{name} {v}" for name, v in versions.items() if v)
    for name, text in (flat.pop("protocols", None) or {}).items():
        flat[f"{name} protocol"] = text
    few = flat.pop("small_classes", None)
    if few:
        flat["small_classes"] = _few_sentence(few)
    return [
        (
            name.replace("_", " "),
            ", ".join(map(str, value))
            if isinstance(value, list | tuple)
            else str(value),
        )
        for name, value in flat.items()
        if value not in (None, "")
    ]


def _count(value):
    return f"{value:,}" if isinstance(value, int) else "an unknown number"
