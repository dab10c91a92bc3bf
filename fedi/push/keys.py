"""The two secrets of push: the house's VAPID key, and what access tokens are sealed under.

Apps find the account a push is for by their own access token, so it travels inside; of tokens we
keep hashes alone, and therefore these under a secret that is a file (`push` in the folder of
secrets) and not in the database. Machines that share a database share that file.
"""

import asyncio
import logging
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fedi.config import ensure_secret
from fedi.push import vapid
from fedi.push.texts import from_base64, to_base64
from fedi.push.vapid import Vapid
from fedi.store.engine import Engine, Tx
from fedi.store.settings import VAPID_KEY, put_setting, setting

FILE: Final = "push"
_NONCE: Final = 12
_logger = logging.getLogger("fedi.push")


class Keys:
    """Both, loaded."""

    def __init__(self, vapid: Vapid, sealing: bytes) -> None:
        self.vapid = vapid
        self._sealing = AESGCM(sealing)

    def seal(self, bearer: str, token_id: int) -> bytes:
        """Return an access token as it may be kept."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._sealing.encrypt(nonce, bearer.encode(), _bound_to(token_id))

    def opened(self, kept: bytes, token_id: int) -> str:
        """Return a token that was sealed; "" if it was under another secret than ours."""
        try:
            plain = self._sealing.decrypt(kept[:_NONCE], kept[_NONCE:], _bound_to(token_id))
        except InvalidTag:
            _logger.warning(
                "a push goes without its token: the file %r in the folder of secrets"
                " is not the one that it was sealed under",
                FILE,
            )
            return ""
        return plain.decode()


def _bound_to(token_id: int) -> bytes:
    return b"%d" % token_id


async def load_keys(engine: Engine, secrets_dir: Path, subject: str) -> Keys:
    """Return the keys; what is missing is made. Two processes at once end with the same.

    `subject` is whom push services may write to. ConfigError for a secret that others can read.
    """
    text = await asyncio.to_thread(ensure_secret, secrets_dir / FILE, _new_secret)
    sealing = from_base64(text.decode())
    if sealing is None or len(sealing) != 32:
        raise ValueError(f"the secret {FILE!r} is not one that fedi made")
    return Keys(Vapid(await _vapid_key(engine), subject), sealing)


def _new_secret() -> bytes:
    return to_base64(secrets.token_bytes(32)).encode()


async def _vapid_key(engine: Engine) -> vapid.PrivateKey:
    kept = await engine.read(lambda tx: setting(tx, VAPID_KEY))
    if not kept:
        fresh = to_base64(vapid.made())

        async def unit(tx: Tx) -> str:
            await tx.lock(VAPID_KEY)
            before = await setting(tx, VAPID_KEY)
            if not before:
                await put_setting(tx, VAPID_KEY, fresh)
            return before or fresh

        kept = await engine.write(unit)
    return vapid.loaded(from_base64(kept) or b"")
