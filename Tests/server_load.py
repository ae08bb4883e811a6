#!/usr/bin/env python3
"""Puts `damvideo serve` under load, over loopback only, and checks that it withstands it. Standard library only.

    Tests/server_load.py [load] [vanishing] [killed] [--seconds 120] [--clients 64] [--vanishing 200] [--tokens 32] [--kills 8]

load        many clients at once, each with one request after the other: no error but 429, the slowest client's median at most 3
            times the fastest's, memory flat, processor time a token against that of the same tokens in one offline batch
vanishing   many clients that send slowly, read slowly, or disconnect midway: nothing is left of them
killed      a server that is killed repeatedly while it works on several clips: each is finished with the captions of an
            uninterrupted run, or its failure is reported, and none of its tracks is captioned twice
Exit code 1 when one fails.
"""

import argparse
import json
import os
import pathlib
import random
import socket
import statistics
import subprocess
import tempfile
import threading
import time

from server_malformed import add_clip, ended
from server_process import PROGRAM, ROOT, Server, message, picture, png

FAILURES = []


def check(holds, what):
    if not holds:
        FAILURES.append(what)
        print(f"  FAILED: {what}")


def request(number, tokens, stream=False):
    body = json.dumps({
        "messages": [message(picture(number % 16))], "max_tokens": tokens, "temperature": 1, "top_p": 1, "seed": number, "stream": stream,
    }).encode()
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)) + body


