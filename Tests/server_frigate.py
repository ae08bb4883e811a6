#!/usr/bin/env python3
"""Tests `damvideo serve` with the requests of Frigate's providers, over loopback only.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install openai ollama
    /tmp/venv/bin/python Tests/server_frigate.py [--wait 120]

crops      1, 2, 5 and 10 JPEG crops of an object, each a description, by the clients openai and ollama
pressure   20 events at once on a server that is slowed down until they would take longer than Frigate waits: each has its
           description in time
reviews    requests for structured answers or without a picture: a clear 400, or the answer of the upstream server
facts      the providers' queries about the model

A server is slowed down by stopping its process for a part of each second. --wait is the time that Frigate waits for; the pressure
takes as long. Exit code 1 when one fails.
"""

import argparse
import base64
import http.server
import json
import signal
import subprocess
import threading
import time
import urllib.request

import ollama
import openai

from server_process import ROOT, Server

FAILURES = []
# Time that 20 events take on the slow server over the time that Frigate waits.
SLOWNESS = 2
# Smallest share of the time that a slowed server runs: with less, its ten seconds of slack would be less than it needs to write an
# answer. A machine that is still too fast gets more crops instead.
LEAST_SHARE = 0.01
CROPS, MOST_CROPS = (1, 2, 5, 10), (10,)
# The sample model's answers are short: these options, which users of Frigate can set as well, make them long.
LONG = {"temperature": 2, "top_p": 1, "max_tokens": 300}
TEMPLATE = "[[damvideo id={id} label={label} box={data[box]} t={data[snapshot_frame_time]}]] Describe the {label} seen by {camera}."


def check(holds, what):
    if not holds:
        FAILURES.append(what)
        print(f"  FAILED: {what}")


def crop(number):
    """Returns a JPEG of 500 x 500 with a square in its middle."""
    size = 500
    inside, outside = bytes((200, 30 + number * 9 % 200, 40)), bytes((40, 90, 110 + number % 100))
    rows = bytearray()
    for y in range(size):
        edge = 150 if 150 <= y < 350 else size // 2
        rows += outside * edge + inside * (size - 2 * edge) + outside * edge
    run = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size}x{size}", "-i", "-", "-f", "mjpeg", "-"],
        input=bytes(rows), capture_output=True, check=True)
    return run.stdout


def prompt(number):
    """Returns the user's template filled in as Frigate does it."""
    event = {
        "id": f"1719500{number}.25-abc{number}", "label": "person", "sub_label": None, "camera": "front_door",
        "data": {"box": [0.4, 0.3, 0.1, 0.25], "snapshot_frame_time": 1719500.5 + number},
    }
    return TEMPLATE.format(**event)


def content(text, crops):
    parts = [{"type": "text", "text": text}]
    for one in crops:
        data = base64.b64encode(one).decode()
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}", "detail": "low"}})
    return [{"role": "user", "content": parts}]


class Slow:
    """Lets a server run for a part of each second."""

    def __init__(self, server, share):
        self.server, self.share, self.ends = server, share, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        period = 0.5
        while not self.ends.is_set():
            self.server.process.send_signal(signal.SIGSTOP)
            time.sleep(period * (1 - self.share))
            self.server.process.send_signal(signal.SIGCONT)
            time.sleep(period * self.share)

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


def ask(server, number, crops, wait, **options):
    """Returns seconds and the answer, or the error, of one event as Frigate asks it."""
    client = openai.OpenAI(base_url=f"{server.base}/v1", api_key="none", max_retries=0)
    began = time.time()
    try:
        answer = client.chat.completions.with_raw_response.create(
            model="model", messages=content(prompt(number), crops), timeout=wait, **options)
    except Exception as error:
        return time.time() - began, error, None
    return time.time() - began, answer.parse(), answer.headers["x-damvideo-region"]


