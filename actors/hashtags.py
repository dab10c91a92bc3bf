"""How hashtags are compared: one form for writing, reading, following and finding."""

import unicodedata


def hashtag_key(name: str) -> str:
    """Return the form in which hashtags are compared and addressed: #Vei and #vei are one, and so
    are two ways of composing the same letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
