"""Reads facts out of a caption: the inverse of `captions.py`, by the phrases of phrases.json alone.

The longest phrase that begins at a word counts. A colour belongs to the noun that follows it (jacket, cab, van ...), or else to
the first of the object's parts that has none. After a word of nearness, "the" and a noun are what the object is near to.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from facts import Relation


@dataclass
class Reading:
    """What a caption says; None where it says nothing."""

    name: str | None = None
    colours: tuple[str, ...] = ()
    scene: str | None = None
    side: str | None = None
    size: str | None = None
    direction: str | None = None
    behaviour: str | None = None
    relation: Relation | None = None
    mentions: set[str] = field(default_factory=set)  # classes and landmarks it speaks of


class Parser:
    def __init__(self, phrases=None):
        phrases = phrases or json.loads((Path(__file__).parent / "phrases.json").read_text(encoding="utf-8"))
        self.table = {}
        for kind, values in phrases.items():
            for value, wordings in (values.items() if isinstance(values, dict) else (("", values),)):
                for wording in wordings:
                    self.table[tuple(wording.split())] = (kind, value)
        self.longest = max(len(words) for words in self.table)

    def matches(self, words):
        """(kind, value) of each phrase in turn, (None, word) of words outside any."""
        at = 0
        while at < len(words):
            for length in range(self.longest, 0, -1):
                found = self.table.get(tuple(words[at : at + length]))
                if found and at + length <= len(words):
                    yield found
                    at += length
                    break
            else:
                yield None, words[at]
                at += 1

    def __call__(self, caption):
        reading, slots = Reading(), {}
        loose = []  # colours that no noun has claimed
        colour, expects = None, False
        for kind, value in self.matches(re.findall(r"[a-z]+", caption.lower())):
            if kind == "near":
                if colour:
                    loose.append(colour)
                colour, expects = None, True
            elif kind == "colours":
                if colour:
                    loose.append(colour)
                colour = value
            elif kind in ("classes", "landmarks"):
                reading.mentions.add(value)
                if expects:
                    reading.relation = reading.relation or Relation(value, colour)
                elif kind == "classes":
                    reading.name = reading.name or value
                    if colour:
                        slots.setdefault(0, colour)
                colour, expects = None, False
            elif kind == "parts":
                if colour:
                    slots.setdefault(int(value), colour)
                colour, expects = None, False
            elif kind is None:
                if colour and value not in ("the",):
                    loose.append(colour)
                    colour = None
                expects = expects and value == "the"
            else:
                fact = kind.removesuffix("s")
                if getattr(reading, fact) is None:
                    setattr(reading, fact, value)
                expects = False
        if colour:
            loose.append(colour)
        for value in loose:
            slots.setdefault(0 if 0 not in slots else 1, value)
        reading.colours = tuple(slots[i] for i in sorted(slots))
        return reading
