"""Malformed requests, each with the statuses that are right for it. Standard library only."""

import json
import random
import re
import socket
import time
import urllib.parse
import zlib

from server_process import ROOT, message, picture, url

HEAD = b"Host: localhost\r\nAuthorization: Bearer secret\r\nConnection: close\r\n"
CLIP = ROOT / "Samples/scenes/clips/600006/clip.mp4"


def post(body, headers=b"Content-Type: application/json\r\n", length=None, path=b"/v1/chat/completions", method=b"POST"):
    size = len(body) if length is None else length
    return method + b" " + path + b" HTTP/1.1\r\n" + HEAD + headers + b"Content-Length: %d\r\n\r\n" % size + body


def get(path, headers=b"", method=b"GET"):
    return method + b" " + path + b" HTTP/1.1\r\n" + HEAD + headers + b"\r\n"


def multipart(*parts, boundary=b"xyz", end=True):
    """Returns a body of (head, content) pairs."""
    body = b"".join(b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in parts)
    return body + (b"--" + boundary + b"--\r\n" if end else b"")


def part(name, content, file_name=None):
    head = b'Content-Disposition: form-data; name="' + name + b'"'
    return (head + (b'; filename="' + file_name + b'"' if file_name else b""), content)


def upload(body, kind=b"multipart/form-data; boundary=xyz", length=None):
    return post(body, b"Content-Type: " + kind + b"\r\n", length, b"/api/clips")


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


