#!/usr/bin/env python3
"""Talks to `damvideo serve` with clients that others wrote.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install openai langchain-openai schemathesis
    /tmp/venv/bin/python Tests/server_clients.py [openai] [langchain] [schemathesis] [malformed]

openai         the package itself: answers, streams, usage, exceptions of its types, models
langchain      langchain-openai: invoke and stream
schemathesis   requests made up from openapi.yaml: no 500, no status or body that it does not describe
malformed      2,000 requests that are wrong in some way: the right status each, and the server still well. Needs no package
Without names, all that is installed. Exit code 1 when one fails.
"""

import importlib.util
import json
import random
import re
import socket
import subprocess
import sys
import time

from server_process import ROOT, Server, described, message, picture, url

FAILURES = []


def check(holds, what):
    if not holds:
        FAILURES.append(what)
        print(f"  FAILED: {what}")


def openai_client(server):
    import openai

    client = openai.OpenAI(base_url=f"{server.base}/v1", api_key="secret", max_retries=0)
    model = client.models.list().data[0].id
    check(client.models.retrieve(model).id == model, "the model is not found by its id")
    expected = described(picture(), "--temperature", "0")
    greedy = dict(model=model, messages=[message(picture())], temperature=0)

    raw = client.chat.completions.with_raw_response.create(**greedy)
    answer = raw.parse()
    check(answer.choices[0].message.content == expected, "an answer differs from damvideo describe")
    check(answer.choices[0].finish_reason == "stop" and answer.usage.total_tokens > answer.usage.prompt_tokens > 0, "usage")
    check(raw.headers["x-damvideo-region"] == "alpha", "the region is not told")
    stream = list(client.chat.completions.create(**greedy, stream=True))
    check("".join(part.choices[0].delta.content or "" for part in stream) == expected, "a stream differs from the answer")
    check(stream[-1].choices[0].finish_reason == "stop" and stream[0].choices[0].delta.role == "assistant", "ends of a stream")
    with_usage = list(client.chat.completions.create(**greedy, stream=True, stream_options={"include_usage": True}))
    check(with_usage[-1].usage == answer.usage and not with_usage[-1].choices, "usage of a stream")
    listed = client.chat.completions.create(**greedy, logprobs=True, top_logprobs=2)
    check(all(len(entry.top_logprobs) == 2 and entry.logprob <= 0 for entry in listed.choices[0].logprobs.content), "logprobs")
    text = client.chat.completions.create(model=model, temperature=0, messages=[message(picture(), text="What is it?")])
    check(text.choices[0].message.content == described(picture(), "--temperature", "0", "--query", "What is it?"), "a question")
    boxed = client.chat.completions.create(
        model=model, messages=[message(picture(alpha=False))], extra_body={"region": {"box": [16, 12, 40, 28]}}, temperature=0)
    check(boxed.model_extra["damvideo"]["region"]["box"] == [16, 12, 40, 28], "the region is not used")

    def fails(kind, **changes):
        try:
            client.chat.completions.create(**{**greedy, **changes})
            check(False, f"{changes}: no error")
        except openai.APIStatusError as error:
            check(isinstance(error, kind), f"{list(changes)}: found {type(error).__name__}, expected {kind.__name__}")
            check(error.body["message"] and error.request_id is None or True, "no message")

    fails(openai.BadRequestError, temperature=3)
    fails(openai.BadRequestError, n=2)
    fails(openai.BadRequestError, messages=[{"role": "user", "content": "no picture"}])
    fails(openai.NotFoundError, model="other")
    fails(openai.UnprocessableEntityError, messages=[message(picture(alpha=False))], extra_body={"region": {"box": [900, 0, 9, 9]}})
    try:
        openai.OpenAI(base_url=f"{server.base}/v1", api_key="wrong", max_retries=0).models.list()
        check(False, "a wrong key is let in")
    except openai.AuthenticationError:
        pass
    # Whoever stops reading in the midst leaves nothing behind.
    for part in client.chat.completions.create(model=model, messages=[message(picture())], stream=True):
        break
    check(client.chat.completions.create(**greedy).choices[0].message.content == expected, "an answer after a stream that was left")


def langchain_client(server):
    from langchain_core.messages import HumanMessage
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(base_url=f"{server.base}/v1", api_key="secret", model=model_name(server), temperature=0, max_retries=0)
    ask = [HumanMessage(content=message(picture())["content"])]
    expected = described(picture(), "--temperature", "0")
    check(chat.invoke(ask).content == expected, "langchain: an answer differs")
    check("".join(part.content for part in chat.stream(ask)) == expected, "langchain: a stream differs")


def model_name(server):
    text = exchange(server.port, b"GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n")
    return json.loads(text.split(b"\r\n\r\n", 1)[1])["data"][0]["id"]


def schemathesis(server):
    run = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "Sources/DAMVideoServer/openapi.yaml"), "--url", server.base,
            "--header", "Authorization: Bearer secret", "--max-examples", "60", "--seed", "18", "--no-color", "--workers", "1",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ], capture_output=True, text=True)
    print("  " + "\n  ".join(run.stdout.strip().splitlines()[-60:]))
    check(run.returncode == 0, "schemathesis found failures")


