"""The closed world of the sample scenes: every value a fact can have, and the colours things are painted in."""

CLASSES = ("person", "car", "van", "truck", "bicycle", "dog", "suitcase", "ball")
VEHICLES = ("car", "van", "truck")
# Classes with two colours: jacket and trousers; cab and box.
TWO_TONE = ("person", "truck")

# RGB in daylight. Apart enough to be told at dusk and at night too, with the surroundings for comparison.
COLOURS = {
    "red": (205, 28, 32),
    "orange": (242, 128, 22),
    "yellow": (244, 218, 44),
    "green": (28, 142, 52),
    "blue": (32, 72, 208),
    "purple": (124, 40, 160),
    "pink": (246, 138, 182),
    "black": (24, 24, 27),
    "white": (238, 238, 235),
    "grey": (126, 128, 132),
}
FUR = ("black", "white", "grey", "orange", "yellow")

SCENES = ("parking lot", "street", "courtyard", "corridor")

# What stands in each kind of scene; a clip has some of them, each at most once.
LANDMARKS = {
    "parking lot": ("tree", "lamp post", "pay machine", "dumpster", "hedge"),
    "street": ("tree", "lamp post", "bench", "mailbox", "phone booth", "hedge"),
    "courtyard": ("tree", "bench", "fountain", "statue", "hedge", "lamp post"),
    "corridor": ("door", "bench", "potted plant", "vending machine", "pillar"),
}
ALL_LANDMARKS = tuple(sorted({name for names in LANDMARKS.values() for name in names}))

DIRECTIONS = ("left", "right", "towards", "away")
BEHAVIOURS = ("steady", "stops", "turns back", "loiters", "still", "speeds up", "enters", "leaves", "puts down")
SIDES = ("left", "middle", "right")
SIZES = ("small", "large")

# What each class is seen doing, and how often.
REPERTOIRE = {
    "person": {
        "steady": 3,
        "stops": 2,
        "turns back": 2,
        "loiters": 3,
        "still": 2,
        "speeds up": 2,
        "enters": 2,
        "leaves": 2,
        "puts down": 3,
    },
    "car": {"steady": 2, "stops": 2, "turns back": 1, "still": 4, "speeds up": 2, "enters": 2, "leaves": 2},
    "van": {"steady": 2, "stops": 2, "turns back": 1, "still": 4, "speeds up": 2, "enters": 2, "leaves": 2},
    "truck": {"steady": 2, "stops": 2, "turns back": 1, "still": 3, "speeds up": 2, "enters": 2, "leaves": 2},
    "bicycle": {"steady": 3, "stops": 2, "turns back": 2, "speeds up": 2, "enters": 2, "leaves": 2},
    "dog": {"steady": 3, "stops": 2, "turns back": 2, "loiters": 3, "still": 2, "speeds up": 2, "enters": 1, "leaves": 1},
    "suitcase": {"still": 1},
    "ball": {"steady": 3, "stops": 3, "still": 2, "enters": 1, "leaves": 1},
}
# Which classes are seen in which scene, and how often.
POPULATION = {
    "parking lot": {"person": 6, "car": 3, "van": 3, "truck": 3.5, "bicycle": 2, "dog": 2, "suitcase": 1.5, "ball": 2},
    "street": {"person": 6, "car": 2.5, "van": 3, "truck": 3.5, "bicycle": 4, "dog": 3, "suitcase": 1.5, "ball": 2},
    "courtyard": {"person": 7, "car": 1, "van": 1.5, "truck": 1.5, "bicycle": 4, "dog": 4, "suitcase": 3, "ball": 4},
    "corridor": {"person": 8, "dog": 4, "suitcase": 5, "ball": 4, "bicycle": 2},
}