def crops(server, wait):
    pictures = [crop(number) for number in range(10)]
    chat = ollama.Client(host=server.base, timeout=wait)
    for count in CROPS:
        seconds, answer, region = ask(server, count, pictures[:count], wait)
        check(not isinstance(answer, Exception) and answer.choices[0].message.content, f"{count} crops: {answer}")
        check(region == "centre", f"{count} crops: region {region}")
        generated = chat.generate("model", prompt(count), images=pictures[:count], options={"temperature": 0.5, "repeat_penalty": 1.05})
        check(generated["response"].strip() and generated["done"], f"{count} crops by ollama: {generated}")
        said = chat.chat("model", [{"role": "user", "content": prompt(count) + "[img]" * count, "images": pictures[:count]}])
        check(said["message"]["content"].strip(), f"{count} crops by ollama's chat")
        print(f"  {count} crops: {seconds:.2f} s, {answer.usage.completion_tokens} tokens")
    return pictures


def together(server, pictures, wait, crop_counts, count=20):
    results = [None] * count

    def run(number):
        results[number] = ask(server, number, pictures[:crop_counts[number % len(crop_counts)]], wait, **LONG)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.time() - began, results


def pressure(server, pictures, wait):
    counts = CROPS
    seconds, results = together(server, pictures, wait, counts)
    check(all(not isinstance(answer, Exception) for _, answer, _ in results), "an event without a description, with time enough")
    print(f"  20 events: {seconds:.1f} s")
    # A run that was too fast gives the time that they take on a slow server.
    for _ in range(4):
        share = min(1, seconds / (SLOWNESS * wait))
        if share < LEAST_SHARE:
            share, counts = LEAST_SHARE, MOST_CROPS
        with Slow(server, share):
            seconds, results = together(server, pictures, wait, counts)
        print(f"  20 events of {counts} crops with {share:.1%} of the time: {seconds:.1f} s")
        if any(isinstance(answer, Exception) or answer.choices[0].finish_reason == "length" for _, answer, _ in results):
            break
        seconds *= share
    errors = [answer for _, answer, _ in results if isinstance(answer, Exception)]
    answers = [answer for _, answer, _ in results if not isinstance(answer, Exception)]
    reasons = [answer.choices[0].finish_reason for answer in answers]
    tokens = sorted(answer.usage.completion_tokens for answer in answers)
    print(f"  slowest {max(one for one, _, _ in results):.1f} s, {reasons.count('length')} cut short, "
          f"{tokens[0] if tokens else 0} to {tokens[-1] if tokens else 0} tokens")
    check(not errors, f"{len(errors)} events without a description: {errors[:1]}")
    check(all(answer.choices[0].message.content for answer in answers), "an empty description")
    check(max(one for one, _, _ in results) <= wait, "an answer that came too late")
    check("length" in reasons, "none was cut short: the server was not slow enough to show anything")


