#!/usr/bin/env python3
"""Tests `damvideo serve` with third-party clients.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install openai langchain-openai schemathesis
    /tmp/venv/bin/python Tests/server_clients.py [openai] [langchain] [schemathesis] [malformed]

openai         the package itself: answers, streams, usage, exceptions of its types, models
langchain      langchain-openai: invoke and stream
schemathesis   requests generated from openapi.yaml: no 500, no status or body that it does not describe
malformed      2,000 malformed requests to OpenAI's API and 2,000 to that of clips: each gets the right status, the server
               keeps running, and nothing is left in its library. Needs no package
Without names, all that is installed. Exit code 1 when one fails.
"""

import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from server_malformed import add_clip, chat_kinds, clip_kinds, ended, exchange, send
from server_process import ROOT, Server, described, message, picture

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
    # A client that stops reading midway leaves nothing behind.
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
    # Generated ids find no clip; the id of an existing one tests more.
    for name, options in [("made-up ids", []), ("a clip's id", ["--exclude-operation-id", "deleteClip"])]:
        clip = add_clip(server, options='{"find": "none"}')
        ended(server, clip)
        with tempfile.TemporaryDirectory() as folder:
            configuration = pathlib.Path(folder, "schemathesis.toml")
            configuration.write_text(f'[parameters]\n"path.id" = "{clip}"\n' if options else "")
            run = subprocess.run(
                [
                    sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run",
                    str(ROOT / "Sources/DAMVideoServer/openapi.yaml"), "--url", server.base, "--header", "Authorization: Bearer secret",
                    "--max-examples", "40", "--seed", "18", "--no-color", "--workers", "1", "--request-timeout", "60", *options,
                    "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                ], capture_output=True, text=True)
        print(f"  {name}\n  " + "\n  ".join((run.stdout + run.stderr).strip().splitlines()[-60:]))
        check(run.returncode == 0, f"schemathesis found failures with {name}")


def malformed(server):
    draw = random.Random(18)
    clip = add_clip(server, options='{"find": "none"}')
    check(ended(server, clip)["state"] == "finished", "the sample clip does not end")
    for kinds in (chat_kinds(draw), clip_kinds(draw, clip)):
        for problem in send(server, kinds, draw, 2000):
            check(False, problem)
    good = json.dumps({"messages": [message(picture())], "max_tokens": 2}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\nConnection: close\r\n"
    found = exchange(server.port, head + b"Content-Length: %d\r\n\r\n" % len(good) + good, finish=False)
    check(found.startswith(b"HTTP/1.1 200"), "the server answers no more")
    left = os.listdir(server.library / "clips")
    check(left == [clip], f"of refused uploads {len(left) - 1} folders are left")


def main():
    tests = {"openai": openai_client, "langchain": langchain_client, "schemathesis": schemathesis, "malformed": malformed}
    modules = {"langchain": "langchain_openai"}
    names = sys.argv[1:] or [name for name in tests if name == "malformed" or importlib.util.find_spec(modules.get(name, name))]
    if any(name not in tests for name in names):
        sys.exit(__doc__)
    for name in names:
        print(name)
        with tempfile.TemporaryDirectory() as folder:
            media, library = pathlib.Path(folder, "media"), pathlib.Path(folder, "library")
            media.mkdir()
            (media / "link-out").symlink_to("/etc")
            os.mkfifo(media / "fifo")
            options = ["--model", ROOT / "Samples/model", "--api-key", "secret", "--library", library, "--media-root", media]
            with Server(*options) as server:
                server.library = library
                tests[name](server)
                check(server.stop() == 0, "the server did not stop in order")
                check(not any("secret" in line for line in server.lines), "the key is in the log")
    print("failed" if FAILURES else "passed")
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
