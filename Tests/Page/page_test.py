"""Tests of the page of `damvideo serve`, used as a person would, in headless Chromium. Run by Tests/page."""

import argparse
import glob
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from webdriver import CONTROL, DOWN, ENTER, ESCAPE, LEFT, RIGHT, TAB, UP, Browser, WebDriverError, free_port, until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLIP = ROOT / "Samples/scenes/clips/600036/clip.mp4"
MODEL = ROOT / "Samples/model"
SAM = ROOT / "Tests/Fixtures/sam/video-b"
WIDTH, HEIGHT, FRAMES = 512, 384, 40
HOSTILE = "<img src=x onerror=\"window.harmed = 1\"> hallway.mp4"
# Bytes per second, slow enough for a test to see the progress of an upload.
SLOW_LINE = 400_000

TESTS = []


def test(name):
    def add(function):
        TESTS.append((name, function))
        return function
    return add


class Server:
    def __init__(self, program, library, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = open(f"{library}.log", "ab")
        self.process = subprocess.Popen(
            [program, "serve", "--port", str(self.port), "--model", str(MODEL), "--library", library, *options],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            until(self.answers, "the server")
        except AssertionError:
            self.process.kill()
            raise SystemExit(f"page: the server does not answer:\n{pathlib.Path(self.log.name).read_text()}")

    def answers(self):
        if self.process.poll() is not None:
            raise SystemExit(f"page: the server ended:\n{pathlib.Path(self.log.name).read_text()}")
        with urllib.request.urlopen(self.url, timeout=5) as response:
            return response.status == 200

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Case:
    """State that the tests share."""

    def __init__(self, browser, folder, program, url):
        self.browser, self.folder, self.program, self.url = browser, folder, program, url
        self.clip, self.partial = None, []

    def file(self, name, data):
        # A hostile name has no slash, so it is a file name like any other.
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def open(self, **place):
        self.browser.open(self.url + "?" + urllib.parse.urlencode(place) if place else self.url)

    def open_clip(self, **place):
        self.open(clip=self.clip, **place)
        self.browser.wait("document.querySelectorAll('.track:not(.writing)').length > 0")
        self.browser.wait("document.querySelector('video').readyState >= 2 && !document.querySelector('video').seeking")

    def frame(self):
        return self.browser.value("Number(document.querySelector('.ruler').getAttribute('aria-valuenow'))")

    def place(self, x, y):
        """A position in the clip, in pixels of the window."""
        left, top, width, height = self.browser.value(
            "(({ left, top, width, height }) => [left, top, width, height])"
            "(document.querySelector('.stage canvas').getBoundingClientRect())")
        return left + x / WIDTH * width, top + y / HEIGHT * height

    def drawn(self):
        """Pixels of the canvas over the clip that are not transparent."""
        return self.browser.run("""
            const canvas = document.querySelector(".stage canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let index = 3; index < data.length; index += 4) count += data[index] > 0;
            return count;""")

    def tracks(self):
        return self.browser.count(".track:not(.writing)")

    def fits(self, what):
        wide, room = self.browser.value("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= room, f"{what} is {wide} pixels wide in a window of {room}"


def equal(found, expected, what):
    assert found == expected, f"{what}: found {found!r}, expected {expected!r}"


@test("An empty library says what to do")
def empty(case):
    browser = case.browser
    case.open()
    browser.shown(".steps")
    assert "Drop a clip" in browser.text(".steps")
    equal(browser.count(".card"), 0, "cards")


@test("A file that is no clip is refused where it stands, and can be dismissed")
def refused(case):
    browser = case.browser
    browser.write("#file", case.file("notes.txt", b"These are notes and no clip.\n" * 20))
    # A server may report it at once, or when it opens the file.
    browser.wait("document.querySelector('.upload .fault, .track-notes .fault')?.textContent.length > 10")
    if browser.count(".upload .fault"):
        browser.click(".upload .round")
        browser.wait("!document.querySelector('.upload')")
    else:
        browser.click("[aria-label='Delete the clip']")
        browser.click("dialog .danger")
        browser.wait("location.search === ''")


@test("An upload shows its progress, can be cancelled, and a new one becomes a clip")
def uploads(case):
    browser = case.browser
    # A box after the clip's own that players skip, so that the upload takes a while.
    filler = (2_000_000).to_bytes(4, "big") + b"free" + bytes(2_000_000 - 8)
    path = case.file(HOSTILE.replace("/", ""), CLIP.read_bytes() + filler)
    case.open()
    browser.devtools("Network.enable")
    browser.devtools("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=SLOW_LINE)
    browser.write("#file", path)
    browser.wait("((bar) => bar && bar.value > 0.02 && bar.value < 1)(document.querySelector('.upload progress'))")
    assert " MB" in browser.text(".upload .figures")
    browser.click(".upload .round")
    browser.wait("!document.querySelector('.upload')")
    equal(browser.count("#clips .card"), 0, "clips after the cancelled upload")
    browser.write("#file", path)
    browser.wait("((bar) => bar && bar.value > 0.02 && bar.value < 1)(document.querySelector('.upload progress'))")
    browser.devtools("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    case.clip = browser.wait("new URLSearchParams(location.search).get('clip')")


@test("Captions fill in as they are written, and stay")
def captions(case):
    browser = case.browser
    browser.run("""
        window.seen = new Set();
        const look = () => document.querySelectorAll(".caption.live").forEach(
            (item) => item.textContent && window.seen.add(item.textContent));
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });""")
    browser.wait("document.querySelectorAll('.track:not(.writing)').length > 0 && document.querySelector('.panel > .work').hidden")
    text = browser.text(".track .caption")
    assert "dog" in text and "." in text, f"captions are {text!r}"
    equal(browser.count(".lane"), case.tracks(), "bars of the timeline")
    assert browser.count(".sample") >= case.tracks(), "a bar has no sampled frames"
    partial = browser.value("[...window.seen]")
    case.partial = [words for words in partial if words not in text.split("|")]


@test("A clip that is opened while it is worked on shows captions token by token")
def streaming(case):
    # The captions of one clip may have come before the page watched: then those of another one, from its beginning.
    browser = case.browser
    for attempt in range(5):
        if case.partial:
            break
        case.open()
        browser.wait("document.querySelector('#file')")
        browser.run("""
            window.seen = new Set();
            const look = () => document.querySelectorAll(".caption.live").forEach(
                (item) => item.textContent && window.seen.add(item.textContent));
            new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });""")
        browser.write("#file", case.file(f"again{attempt}.mp4", CLIP.read_bytes()))
        browser.wait("new URLSearchParams(location.search).get('clip')")
        browser.wait("document.querySelectorAll('.track:not(.writing)').length > 0 && document.querySelector('.panel > .work')?.hidden")
        text = browser.text(".track .caption").split("|")
        case.partial = [words for words in browser.value("[...window.seen]") if words not in text]
        browser.click("[aria-label='Delete the clip']")
        browser.click("dialog .danger")
        browser.wait("location.search === ''")
    assert case.partial, "no caption was seen half written"


@test("Names are text, never HTML")
def hostile(case):
    browser = case.browser
    case.open_clip()
    equal(browser.text(".clip-name"), HOSTILE, "the clip's name")
    browser.click(".track .track-title")
    browser.click(".track.chosen [aria-label='Rename']")
    browser.write(".track.chosen .edit input", "<img src=x onerror='window.harmed = 1'>" + ENTER)
    browser.wait("document.querySelector('.track.chosen .track-title').textContent.startsWith('<img')")
    browser.wait("document.querySelector('.lane .lane-label').textContent.startsWith('<img')")
    case.open()
    browser.wait("document.querySelector('#clips .name')?.textContent.startsWith('<img')")
    equal(browser.value("window.harmed ?? 0"), 0, "scripts run from names")


@test("It plays, with outlines over it")
def plays(case):
    browser = case.browser
    case.open_clip()
    until(lambda: case.drawn() > 500, "outlines")
    browser.click(".play")
    browser.wait("document.querySelector('video').currentTime > 0.5")
    browser.wait("Number(document.querySelector('.ruler').getAttribute('aria-valuenow')) > 4")
    browser.wait("document.querySelector('video').paused || (document.querySelector('.play').click(), false)")
    browser.click("[aria-label='Outlines (o)']")
    until(lambda: case.drawn() == 0, "no outlines")
    browser.click("[aria-label='Outlines (o)']")
    until(lambda: case.drawn() > 500, "outlines again")


@test("A bar of the timeline is a way to its moment")
def timeline(case):
    browser = case.browser
    case.open_clip(t=0)
    browser.mouse(browser.value(
        "(({ left, top, width, height }) => [left + width * 0.75, top + height / 2])"
        "(document.querySelector('.lane .bar').getBoundingClientRect())"))
    browser.wait("document.querySelector('.lane.chosen') && document.querySelector('.track.chosen')")
    until(lambda: 20 < case.frame() < 36, "a frame near three quarters")
    browser.wait("Number(new URLSearchParams(location.search).get('t')) > 2")


@test("A box becomes a mask, and the mask a caption")
def boxed(case):
    browser = case.browser
    case.open_clip(t=2)
    before = case.tracks()
    browser.click(".describe")
    equal(browser.value("document.querySelector('.picker .primary').disabled"), True, "describing without a mark")
    browser.mouse(case.place(262, 132), case.place(306, 206))
    browser.wait("!document.querySelector('.picker .primary').disabled")
    assert "Outline found" in browser.text(".picker-top p")
    browser.write(".picker input[aria-label=Name]", "machine")
    browser.click(".picker .primary")
    until(lambda: case.tracks() == before + 1, "another track")
    browser.wait("document.querySelector('.track.chosen .track-title').textContent === 'machine'")
    assert len(browser.text(".track.chosen .caption")) > 10
    equal(browser.count(".lane"), before + 1, "bars of the timeline")


@test("Marks can be taken back, and a polygon is a region too")
def polygon(case):
    browser = case.browser
    case.open_clip(t=2)
    browser.keys("d")
    browser.shown(".picker")
    browser.run("[...document.querySelectorAll('.segmented button')].at(-1).click()")
    corners = [(200, 100), (240, 100), (240, 160), (200, 160)]
    for corner in corners:
        browser.mouse(case.place(*corner))
    browser.mouse(case.place(*corners[0]))
    browser.wait("!document.querySelector('.picker .primary').disabled")
    browser.click("[aria-label^='Take the last mark']")
    browser.wait("document.querySelector('.picker .primary').disabled")
    browser.keys(ESCAPE)
    browser.wait("document.querySelector('.picker').hidden")


@test("A search finds the moment, and going there shows it")
def searches(case):
    browser = case.browser
    case.open()
    browser.write("#q", "yellow dog")
    browser.wait("document.querySelectorAll('.moment').length > 0")
    assert "dog" in browser.text(".moment mark").lower()
    browser.click(".moment")
    place = browser.wait("new URLSearchParams(location.search).get('clip') && Object.fromEntries(new URLSearchParams(location.search))")
    equal(place["clip"], case.clip, "the clip")
    browser.wait("document.querySelector('.track.chosen .caption')?.textContent.includes('dog')")
    browser.click(".back")
    browser.wait("document.querySelectorAll('.moment').length > 0")
    browser.replace("#q", "unicorn")
    browser.wait("document.querySelector('.empty h2')?.textContent.includes('No caption')")


@test("A caption can be edited, and the search knows")
def edits(case):
    browser = case.browser
    case.open_clip()
    browser.click(".track:last-child .track-title")
    browser.click(".track.chosen [aria-label='Edit the caption']")
    browser.replace(".track.chosen textarea", "A zeppelin, of all things.")
    browser.click(".track.chosen .edit .primary")
    browser.wait("document.querySelector('.track.chosen .caption')?.textContent === 'A zeppelin, of all things.'")
    browser.shown(".track.chosen .badge")
    case.open(q="zeppelins")
    browser.wait("document.querySelectorAll('.moment').length === 1")


@test("Reloading keeps everything")
def reloads(case):
    browser = case.browser
    case.open_clip()
    browser.click(".track:nth-child(2) .track-title")
    browser.run("document.querySelector('.ruler').focus()")
    browser.keys("\ue010", LEFT, LEFT)
    equal(case.frame(), FRAMES - 3, "the frame")
    browser.wait("Math.abs(Number(new URLSearchParams(location.search).get('t')) - 3.7) < 0.01")
    address, chosen, captions = browser.address(), browser.text(".track.chosen .id"), browser.text(".track .caption")
    browser.command("POST", "/refresh")
    browser.wait("document.querySelector('.track.chosen')")
    until(lambda: case.frame() == FRAMES - 3, "the frame after reloading")
    equal(browser.address(), address, "the address")
    equal(browser.text(".track.chosen .id"), chosen, "the chosen track")
    equal(browser.text(".track .caption"), captions, "the captions")


@test("Everything is reached by keys alone")
def keyboard(case):
    browser = case.browser
    case.open()
    browser.wait("document.querySelectorAll('#clips .card').length > 0")
    browser.keys("/")
    browser.wait("document.activeElement.id === 'q'")
    browser.keys(*"dog")
    browser.wait("document.querySelectorAll('.moment').length > 0")
    browser.keys(ENTER)
    browser.wait("document.activeElement.matches('.moment')")
    browser.keys(ENTER)
    browser.wait("document.querySelectorAll('.track:not(.writing)').length > 1 && document.querySelector('video').readyState >= 2")
    browser.keys("\ue011")
    until(lambda: case.frame() == 0, "the first frame")
    browser.keys(RIGHT, RIGHT, RIGHT)
    until(lambda: case.frame() == 3, "the third frame")
    browser.keys(LEFT)
    until(lambda: case.frame() == 2, "the second frame")
    first = browser.text(".track.chosen .id")
    browser.keys("j")
    browser.wait("document.querySelector('.track.chosen .id').textContent !== arguments[0]", first)
    browser.keys("k")
    browser.wait("document.querySelector('.track.chosen .id').textContent === arguments[0]", first)
    browser.keys(" ")
    browser.wait("!document.querySelector('video').paused || document.querySelector('video').ended")
    browser.wait("document.querySelector('video').paused")
    before = case.tracks()
    browser.keys("d")
    browser.wait("document.activeElement.matches('canvas')")
    browser.run("document.querySelector('.segmented [aria-checked=true]').focus()")
    while "Box" not in browser.text(".segmented [aria-checked=true]"):
        browser.keys(RIGHT)
    browser.run("document.querySelector('.stage canvas').focus()")
    browser.keys(UP, ENTER, RIGHT, RIGHT, RIGHT, DOWN, DOWN, DOWN, DOWN, ENTER)
    browser.wait("!document.querySelector('.picker .primary').disabled")
    browser.keys(ENTER, held=(CONTROL,))
    until(lambda: case.tracks() == before + 1, "a track described by keys")
    browser.keys("e")
    browser.wait("document.activeElement.matches('textarea')")
    browser.keys(ESCAPE)
    browser.wait("!document.querySelector('textarea')")
    browser.keys("?")
    browser.shown("dialog .shortcuts")
    browser.keys(ESCAPE)
    browser.wait("!document.querySelector('dialog')")
    seen = set()
    for _ in range(12):
        browser.keys(TAB)
        seen.add(browser.value("""(({ tagName, className }, { outlineStyle }) => `${tagName} ${className}: ${outlineStyle}`)(
            document.activeElement, getComputedStyle(document.activeElement))"""))
    # After the last control comes the body.
    seen = {name for name in seen if not name.startswith("BODY")}
    assert len(seen) > 2 and all(name.endswith(("solid", "auto")) for name in seen), f"focus is not seen on one of {seen}"


@test("A track can be deleted")
def deletes(case):
    browser = case.browser
    case.open_clip()
    before = case.tracks()
    browser.click(".track:last-child .track-title")
    browser.click(".track.chosen [aria-label='Delete']")
    browser.click("dialog .danger")
    until(lambda: case.tracks() == before - 1, "one track less")
    browser.command("POST", "/refresh")
    browser.wait("document.querySelectorAll('.track').length > 0")
    equal(case.tracks(), before - 1, "tracks after reloading")


@test("Files are downloaded under the clip's name")
def downloads(case):
    browser, folder = case.browser, case.folder / "downloads"
    folder.mkdir()
    browser.devtools("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    case.open_clip()
    browser.click(".menu summary")
    for name, ending in (("document.json", "*.damvideo.json"), ("captions.vtt", "*.vtt"), ("captions.csv", "*.csv"),
                         ("masks.json", "*.masks.json"), ("report.html", "*.html"), ("render.mp4", "*.mp4")):
        browser.click(f".menu-item[data-file='{name}']")
        until(lambda: glob.glob(str(folder / ending)), name)
        browser.wait("!document.querySelector('.menu-item:disabled')")
    document = json.loads(pathlib.Path(glob.glob(str(folder / "*.damvideo.json"))[0]).read_text())
    equal(len(document["tracks"]), case.tracks(), "tracks of the document")


@test("Errors are said where they happen")
def errors(case):
    browser = case.browser
    case.open(clip="nothing")
    browser.wait("document.querySelector('.empty h2')?.textContent.includes('not in the library')")
    case.open_clip()
    browser.click(".track .track-title")
    browser.click(".track.chosen [aria-label='Edit the caption']")
    browser.devtools("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    browser.click(".track.chosen .edit .primary")
    browser.wait("document.querySelector('.track.chosen .fault')?.textContent.includes('does not answer')")
    browser.devtools("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    browser.click(".track.chosen .edit .primary")
    browser.wait("!document.querySelector('.track.chosen .edit')")


@test("390 pixels are enough, in the dark too")
def narrow(case):
    browser = case.browser
    places = [{}, {"q": "dog"}, {"clip": case.clip, "t": 1}]
    try:
        for dark in (False, True):
            browser.window(390, 844, dark=dark, touch=True)
            for place in places:
                case.open(**place)
                browser.wait("document.querySelector('.track, .moment, #clips .card')")
                case.fits(str(place))
                light = browser.value(
                    "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).every((part) => part > 128)")
                equal(light, not dark, f"a light ground at {place}")
        browser.click(".describe")
        case.fits("the page while an object is marked")
    finally:
        browser.window(1280, 900)


@test("Nothing is asked of other servers, nothing runs inline, and what is known is not sent again")
def policy(case):
    with urllib.request.urlopen(case.url) as response:
        rules, tag = response.headers["content-security-policy"], response.headers["etag"]
        equal(response.headers["x-content-type-options"], "nosniff", "the type options")
    assert "default-src 'none'" in rules and "unsafe" not in rules, rules
    try:
        urllib.request.urlopen(urllib.request.Request(case.url, headers={"if-none-match": tag}))
        raise AssertionError("a page that is known was sent again")
    except urllib.error.HTTPError as error:
        equal(error.code, 304, "the status")
    case.open()
    case.browser.wait("document.querySelectorAll('#clips .card').length > 0")
    foreign = case.browser.value(
        "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !name.startsWith(location.origin))")
    equal(foreign, [], "requests to elsewhere")


@test("With SAM 2 a click becomes a mask; a key is asked for, and carried by clips and pictures as well")
def clicked(case):
    browser = case.browser
    server = Server(case.program, str(case.folder / "library-with-key"), "--api-key", "open sesame", "--sam", str(SAM))
    case.url, kept = server.url, case.url
    try:
        case.open()
        browser.write("#key", "wrong" + ENTER)
        browser.wait("document.querySelector('dialog .fault')")
        browser.write("#key", "open sesame" + ENTER)
        browser.wait("!document.querySelector('dialog') && document.querySelector('.steps')?.checkVisibility()")
        browser.click(".options summary")
        browser.click("input[value=none]")
        browser.write("#file", case.file("click.mp4", CLIP.read_bytes()))
        case.clip = browser.wait("new URLSearchParams(location.search).get('clip')")
        browser.wait("document.querySelector('.panel .empty h3')?.textContent === 'Point at an object'")
        browser.wait("document.querySelector('video').readyState >= 2")
        browser.mouse(case.place(350, 180))
        browser.wait("!document.querySelector('.picker .primary').disabled")
        browser.click(".picker .primary")
        until(lambda: case.tracks() == 1, "a track")
        browser.wait("document.querySelector('.track .thumb img.here')")
    finally:
        case.url = kept
        server.stop()


@test("A clip can be deleted, and the library is empty again")
def removed(case):
    browser = case.browser
    case.open()
    browser.wait("document.querySelectorAll('#clips .card').length > 0")
    while browser.count("#clips .card"):
        count = browser.count("#clips .card")
        browser.run("document.querySelector('#clips .card-action').click()")
        browser.click("dialog .danger")
        until(lambda: browser.count("#clips .card") < count, "a clip less")
    browser.shown(".steps")


def pictures(case, folder):
    """Screenshots of each view; for people."""
    folder.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        for width, height in ((390, 844), (1024, 768), (1600, 1000)):
            case.browser.window(width, height, dark=dark, touch=width == 390)
            for name, place in (("library", {}), ("search", {"q": "dog"}), ("clip", {"clip": case.clip, "track": 1, "t": 2})):
                case.open(**place)
                case.browser.wait("document.querySelector('.track, .moment, #clips .card')")
                case.browser.wait("[...document.images].every((image) => image.complete)")
                time.sleep(1)
                case.browser.picture(folder / f"{name}-{width}-{'dark' if dark else 'light'}.png")
    case.browser.window(1280, 900)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--url", help="a server that runs already")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="damvideo-page-"))
    passed, failed = 0, []
    server = None if options.url else Server(options.program, str(folder / "library"))
    browser = None
    try:
        browser = Browser(folder / "profile")
        browser.window(1280, 900)
        case = Case(browser, folder, options.program, options.url or server.url)
        for name, function in TESTS:
            if options.only not in name:
                continue
            try:
                function(case)
                problems = [line for line in browser.complaints() if "Content Security Policy" in line or "Uncaught" in line]
                assert not problems, f"the console says {problems[0]}"
                passed += 1
                print(f"ok      {name}", flush=True)
            except (AssertionError, WebDriverError) as error:
                failed.append(name)
                print(f"FAILED  {name}: {error}", flush=True)
            if function is errors and options.pictures:
                pictures(case, options.pictures)
    finally:
        if browser:
            browser.quit()
        if server:
            server.stop()
            if failed:
                print(pathlib.Path(server.log.name).read_text()[-4000:], file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