class Upstream(http.server.BaseHTTPRequestHandler):
    """Another server with OpenAI's API."""

    seen = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Upstream.seen.append((self.path, dict(self.headers), body))
        answer = {
            "id": "u", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{\"scene\": \"a yard\"}"}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
        if body.get("stream"):
            choices = [[{"index": 0, "delta": {"content": word}}] for word in "abc"]
            chunks = [{**answer, "object": "chat.completion.chunk", "choices": choice} for choice in choices]
            data = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
            return self.reply(200, data.encode(), "text/event-stream")
        if body["messages"][-1]["content"] == "fail":
            return self.reply(429, json.dumps({"error": {"message": "slow down", "type": "x"}}).encode())
        self.reply(200, json.dumps(answer).encode())

    def reply(self, status, data, kind="application/json"):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def reviews(pictures):
    form = {"type": "json_schema", "json_schema": {"name": "review", "schema": {"type": "object"}, "strict": True}}
    plain = {"model": "model", "messages": content("Review.", pictures[:3]), "response_format": form, "timeout": 120}
    report = {"model": "model", "messages": [{"role": "user", "content": "Summarise."}], "timeout": 120}
    with Server("--model", ROOT / "Samples/model", "--no-library", "--api-key", "ours") as server:
        client = openai.OpenAI(base_url=f"{server.base}/v1", api_key="ours", max_retries=0)
        for request in (plain, report):
            try:
                client.chat.completions.create(**request)
                check(False, "a review is answered without an upstream server")
            except openai.BadRequestError as error:
                check("--upstream" in error.body["message"], f"the error says {error.body}")
    stand_in = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=stand_in.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{stand_in.server_address[1]}/v1"
    options = ["--model", ROOT / "Samples/model", "--no-library", "--api-key", "ours", "--upstream", base, "--upstream-model", "big"]
    with Server(*options, environment={"DAMVIDEO_UPSTREAM_KEY": "theirs"}) as server:
        client = openai.OpenAI(base_url=f"{server.base}/v1", api_key="ours", max_retries=0)
        for request in (plain, report):
            check("yard" in client.chat.completions.create(**request).choices[0].message.content, "no answer of the upstream server")
        words = [part.choices[0].delta.content for part in client.chat.completions.create(**report, stream=True)]
        check(words == ["a", "b", "c"], f"a stream of the upstream server: {words}")
        chat = ollama.Client(host=server.base, headers={"Authorization": "Bearer ours"})
        check("yard" in chat.generate("model", "Review.", images=pictures[:2], format={"type": "object"})["response"], "ollama's form")
        try:
            client.chat.completions.create(**{**report, "messages": [{"role": "user", "content": "fail"}]})
            check(False, "an error of the upstream server is lost")
        except openai.RateLimitError as error:
            check("slow down" in error.body["message"], f"the error says {error.body}")
        described = client.chat.completions.create(model="model", messages=content(prompt(1), pictures[:1]), timeout=120)
        check(described.choices[0].message.content, "no description beside an upstream server")
        check(server.stop() == 0, "the server did not stop in order")
        check(not any("theirs" in line or "ours" in line for line in server.lines), "a key is in the log")
    check(len(Upstream.seen) == 5, f"the upstream server was asked {len(Upstream.seen)} times")
    for path, headers, body in Upstream.seen:
        values = " ".join(headers.values())
        check(path == "/v1/chat/completions" and headers["Authorization"] == "Bearer theirs", f"{path}, {headers}")
        check("ours" not in values and body["model"] == "big", "the key of this server, or its model, went to the other")
    stand_in.shutdown()


def facts(server):
    def read(path):
        with urllib.request.urlopen(server.base + path) as answer:
            return json.load(answer)

    model = read("/v1/models")["data"][0]
    check(model["id"] == "model" and model["max_model_len"] == 1024, "the model of openai's provider")
    check("image" in model["architecture"]["input_modalities"] and model["meta"]["n_ctx"] == 1024, "the model of llama.cpp's provider")
    props = read("/props?model=model")
    check(props["modalities"]["vision"] and props["default_generation_settings"]["n_ctx"] == 1024, "the properties")
    client = ollama.Client(host=server.base)
    check(not client.show("model").get("error") and "vision" in client.show("model").get("capabilities"), "ollama's show")
    check([one.get("name", one.get("model")) for one in client.list()["models"]] == ["model"], "ollama's list")
    try:
        client.show("other")
        check(False, "another model is shown")
    except ollama.ResponseError as error:
        check(error.status_code == 404, f"another model: {error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wait", type=float, default=120)
    options = parser.parse_args()
    with Server("--model", ROOT / "Samples/model", "--no-library") as server:
        print("facts")
        facts(server)
        print("crops")
        pictures = crops(server, options.wait)
        print("pressure")
        pressure(server, pictures, options.wait)
        check(server.stop() == 0, "the server did not stop in order")
    print("reviews")
    reviews(pictures)
    print("failed" if FAILURES else "passed")
    raise SystemExit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
