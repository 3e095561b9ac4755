"""A small Hugging Face Hub on 127.0.0.1, for tests of the real client.

It speaks what `huggingface_hub` needs to create, push, list and pull model
repositories without Xet: large files go to a second origin, which must never see
the token. Faults are set by a test. Every connection carries one request, so that
no thread outlives the server.

    with HubServer(tokens={"hf_me": "me"}) as hub:
        hub.add("me/gan", {"config.json": b"{}"})
        with hub.fault("GET .*config.json", 503):
            ...
"""

import base64
import contextlib
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

DATE = "2026-01-01T00:00:00.000Z"
LARGE = (".h5", ".png")


def git_oid(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def oid(path, content):
    """What names a file's content: sha256 of a large file, else git's sha1."""
    if path.endswith(LARGE):
        return hashlib.sha256(content).hexdigest()
    return git_oid(content)


@dataclass
class Repo:
    private: bool = False
    gated: bool = False
    refs: dict = field(default_factory=dict)  # branch, tag or refs/pr/N -> commit
    commits: dict = field(default_factory=dict)  # commit -> {path: bytes}
    titles: list = field(default_factory=list)  # of commits, oldest first

    def commit(self, files, title, ref="main"):
        seed = json.dumps([title, ref, len(self.titles)]).encode()
        commit = hashlib.sha1(seed + b"".join(files.values())).hexdigest()
        self.commits[commit] = dict(files)
        self.titles.append(title)
        self.refs[ref] = commit
        return commit

    def resolve(self, revision):
        return revision if revision in self.commits else self.refs.get(revision)


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that `pattern` is found in.

    `kind` is a status code, `"cut"` (half of the body, then the end), `"corrupt"`
    (a body of the right length and wrong bytes) or `"missing header"`.
    """

    pattern: str  # a regular expression, searched in "GET /path"
    kind: object
    times: int = 1


class HubServer:
    """The Hub and its store of large files; a context manager.

    Args:
        tokens: `{token: user}`; a user whose name ends in `-read` may not write.
    """

    def __init__(self, tokens=None):
        self.tokens = dict(tokens or {})
        self.repos = {}
        self.large = {}  # sha256 -> bytes
        self.faults = []
        self.requests = []  # "GET /path"
        self.agents = set()
        self.leaks = []  # requests that brought a token to the second origin
        self._lock = threading.Lock()
        self._servers = [
            ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, routes))
            for routes in (HUB_ROUTES, STORE_ROUTES)
        ]
        self.endpoint, self.store = (
            f"http://127.0.0.1:{server.server_port}" for server in self._servers
        )

    def __enter__(self):
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            for server in self._servers
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(5)

    def add(self, repo_id, files, title="first", ref="main", **settings):
        """Put `files`, `{path: bytes}`, in a repository; returns the commit."""
        repo = self.repos.setdefault(repo_id, Repo(**settings))
        for path, content in files.items():
            if path.endswith(LARGE):
                self.large[oid(path, content)] = content
        return repo.commit(files, title, ref)

    def files(self, repo_id, revision="main"):
        repo = self.repos[repo_id]
        return repo.commits[repo.resolve(revision)]

    @contextlib.contextmanager
    def fault(self, pattern, kind, times=1):
        fault = Fault(pattern, kind, times)
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)

    def _take_fault(self, line):
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.pattern, line):
                    fault.times -= 1
                    return fault.kind
        return None


class RefusalError(Exception):
    """An error answer: status, the code that the client looks for, a message."""

    def __init__(self, status, code=None, message=""):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class _Request:
    """One request, and the rights of who sent it."""

    def __init__(self, hub, handler, match):
        split = urlsplit(handler.path)
        self.hub, self.path = hub, unquote(split.path)
        self.query = {k: v[0] for k, v in parse_qs(split.query).items()}
        self.args = {k: unquote(v) for k, v in match.groupdict().items() if v}
        self.headers, self.body = handler.headers, _body(handler)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def user(self):
        header = self.headers.get("Authorization")
        if header is None:
            return None
        token = header.removeprefix("Bearer ")
        if token not in self.hub.tokens:
            raise RefusalError(401, None, "Invalid credentials in Authorization header")
        return self.hub.tokens[token]

    def repo(self, write=False):
        repo_id, user = self.args["repo"], self.user
        repo = self.hub.repos.get(repo_id)
        owner = user is not None and user.removesuffix("-read") == repo_id.split("/")[0]
        if repo is None or (repo.private and not owner):
            raise RefusalError(
                404 if user else 401, "RepoNotFound", "Repository not found"
            )
        if repo.gated and not owner:
            raise RefusalError(
                403 if user else 401, "GatedRepo", "Access is restricted"
            )
        if write:
            self.check_writer(owner)
        return repo

    def check_writer(self, owner):
        if self.user is None:
            raise RefusalError(401, None, "Invalid username or password.")
        if not owner and "create_pr" not in self.query:
            raise RefusalError(403, None, "You may not write here")
        if self.user.endswith("-read"):
            raise RefusalError(403, None, "This token may only read")

    def commit(self):
        repo, revision = self.repo(), self.args.get("revision", "main")
        commit = repo.resolve(revision)
        if commit is None:
            raise RefusalError(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return repo, commit


def _body(handler):
    if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    return body


# === The routes: a request -> status, headers, body (bytes, or what JSON takes) ===


def whoami(request):
    if request.user is None:
        raise RefusalError(401, None, "Invalid username or password.")
    return 200, {}, {"type": "user", "name": request.user, "orgs": []}


def create_repo(request):
    asked = request.json
    owner = asked.get("organization") or request.user
    request.check_writer(owner == (request.user or "").removesuffix("-read"))
    repo_id = f"{owner}/{asked['name']}"
    url = {"url": f"{request.hub.endpoint}/{repo_id}", "name": repo_id, "id": repo_id}
    if repo_id in request.hub.repos:
        return 409, {}, {"error": "You already created this model repo", **url}
    private = asked.get("visibility") == "private" or bool(asked.get("private"))
    request.hub.repos[repo_id] = Repo(private=private)
    request.hub.add(repo_id, {".gitattributes": b""}, title="initial commit")
    return 200, {}, url


def model_info(request):
    repo, commit = request.commit()
    info = {
        "_id": "0" * 24,
        "id": request.args["repo"],
        "sha": commit,
        "private": repo.private,
        "gated": repo.gated and "auto",
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "createdAt": DATE,
        "lastModified": DATE,
        "siblings": [
            {"rfilename": path, "size": len(content)}
            for path, content in repo.commits[commit].items()
        ],
    }
    return 200, {}, info


def list_models(request):
    """The repositories of an owner whose cards have a tag."""
    import yaml

    found = []
    for name, repo in request.hub.repos.items():
        owner = name.partition("/")[0]
        readme = repo.commits[repo.refs["main"]].get("README.md", b"").decode()
        front = re.match(r"---\n(.*?)\n---", readme, re.DOTALL)
        tags = (yaml.safe_load(front[1]) if front else {}).get("tags", [])
        seen = not repo.private or request.user == owner
        asked = owner == request.query["author"] and request.query["filter"] in tags
        if seen and asked:
            found.append({"id": name, "tags": tags, "private": repo.private})
    return 200, {}, found


def tree(request):
    repo, commit = request.commit()
    return 200, {}, [_file(path, c) for path, c in repo.commits[commit].items()]


def _file(path, content):
    entry = {
        "type": "file",
        "path": path,
        "size": len(content),
        "oid": git_oid(content),
    }
    if path.endswith(LARGE):
        entry["lfs"] = {
            "oid": oid(path, content),
            "size": len(content),
            "pointerSize": 130,
        }
    return entry


def resolve(request):
    repo, commit = request.commit()
    path = request.args["file"]
    if path not in repo.commits[commit]:
        raise RefusalError(404, "EntryNotFound", "Entry not found")
    content = repo.commits[commit][path]
    headers = {"X-Repo-Commit": commit, "ETag": f'"{git_oid(content)}"'}
    if not path.endswith(LARGE):
        return 200, headers, content
    name = oid(path, content)
    headers |= {
        "X-Linked-Etag": f'"{name}"',
        "X-Linked-Size": str(len(content)),
        "Location": f"{request.hub.store}/{name}",
    }
    return 302, headers, b""


def validate_yaml(request):
    import yaml

    front = re.match(r"---\n(.*?)\n---", request.json["content"], re.DOTALL)
    try:
        yaml.safe_load(front.group(1) if front else "")
    except yaml.YAMLError as error:
        return 400, {}, {"errors": [{"message": str(error)}], "warnings": []}
    return 200, {}, {"errors": [], "warnings": []}


def preupload(request):
    repo = request.repo(write=True)
    there = repo.commits[repo.resolve(request.args["revision"])]
    files = [
        {
            "path": file["path"],
            "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
            "shouldIgnore": False,
            "oid": oid(file["path"], there[file["path"]])
            if file["path"] in there
            else None,
        }
        for file in request.json["files"]
    ]
    return 200, {}, {"files": files}


def lfs_batch(request):
    request.repo()
    request.check_writer(owner=True)  # a pull request needs no rights to the branch
    objects = []
    for asked in request.json["objects"]:
        href = f"{request.hub.store}/{asked['oid']}"
        needed = asked["oid"] not in request.hub.large
        actions = {"actions": {"upload": {"href": href}}} if needed else {}
        objects.append({**asked, **actions})
    return 200, {}, {"transfer": "basic", "objects": objects}


def commit(request):
    repo = request.repo(write=True)
    ref = request.args["revision"]
    files = dict(repo.commits[repo.resolve(ref)])
    title = ""
    for line in request.body.splitlines():
        item = json.loads(line)
        value = item["value"]
        if item["key"] == "header":
            title = value["summary"]
            if value.get("parentCommit", repo.resolve(ref)) != repo.resolve(ref):
                raise RefusalError(412, None, "A commit has happened since.")
        elif item["key"] == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        elif item["key"] == "lfsFile":
            if value["oid"] not in request.hub.large:
                raise RefusalError(400, None, "LFS object is missing")
            files[value["path"]] = request.hub.large[value["oid"]]
        elif item["key"] == "deletedFile":
            files.pop(value["path"])
    number = sum(name.startswith("refs/pr/") for name in repo.refs) + 1
    if "create_pr" in request.query:
        ref = f"refs/pr/{number}"
    done = repo.commit(files, title, ref)
    url = f"{request.hub.endpoint}/{request.args['repo']}"
    answer = {"success": True, "commitOid": done, "commitUrl": f"{url}/commit/{done}"}
    if "create_pr" in request.query:
        answer["pullRequestUrl"] = f"{url}/discussions/{number}"
    return 200, {}, answer


def store(request):
    if request.headers.get("Authorization"):
        request.hub.leaks.append(request.path)
    name = request.args["oid"]
    if request.body:
        if hashlib.sha256(request.body).hexdigest() != name:
            raise RefusalError(400, None, "The content is not what its name says")
        request.hub.large[name] = request.body
        return 200, {}, b""
    if name not in request.hub.large:
        raise RefusalError(404, None, "No such object")
    return 200, {"ETag": f'"{name}"'}, request.hub.large[name]


REPO = r"(?P<repo>[^/]+/[^/]+?)"
HUB_ROUTES = [
    (r"GET /api/whoami-v2", whoami),
    (r"POST /api/repos/create", create_repo),
    (r"POST /api/validate-yaml", validate_yaml),
    (r"GET /api/models", list_models),
    (rf"GET /api/models/{REPO}/tree/(?P<revision>[^/]+)", tree),
    (rf"GET /api/models/{REPO}(/revision/(?P<revision>[^/]+))?", model_info),
    (rf"POST /api/models/{REPO}/preupload/(?P<revision>[^/]+)", preupload),
    (rf"POST /api/models/{REPO}/commit/(?P<revision>[^/]+)", commit),
    (rf"POST /{REPO}\.git/info/lfs/objects/batch", lfs_batch),
    (rf"(GET|HEAD) /{REPO}/resolve/(?P<revision>[^/]+)/(?P<file>.+)", resolve),
]
STORE_ROUTES = [(r"(GET|HEAD|PUT) /(?P<oid>[0-9a-f]{64})", store)]


def _handler(hub, routes):
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds without a byte

        def log_message(self, *_):
            pass

        def answer(self):
            line = f"{self.command} {urlsplit(self.path).path}"
            hub.requests.append(line)
            hub.agents.add(self.headers.get("User-Agent", ""))
            fault = hub._take_fault(line)
            try:
                if isinstance(fault, int):
                    raise RefusalError(fault, None, "The server has a bad day")
                status, headers, body = self.route(line)
            except RefusalError as refusal:
                status, body = refusal.status, {"error": refusal.message}
                headers = {"X-Error-Message": refusal.message}
                if refusal.code:
                    headers["X-Error-Code"] = refusal.code
            if not isinstance(body, bytes):
                headers["Content-Type"] = "application/json"
                body = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": len(body)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            if self.command == "HEAD":
                return
            if fault == "cut":
                body = body[: len(body) // 2]
            if fault == "corrupt":
                body = bytes(byte ^ 255 for byte in body)
            self.wfile.write(body)

        def route(self, line):
            for pattern, function in routes:
                if match := re.fullmatch(pattern, line):
                    return function(_Request(hub, self, match))
            raise RefusalError(404, None, f"No route for {line}")

        do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815

    return Handler