class Client:
    """Keeps one connection, as clients do."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        self.file = self.socket.makefile("rb")

    def ask(self, data):
        """Returns status, headers and body."""
        self.socket.sendall(data)
        status = int(self.file.readline().split(b" ")[1])
        headers = {}
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, value = line.split(b":", 1)
            headers[name.lower()] = value.strip()
        return status, headers, self.file.read(int(headers.get(b"content-length", 0)))


def load(server, options):
    """Has clients ask until the time is over."""
    times = [[] for _ in range(options.clients)]
    statuses, tokens, lock, memory = {}, [0], threading.Lock(), []
    end = time.time() + options.seconds

    def run(place):
        client = Client(server.port)
        number = place
        while time.time() < end:
            began = time.time()
            status, headers, body = client.ask(request(number, options.tokens))
            with lock:
                statuses[status] = statuses.get(status, 0) + 1
            if status == 429:
                time.sleep(min(float(headers[b"retry-after"]), 2))
            elif status == 200:
                times[place].append(time.time() - began)
                with lock:
                    tokens[0] += json.loads(body)["usage"]["completion_tokens"]
            number += options.clients

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(options.clients)]
    began, used = time.time(), server.seconds()
    for thread in threads:
        thread.start()
    while time.time() < end:
        time.sleep(1)
        memory.append((time.time() - began, server.status("VmRSS")))
    for thread in threads:
        thread.join(120)
    used, wall = server.seconds() - used, time.time() - began
    medians = [statistics.median(one) for one in times if one]
    quarter = options.seconds / 4
    # Memory still grows in the first eighth of the run.
    first = [kb for at, kb in memory if quarter / 2 <= at <= quarter * 1.5]
    last = [kb for at, kb in memory if at >= options.seconds - quarter]
    growth = statistics.mean(last) / statistics.mean(first) - 1
    print(f"  {sum(map(len, times))} answers, statuses {statuses}, {tokens[0]} tokens in {wall:.0f} s")
    print(f"  medians {min(medians):.2f} to {max(medians):.2f} s; memory {statistics.mean(first) / 1024:.0f} MB, {growth:+.1%} at the end")
    print(f"  {used / tokens[0] * 1000:.2f} ms of processor time a token, {tokens[0] / wall:.0f} tokens/s")
    check(set(statuses) <= {200, 429}, f"statuses {statuses}")
    check(len(medians) == options.clients, "a client got no answer")
    check(max(medians) <= 3 * min(medians), "the slowest client's median is more than 3 times the fastest's")
    check(growth < 0.05, "memory grows")
    return used / tokens[0]


def offline(options):
    """Returns processor seconds a token of one offline batch of like answers."""
    count = 192
    with tempfile.TemporaryDirectory() as folder:
        for name in ("clip", "masks"):
            os.mkdir(f"{folder}/{name}")
        side = 256
        clip = png(side, side, lambda x, y: ((x * 3) % 256, y % 256, (x * y) % 256, 255), alpha=False)
        pathlib.Path(f"{folder}/clip/0.png").write_bytes(clip)
        rows = bytearray(b"P5 %d %d 255\n" % (side, side))
        rows += bytes(min(x // 16 + y // 16 * 16 + 1, count) for y in range(side) for x in range(side))
        pathlib.Path(f"{folder}/masks/0.pgm").write_bytes(rows)
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-i", f"{folder}/masks/0.pgm", f"{folder}/masks/0.png"], check=True)
        os.unlink(f"{folder}/masks/0.pgm")

        def run(tokens):
            began = os.times()
            subprocess.run([
                str(PROGRAM), "caption", f"{folder}/clip", "--masks", f"{folder}/masks", "--model", str(ROOT / "Samples/model"),
                "--frames", "1", "--batch", "8", "--max-new-tokens", str(tokens), "--temperature", "1", "--top-p", "1", "--no-propagate",
                "-o", f"{folder}/{tokens}.json"], check=True, capture_output=True)
            after = os.times()
            document = json.loads(pathlib.Path(f"{folder}/{tokens}.json").read_text())
            return after.children_user + after.children_system - began.children_user - began.children_system, document

        seconds, document = run(options.tokens)
        tokens = sum(track["usage"]["completion_tokens"] for track in document["tracks"])
        print(f"  offline: {len(document['tracks'])} answers, {tokens} tokens, {seconds / max(tokens, 1) * 1000:.2f} ms a token")
        return seconds / max(tokens, 1)


def vanishing(server, options):
    """Clients that misbehave."""
    draw = random.Random(18)
    Client(server.port).ask(request(0, options.tokens))
    time.sleep(1)
    files, threads_before, memory = server.files(), server.status("Threads"), server.status("VmRSS")

    def run(number):
        data = request(number, 200, stream=number % 2 == 0)
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
                kind = number % 4
                if kind == 0:
                    # Disconnects in the middle of its body.
                    connection.sendall(data[:draw.randrange(1, len(data))])
                    time.sleep(draw.random() * 3)
                elif kind == 1:
                    # Sends one byte at a time, and gives up.
                    for place in range(draw.randrange(5, 40)):
                        connection.sendall(data[place:place + 1])
                        time.sleep(0.1)
                elif kind == 2:
                    # Disconnects at the first word.
                    connection.sendall(data)
                    connection.recv(64)
                else:
                    # Disconnects before there is an answer.
                    connection.sendall(data)
                    time.sleep(draw.random())
        except OSError:
            pass

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(options.vanishing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for _ in range(60):
        if server.files() <= files:
            break
        time.sleep(0.5)
    time.sleep(2)
    used = server.seconds()
    time.sleep(2)
    used = server.seconds() - used
    print(f"  files {files} then {server.files()}, threads {threads_before} then {server.status('Threads')}, "
          f"memory {memory / 1024:.0f} then {server.status('VmRSS') / 1024:.0f} MB, {used:.2f} s of processor time in 2 s behind them")
    check(server.files() <= files, "connections are left")
    check(used < 0.3, "work is left")
    status, _, _ = Client(server.port).ask(request(1, 4))
    check(status == 200, "the server answers no more")


def killed(options):
    """Kills servers of one library."""
    draw, fields = random.Random(22), {"options": json.dumps({"temperature": 0, "max_tracks": 4, "max_new_tokens": 200})}
    with tempfile.TemporaryDirectory() as folder:
        def start(name):
            return Server("--model", ROOT / "Samples/model", "--batch", "1", "--library", f"{folder}/{name}", "--log-level", "notice")

        with start("calm") as server:
            reference = add_clip(server, **fields)
            check(ended(server, reference)["state"] == "finished", "the clip does not end when nothing happens")
        document = json.loads(pathlib.Path(folder, "calm/clips", reference, "document.json").read_text())
        expected = {track["id"]: track["caption"] for track in document["tracks"]}
        server = start("library")
        clips, kills = [add_clip(server, **fields) for _ in range(4)], 0
        while kills < options.kills:
            time.sleep(draw.uniform(0.05, 1.5))
            server.process.kill()
            server.process.wait()
            kills += 1
            server = start("library")
        with server:
            found = [ended(server, clip) for clip in clips]
            states = [clip["state"] for clip in found]
            check(len(os.listdir(f"{folder}/library/clips")) == len(clips), "a clip is lost, or there are more than were given")
            check(server.stop() == 0, "the server did not stop in order")
        for clip in found:
            files = pathlib.Path(folder, "library/clips", clip["id"])
            check(clip["state"] == "finished" or clip["state"] == "failed" and clip["error"], f"a clip is {clip['state']}")
            path = files / "document.jsonl"
            lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
            tracks = [line["id"] for line in lines if line.get("type") == "track"]
            check(len(tracks) == len(set(tracks)), f"a track is there twice: {tracks}")
            if clip["state"] == "finished":
                document = json.loads((files / "document.json").read_text())
                captions = {track["id"]: track["caption"] for track in document["tracks"]}
                check(captions == expected, "captions differ from those of a calm run")
        print(f"  {kills} kills; clips {states}, {len(expected)} tracks each")
        check("finished" in states, "no clip is finished")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*", metavar="TEST", help="load, vanishing, killed; all of them unless said otherwise")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--vanishing", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--kills", type=int, default=8)
    options = parser.parse_args()
    tests = options.tests or ["load", "vanishing", "killed"]
    if any(name not in ("load", "vanishing", "killed") for name in tests):
        parser.error("a test that there is not")
    with Server("--model", ROOT / "Samples/model", "--batch", "8", "--log-level", "notice") as server:
        if "load" in tests:
            print("load")
            online = load(server, options)
            base = offline(options)
            print(f"  {base / online:.2f} of the offline batch's tokens for the same processor time")
            check(online <= base / 0.9, "less than 0.9 of the offline batch")
        if "vanishing" in tests:
            print("vanishing")
            vanishing(server, options)
        check(server.stop() == 0, "the server did not stop in order")
    if "killed" in tests:
        print("killed")
        killed(options)
    print("failed" if FAILURES else "passed")
    raise SystemExit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
