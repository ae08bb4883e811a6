"""A small WebDriver client (https://www.w3.org/TR/webdriver2/) for headless Chromium, with the standard library only."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

# Seconds that a condition may take on a machine that is busy with other things.
PATIENCE = 120

ENTER, ESCAPE, BACKSPACE, TAB, CONTROL = "\ue007", "\ue00c", "\ue003", "\ue004", "\ue009"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(condition, what, limit=PATIENCE):
    """Returns the first true value of a condition; errors count as false."""
    end, last = time.monotonic() + limit, None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except (WebDriverError, OSError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"waited {limit} s for {what}" + (f" ({last})" if last else ""))


class WebDriverError(Exception):
    pass


class Browser:
    def __init__(self, folder):
        driver = shutil.which("chromedriver")
        if driver is None:
            raise SystemExit("page: found no chromedriver, expected Debian's chromium-driver to be installed")
        self.port = free_port()
        self.process = subprocess.Popen(
            [driver, f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            until(lambda: self.request("GET", "/status")["ready"], "chromedriver")
            arguments = [
                "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--lang=en-GB",
                # The page is our own, and containers and root have no sandbox to offer.
                "--no-sandbox", f"--user-data-dir={folder}",
            ]
            options = {"args": arguments}
            if shutil.which("chromium"):
                options["binary"] = shutil.which("chromium")
            self.session = self.request("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
            }}})["sessionId"]
        except BaseException:
            self.process.kill()
            raise

    def request(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise WebDriverError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def command(self, method, path, body=None):
        return self.request(method, f"/session/{self.session}{path}", body)

    def devtools(self, name, **parameters):
        return self.command("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def quit(self):
        try:
            self.request("DELETE", f"/session/{self.session}")
        except (WebDriverError, OSError):
            pass
        self.process.terminate()
        self.process.wait()

    # Looking

    def open(self, address):
        self.command("POST", "/url", {"url": address})

    def run(self, script, *values):
        return self.command("POST", "/execute/sync", {"script": script, "args": list(values)})

    def value(self, expression, *values):
        return self.run(f"return {expression}", *values)

    def wait(self, expression, *values, limit=PATIENCE):
        return until(lambda: self.value(expression, *values), expression, limit)

    def text(self, selector):
        return self.value("[...document.querySelectorAll(arguments[0])].map((item) => item.textContent).join('|')", selector)

    def count(self, selector):
        return self.value("document.querySelectorAll(arguments[0]).length", selector)

    def shown(self, selector):
        return self.wait("[...document.querySelectorAll(arguments[0])].some((item) => item.checkVisibility())", selector)

    def address(self):
        """The query of the address, by name."""
        return self.value("Object.fromEntries(new URLSearchParams(location.search))")

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.command("GET", "/screenshot")))

    def complaints(self):
        """Messages of the browser's console since the last call."""
        return [entry["message"] for entry in self.command("POST", "/se/log", {"type": "browser"})]

    def window(self, width, height, dark=False, touch=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    # Doing

    def element(self, selector):
        found = until(lambda: self.command("POST", "/element", {"using": "css selector", "value": selector}), selector)
        return next(iter(found.values()))

    def click(self, selector):
        self.shown(selector)
        self.run("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", selector)
        self.command("POST", f"/element/{self.element(selector)}/click")

    def write(self, selector, text):
        """Types into an element; a path into a file input chooses the file."""
        self.command("POST", f"/element/{self.element(selector)}/value", {"text": text})

    def replace(self, selector, text):
        self.shown(selector)
        self.command("POST", f"/element/{self.element(selector)}/clear")
        self.write(selector, text)

    def keys(self, *keys, held=()):
        """Presses keys one after the other while those of `held` are held down."""
        actions = [{"type": "keyDown", "value": key} for key in held]
        for key in keys:
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        actions += [{"type": "keyUp", "value": key} for key in held]
        self.command("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def mouse(self, *places, button=0):
        """Presses at the first position and releases at the last one."""
        moves = [{"type": "pointerMove", "duration": 20, "x": round(x), "y": round(y)} for x, y in places]
        actions = [moves[0], {"type": "pointerDown", "button": button}, *moves[1:], {"type": "pointerUp", "button": button}]
        self.command("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})
