"""`pantau serve`: the web UI and the API."""

from __future__ import annotations

import socket
from contextlib import closing

import click

from api.commands.common import pass_settings, say
from api.config import Settings
from api.errors import ConfigError


@click.command()
@click.option("--host", help="Address to serve on (default: PANTAU_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on (default: PANTAU_PORT); 0 takes a free one.")
@pass_settings
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the web UI and the API. On anything but loopback an API key must have been made first (`pantau keys add`)."""
    chosen = {"host": host or settings.host, "port": settings.port if port is None else port}
    run_server(settings.model_copy(update=chosen))


def run_server(settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        ConfigError: the port is in use or may not be taken, or the address needs a key that was not made.
    """
    import uvicorn

    from api.app import create_app

    with closing(_bind(settings.host, settings.port)) as listener:
        address = listener.getsockname()
        settings = settings.model_copy(update={"port": address[1]})
        app = create_app(settings)
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        say(f"Pantau: http://{shown}:{address[1]}")
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=5)
        uvicorn.Server(config).run(sockets=[listener])


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else is opened, so that a port in use is told at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        raise ConfigError(f"{host}:{port}: {error.strerror or error}; choose another with --host and --port") from None
    return listener
