"""What is true of one object: the record captions are written from and judged by."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Relation:
    """What the object is near: a landmark (no colour) or a car or van of a colour."""

    referent: str
    colour: str | None = None


@dataclass(frozen=True)
class Facts:
    """None, where the picture does not settle it: captions are silent there and nothing is asked."""

    name: str  # the class
    colours: tuple[str, ...]  # one; of a person jacket and trousers, of a truck cab and box
    scene: str
    side: str | None = None  # left, middle or right of the picture, of what stays there
    size: str | None = None  # small or large in the picture
    direction: str | None = None
    behaviour: str | None = None  # None in a single picture
    relation: Relation | None = None  # at the end of the clip

    def record(self):
        """As written to facts.json."""
        return asdict(self) | {"colours": list(self.colours)}

    @staticmethod
    def from_record(record):
        relation = record["relation"]
        return Facts(**record | {"colours": tuple(record["colours"]), "relation": Relation(**relation) if relation else None})
