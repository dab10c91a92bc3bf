"""Roles and their dates; what they let a person do is in test_access.py."""

from actors.membership import Membership, Role, may_manage, may_write

NOW = 1_000


def test_no_role_is_no_right() -> None:
    assert not may_write(None, NOW)
    assert not may_manage(None, NOW)


def test_a_role_counts_from_its_first_millisecond_and_not_in_its_last() -> None:
    role = Membership(person_id=1, actor_id=2, role=Role.MANAGER, starts=NOW, ends=NOW + 10)
    assert [role.holds(NOW + at) for at in (-1, 0, 9, 10)] == [False, True, True, False]
    assert may_write(role, NOW)
    assert may_manage(role, NOW)
    assert not may_manage(role, NOW + 10)


def test_roles_are_ordered() -> None:
    roles = {role: Membership(person_id=1, actor_id=2, role=role) for role in Role}
    writers = [role for role, membership in roles.items() if may_write(membership, NOW)]
    assert writers == [Role.AUTHOR, Role.APPROVER, Role.MANAGER]
