"""The Hugging Face Hub: downloads, and errors that say what to do.

The settings are those of `huggingface_hub`: `HF_ENDPOINT`, `HF_HOME`, `HF_TOKEN`,
`HF_HUB_OFFLINE`. A token is never part of a message.
"""

import contextlib
import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from keras_gan_zoo.presets import files
from keras_gan_zoo.version import __version__

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


def download(
    handle: str, revision: str | None = None, patterns: Sequence[str] = files.FILES
) -> tuple[Path, str]:
    """Fetch a preset, or find it in the cache.

    Args:
        handle: str, `"hf://user/repo"` or `"hf://user/repo@revision"`.
        revision: str, branch, tag or commit, instead of `@revision`.
        patterns: which files; a preset's, of which those that a cached copy lacks are
            fetched.

    Returns:
        The folder, and the handle with the commit that it has.
    """
    from huggingface_hub import snapshot_download

    uri = parse(handle)
    if None not in (revision, uri.revision) and revision != uri.revision:
        raise ValueError(
            "Give one revision, in the handle or by `revision`. "
            f"Received: preset={handle!r}, revision={revision!r}"
        )
    with clear_errors(handle):
        folder = snapshot_download(
            uri.id,
            revision=revision or uri.revision,
            allow_patterns=list(patterns),
            **library(),
        )
    folder = Path(folder)
    handle = f"hf://{uri.id}@{folder.name}"  # the cache names it by its commit
    for name in files.REQUIRED:
        if name in patterns and not (folder / name).is_file():
            _complete(handle, name)
    return folder, handle


def _complete(handle, name):
    """Fetch a file that a cached copy lacks, unless the repository lacks it too.

    Offline, the client returns what there is of a copy without a word.
    """
    with contextlib.suppress(FileNotFoundError):
        fetch(handle, name)


def fetch(handle: str, name: str, again: bool = False) -> str:
    """Download one file; `again` bypasses the cache, whose content nobody checks.

    Returns:
        str, its path.
    """
    from huggingface_hub import hf_hub_download

    uri = parse(handle)
    with clear_errors(handle):
        return hf_hub_download(
            uri.id, name, revision=uri.revision, force_download=again, **library()
        )


def listing(handle: str, revision: str | None = None) -> tuple[str, dict[str, int]]:
    """What a repository holds, without fetching any of it.

    Returns:
        The commit, and a dict of file -> bytes.
    """
    from huggingface_hub import HfApi

    uri = parse(handle)
    with clear_errors(handle):
        found = HfApi(**library()).model_info(
            uri.id, revision=revision or uri.revision, files_metadata=True
        )
    return str(found.sha), {
        file.rfilename: file.size or 0 for file in found.siblings or ()
    }


def models_of(owner: str, tag: str, most: int = 1000) -> list[str]:
    """The handles of a user's or an organization's models that have a tag.

    Raises:
        FileNotFoundError: there are none.
    """
    from huggingface_hub import HfApi

    with clear_errors(f"hf://{owner}"):
        api = HfApi(**library())
        found = [
            f"hf://{model.id}"
            for model in api.list_models(author=owner, filter=tag, limit=most)
        ]
    if not found:
        raise FileNotFoundError(
            f"The Hub shows no model of `{owner}` with the tag `{tag}`. Check the "
            f"name; if the models are private, {LOG_IN}."
        )
    return sorted(found)


def parse(handle: str) -> Any:
    """A handle's parts: `id` and `revision`."""
    from huggingface_hub.utils import parse_hf_uri

    try:
        uri = parse_hf_uri(handle)
    except ValueError:
        uri = None
    if uri is None or uri.type != "model" or uri.path_in_repo:
        raise ValueError(
            "Unexpected Hugging Face preset. Hugging Face model handles should have "
            "the form 'hf://{org}/{model}' or 'hf://{org}/{model}@{revision}'. For "
            f"example, 'hf://username/dcgan_mnist'. Received: preset={handle}."
        )
    return uri


