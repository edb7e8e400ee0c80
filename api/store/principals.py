"""API keys: made once, kept as a hash, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from api.errors import NotFoundError
from api.records import Principal, Role
from api.store.schema import principals

PUBLIC = Principal(Role.PUBLIC, "public")
LOCAL_ADMIN = Principal(Role.ADMIN, "local")

_START = "pantau_"
_PREFIX = len(_START) + 8
_USED_STEP = timedelta(minutes=1)
"""`last_used_at` is written at most this often: a read must not cost a write each time."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key as an admin sees it: never the key itself."""

    key_id: int
    name: str
    role: Role
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def make_key(connection: Connection, name: str, role: Role, now: datetime, *, expires_at: datetime | None = None) -> tuple[str, KeyRow]:
    """A new key, shown this once: 256 random bits behind a prefix that names it."""
    key = f"{_START}{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    return key, put_key(connection, key, name, role, now, expires_at=expires_at)


def put_key(connection: Connection, key: str, name: str, role: Role, now: datetime, *, expires_at: datetime | None = None) -> KeyRow:
    """Keep the hash of a given key (one from the environment, say); a key that is known already stays as it is."""
    prefix = prefix_of(key)
    known = connection.execute(select(principals).where(principals.c.prefix == prefix)).one_or_none()
    if known is not None:
        return _key_row(known)
    values = {"name": name, "role": role.name.lower(), "prefix": prefix, "hash": _hash(key), "created_at": now, "expires_at": expires_at}
    return _key_row(connection.execute(insert(principals).values(values).returning(principals)).one())


def prefix_of(key: str) -> str:
    """What finds and names a key: its start, or for a key of another form 15 digits of its hash."""
    return key[:_PREFIX] if key.startswith(_START) else "given_" + hashlib.sha256(key.encode()).hexdigest()[:9]


def _hash(key: str) -> str:
    # A key holds 256 random bits (or at least 32 characters, by the settings): one round is enough, there is nothing to guess.
    return hashlib.sha256(b"pantau key " + key.encode()).hexdigest()


def verify(connection: Connection, key: str, now: datetime) -> Principal | None:
    """The principal of a key; None for one that is unknown, expired or revoked. Takes the same time for each."""
    row = connection.execute(select(principals).where(principals.c.prefix == prefix_of(key))).one_or_none()
    agrees = hmac.compare_digest(row.hash if row is not None else _hash(""), _hash(key))
    if row is None or not agrees or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return Principal(Role[row.role.upper()], row.name, row.key_id)


def touch(connection: Connection, key_id: int, now: datetime) -> None:
    """Note that a key was used, at most once a minute."""
    due = or_(principals.c.last_used_at.is_(None), principals.c.last_used_at < now - _USED_STEP)
    connection.execute(update(principals).where(principals.c.key_id == key_id, due).values(last_used_at=now))


def needs_touch(connection: Connection, key_id: int, now: datetime) -> bool:
    """Whether `touch` would write: asked by a reader before it takes the writer's lock."""
    used = connection.execute(select(principals.c.last_used_at).where(principals.c.key_id == key_id)).scalar()
    return used is None or used < now - _USED_STEP


def revoke(connection: Connection, key_id: int, now: datetime) -> None:
    """End a key at once. A key that was revoked before keeps its first moment.

    Raises:
        NotFoundError: there is no such key.
    """
    row = connection.execute(select(principals.c.revoked_at).where(principals.c.key_id == key_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"key {key_id}: there is none")
    if row.revoked_at is None:
        connection.execute(update(principals).where(principals.c.key_id == key_id).values(revoked_at=now))


def list_keys(connection: Connection) -> list[KeyRow]:
    """All keys ever made, oldest first."""
    return [_key_row(row) for row in connection.execute(select(principals).order_by(principals.c.key_id))]


def has_keys(connection: Connection, now: datetime) -> bool:
    """Whether any key works now."""
    works = (principals.c.revoked_at.is_(None)) & or_(principals.c.expires_at.is_(None), principals.c.expires_at > now)
    return bool(connection.execute(select(func.count()).select_from(principals).where(works)).scalar_one())


def is_loopback(host: str) -> bool:
    """Whether an address to bind to is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_key(host: str, *, any_keys: bool) -> Principal | None:
    """Who a caller without a key is: the local admin on loopback while no key was made, else public; None: refuse to start."""
    if is_loopback(host):
        return PUBLIC if any_keys else LOCAL_ADMIN
    return PUBLIC if any_keys else None


def _key_row(row: Row[tuple[object, ...]]) -> KeyRow:
    values = row._mapping
    return KeyRow(
        key_id=values["key_id"],
        name=values["name"],
        role=Role[values["role"].upper()],
        prefix=values["prefix"],
        created_at=values["created_at"],
        expires_at=values["expires_at"],
        last_used_at=values["last_used_at"],
        revoked_at=values["revoked_at"],
    )
