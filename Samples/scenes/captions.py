"""Captions of one to three sentences from facts, by a grammar of many paraphrases; `parse.py` reads the facts back."""

import json
from pathlib import Path

from facts import Facts
from vocabulary import VEHICLES

PHRASES = json.loads((Path(__file__).parent / "phrases.json").read_text(encoding="utf-8"))

# (walks, walking) of each class.
VERBS = {
    "person": (("walks", "walking"), ("goes", "going"), ("moves", "moving")),
    "bicycle": (("rides", "riding"), ("goes", "going"), ("moves", "moving")),
    "dog": (("trots", "trotting"), ("runs", "running"), ("moves", "moving")),
    "ball": (("rolls", "rolling"), ("moves", "moving")),
} | {name: (("drives", "driving"), ("goes", "going"), ("moves", "moving")) for name in VEHICLES}

TRAVELS = {
    "steady": ("{goes} {way} {it}", "{goes} {it} {way}"),
    "stops": (
        "{goes} {way} and then stops",
        "{goes} {way} before stopping",
        "{goes} {way} and comes to a halt",
        "{goes} {way}, then halts",
    ),
    "turns back": (
        "{goes} {way} and then turns back",
        "{goes} {way}, then turns around",
        "{goes} {way} before turning back",
        "{goes} {way}, then goes back the way it came",
    ),
    "speeds up": (
        "{goes} {way} and speeds up",
        "{goes} {way} faster and faster",
        "{goes} {way} and gathers speed",
        "{goes} {way}, speeding up",
    ),
    "enters": (
        "comes into view and {goes} {way}",
        "enters the view, {going} {way}",
        "appears and {goes} {way}",
        "comes into the picture, {going} {way}",
    ),
    "leaves": (
        "{goes} {way} and leaves the view",
        "{goes} {way} and out of view",
        "{goes} {way} and leaves the picture",
        "{goes} {way} and out of the picture",
    ),
    "puts down": (
        "{goes} {way} and puts a bag down on the way",
        "{goes} {way}, putting down a bag",
        "{goes} {way}, puts down a bag and goes on",
        "{goes} {way} and sets a bag down midway",
    ),
}


def _article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


class Writer:
    """Draws one paraphrase."""

    def __init__(self, rng):
        self.rng = rng

    def any(self, options):
        return options[int(self.rng.integers(len(options)))]

    def of(self, kind, value):
        return self.any(PHRASES[kind][value])

    def subject(self, facts: Facts):
        colours = facts.colours
        if facts.name == "person":
            top = f"{_article(colours[0])} {self.any(('jacket', 'coat', 'top'))}"
            legs = f"{colours[1]} {self.any(('trousers', 'pants'))}"
            clothes = self.any((f"{top} and {legs}", f"{top} and {legs}", f"{legs} and {top}"))
            return f"{self.any(('a person', 'a pedestrian', 'somebody'))} {self.any(('in', 'wearing', 'with'))} {clothes}"
        noun = self.of("classes", facts.name)
        if facts.name == "truck":
            box = f"{_article(colours[1])} {self.any(('box', 'cargo box'))}"
            return self.any(
                (f"{_article(noun)} with {_article(colours[0])} cab and {box}", f"{_article(colours[0])} {noun} with {box}")
            )
        if facts.name == "bicycle":
            noun = self.any(("bicycle", "bike"))
            return self.any((f"{_article(colours[0])} {noun}", f"a cyclist on {_article(colours[0])} {noun}"))
        if self.rng.random() < 0.2:
            return f"{_article(noun)}, {colours[0]} in colour,"
        return f"{_article(colours[0])} {noun}"

    def motion(self, facts: Facts):
        if facts.behaviour == "loiters":
            return self.of("behaviours", "loiters")
        if facts.behaviour == "still":
            options = [p for p in PHRASES["behaviours"]["still"] if p != "is parked" or facts.name in VEHICLES]
            return self.any(options)
        goes, going = self.any(VERBS[facts.name])
        how = self.of("behaviours", "steady")
        return self.any(TRAVELS[facts.behaviour]).format(
            goes=goes, going=going, way=self.of("directions", facts.direction), it=how
        )

    def near(self, facts: Facts):
        relation = facts.relation
        noun = relation.referent if relation.colour is None else f"{relation.colour} {relation.referent}"
        return f"{self.any(PHRASES['near'])} the {noun}"

    def side(self, facts: Facts):
        return self.of("sides", facts.side) + self.any(("", "", " of the picture"))

    def caption(self, facts: Facts):
        """Every fact that is settled is said, in one of many ways."""
        travels = facts.direction is not None
        subject = self.subject(facts)
        scene = f"{self.any(('in', 'in'))} {self.any(('a', 'the'))} {self.of('scenes', facts.scene)}"
        places = []
        if facts.side:
            places.append(self.side(facts))
        if facts.relation:
            # What moves is near something at the end; what stays is near it all along.
            near = self.near(facts)
            places.append(self.any((f"{near} at the end", f"in the end {near}")) if travels else near)
        if self.rng.random() < 0.5:
            places.reverse()
        verb = self.motion(facts) if facts.behaviour else None
        first, rest = self._opening(facts, subject, verb, scene, places)
        sentences = [first]
        if rest:
            sentences.append(f"it is {' and '.join(rest)}")
        if facts.size:
            sentences.append(f"it {self._size(facts.size)}")
        return " ".join(s[0].upper() + s[1:] + "." for s in sentences)

    def _opening(self, facts, subject, verb, scene, places):
        """The first sentence, and the places that are left for the second."""
        if verb is None:
            is_ = self.any(("is", "is seen"))
            if self.rng.random() < 0.3:
                return f"{scene}, there is {subject.rstrip(',')}", places
            if places and self.rng.random() < 0.5:
                return f"{subject} {is_} {places[0]} {scene}", places[1:]
            return f"{subject} {is_} {scene}", places
        if self.rng.random() < 0.3:
            return f"{scene}, {subject} {verb}", places
        if facts.direction is None and places and self.rng.random() < 0.5:
            return f"{subject} {verb} {places[0]} {scene}", places[1:]
        return f"{subject} {verb} {scene}", places

    def _size(self, size):
        phrase = self.of("sizes", size)
        return phrase if phrase.startswith(("looks", "takes")) else f"is {phrase}"


def caption(facts, rng):
    return Writer(rng).caption(facts)
