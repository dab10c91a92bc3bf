"""Who may keep order at all."""

from pathlib import Path

from fedi.mastodon.table import ROUTES
from tests.fedi.mastodon.admin.keeping import SCOPES, keep
from tests.fedi.mastodon.apps import Apps, Client


def test_nobody_else_comes_to_any_of_it_whatever_their_app_may(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        ola = await apps.client("ola", "ola", SCOPES)
        for route in ROUTES:
            if "/admin/" not in route.path:
                continue
            path = route.path.replace("{id}", "1").removeprefix("/api/")
            assert await ola.refused(route.method, path) == 403, route.path
            assert await apps.ola.refused(route.method, path) == 403, route.path
            assert await apps.nobody.refused(route.method, path) == 401, route.path

    keep(tmp_path, story)
