"""The text of a card: the parts that this package keeps up to date, and yours.

A part of ours stands between two marks, the first of which has a stamp of what was
written there, so that words of yours in it are seen and never overwritten. In the
metadata, ours are the scores that name the weights which they are of.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.presets import files
from keras_gan_zoo.typing import PathLike

PART = re.compile(
    r"<!-- keras-gan-zoo:(\w+)(?: ([0-9a-f]{8}))? -->\n(.*?)\n"
    r"<!-- /keras-gan-zoo:\1 -->",
    re.DOTALL,
)
METADATA = re.compile(r"\A\s*---\n(.*?)\n---(?:\n|\Z)", re.DOTALL)
#: the example of a card, which names what its readers load
ADDRESS = re.compile(
    r'gan = kgz\.GAN\.from_preset\(("(?:[^"\\\n]|\\.)+").*\nimages = gan\.generate\(16'
)
#: weights that a table or a metric in a card is of
DIGEST = re.compile(r"generator[ _]sha256\W+([0-9a-f]{64})")

SCORED = ("scores",)  #: the part that depends on the scores alone
LASTING = ("load", "citation")  #: the parts that no training changes
KEPT = "surrogateescape"  #: bytes that are not UTF-8 are written as they were read
NOTE = "*To be written anew: the preset is newer than this card.*"


def read(path: PathLike, errors: str = "strict") -> str:
    """The text of a card, without the byte-order mark that some editors put before it.

    Args:
        path: of the README.md.
        errors: str, what becomes of bytes that are not UTF-8, see `bytes.decode`.

    Raises:
        ValueError: it is not UTF-8, and `errors` is `"strict"`.
    """
    try:
        return Path(path).read_text("utf-8-sig", errors=errors)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"A card must be UTF-8, as the Hub reads it. Save {files.README} as UTF-8 "
            f"in your editor. Received: {path}: {error}"
        ) from None


def address_of(text: str) -> str | None:
    """What a card tells its readers to load, or None."""
    found = ADDRESS.search(text)
    try:
        return found and json.loads(found[1])
    except ValueError:  # not what this package writes
        return found and found[1][1:-1]


def quoted(address: str) -> str:
    """An address as a literal of Python, and of JSON.

    Example:

    >>> print(quoted('./my "gan"'))
    "./my \\"gan\\""
    """
    return json.dumps(address, ensure_ascii=False)


def readdressed(text: str, old: str | None, new: str | None) -> str:
    """A card that tells its readers to load `new` instead of `old`.

    The name of a zoo entry may well be the card's title too, so it is replaced in the
    example alone.
    """
    if old is None or new is None or old == new:
        return text
    if "/" not in old:
        return text.replace(f"from_preset({quoted(old)}", f"from_preset({quoted(new)}")
    names = dict(zip(_forms(old), _forms(new), strict=True))
    either = "|".join(re.escape(name) for name in reversed(names))
    return re.sub(
        rf"(?<![\w./-])(?:{either})(?![\w-]|\.\w)", lambda m: names[m[0]], text
    )


def _forms(address):
    """An address as it is, in the example and in commands."""
    return (address, quoted(address)[1:-1], shlex.quote(address))


def stamped(text: str) -> str:
    """A card with a stamp in the first mark of each part."""
    address = address_of(text)
    return PART.sub(lambda part: _part(part[1], part[3].strip("\n"), address), text)


def refreshed(old: str, new: str) -> str:
    """A card with the parts of a new one, and the rest as it was.

    Args:
        old: str, the card as it is.
        new: str, a card written anew, with stamps.

    Raises:
        ValueError: a part that would change has words of the reader's own in it.
    """
    address, target = address_of(old), address_of(new)
    parts = {part[1]: part for part in PART.finditer(new)}
    edited = []

    def take(part):
        ours = parts.get(part[1])
        if ours is None:
            return part[0]
        if part[2] == _stamp(part[3], address):
            return ours[0]
        if part[2] != ours[2]:
            edited.append(part[1])
        return readdressed(part[0], address, target)

    pieces, end = [], 0
    for part in PART.finditer(old):
        pieces += [readdressed(old[end : part.start()], address, target), take(part)]
        end = part.end()
    pieces.append(readdressed(old[end:], address, target))
    if edited:
        raise ValueError(
            "The card can't be brought up to date, because you edited parts that this "
            "package writes. Move your words outside of the marks `<!-- keras-gan-zoo:"
            f"{edited[0]} ... -->` and `<!-- /keras-gan-zoo:{edited[0]} -->`, or write "
            f"the whole card anew. Received: {', '.join(edited)}"
        )
    return "".join(pieces)


def empty(path: PathLike, names: Container[str] | None = None) -> None:
    """Empty a card's own parts, because the preset is about to change.

    The rest is yours and stays, to the byte where it is not UTF-8.

    Args:
        path: of the README.md; it need not exist.
        names: of the parts; by default all that training changes.
    """
    path = Path(path)
    if not path.is_file():
        return
    before = text = read(path, errors=KEPT)
    address = address_of(text)

    def emptied(part):
        chosen = part[1] in names if names is not None else part[1] not in LASTING
        ours = part[2] == _stamp(part[3], address)
        return _part(part[1], NOTE, address) if chosen and ours else part[0]

    try:
        data, body = split(text)
    except ValueError:  # whose metadata are not ours
        data, body = {}, text
    scores, rest = split_index(data)
    if scores:
        text = join({**data, "model-index": rest}, body)
    text = PART.sub(emptied, text)
    if text != before:
        write_atomically(path, lambda file: file.write(text.encode(errors=KEPT)))


# === Metadata ===


def split(text: str) -> tuple[dict[str, Any], str]:
    """A card's metadata, and the text below them.

    Raises:
        ValueError: the metadata are not valid YAML.
    """
    import yaml

    found = METADATA.match(text)
    if not found:
        return {}, text
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast
        data = yaml.load(found[1], loader) or {}
        if not isinstance(data, dict):
            raise ValueError(f"it is a {type(data).__name__}, not a mapping")
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"Invalid metadata in README.md: {error}") from None
    return data, text[found.end() :]


def join(data: dict[str, Any], body: str) -> str:
    """The inverse of `split`, without metadata that are empty."""
    from huggingface_hub.utils import yaml_dump

    data = {key: value for key, value in data.items() if value not in (None, [])}
    return f"---\n{yaml_dump(data, sort_keys=False)}---\n{body}"


def split_index(data: dict[str, Any]) -> tuple[list[dict], list[dict]]:
    """The metrics of a `model-index` that are ours, and a model index of the others."""
    ours: list[dict] = []
    others: list[dict] = []
    for model in _dicts(data.get("model-index")):
        results = []
        for result in _dicts(model.get("results")):
            metrics: list[dict] = []
            for metric in _dicts(result.get("metrics")):
                args = metric.get("args")
                own = isinstance(args, dict) and "generator_sha256" in args
                (ours if own else metrics).append(metric)
            if metrics:
                results.append({**result, "metrics": metrics})
        if results:
            others.append({**model, "results": results})
    return ours, others


def _dicts(value: Any) -> Iterator[dict]:
    items = value if isinstance(value, list) else []
    return (item for item in items if isinstance(item, dict))


def _part(name, content, address):
    return (
        f"<!-- keras-gan-zoo:{name} {_stamp(content, address)} -->\n{content}\n"
        f"<!-- /keras-gan-zoo:{name} -->"
    )


def _stamp(content, address):
    """Eight digits of what a part says, wherever the preset is loaded from."""
    said = content
    for name in reversed(_forms(address)) if address else ():
        said = said.replace(name, "")
    return hashlib.sha256(said.encode(errors=KEPT)).hexdigest()[:8]
