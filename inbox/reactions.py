"""The emoji of a reaction, from Pleroma's EmojiReact and Misskey's Like with `content`."""

from collections.abc import Mapping
from typing import Any, Final

from inbox import limits, values

_KEYS: Final = ("content", "_misskey_reaction")


def reaction_of(document: Mapping[str, Any]) -> str:
    """Return the emoji, or `:name:` of a custom one; "" for a plain like or anything longer."""
    for key in _KEYS:
        emoji = values.line(document.get(key), limits.REACTION.size + 1)
        if not emoji or len(emoji) > limits.REACTION.size or any(c in emoji for c in "<>& "):
            continue
        if emoji.startswith(":") and emoji.endswith(":") and len(emoji) > 2:
            # Misskey names the server of a custom emoji too: ":blobcat@.:".
            return f":{emoji.strip(':').partition('@')[0]}:"
        return emoji
    return ""
