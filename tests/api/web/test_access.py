"""Who may do what, and what no request may do."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute

from api.app import create_app
from api.deps import anyone, who_asks
from api.errors import ConfigError
from api.records import Role
from api.store import principals
from tests.api.web.conftest import Serve, settings_of
from tests.api.web.samples import NOW

ADMIN_KEY = "an-admin-key-of-more-than-32-characters"
OPEN = {"/static/{digest}/{name}", "/favicon.ico", "/openapi.json", "/feeds/{secret}.atom", "/unsubscribe/{token}"}
"""Routes that ask for no key: files, the document, and links whose secret is the permission."""


def depends(dependant: Dependant) -> set[object]:
    return {dependant.call} | {found for child in dependant.dependencies for found in depends(child)}


def all_routes(client: TestClient) -> list[BaseRoute]:
    """Every route the server can be asked for, those of included routers one by one."""
    listed: list[BaseRoute] = []
    for route in client.app.routes:  # type: ignore[attr-defined]  # the app is a FastAPI
        included = getattr(route, "original_router", None)
        listed += included.routes if included is not None else [route]
    return listed


def key_of(client: TestClient, role: Role) -> dict[str, str]:
    server = client.app.state.server  # type: ignore[attr-defined]  # the app is a FastAPI
    with server.database.write() as connection:
        key, _ = principals.make_key(connection, f"a {role.name.lower()}", role, NOW)
    return {"Authorization": f"Bearer {key}"}


def test_every_route_asks_who_asks(client: TestClient) -> None:
    routes = all_routes(client)
    assert len(routes) > 30
    for route in routes:
        assert isinstance(route, APIRoute), f"{route} is no route that can ask"
        wanted = anyone if route.path in OPEN else who_asks
        assert wanted in depends(route.dependant), f"{route.path} has no principal"


def test_without_any_key_loopback_is_the_local_admin(serve: Serve) -> None:
    assert serve().get("/api/watches").status_code == 200


def test_a_server_others_can_reach_does_not_start_without_a_key(filled: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PANTAU_HOST"):
        create_app(settings_of(tmp_path / "data", host="0.0.0.0"))  # noqa: S104 - refused


def test_a_key_from_the_environment_is_enough_to_start(serve: Serve) -> None:
    client = serve(host="0.0.0.0", admin_key=ADMIN_KEY)  # noqa: S104 - a test
    assert client.get("/api/watches").status_code == 401
    assert client.get("/api/watches", headers={"X-API-Key": ADMIN_KEY}).status_code == 200


def test_a_wrong_key_is_refused_and_not_taken_for_the_public(serve: Serve) -> None:
    answer = serve().get("/api/search", headers={"Authorization": "Bearer pantau_wrong"})
    assert answer.status_code == 401
    assert answer.json()["status"] == 401


def test_once_a_key_exists_the_keyless_are_the_public(serve: Serve) -> None:
    client = serve()
    key_of(client, Role.READER)
    assert client.get("/api/search").status_code == 200
    assert client.get("/api/watches").status_code == 401


def test_a_reader_cannot_correct_and_an_analyst_can(serve: Serve) -> None:
    client = serve()
    reader, analyst = key_of(client, Role.READER), key_of(client, Role.ANALYST)
    fact = client.get("/api/search", params={"q": "kind:kredit"}).json()["hits"][0]["facts"][0]["fact_id"]
    body = {"action": "review"}
    assert client.post(f"/api/facts/{fact}/corrections", json=body, headers=reader).status_code == 403
    assert client.post(f"/api/facts/{fact}/corrections", json=body, headers=analyst).status_code == 201


def test_readers_do_not_see_each_others_watches(serve: Serve) -> None:
    client = serve()
    one, other = key_of(client, Role.READER), key_of(client, Role.READER)
    made = client.post("/api/watches", json={"company": "ASII"}, headers=one)
    assert made.status_code == 201
    number = made.json()["watch"]["id"]
    assert client.get("/api/watches", headers=other).json() == []
    assert client.delete(f"/api/watches/{number}", headers=other).status_code == 404
    assert client.delete(f"/api/watches/{number}", headers=one).status_code == 200


def test_a_name_that_is_not_ours_is_refused_to_the_local_admin(serve: Serve) -> None:
    assert serve(base_url="http://rebound.example").get("/").status_code == 401


def test_what_a_proxy_passes_on_is_not_the_local_admin(serve: Serve) -> None:
    client = serve()
    assert client.get("/api/watches", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_a_form_on_another_site_changes_nothing(serve: Serve, headers: dict[str, str]) -> None:
    client = serve()
    assert client.post("/watches", data={"act": "add", "company": "ASII"}, headers=headers).status_code == 401
    assert client.get("/api/watches").json() == []


def test_a_form_of_ours_works(serve: Serve) -> None:
    client = serve()
    answer = client.post("/watches", data={"act": "add", "company": "ASII"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 200
    assert "/feeds/" in answer.text


def test_signing_in_with_a_key_gives_a_session_that_ends_with_the_key(serve: Serve) -> None:
    client = serve()
    key = key_of(client, Role.READER)["Authorization"].removeprefix("Bearer ")
    answer = client.post("/login", data={"key": key}, follow_redirects=False)
    assert answer.status_code == 303
    assert key not in answer.headers["set-cookie"]
    assert client.get("/api/watches").status_code == 200
    server = client.app.state.server  # type: ignore[attr-defined]  # as above
    with server.database.write() as connection:
        principals.revoke(connection, principals.list_keys(connection)[0].key_id, NOW)
        principals.make_key(connection, "another", Role.ADMIN, NOW)
    assert client.get("/api/watches").status_code == 401


def test_a_forged_session_is_nobody(serve: Serve) -> None:
    client = serve()
    key_of(client, Role.ADMIN)
    client.cookies.set("pantau_session", "WzEsMTY2NzQ0MDgwMF0.forged")
    assert client.get("/api/watches").status_code == 401


def test_too_many_requests_are_told_when_to_come_back(serve: Serve) -> None:
    client = serve(rate_limit=3)
    answers = [client.get("/api/health") for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].headers["content-type"] == "application/problem+json"


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/api/search", "/nope", "/api/pledges/99999", "/?q=kind:x"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]


def test_a_body_that_is_too_large_is_refused(serve: Serve) -> None:
    client = serve()
    answer = client.post("/api/watches", content=b"x" * 1_000_001, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_unsubscribing_asks_first_and_one_post_suffices(serve: Serve) -> None:
    from api.alerts.tokens import unsubscribe_token

    client = serve()
    number = client.post("/api/watches", json={"company": "ASII", "email": "a@example.org"}).json()["watch"]["id"]
    server = client.app.state.server  # type: ignore[attr-defined]  # as above
    link = f"/unsubscribe/{unsubscribe_token(server.secret, number, 'a@example.org')}"
    assert client.get(link).status_code == 200
    assert len(client.get("/api/watches").json()) == 1
    assert client.post(link, headers={"Origin": "null"}).status_code == 200
    assert client.get("/api/watches").json() == []
    assert client.post("/unsubscribe/forged").status_code == 401
