"""Signing in with an API key in a browser: a signed cookie that names the key, never the key itself."""

from __future__ import annotations

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection

from api.records import Principal
from api.store import principals

COOKIE = "pantau_session"
SALT = "pantau session"
DAYS = 30


def make_session(secret: str, principal: Principal, now: datetime) -> str:
    """The cookie of a principal that showed its key."""
    return str(URLSafeSerializer(secret, SALT).dumps([principal.key_id, int(now.timestamp())]))


def read_session(connection: Connection, secret: str, cookie: str, now: datetime) -> Principal | None:
    """The principal of a cookie; None where it is forged, older than DAYS, or its key was revoked or has expired."""
    if not cookie:
        return None
    try:
        key_id, made = URLSafeSerializer(secret, SALT).loads(cookie)
    except (BadSignature, ValueError, TypeError):
        return None
    if not 0 <= now.timestamp() - made <= DAYS * 86_400:
        return None
    for row in principals.list_keys(connection):
        live = row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
        if row.key_id == key_id and live:
            return Principal(row.role, row.name, row.key_id)
    return None
