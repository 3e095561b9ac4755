"""A process with the Hub's settings in its environment, driven by JSON lines.

`huggingface_hub` reads its settings when it is imported, so a test of them needs a
process that has them from the start; one serves many calls.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

TOKENS = {"hf_secret_me": "me", "hf_secret_you": "you", "hf_secret_read": "me-read"}
ME = {"HF_TOKEN": "hf_secret_me"}


class Client:
    """A child process that loads, uploads and lists presets; a context manager."""

    def __init__(self, endpoint, home, **environment):
        settings = {
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "OMP_NUM_THREADS": "1",
            **environment,
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        # A pipe would fill up, and the child would wait for ever.
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={**kept, **settings},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.process.communicate(timeout=60)
        finally:
            self.process.kill()
            self.stderr = self._read_errors()
            self.errors.close()

    def _read_errors(self):
        self.errors.seek(0)
        return self.errors.read()

    def __call__(self, command, *args, HF_TOKEN=None, **kwargs):  # noqa: N803
        """The command's result; its error as an exception of the same type."""
        line = {"command": command, "args": args, "kwargs": kwargs, "token": HF_TOKEN}
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(self._read_errors())
        answer = json.loads(answer)
        if "error" in answer:
            import builtins

            raise getattr(builtins, answer["error"], ValueError)(answer["message"])
        return answer["result"]


@contextlib.contextmanager
def careful_client(server, folder):
    """A `Client` that never prints a token, nor sends it elsewhere."""
    with Client(server.endpoint, folder) as client:
        yield client
    assert "hf_secret" not in client.stderr
    assert server.leaks == []


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def load(preset, **kwargs):
    import keras_gan_zoo as kgz

    gan = kgz.GAN.from_preset(preset, **kwargs)
    return {
        "class": type(gan).__name__,
        "sha256": kgz.presets.weights_sha256(gan.ema_generator),
        "source": gan.preset_source,
    }


def verify(preset, **kwargs):
    import keras_gan_zoo as kgz

    return kgz.verify(preset, verbose=0, **kwargs).to_dict()


def upload(uri, folder, **kwargs):
    import keras_gan_zoo as kgz

    return kgz.upload_preset(uri, folder, **kwargs)


def leaderboard(out, *sources, **kwargs):
    from keras_gan_zoo.leaderboard import write_leaderboard

    found = write_leaderboard(out, sources, **kwargs)
    return {"models": [m.name for m in found.models], "problems": found.problems}


COMMANDS = {
    function.__name__: function for function in (load, upload, verify, leaderboard)
}


def serve():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed goes to stderr
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.pop("HF_TOKEN", None)
        if asked["token"]:
            os.environ["HF_TOKEN"] = asked["token"]
        try:
            function = COMMANDS[asked["command"]]
            answer = {"result": function(*asked["args"], **asked["kwargs"])}
        except Exception as error:
            import traceback

            traceback.print_exc()
            answer = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(answer), file=answers, flush=True)


def hurry(sleep=time.sleep):
    """Have whoever tries again wait for a moment only."""
    time.sleep = lambda seconds: sleep(min(seconds, 0.01))


if __name__ == "__main__":
    hurry()
    serve()
