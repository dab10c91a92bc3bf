"""Block, leaving."""

from actors.verbs import Block
from outbox.activities.block import write
from tests.outbox.cast import ALICE, KARI, URLS


def test_a_block_is_told_to_whom_it_is_about_and_to_nobody_else() -> None:
    block = write(Block(uri=URLS.activity(1), actor=KARI.uri, object=ALICE.uri), URLS, ())
    assert (block["object"], block["to"], block["cc"]) == (ALICE.uri, [ALICE.uri], [])
