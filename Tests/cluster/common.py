"""Shared parts of the checks with real schedulers: clips, one process's captions to compare with, and the comparison."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build/release/damvideo"
MODEL = ROOT / "Tests/Fixtures/goldens/dam-a/model"


def make_clips(folder, count):
    """Makes a list of clips, each with five tracks of boxes, and returns its path."""
    (folder / "masks").mkdir()
    boxes = [
        f"{frame + 1},{track},{60 * track + frame},{40 * track},50,70,1" for frame in range(60) for track in range(1, 6)
    ]
    names = [f"clip{index:02}" for index in range(count)]
    for name in names:
        (folder / f"{name}.mp4").symlink_to(ROOT / "Samples/courtyard/clip.mp4")
        (folder / f"masks/{name}.txt").write_text("\n".join(boxes) + "\n")
    (folder / "clips.txt").write_text("".join(f"{folder}/{name}.mp4\n" for name in names))
    return folder / "clips.txt"


def caption(folder, output):
    """Captions of one process."""
    subprocess.run(
        [PROGRAM, "caption", "-a", folder / "clips.txt", "--masks", folder / "masks", "-o", output, "--format", "jsonl", "--quiet",
         "--model", MODEL], check=True)


def contents(folder):
    """Files by name, without the times of captions, which differ between runs."""
    return {path.name: re.sub(r'"seconds":[-+.e0-9]+', '"seconds":0', path.read_text()) for path in sorted(folder.iterdir())}


def compare(folder, one, many):
    """Fails unless both folders have the same captions, and merge finds them all."""
    check = subprocess.run([PROGRAM, "merge", "-a", folder / "clips.txt", "--check", many], capture_output=True, text=True)
    print(check.stderr.strip())
    assert check.returncode == 0, check.returncode
    ours, theirs = contents(one), contents(many)
    assert list(ours) == list(theirs), (list(ours), list(theirs))
    different = [name for name in ours if ours[name] != theirs[name]]
    assert not different, different
    print(f"{len(ours)} files are the same as one process's")


def environment(tools):
    """The environment with the program in front of PATH."""
    tools.mkdir(exist_ok=True)
    (tools / "damvideo").unlink(missing_ok=True)
    (tools / "damvideo").symlink_to(PROGRAM)
    return os.environ | {"PATH": f"{tools}:{os.environ['PATH']}", "DAMVIDEO_MODEL": str(MODEL)}
