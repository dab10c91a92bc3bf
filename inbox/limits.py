"""How much of what arrives is taken, and what happens to the rest.

Generous on purpose: what other servers let their authors write must get through (the sizes are
Mastodon's where Mastodon has one). Our own authors have lower limits, in config.toml. `LIMITS`
is printed as a table in FEDERATION.md, and a test compares the two.
"""

from typing import Final, NamedTuple

CUT: Final = "The rest is cut off."
REFUSED: Final = "The activity is refused."
ACTOR_REFUSED: Final = "The actor is refused."
ITEM_IGNORED: Final = "That item is ignored."


class Limit(NamedTuple):
    """One cap: what it is of, how many of which unit, and what exceeding it does."""

    what: str
    size: int
    unit: str
    consequence: str


# -- addresses
URI = Limit("An id or link", 2_048, "characters", "It counts as missing; without its id "
            "or actor the activity is refused.")  # fmt: skip
RECIPIENTS = Limit("Recipients (`to` or `cc`)", 1_000, "items", REFUSED)
OBJECTS = Limit("Objects of a Flag", 100, "items", CUT)

# -- posts
CONTENT = Limit("Text of a post (`content`)", 200_000, "characters", CUT)
LANGUAGES = Limit("Languages of a text (`contentMap`, `nameMap`, `summaryMap`)", 20, "items", CUT)
WARNING = Limit("Content warning (`summary` of a post)", 10_000, "characters", CUT)
TITLE = Limit("Title (`name` of a post)", 2_048, "characters", CUT)
MEDIA = Limit("Attachments of a post", 32, "items", CUT)
DESCRIPTION = Limit("Description of a picture", 10_000, "characters", CUT)
MENTIONS = Limit("Mentions in a post (our own come first)", 100, "items", CUT)
HASHTAGS = Limit("Hashtags in a post", 100, "items", CUT)
HASHTAG = Limit("A hashtag", 255, "characters", ITEM_IGNORED)
EMOJIS = Limit("Custom emojis in a post", 100, "items", CUT)
EMOJI = Limit("Name of a custom emoji", 2_048, "characters", ITEM_IGNORED)
TAGS = Limit("Items of `tag` looked at", 1_000, "items", CUT)
OPTIONS = Limit("Options of a poll (`oneOf`, `anyOf`)", 500, "items", CUT)
OPTION = Limit("An option of a poll", 2_048, "characters", CUT)
REACTION = Limit("An emoji reaction", 200, "characters", "It counts as a plain like.")
COMMENT = Limit("Comment of a Flag", 10_000, "characters", CUT)

# -- actors
USERNAME = Limit("User name (`preferredUsername`)", 2_048, "characters", ACTOR_REFUSED)
NAME = Limit("Display name (`name` of an actor)", 2_048, "characters", CUT)
SUMMARY = Limit("Description of an actor (`summary`)", 20_000, "characters", CUT)
FIELDS = Limit("Profile fields", 50, "items", CUT)
FIELD = Limit("Name or value of a profile field", 2_047, "characters", CUT)
ALIASES = Limit("Aliases (`alsoKnownAs`)", 256, "items", CUT)
KEYS = Limit("Keys (`publicKey` and `assertionMethod`)", 20, "items", CUT)

# -- collections
ITEMS = Limit("Items of one page of a collection", 1_000, "items", CUT)

# -- backfill: what we ask for because of one arrival
ANCESTORS = Limit("Parents followed upward from a reply", 50, "posts", "The thread begins there.")
PAGES = Limit("Pages read of a replies collection", 10, "pages", CUT)
REPLIES = Limit("Replies asked for under one post", 200, "posts", CUT)
STRANGERS = Limit("Unknown actors asked for because of one post", 20, "actors",
                  "Their names are shown, but not looked up.")  # fmt: skip

LIMITS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Limit))