def chat_kinds(draw):
    """Returns functions that make malformed requests to OpenAI's API, each with the statuses that are right for it."""
    good = json.dumps({"messages": [message(picture())], "temperature": 0, "max_tokens": 2}).encode()
    head = HEAD

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
        data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
        return image(url(bytes(data))), {400}

    def playlist():
        return image(url(draw.choice([
            b"ffconcat version 1.0\nfile /etc/passwd\n", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"<?xml?><MPD></MPD>",
            b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"]), "video/mp4")), {400}

    def other_url():
        return image(draw.choice([
            "file:///etc/passwd", "http://127.0.0.1:1/x.png", "http://169.254.169.254/latest", "ftp://a/b", "data:text/html;base64,AAAA",
            "javascript:alert(1)", "", "data:image/png;base64,", "concat:/etc/passwd", "/etc/passwd"])), {400, 403, 415}

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
        return (
            b"GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + noise(0)
            + draw.choice([b"", b"secre", b"secret2"]) + b"\r\n\r\n"
        ), {401}

    def bad_type():
        return post(
            good, b"Content-Type: " + draw.choice([b"text/plain", b"multipart/form-data; boundary=x", b"application/xml"]) + b"\r\n"
        ), {415}

    def bad_value():
        field, value = draw.choice([
            ("temperature", -1), ("temperature", "x"), ("top_p", 7), ("n", 0), ("n", 9), ("max_tokens", 0), ("max_tokens", -5),
            ("stop", {}), ("stream", 5), ("messages", {}), ("messages", [1]), ("seed", 1.5), ("top_logprobs", 99), ("region", 5),
            ("region", {"box": "x"}), ("region", {"point": [1]}), ("temperature", 1e300)])
        return chat(**{field: value}), {400}

    def bad_region():
        return chat(region=None, messages=[message(picture(alpha=False))]) if draw.random() < 0.1 else post(json.dumps({
            "messages": [message(picture(alpha=False))], "max_tokens": 2,
            "region": draw.choice([
                {"box": [1e5, 0, 5, 5]}, {"box": [0, 0, 0, 0]}, {"box": [-9, -9, 5, 5]}, {"polygon": [500, 500, 600, 500, 600, 600]},
                {"rle": {"size": [2, 2], "counts": [4]}}])}).encode()), {200, 422}

    helpers = {chat, image, noise}
    return [value for value in list(locals().values()) if callable(value) and value not in helpers]


def clip_kinds(draw, clip):
    """The same for clips; `clip` is the id of one that has ended, without objects."""
    data = CLIP.read_bytes()
    place = b"/api/clips/" + clip.encode()

    def noise(length):
        return bytes(draw.randrange(256) for _ in range(length))

    def file(content=data[:3000]):
        return part(b"file", content, b"clip.mp4")

    def upload_cut():
        body = multipart(file(data))
        return upload(body[:draw.randrange(1, len(body) - 4)], length=len(body)), {400}

    def upload_unfinished():
        body = multipart(file(data), end=draw.random() < 0.5)
        return upload(body[:draw.randrange(20, len(body) - 4)]), {400}

    def upload_noise():
        return upload(noise(draw.randrange(1, 40_000))), {400}

    def upload_other_boundary():
        return upload(multipart(file(), boundary=b"abc")), {400}

    def upload_bad_type():
        return upload(multipart(file()), draw.choice([
            b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/form-data; boundary=" + b"a" * 3000,
            b"multipart/mixed; boundary=xyz", b"application/x-www-form-urlencoded", b"text/plain"])), {400, 415}

    def upload_bad_head():
        head = draw.choice([
            b"", b"X: y", b"Content-Disposition: attachment", b"Content-Disposition: form-data", b"content-disposition",
            b"X: " + b"a" * 20_000, b"Content-Disposition: form-data; name", noise(40).replace(b"\r", b" ").replace(b"\n", b" ")])
        return upload(multipart((head, b"x"))), {400}

    def upload_many_parts():
        return upload(multipart(*[part(b"x%d" % number, b"") for number in range(draw.randrange(65, 500))])), {400}

    def upload_two_files():
        return upload(multipart(file(), file())), {400}

    def upload_no_file():
        return upload(multipart(part(draw.choice([b"name", b"files", b"", b"file2"]), b"x"))), {400}

    def upload_long_field():
        return upload(multipart(part(draw.choice([b"options", b"name", b"other"]), b"x" * 70_000), file())), {413}

    def upload_no_clip():
        content = draw.choice([
            b"", noise(2000), b"#EXTM3U\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n", data[:draw.randrange(1, 3000)],
            b"<html></html>", b"\x00" * 5000, b"GIF89a", picture()[:60]])
        return upload(multipart(part(b"file", content, b"../../../../etc/cron.d/x.mp4"))), {415}

    def upload_bad_options():
        text = draw.choice([
            b"{", b"[]", b"5", b'{"frames": 0}', b'{"frames": "8"}', b'{"find": "x"}', b'{"find": "detector"}', b'{"temperature": 1e999}',
            b'{"segment": "x"}', b'{"start": -5}', b'{"duration": 0}', b'{"seed": 1.5}', b'{"max_tracks": 99999999999999999999}',
            b"{" * 5000, b'{"find":' + b"[" * 5000, noise(50)])
        return upload(multipart(part(b"options", text), part(b"file", data, b"clip.mp4"))), {400}

    def upload_bad_masks():
        return upload(multipart(part(b"masks", draw.choice([b"", b"[]", b"{}", noise(500), b"[" * 4000]), draw.choice(
            [b"a.json", b"a.png", b"../a.json", b"a.npz", b"a.zip"])), part(b"file", data, b"clip.mp4"))), {400, 415}

    def path_outside():
        path = draw.choice([
            "../x", "/etc/passwd", "..", ".", "", "clip\u0000", "a/../../x", "link-out", "link-out/passwd", "fifo", "missing.mp4",
            "/proc/self/environ", "//etc/passwd", "clip/../../../etc/passwd", "a" * 5000])
        return post(json.dumps({"path": path}).encode(), path=b"/api/clips"), {400, 403, 404, 415}

    def bad_json():
        body = draw.choice([
            b"", b"{", b"[]", b"null", b'{"path": 5}', b'{"path": {}}', b"[" * 100_000, b'{"path": "x", "options": []}', noise(100)])
        return post(body, path=b"/api/clips"), {400}

    def no_such_clip():
        name = draw.choice([b"x", b"..%2f..", b"%2e%2e", b"a" * 3000, b"%00", b"'%20OR%201=1", b"%0d%0aX:%20y"])
        return get(b"/api/clips/" + name + draw.choice([b"", b"/document.json", b"/events", b"/video", b"/frames/0.jpg"])), {400, 404}

    def no_such_path():
        return get(draw.choice([
            b"/api", b"/api/x", b"/api/clips/a/b/c/d", place + b"/upload", place + b"/document.jsonl", place + b"/..%2flibrary.sqlite",
            place + b"/made/0-render.mp4", place + b"/frames", place + b"/frames/x.jpg", place + b"/frames/-1.jpg",
            place + b"/frames/1.png", place + b"/frames/99999999999999999999.jpg", place + b"/frames/9223372036854775807.jpg",
            place + b"/frames/40.jpg", place + b"/frames/1.jpg?track=9"])), {400, 404}

    def bad_query():
        return get(draw.choice([
            b"/api/clips?limit=0", b"/api/clips?limit=-1", b"/api/clips?limit=x", b"/api/clips?offset=-1", b"/api/clips?state=x",
            b"/api/clips?limit=99999999999999999999", b"/api/search?from=yesterday", b"/api/search?to=2026-99-99", b"/api/search?limit=501",
            place + b"/frames/1.jpg?width=1", place + b"/frames/1.jpg?width=x", place + b"/outlines.json?from=-1",
            place + b"/outlines.json?to=1e3"])), {400}

    def odd_search():
        text = draw.choice([
            "\"", "a\" OR \"b", "NEAR(a b)", "*", "text:x", "-", "a AND", "(", "%", "_", "'; DROP TABLE clips; --", "\ue000", "\U0001f600",
            "a " * 3000, "\u200b", "^a", "{a b}:c"])
        return get(b"/api/search?q=" + urllib.parse.quote(text).encode() + b"&label=%22&camera='"), {200}

    def bad_method():
        method, path = draw.choice([
            (b"PUT", b"/api/clips"), (b"POST", place), (b"GET", place + b"/mask"), (b"DELETE", place + b"/video"),
            (b"POST", b"/api/status"), (b"PATCH", b"/api/search"), (b"GET", place + b"/tracks/1"), (b"TRACE", b"/api/clips")])
        return get(path, method=method), {405}

    def bad_change():
        body = draw.choice([
            b"{", b"[]", b'{"name": 5}', b'{"name": ""}', b'{"name": "  "}', b'{"recorded": "x"}', b'{"camera": {}}', b"[" * 9000])
        return post(body, path=place, method=b"PATCH"), {400}

    def bad_track():
        track = draw.choice([b"1", b"x", b"-1", b"%2e%2e", b"99999999999999999999"])
        return draw.choice([
            post(b'{"caption": "x"}', path=place + b"/tracks/" + track, method=b"PATCH"),
            get(place + b"/tracks/" + track, method=b"DELETE")]), {400, 404}

    def bad_prompt():
        prompt = draw.choice([
            {}, {"frame": 0}, {"frame": -1, "box": [1, 1, 5, 5]}, {"frame": 40, "box": [1, 1, 5, 5]}, {"frame": 0, "box": [1, 1, 0, 5]},
            {"frame": 0, "box": [1e5, 1, 5, 5]}, {"frame": 0, "box": [1, 2]}, {"frame": 0, "points": [[1, 1]]},
            {"frame": 0, "polygon": [[1]]}, {"frame": 0, "polygon": [[1, 1, 1e300, 1, 1, 5]]}, {"frame": 1e300, "box": [1, 1, 5, 5]},
            {"frame": 0, "box": "x"},
            {"frame": 9223372036854775807, "box": [1, 1, 5, 5]}, {"frame": 0, "polygon": [[]] * 2000}, {"frame": 0, "box": [None] * 4}])
        return post(json.dumps(prompt).encode(), path=place + draw.choice([b"/mask", b"/describe"])), {400, 404, 422}

    def bad_range():
        return get(place + b"/video", b"Range: bytes=" + draw.choice(
            [b"99999999-", b"-0", b"5-1", b"x-y", b"0-0,2-3", b"99999999999999999999-", b"--5", b""]) + b"\r\n"), {200, 206, 416}

    def other_site():
        headers = draw.choice([
            b"Origin: https://evil.example\r\n", b"Origin: null\r\n", b"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n"])
        return draw.choice([get(b"/api/clips", headers), get(place, headers, b"DELETE"), post(b"{}", headers, path=b"/api/clips")]), {403}

    def ollama():
        body = draw.choice([
            b"", b"{", b"[]", b"{}", b'{"messages": 5}', b'{"messages": [5]}', b'{"messages": [{"role": "user", "images": "x"}]}',
            b'{"messages": [{"role": "user", "images": ["*"]}]}', b'{"model": "x", "messages": [{}]}', b"[" * 50_000])
        return post(body, path=draw.choice([b"/api/chat", b"/api/generate"])), {400, 404}

    helpers = {noise, file}
    return [value for value in list(locals().values()) if callable(value) and value not in helpers]


def is_error(found):
    """True for the body of an error, OpenAI's or Ollama's."""
    return found.split(b"\r\n\r\n", 1)[1].startswith(b'{"error"')


def send(server, kinds, draw, count):
    """Sends requests of all kinds in turn. Yields faults of the answers."""
    began, wrong = time.time(), {}
    for number in range(count):
        kind = kinds[number % len(kinds)]
        request, statuses = kind()
        # A client that has shut down its sending side may still read, but the server does not answer one that may be gone.
        ends = kind.__name__ in ("cut_body", "bad_chunks", "bad_line", "upload_cut")
        found = exchange(server.port, request, finish=ends or not statuses & {200, 206} and draw.random() < 0.5)
        status = int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/1.1 ") else None
        if status not in statuses:
            wrong.setdefault(kind.__name__, {})[status] = request[:300]
        if b"set-cookie" in found.split(b"\r\n\r\n", 1)[0].lower():
            yield f"{kind.__name__}: a header was injected"
        if status and status >= 400 and not is_error(found):
            yield f"{kind.__name__}: no error object: {found[-200:]}"
        if b"root:" in found or b"/tmp/" in found:
            yield f"{kind.__name__}: a file or a path of this machine: {found[-200:]}"
        if server.process.poll() is not None:
            yield f"the server ended at {kind.__name__}: {request[:300]}"
            return
    print(f"  {count} requests of {len(kinds)} kinds in {time.time() - began:.0f} s")
    for name, found in wrong.items():
        for status, request in found.items():
            yield f"{name}: status {status} of {request}"
    for line in server.lines:
        if " 500 " in line:
            yield f"a 500: {line}"


def add_clip(server, **fields):
    """Uploads the sample clip.  Returns its id."""
    parts = [part(name.encode(), value.encode()) for name, value in fields.items()]
    found = exchange(server.port, upload(multipart(*parts, part(b"file", CLIP.read_bytes(), b"clip.mp4"))), finish=False)
    return json.loads(found.split(b"\r\n\r\n", 1)[1])["id"]


def state(server, clip):
    """Returns the server's record of a clip."""
    return json.loads(exchange(server.port, get(b"/api/clips/" + clip.encode()), finish=False).split(b"\r\n\r\n", 1)[1])


def ended(server, clip, seconds=120):
    """Waits for the end of a clip's job.  Returns the clip."""
    for _ in range(seconds * 10):
        found = state(server, clip)
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.1)
    return found
