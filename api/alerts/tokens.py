"""Links that act without a login: signed unsubscribe tokens and secret feed addresses, of which only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from api.errors import AccessError

SALT = "unsubscribe"


def unsubscribe_token(secret_key: str, watch_id: int, email: str) -> str:
    """A token that ends one watch of one address. It does not expire: mails are kept for years."""
    return str(URLSafeSerializer(secret_key, SALT).dumps([watch_id, email]))


def read_unsubscribe_token(secret_key: str, token: str) -> tuple[int, str]:
    """(watch id, address) of a token that we signed.

    Raises:
        AccessError: the token is forged or damaged.
    """
    try:
        watch_id, email = URLSafeSerializer(secret_key, SALT).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise AccessError("this link was not made here, or is incomplete: copy it whole from the message", authenticated=False) from error
    return int(watch_id), str(email)


def new_feed_secret() -> str:
    """A new secret for a feed's address, 43 characters of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is kept of a secret: sha256, enough for 256 random bits; lookups by hash leak nothing about the secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
