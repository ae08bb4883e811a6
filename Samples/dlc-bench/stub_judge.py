#!/usr/bin/env python3
"""A judge for the sample benchmark: a web service like OpenAI's that finds facts in captions by the set's phrases.

    python3 Samples/dlc-bench/stub_judge.py [--port 8008]

Stands in for a language model where there is none. It knows the words of the sample scenes and nothing else.
"""

import argparse
import json
import pathlib
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PHRASES = json.loads((pathlib.Path(__file__).resolve().parent / "../scenes/clips/phrases.json").read_text())
NOUNS = PHRASES["classes"] | PHRASES["landmarks"]
PARTS = {"jacket": "0", "cab": "0", "trousers": "1", "box": "1"}


def wordings(thing):
    return PHRASES["parts"][PARTS[thing]] if thing in PARTS else NOUNS.get(thing, [thing])


def mentions(caption, thing):
    return any(re.search(rf"\b{re.escape(word)}\b", caption) for word in wordings(thing))


def colour(caption, thing):
    """The colour in front of the thing's first mention."""
    for word in wordings(thing):
        found = re.search(rf"\b({'|'.join(PHRASES['colours'])}) {re.escape(word)}\b", caption)
        if found:
            return found.group(1)
    return None


def position(caption):
    for side, words in PHRASES["sides"].items():
        if any(word in caption for word in words):
            return "the " + side
    return None


def is_true(choice, caption):
    """True if what a choice says is true of a caption."""
    told = re.match(r"The (color|position) of the (.+?) is (.+)\.$", choice)
    if not told:
        things = re.match(r"The (.+?)(?: or the (.+?))? is (not )?mentioned\.$", choice)
        names = [name for name in things.group(1, 2) if name]
        return all(mentions(caption, name) for name in names) != bool(things.group(3))
    attribute, thing, rest = told.groups()
    value = position(caption) if attribute == "position" else colour(caption, thing)
    if rest.startswith("not mentioned"):
        return value is None and mentions(caption, thing)
    expected = re.search(r"is (?:not )?(.+)$", rest).group(1)
    return value is not None and (value == expected) != ("but is not" in rest)


def answer(prompt):
    lines = prompt.rstrip("\n").split("\n")
    choices = [line for line in lines if re.match(r"[A-E]\. ", line)]
    start = next(place for place, line in enumerate(lines) if line == "Description:") + 1
    caption, question = lines[start].lower(), lines[-len(choices) - 1]
    if choices[0] == "A. Yes":
        name = re.search(r"object be an? (.+?), or", question).group(1)
        return choices[0 if mentions(caption.split(" near ")[0], name) else 1]
    return next((choice for choice in choices if is_true(choice[3:], caption)), choices[0])


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": answer(request["messages"][-1]["content"])}
        body = json.dumps({"object": "chat.completion", "choices": [{"index": 0, "message": message}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=8008)
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()
