"""A damvideo server for scripts that test it, and pictures to send to it. Standard library only."""

import base64
import os
import pathlib
import re
import struct
import subprocess
import threading
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("DAMVIDEO_PROGRAM", ROOT / ".build/release/damvideo"))


def png(width, height, pixel, alpha=True):
    """Returns a PNG; `pixel(x, y)` gives R, G, B and A."""
    channels = 4 if alpha else 3
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in pixel(x, y)[:channels]) for y in range(height))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture(number=0, width=96, height=64, alpha=True):
    """Returns a PNG of stripes with a square, which its alpha channel marks."""

    def pixel(x, y):
        inside = 16 + number % 16 <= x < 56 and 12 <= y < 40
        colour = (40 * number + 90, 60, 200) if inside else (x * (number + 2), y * 3, 80)
        return tuple(v % 256 for v in colour) + (255 if inside else 0,)

    return png(width, height, pixel, alpha)


def url(data, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def message(*pictures, text=None):
    """Returns a user's message with pictures."""
    parts = [{"type": "text", "text": text}] if text else []
    return {"role": "user", "content": parts + [{"type": "image_url", "image_url": {"url": url(one)}} for one in pictures]}


class Server:
    """A server at a free local port; its log is in `lines`."""

    def __init__(self, *arguments, program=PROGRAM, environment=None):
        self.lines, self.port = [], None
        # Tests must not touch the user's own library.
        if "--library" not in arguments and "--no-library" not in arguments:
            arguments = (*arguments, "--no-library")
        self.process = subprocess.Popen(
            [str(program), "serve", "--port", "0", *map(str, arguments)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, env={**os.environ, **(environment or {})})
        self.is_ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        if not self.is_ready.wait(60) or self.port is None:
            self.process.kill()
            raise SystemExit("the server did not start:\n" + "\n".join(self.lines))
        self.base = f"http://127.0.0.1:{self.port}"

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"listening at http://.*:(\d+)", line)
            if found:
                self.port = int(found.group(1))
            if ": ready:" in line or " ready:" in line:
                self.is_ready.set()
        self.is_ready.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Stops it as a service manager does.  Returns its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None

    def status(self, field):
        """Returns a number of /proc/PID/status, such as VmRSS in kB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+)", text, re.M).group(1))

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def seconds(self):
        """Returns processor time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def described(data, *arguments, program=PROGRAM):
    """Returns what `damvideo describe` says of a picture."""
    path = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"damvideo-client-test-{os.getpid()}.png"
    path.write_bytes(data)
    try:
        arguments = ["--model", str(ROOT / "Samples/model"), *arguments]
        run = subprocess.run([str(program), "describe", str(path), *arguments], capture_output=True, check=True)
    finally:
        path.unlink()
    return run.stdout.decode()[:-1]
