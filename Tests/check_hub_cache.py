#!/usr/bin/env python3
"""Checks `damvideo pull` against the real huggingface_hub, through a stand-in hub on this machine. Not part of CI.

    python3 -m venv /tmp/hub && /tmp/hub/bin/pip install huggingface_hub
    /tmp/hub/bin/python Tests/check_hub_cache.py .build/release/damvideo [--kills N]

The stand-in answers like the real hub: listings with hashes, trees, HEAD with X-Linked-Etag, redirects of large files to another
server, ranges, gated models. Each program reads what the other has written; pulls are killed at any byte, run side by side, and
run on a disk that is full (as root). One line for each check; exit code 1 if one fails.
"""

import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "org/sample"
TOKEN = "hf_stand_in"


class File:
    def __init__(self, data, large):
        self.data, self.large = data, large
        self.sha1 = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.name = self.sha256 if large else self.sha1


class Hub:
    """The files, the requests received, and the speed of downloads."""

    def __init__(self):
        folder = ROOT / "Samples/model"
        self.files = {
            str(path.relative_to(folder)): File(path.read_bytes(), path.suffix in (".safetensors", ".model"))
            for path in sorted(folder.rglob("*")) if path.is_file()}
        self.files["README.md"] = File(b"A model.\n", False)
        self.requests, self.gated, self.pause, self.faults = [], False, 0, []
        self.hub = self.serve(False)
        self.contents = self.serve(True)

    def serve(self, is_contents):
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                path = unquote(urlsplit(self.path).path)
                hub.requests.append((self.command, path, is_contents, dict(self.headers)))
                try:
                    if hub.faults and not is_contents:
                        return self.answer(hub.faults[0][0], b"{}", dict(hub.faults.pop(0)[1]))
                    self.content(path) if is_contents else self.hub(path)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def hub(self, path):
                if hub.gated and self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    status = 401 if "Authorization" not in self.headers else 403
                    return self.answer(
                        status, b'{"error": "restricted"}',
                        {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted"})
                if re.fullmatch(rf"/api/models/{NAME}(/revision/(main|{COMMIT}))?", path):
                    return self.json({
                        "_id": "1", "id": NAME, "modelId": NAME, "sha": COMMIT, "private": False, "gated": False, "disabled": False,
                        "tags": ["license:mit"], "cardData": {"license": "mit"}, "downloads": 0, "likes": 0, "siblings": [
                            {"rfilename": name, "size": len(file.data), "blobId": file.sha1} | (
                                {"lfs": {"sha256": file.sha256, "size": len(file.data), "pointerSize": 134}} if file.large else {})
                            for name, file in hub.files.items()]})
                if re.fullmatch(rf"/api/models/{NAME}/tree/(main|{COMMIT})", path):
                    folders = {str(parent) for name in hub.files for parent in pathlib.PurePath(name).parents if str(parent) != "."}
                    return self.json(
                        [{"type": "directory", "oid": "0" * 40, "size": 0, "path": folder} for folder in folders] + [
                            {"type": "file", "oid": file.sha1, "size": len(file.data), "path": name} | (
                                {"lfs": {"oid": file.sha256, "size": len(file.data), "pointerSize": 134}} if file.large else {})
                            for name, file in hub.files.items()])
                found = re.fullmatch(rf"/{NAME}/resolve/(?:main|{COMMIT})/(.+)", path)
                file = hub.files.get(found.group(1)) if found else None
                if file is None:
                    return self.answer(404, b'{"error": "Not found"}', {"X-Error-Code": "EntryNotFound" if found else "RepoNotFound"})
                headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{file.name}"'}
                if not file.large:
                    return self.part(file, headers)
                self.answer(302, b"", {
                    **headers, "ETag": '"of-the-redirect"', "X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(len(file.data)),
                    "Location": f"http://127.0.0.1:{hub.contents.server_port}/{file.sha256}?signature=x"})

            def content(self, path):
                if "Authorization" in self.headers:
                    return self.answer(400, b"a token that is not for this server")
                self.part(next(file for file in hub.files.values() if file.sha256 == path[1:]), {"ETag": '"of-the-store"'})

            def part(self, file, headers):
                found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
                if not found:
                    return self.answer(200, file.data, headers)
                start, end = int(found.group(1)), min(int(found.group(2) or len(file.data)), len(file.data) - 1)
                if start >= len(file.data):
                    return self.answer(416, b"", {"Content-Range": f"bytes */{len(file.data)}"})
                self.answer(206, file.data[start:end + 1], {**headers, "Content-Range": f"bytes {start}-{end}/{len(file.data)}"})

            def json(self, value):
                self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

            def answer(self, status, body, headers={}):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body)), "Accept-Ranges": "bytes"}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "HEAD":
                    return
                for start in range(0, len(body), 16384):
                    self.wfile.write(body[start:start + 16384])
                    if hub.pause:
                        time.sleep(hub.pause)

        class Server(ThreadingHTTPServer):
            def handle_error(self, request, address):
                # Killed clients do not close their connections properly.
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, address)

        server = Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def contents_sent(self):
        return [path for method, path, is_contents, _ in self.requests if is_contents and method == "GET"]


