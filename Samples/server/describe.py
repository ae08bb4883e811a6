#!/usr/bin/env python3
"""Describes a picture, word by word as the answer comes; needs no package.

    describe.py PICTURE [--box LEFT,TOP,WIDTH,HEIGHT] [--question TEXT]

DAMVIDEO_URL and DAMVIDEO_API_KEY say where the server is, and its key. With the package `openai` the same is

    client = openai.OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="none")
    client.chat.completions.create(model="...", messages=[...], stream=True, extra_body={"region": {"box": [...]}})
"""

import argparse
import base64
import json
import os
import sys
import urllib.error
import urllib.request


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture")
    parser.add_argument("--box", type=lambda text: [float(number) for number in text.split(",")])
    parser.add_argument("--question")
    options = parser.parse_args()
    with open(options.picture, "rb") as file:
        url = "data:image/png;base64," + base64.b64encode(file.read()).decode()
    content = [{"type": "image_url", "image_url": {"url": url}}]
    if options.question:
        content.insert(0, {"type": "text", "text": options.question})
    body = {"messages": [{"role": "user", "content": content}], "temperature": 0, "stream": True}
    if options.box:
        body["region"] = {"box": options.box}
    request = urllib.request.Request(
        os.environ.get("DAMVIDEO_URL", "http://127.0.0.1:8080") + "/v1/chat/completions", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ.get('DAMVIDEO_API_KEY', 'none')}"})
    try:
        with urllib.request.urlopen(request) as answer:
            for line in answer:
                if line.startswith(b"data: {"):
                    event = json.loads(line[6:])
                    if "error" in event:
                        sys.exit(f"describe.py: {event['error']['message']}")
                    for choice in event["choices"]:
                        print(choice["delta"].get("content") or "", end="", flush=True)
    except urllib.error.HTTPError as error:
        sys.exit(f"describe.py: {json.load(error)['error']['message']}")
    print()


if __name__ == "__main__":
    main()
