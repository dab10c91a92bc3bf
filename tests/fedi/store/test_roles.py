"""Roles as rows: the strongest that holds, in Python and inside larger statements alike."""

from itertools import product

from actors.membership import Delegation, Membership, Role
from fedi.store import roles
from fedi.store.engine import Engine, Tx
from tests.people import DAY, IKT, NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run


def test_the_statement_and_the_look_up_agree(engine: Engine) -> None:
    """Of Kari's role, Ola's own, and Ola standing in for Kari: each over, under way or to come."""
    nordvik = Nordvik(engine).settle()
    spans = ((NOW - 2 * DAY, NOW), (NOW, NOW + DAY), (NOW + DAY, NOW + 2 * DAY))
    for absent, own, covering in product(spans, spans, spans):
        nordvik.put(
            Membership(
                person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.MANAGER, starts=absent[0],
                ends=absent[1],
            ),
            Membership(
                person_id=PERSON_OLA.id, actor_id=IKT.id, role=Role.READER, starts=own[0],
                ends=own[1],
            ),
            Delegation(
                actor_id=IKT.id, absent_id=PERSON_KARI.id, stand_in_id=PERSON_OLA.id,
                starts=covering[0], ends=covering[1],
            ),
        )  # fmt: skip

        async def look(tx: Tx) -> tuple[Membership | None, list[int], dict[int, Membership]]:
            found = await tx.rows(
                f"SELECT p.id FROM person p WHERE {roles.holds('p.id', str(IKT.id))} ORDER BY p.id",
                (NOW,) * roles.HOLDS_TIMES,
            )
            best = await roles.effective(tx, PERSON_OLA.id, IKT.id, NOW)
            return best, [row[0] for row in found], await roles.of_person(tx, PERSON_OLA.id, NOW)

        best, holding, all_of_ola = run(engine.read(look))
        now = spans[1]
        expected = Role.MANAGER if (absent, covering) == (now, now) else None
        expected = expected or (Role.READER if own == now else None)
        assert (best.role if best else None) == expected
        assert (PERSON_OLA.id in holding) == (expected is not None)
        assert (PERSON_KARI.id in holding) == (absent == now)
        assert all_of_ola.get(IKT.id) == best