class Checks:
    def __init__(self, program, kills):
        self.program, self.kills, self.failed = program, kills, 0
        self.hub = Hub()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hub-"))

    def expect(self, what, holds, found=""):
        print(("ok    " if holds else "FAIL  ") + what + ("" if holds else f": {found}"), flush=True)
        self.failed += not holds

    def environment(self, cache, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "DAMVIDEO_"))}
        return {
            **kept, "HF_ENDPOINT": f"http://127.0.0.1:{self.hub.hub.server_port}", "HF_HUB_CACHE": str(cache),
            "HF_HOME": str(self.folder / "home"), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1", **more}

    def damvideo(self, cache, *arguments, **more):
        return subprocess.run(
            [self.program, *arguments], env=self.environment(cache, **more), stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def hf(self, cache, code, **more):
        run = subprocess.run(
            [sys.executable, "-c", "from huggingface_hub import *\n" + code], env=self.environment(cache, **more),
            capture_output=True, text=True)
        return run.stdout.strip() if run.returncode == 0 else f"exit {run.returncode}: {run.stderr[-600:]}"

    def is_whole(self, cache):
        folder = cache / "models--org--sample/snapshots" / COMMIT
        names = [name for name in self.hub.files if name not in ("README.md", "llm/generation_config.json")]
        return all((folder / name).is_file() and (folder / name).read_bytes() == self.hub.files[name].data for name in names)

    def ours_read_by_theirs(self):
        cache = self.folder / "ours"
        pulled = self.damvideo(cache, "pull", NAME)
        snapshot = cache / "models--org--sample/snapshots" / COMMIT
        self.expect("pull prints the snapshot", pulled.returncode == 0 and pulled.stdout == f"{snapshot}\n", pulled)
        self.expect("all that is needed is there", self.is_whole(cache))
        found = self.hf(cache, f"print(snapshot_download('{NAME}', local_files_only=True))")
        self.expect("snapshot_download finds it offline", found == str(snapshot), found)
        found = self.hf(cache, f"print(hf_hub_download('{NAME}', 'llm/model.safetensors', local_files_only=True))")
        self.expect("hf_hub_download finds a file offline", found == str(snapshot / "llm/model.safetensors"), found)
        code = (
            "info = scan_cache_dir(); print([str(w) for w in info.warnings], "
            "[(r.repo_id, sorted(v.refs), v.nb_files) for r in info.repos for v in r.revisions])")
        found = self.hf(cache, code.replace("; ", "\n"))
        self.expect("scan_cache_dir reads it without warnings", found == f"[] [('{NAME}', ['main'], {len(self.hub.files) - 2})]", found)
        before = len(self.hub.contents_sent())
        found = self.hf(cache, f"print(snapshot_download('{NAME}'))")
        self.expect("snapshot_download adds what is missing", found == str(snapshot) and (snapshot / "README.md").is_file(), found)
        self.expect("and fetches no large file again", len(self.hub.contents_sent()) == before)
        listed = self.damvideo(cache, "models", "show", NAME)
        self.expect("models show still knows it", listed.returncode == 0 and "kind      dam" in listed.stdout, listed)

    def theirs_read_by_ours(self):
        cache = self.folder / "theirs"
        found = self.hf(cache, f"print(snapshot_download('{NAME}'))")
        before = len(self.hub.requests)
        clip = ROOT / "Samples/courtyard"
        run = self.damvideo(
            cache, "caption", str(clip / "clip.mp4"), "--masks", str(clip / "masks"), "--track", "4", "--model", NAME, "-o", "-", "--quiet")
        self.expect("a model of theirs captions by name", run.returncode == 0 and '"caption" : "' in run.stdout, (found, run))
        self.expect("without asking the hub", len(self.hub.requests) == before)
        before = len(self.hub.contents_sent())
        run = self.damvideo(cache, "pull", NAME)
        self.expect("pull finds all of it there", run.returncode == 0 and len(self.hub.contents_sent()) == before, run)
        run = self.damvideo(cache, "models", "rm", NAME)
        found = self.hf(cache, "print(len(scan_cache_dir().repos))")
        self.expect("what models rm removes is gone for them", run.returncode == 0 and found == "0", (run, found))

    def killed(self):
        self.hub.pause = 0.002
        random.seed(1)
        for number in range(self.kills):
            cache = self.folder / f"killed-{number}"
            visible = rounds = 0
            while rounds < 40:
                rounds += 1
                process = subprocess.Popen(
                    [self.program, "pull", NAME, "--quiet"], env=self.environment(cache), stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    if process.wait(timeout=random.uniform(0.02, 1.2)) == 0:
                        break
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                shown = self.damvideo(cache, "models", "show", NAME)
                visible += shown.returncode == 0 and not self.is_whole(cache)
            self.expect(f"killed {rounds - 1} times, never half visible", visible == 0)
            finished = self.damvideo(cache, "pull", NAME)
            self.expect("and whole in the end", finished.returncode == 0 and self.is_whole(cache), finished)
            left = [path.name for path in (cache / "models--org--sample/blobs").iterdir() if path.name.endswith(".incomplete")]
            self.expect("with nothing left over", not left, left)
        self.hub.pause = 0

    def side_by_side(self):
        self.hub.pause = 0.001
        cache, before = self.folder / "both", len(self.hub.contents_sent())
        runs = [subprocess.Popen([self.program, "pull", NAME, "--quiet"], env=self.environment(cache), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True) for _ in range(3)]
        said = [run.communicate() for run in runs]
        self.expect("three pulls at once all succeed", all(run.returncode == 0 for run in runs) and self.is_whole(cache), said)
        sent, large = self.hub.contents_sent()[before:], len([file for file in self.hub.files.values() if file.large])
        self.expect("and fetch each large file once", len(sent) == large, len(sent))
        cache = self.folder / "mixed"
        run = subprocess.Popen([self.program, "pull", NAME, "--quiet"], env=self.environment(cache), stdout=subprocess.DEVNULL)
        found = self.hf(cache, f"print(snapshot_download('{NAME}'))")
        self.expect("hf and damvideo at once", run.wait() == 0 and self.is_whole(cache) and found.endswith(COMMIT), found)
        self.hub.pause = 0

    def refused(self):
        cache = self.folder / "refused"
        self.hub.gated = True
        run = self.damvideo(cache, "pull", NAME)
        self.expect("gated without a token", run.returncode == 66 and "HTTP 401" in run.stderr and "HF_TOKEN" in run.stderr, run.stderr)
        run = self.damvideo(cache, "pull", NAME, HF_TOKEN="hf_wrong")
        self.expect("gated for another user", run.returncode == 66 and "HTTP 403" in run.stderr, run.stderr)
        run = self.damvideo(cache, "pull", NAME, HF_TOKEN=TOKEN)
        self.expect(
            "open with the token, which the contents' server does not see", run.returncode == 0 and self.is_whole(cache), run.stderr)
        self.hub.gated = False
        run = self.damvideo(cache, "pull", "org/none")
        self.expect("no such model", run.returncode == 66 and "HTTP 404" in run.stderr, run.stderr)
        self.hub.faults = [(429, {"Retry-After": "1"}), (503, {})]
        run = self.damvideo(cache, "pull", NAME)
        self.expect("429 and 503 are waited for", run.returncode == 0 and "HTTP 429" in run.stderr and "HTTP 503" in run.stderr, run.stderr)
        run = self.damvideo(cache, "pull", NAME, HF_HUB_OFFLINE="1")
        self.expect("offline", run.returncode == 64 and "HF_HUB_OFFLINE" in run.stderr, run.stderr)

    def full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        size = sum(len(file.data) for file in self.hub.files.values())
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size // 2}", "tmpfs", str(disk)], capture_output=True).returncode:
            return print("skip  a full disk: no right to mount one")
        try:
            run = self.damvideo(disk / "hub", "pull", NAME)
            self.expect("a disk without room is told before", run.returncode == 74 and "bytes free" in run.stderr, run.stderr)
            # Space that another program takes while the pull runs.
            subprocess.run(["mount", "-o", f"remount,size={size * 2}", str(disk)], check=True)
            self.hub.pause = 0.01
            pull = subprocess.Popen([self.program, "pull", NAME], env=self.environment(disk / "hub"), stderr=subprocess.PIPE, text=True)
            time.sleep(1)
            with open(disk / "other", "wb") as other:
                try:
                    while True:
                        os.write(other.fileno(), bytes(1 << 16))
                except OSError:
                    pass
            said = pull.communicate()[1]
            self.hub.pause = 0
            self.expect("a disk that fills up is told", pull.returncode == 74 and "No space left" in said, said)
            (disk / "other").unlink()
            run = self.damvideo(disk / "hub", "pull", NAME)
            self.expect("and the pull goes on when there is room", run.returncode == 0 and self.is_whole(disk / "hub"), run.stderr)
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def run(self):
        try:
            for check in (self.ours_read_by_theirs, self.theirs_read_by_ours, self.refused, self.side_by_side, self.killed, self.full_disk):
                check()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.failed


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4) or len(sys.argv) == 4 and sys.argv[2] != "--kills":
        sys.exit("usage: Tests/check_hub_cache.py PROGRAM [--kills N]")
    sys.exit(1 if Checks(os.path.abspath(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) == 4 else 3).run() else 0)