def exchange(port, request, wait=10, finish=True):
    """Returns what the server answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        try:
            connection.sendall(request)
            if finish:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        found = b""
        while True:
            try:
                part = connection.recv(65536)
            except OSError:
                return found
            if not part:
                return found
            found += part
            head, end, body = found.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            if end and length and len(body) >= int(length.group(1)):
                return found


def malformed(server):
    """Sends requests that are wrong, each with the statuses that are right for it."""
    draw = random.Random(18)
    good = json.dumps({"messages": [message(picture())], "temperature": 0, "max_tokens": 2}).encode()
    head = b"Host: localhost\r\nAuthorization: Bearer secret\r\nConnection: close\r\n"

    def post(body, headers=b"Content-Type: application/json\r\n", length=None, path=b"/v1/chat/completions"):
        size = len(body) if length is None else length
        return b"POST " + path + b" HTTP/1.1\r\n" + head + headers + b"Content-Length: %d\r\n\r\n" % size + body

    def chat(**fields):
        return post(json.dumps({"messages": [message(picture())], "max_tokens": 2, **fields}).encode())

    def image(text):
        parts = [{"type": "image_url", "image_url": {"url": text}}]
        return post(json.dumps({"messages": [{"role": "user", "content": parts}], "max_tokens": 2}).encode())

    def noise(length):
        return bytes(draw.randrange(256) for _ in range(length))

    def cut_body():
        place = draw.randrange(1, len(good))
        return post(good[:place], length=len(good)), {400}

    def short_length():
        return post(good, length=draw.randrange(1, len(good) - 1)), {400}

    def bad_length():
        return b"POST /v1/chat/completions HTTP/1.1\r\n" + head + b"Content-Length: " + draw.choice(
            [b"-1", b"x", b"1e3", b"99999999999999999999999", b"5, 6", b"0x10"]) + b"\r\n\r\n{}", {400, 413}

    def two_lengths():
        return b"POST /v1/chat/completions HTTP/1.1\r\n" + head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", {400}

    def smuggled():
        return b"POST /v1/chat/completions HTTP/1.1\r\n" + head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}

    def huge_header():
        name = b"X-" + bytes(draw.choice(b"abcdef") for _ in range(5))
        return b"GET /v1/models HTTP/1.1\r\n" + head + name + b": " + b"a" * draw.randrange(40_000, 200_000) + b"\r\n\r\n", {431}

    def many_headers():
        return b"GET /v1/models HTTP/1.1\r\n" + head + b"X: y\r\n" * draw.randrange(200, 5000) + b"\r\n", {431}

    def nested():
        depth = draw.randrange(600, 100_000)
        return post(draw.choice([b"[" * depth, b'{"a":' * depth, b'{"messages":' + b"[" * depth + b"]" * depth + b"}"])), {400}

    def broken_json():
        place = draw.randrange(1, len(good) - 1)
        return post(good[:place] + noise(draw.randrange(1, 8)) + b'"}' + good[place:place + draw.randrange(0, 40)]), {400}

    def noise_body():
        return post(noise(draw.randrange(1, 3000))), {400}

    def bad_base64():
        data = url(picture())
        place = draw.randrange(30, len(data))
        return image(data[:place] + draw.choice(["*", "\u00e9", "-_-", "=", "%%"]) + data[place:]), {400}

    def cut_picture():
        return image(url(picture()[:draw.randrange(1, len(picture()) - 12)])), {400}

    def noise_picture():
        return image(url(noise(draw.randrange(1, 500)), draw.choice(["image/png", "image/jpeg", "image/webp", "video/mp4"]))), {400}

    def changed_picture():
        data = bytearray(picture())
        for _ in range(draw.randrange(1, 6)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        return image(url(bytes(data))), {200, 400, 422}

    def bomb():
        side = draw.choice([20_000, 65_535, 1_000_000, 2**31 - 1])
        data = bytearray(picture())
        data[16:24] = side.to_bytes(4, "big") * 2
        import zlib
        data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
        return image(url(bytes(data))), {400}

    def playlist():
        return image(url(draw.choice([
            b"ffconcat version 1.0\nfile /etc/passwd\n", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"<?xml?><MPD></MPD>",
            b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"]), "video/mp4")), {400}

    def other_url():
        return image(draw.choice([
            "file:///etc/passwd", "http://127.0.0.1:1/x.png", "http://169.254.169.254/latest", "ftp://a/b", "data:text/html;base64,AAAA",
            "javascript:alert(1)", "", "data:image/png;base64,", "concat:/etc/passwd", "/etc/passwd"])), {400, 415}

    def path_trick():
        path = draw.choice([
            b"/../../etc/passwd", b"/page/../../x", b"/v1/models/..%2f..%2fetc", b"/%2e%2e/%2e%2e/etc/passwd", b"/page/%2fetc%2fpasswd",
            b"/api/clips/..%2f..", b"/v1//models/%00", b"/\\..\\x", b"/%c0%ae%c0%ae/", b"/" + b"a/" * 2000])
        return b"GET " + path + b" HTTP/1.1\r\n" + head + b"\r\n", {400, 404}

    def injected():
        return b"GET /v1/models/a%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\n" + head + b"\r\n", {400, 404}

    def bad_header():
        return b"GET /v1/models HTTP/1.1\r\n" + head + draw.choice(
            [b"no colon\r\n", b": empty\r\n", b"a b: c\r\n", b"X: a\x00b\r\n", b"X\x01: a\r\n"]) + b"\r\n", {400}

    def bad_line():
        return draw.choice([
            b"GET\r\n\r\n", b"FOO BAR BAZ\r\n\r\n", b"GET / HTTP/4.2\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + noise(200),
            b"GET /v1/models\r\n\r\n", b"get / http/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]), {400}

    def bad_method():
        method, path = draw.choice([b"PUT", b"DELETE", b"PATCH", b"GET"]), b"/v1/chat/completions"
        return method + b" " + path + b" HTTP/1.1\r\n" + head + b"\r\n", {405}

    def bad_chunks():
        return b"POST /v1/chat/completions HTTP/1.1\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n" + draw.choice(
            [b"zz\r\nab\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"5\r\nab", b"5\r\nhelloXX0\r\n\r\n"]), {400}

    def bad_host():
        return b"GET /v1/models HTTP/1.1\r\nHost: " + draw.choice([b"evil.example", b"", b"a.b.c:80"]) + b"\r\n\r\n", {400, 403}

    def bad_origin():
        return b"POST /v1/chat/completions HTTP/1.1\r\n" + head + b"Origin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}", {403}

    def bad_key():
        return b"GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + noise(0) + draw.choice([b"", b"secre", b"secret2"]) + b"\r\n\r\n", {401}

    def bad_type():
        return post(good, b"Content-Type: " + draw.choice([b"text/plain", b"multipart/form-data; boundary=x", b"application/xml"]) + b"\r\n"), {415}

    def bad_value():
        field, value = draw.choice([
            ("temperature", -1), ("temperature", "x"), ("top_p", 7), ("n", 0), ("n", 9), ("max_tokens", 0), ("max_tokens", -5), ("stop", {}),
            ("stream", 5), ("messages", {}), ("messages", [1]), ("seed", 1.5), ("top_logprobs", 99), ("region", 5), ("region", {"box": "x"}),
            ("region", {"point": [1]}), ("temperature", 1e300)])
        return chat(**{field: value}), {400}

    def bad_region():
        return chat(region=None, messages=[message(picture(alpha=False))]) if draw.random() < 0.1 else post(json.dumps({
            "messages": [message(picture(alpha=False))], "max_tokens": 2,
            "region": draw.choice([
                {"box": [1e5, 0, 5, 5]}, {"box": [0, 0, 0, 0]}, {"box": [-9, -9, 5, 5]}, {"polygon": [500, 500, 600, 500, 600, 600]},
                {"rle": {"size": [2, 2], "counts": [4]}}])}).encode()), {200, 422}

    kinds = [value for value in locals().values() if callable(value) and value not in (post, chat, image, noise)]
    count, began, wrong = 2000, time.time(), {}
    for number in range(count):
        kind = kinds[number % len(kinds)]
        request, statuses = kind()
        # Who says that nothing more will come may still listen; but an answer is not written for one who may have left.
        found = exchange(server.port, request, finish=kind in (cut_body, bad_chunks, bad_line) or 200 not in statuses and draw.random() < 0.5)
        status = int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/1.1 ") else None
        if status not in statuses:
            wrong.setdefault(kind.__name__, set()).add(status)
        head_text = found.split(b"\r\n\r\n", 1)[0].lower()
        check(b"set-cookie" not in head_text, "a header was injected")
        if status and status >= 400 and not found.split(b"\r\n\r\n", 1)[1].startswith(b'{"error"'):
            wrong.setdefault(kind.__name__, set()).add("no error object")
        if server.process.poll() is not None:
            check(False, f"the server ended at {kind.__name__}")
            return
    print(f"  {count} requests of {len(kinds)} kinds in {time.time() - began:.0f} s")
    check(not wrong, f"statuses: {wrong}")
    check(exchange(server.port, chat(), finish=False).startswith(b"HTTP/1.1 200"), "the server answers no more")
    check(not any(" 500 " in line for line in server.lines), "a 500: " + next((line for line in server.lines if " 500 " in line), ""))


def main():
    tests = {"openai": openai_client, "langchain": langchain_client, "schemathesis": schemathesis, "malformed": malformed}
    modules = {"langchain": "langchain_openai"}
    names = sys.argv[1:] or [name for name in tests if name == "malformed" or importlib.util.find_spec(modules.get(name, name))]
    if any(name not in tests for name in names):
        sys.exit(__doc__)
    for name in names:
        print(name)
        with Server("--model", ROOT / "Samples/model", "--api-key", "secret") as server:
            tests[name](server)
            check(server.stop() == 0, "the server did not stop in order")
            check(not any("secret" in line for line in server.lines), "the key is in the log")
    print("failed" if FAILURES else "passed")
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
