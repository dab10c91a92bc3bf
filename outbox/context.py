"""The one place that puts `@context` on what leaves.

Shapes are written without it, so that they can be put inside one another; `document` adds it to
the outermost. tests/outbox/test_context.py expands every shape to prove that nothing in them is
left unnamed by actors.vocabulary.CONTEXT.
"""

from typing import Any

from actors.vocabulary import CONTEXT


def document(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the shape as a whole document: the same, with our `@context` ahead of it."""
    return {"@context": CONTEXT, **shape}