def library() -> dict[str, Any]:
    """How this package introduces itself to the Hub."""
    return {
        "library_name": "keras_gan_zoo",
        "library_version": __version__,
    }


@contextlib.contextmanager
def clear_errors(handle: str) -> Iterator[None]:
    """Turn the client's many errors into a few Python types, with advice."""
    from huggingface_hub import errors
    from huggingface_hub.utils import httpx

    try:
        yield
    except errors.GatedRepoError as error:
        raise PermissionError(
            f"Access to `{handle}` must be requested on its page on the Hub. When you "
            f"have it, {LOG_IN}."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise FileNotFoundError(
            f"The Hub shows no model `{handle}`. Check the name; if the repository "
            f"is private, {LOG_IN}."
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ValueError(
            f"`{handle}` has no such revision. A revision is a branch, a tag or a "
            "commit, for example 'main'."
        ) from error
    except errors.OfflineModeIsEnabled as error:
        raise ConnectionError(
            f"This needs the Hub, and HF_HUB_OFFLINE is set. Unset it, and try again. "
            f"Received: {handle}"
        ) from error
    except errors.LocalEntryNotFoundError as error:
        if isinstance(error.__cause__, errors.HfHubHTTPError):  # the Hub did answer
            raise _by_status(handle, error.__cause__) from error
        raise ConnectionError(
            f"The Hub can't be reached (or HF_HUB_OFFLINE is set), and the cache has "
            f"no complete copy of `{handle}`. Load it once while online."
        ) from error
    except errors.EntryNotFoundError as error:
        raise FileNotFoundError(f"A file is missing from `{handle}`.") from error
    except errors.HfHubHTTPError as error:
        raise _by_status(handle, error) from error
    except (httpx.LocalProtocolError, UnicodeEncodeError) as error:
        if isinstance(error, UnicodeEncodeError) and error.encoding != "ascii":
            raise  # not of a header
        raise PermissionError(
            f"The Hub token has characters that no token has; {LOG_IN} again."
        ) from None  # whose message quotes the header with the token
    except httpx.HTTPError as error:
        raise ConnectionError(
            f"The connection to the Hub broke at `{handle}` "
            f"({type(error).__name__}). Try again."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OSError(
                errno.ENOSPC,
                f"The disk is full: `{handle}` does not fit in the cache. Free some "
                "space, or move the cache with HF_HOME",
            ) from error
        if "Consistency check failed" in str(error):
            raise ConnectionError(
                f"A file of `{handle}` arrived with the wrong size. Try again."
            ) from error
        raise


def _by_status(handle, error):
    """What a refusal means, with what the Hub says of it."""
    status, said = error.response.status_code, _words(error)
    if status == 401:
        return PermissionError(
            f"The Hub accepts no anonymous or expired login for `{handle}`: {LOG_IN}."
        )
    if status == 403:
        reads = error.response.request.method in ("GET", "HEAD")
        needed = (
            "reading needs a token with access to it"
            if reads
            else "writing needs a token with write access, and a repository of yours "
            "(or use `create_pr=True`)"
        )
        return PermissionError(
            f"You may not do this at `{handle}` (status 403){said}. Where it is a "
            f"matter of rights, {needed}: {LOG_IN}."
        )
    if status == 429:
        return ConnectionError(
            f"The Hub has had too many requests (status 429) at `{handle}`{said}. Try "
            f"again later, or {LOG_IN}: who is logged in may make more."
        )
    if status >= 500 or status == 408:
        return ConnectionError(
            f"The Hub has a problem (status {status}) at `{handle}`{said}. Try again "
            "later."
        )
    return ValueError(f"The Hub refused `{handle}` (status {status}){said}.")


def _words(error):
    """The Hub's own words after a colon, in one line; never the token."""
    words = " ".join((error.server_message or "").split()).rstrip(".")
    token = error.response.request.headers.get("authorization", "").rpartition(" ")[2]
    words = words.replace(token, "...") if token else words
    shown = "".join(letter if letter.isprintable() else "?" for letter in words[:300])
    return f": {shown}" if shown else ""
