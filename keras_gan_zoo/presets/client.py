"""Presets on the Hugging Face Hub: down, up, and errors that say what to do.

Settings are those of `huggingface_hub`: `HF_ENDPOINT`, `HF_HOME`, `HF_TOKEN`,
`HF_HUB_OFFLINE`. A token is never part of a message.
"""

import contextlib
import errno
from importlib.metadata import version
from pathlib import Path

import keras

from keras_gan_zoo.presets import files
from keras_gan_zoo.presets.saving import check_scores
from keras_gan_zoo.weights import weights_sha256

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


def download(handle, revision=None):
    """Fetch a preset, or find it in the cache.

    Args:
        handle: str, `"hf://user/repo"` or `"hf://user/repo@revision"`.
        revision: str, branch, tag or commit, instead of `@revision`.

    Returns:
        The folder, and the handle with the commit that it is.
    """
    from huggingface_hub import snapshot_download

    uri = _parse(handle)
    if None not in (revision, uri.revision) and revision != uri.revision:
        raise ValueError(
            "Give one revision, in the handle or by `revision`. "
            f"Received: preset={handle!r}, revision={revision!r}"
        )
    with _clear_errors(handle):
        folder = snapshot_download(
            uri.id,
            revision=revision or uri.revision,
            allow_patterns=list(files.FILES),
            **_library(),
        )
    folder = Path(folder)
    return folder, f"hf://{uri.id}@{folder.name}"  # the cache names it by its commit


def fetch_again(handle, name):
    """Download one file anew, past the cache; the client checks no content itself."""
    from huggingface_hub import hf_hub_download

    uri = _parse(handle)
    with _clear_errors(handle):
        return hf_hub_download(
            uri.id, name, revision=uri.revision, force_download=True, **_library()
        )


def upload_preset(
    uri, preset, *, private=None, token=None, commit_message=None, create_pr=False
):
    """Publish a preset folder in one commit.

    The folder is loaded first, and its scores must be of its weights. Only the files
    of the format are pushed. A README.md in the folder replaces the Hub's; without
    one the Hub's stays, and a new repository gets a short one.

    Args:
        uri: str, `"hf://user/repo"`. The repository is made where needed.
        preset: path of the folder.
        private: bool or None, whether a new repository is private; None takes the
            account's default.
        token: str or None for the one that you are logged in with.
        commit_message: str or None.
        create_pr: bool: propose the change as a pull request.

    Returns:
        str, the address of the commit or of the pull request.

    Raises:
        FileNotFoundError: no such folder, or a file is missing from it.
        ValueError: it does not load back, its scores are of other weights, its card
            has invalid metadata, or the URI is none.
        PermissionError: the token is missing, wrong, or may not write there.
        ConnectionError: the Hub can't be reached.

    Example:

    >>> from keras_gan_zoo import upload_preset
    >>> upload_preset("hf://me/my_gan", "./my_gan")  # doctest: +SKIP
    'https://huggingface.co/me/my_gan/commit/...'
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    folder = Path(preset)
    if not folder.is_dir():
        raise FileNotFoundError(f"The preset directory {preset} doesn't exist.")
    repo = _parse(uri)
    if repo.revision:
        raise ValueError(
            "A preset is published to the main branch; use `create_pr=True` to propose "
            f"it. Received: uri={uri!r}"
        )
    names = _check_folder(folder)
    api = HfApi(token=token, **_library())
    with _clear_errors(uri):
        repo_id = api.create_repo(repo.id, private=private, exist_ok=True).repo_id
        adds = [CommitOperationAdd(name, folder / name) for name in names]
        if files.README not in names and not api.file_exists(repo_id, files.README):
            adds.append(CommitOperationAdd(files.README, _short_card(repo_id)))
        done = api.create_commit(
            repo_id,
            adds,
            commit_message=commit_message or "Upload a keras_gan_zoo preset",
            create_pr=create_pr,
        )
    return done.pr_url or done.commit_url


def _check_folder(folder):
    from keras_gan_zoo.presets.loading import load_gan

    gan = load_gan(keras.Model, folder)
    names = [name for name in files.FILES if (folder / name).is_file()]
    if files.SCORES in names:
        scores = files.read_json(folder, files.SCORES, folder)
        check_scores(scores, weights_sha256(gan.ema_generator))
    return names


def _short_card(repo_id):
    from huggingface_hub import ModelCardData

    data = ModelCardData(
        library_name="keras",
        pipeline_tag="unconditional-image-generation",
        tags=["gan", "keras", "keras-gan-zoo"],
    )
    return (
        f"---\n{data.to_yaml()}\n---\n\n# {repo_id}\n\nA GAN saved with "
        "[keras-gan-zoo](https://pypi.org/project/keras-gan-zoo/).\n\n```python\n"
        "import keras_gan_zoo as kgz\n\n"
        f'gan = kgz.GAN.from_preset("hf://{repo_id}")\n'
        "images = gan.generate(16, seed=0)\n```\n"
    ).encode()


def _parse(handle):
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


def _library():
    return {
        "library_name": "keras_gan_zoo",
        "library_version": version("keras-gan-zoo"),
    }


@contextlib.contextmanager
def _clear_errors(handle):
    """The client's many errors -> one Python type a nature, with advice."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise PermissionError(
            f"Access to `{handle}` must be asked for on its page on the Hub. When you "
            f"have it, {LOG_IN}."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise FileNotFoundError(
            f"The Hub shows you no model `{handle}`. Check the name; if the repository "
            f"is private, {LOG_IN}."
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ValueError(
            f"`{handle}` has no such revision. A revision is a branch, a tag or a "
            "commit, for example 'main'."
        ) from error
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
        raise ConnectionError(
            f"The Hub can't be reached (or HF_HUB_OFFLINE is set), and the cache has "
            f"no full copy of `{handle}`. Load it once while online."
        ) from error
    except errors.EntryNotFoundError as error:
        raise FileNotFoundError(f"A file is missing from `{handle}`.") from error
    except errors.HfHubHTTPError as error:
        raise _by_status(handle, error) from error
    except httpx2.LocalProtocolError:  # its message quotes the header, so the token
        raise PermissionError(
            f"The Hub token has characters that no token has; {LOG_IN} anew."
        ) from None
    except httpx2.HTTPError as error:
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
                f"A file of `{handle}` came with a wrong size. Try again."
            ) from error
        raise


def _by_status(handle, error):
    status = error.response.status_code
    if status == 401:
        return PermissionError(
            f"The Hub takes no anonymous or expired login for `{handle}`: {LOG_IN}."
        )
    if status == 403:
        return PermissionError(
            f"Your Hub token may not do this at `{handle}`. Writing needs a token with "
            "write access, and a repository of yours (or use `create_pr=True`)."
        )
    if status >= 500 or status in (408, 429):
        return ConnectionError(
            f"The Hub has a problem (status {status}) at `{handle}`. Try again later."
        )
    return ValueError(f"The Hub refused `{handle}` (status {status}).")
