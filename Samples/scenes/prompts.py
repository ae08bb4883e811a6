"""The words around the frames, as the published checkpoints were trained on them, in token ids."""

SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
PICTURE = "Image: <image>\nDescribe the masked region in detail."
CLIP = (
    "Video: " + "<image>" * 8 + "\nGiven the video in the form of a sequence of frames above, "
    "describe the object in the masked region in the video in detail."
)


def pieces(query):
    """(what comes before the first image, what comes after the last)."""
    parts = f"{SYSTEM} USER: {query} ASSISTANT:".split("<image>")
    return parts[0], parts[-1]


def prompt_ids(tokenizer, query):
    """Ids of both; each piece is tokenised as a text of its own, BOS stays in front only."""
    before, after = pieces(query)
    return [tokenizer.bos_id()] + tokenizer.encode(before), tokenizer.encode(after)
