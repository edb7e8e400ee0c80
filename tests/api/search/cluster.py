"""Three real Elasticsearch nodes that form one cluster, each a process that can be killed and started again on its data."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import urlopen

HEAP = "512m"
PATIENCE = 120.0
"""Seconds until a node must have started, or the cluster be whole again."""


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look again and again until `condition` holds; fails after `seconds`."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain: {what}"
        pause.wait(0.2)


class Cluster:
    """Nodes 0, 1 and 2, started on entry and killed at exit.

    Args:
        command: runs one node, see `tests.parts`.
    """

    def __init__(self, command: str, folder: Path) -> None:
        self._command = shlex.split(command)
        self._folder = folder
        ports = _free_ports(6)
        self.http, self._transport = ports[:3], ports[3:]
        self._nodes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """All addresses, as PANTAU_SEARCH_URL takes them."""
        return ",".join(f"http://127.0.0.1:{port}" for port in self.http)

    def __enter__(self) -> Self:
        self.start(0, 1, 2)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill(*list(self._nodes))

    def start(self, *numbers: int) -> None:
        """Start nodes and wait until the cluster is whole: three nodes, every copy of every shard assigned."""
        for number in numbers:
            seeds = ",".join(f"127.0.0.1:{port}" for port in self._transport)
            settings = [
                f"node.name=n{number}", "discovery.type=multi-node", f"transport.port={self._transport[number]}",
                f"discovery.seed_hosts={seeds}", "cluster.initial_master_nodes=n0,n1,n2",
            ]  # fmt: skip
            with (self._folder / f"n{number}.log").open("ab") as log:
                self._nodes[number] = subprocess.Popen(
                    [*self._command, "run", str(self.http[number]), str(self._folder / f"n{number}"), *settings],
                    stdout=log, stderr=log, env=os.environ | {"ES_HEAP": HEAP}, start_new_session=True,
                )  # fmt: skip
        wait_until(self.is_whole, "three nodes, green")

    def kill(self, *numbers: int) -> None:
        """kill -9."""
        for number in numbers:
            node = self._nodes.pop(number)
            os.killpg(node.pid, signal.SIGKILL)
            node.wait()

    def master(self) -> int:
        """The number of the elected master."""
        return int(self._ask(0, "/_cat/master?format=json")[0]["node"].removeprefix("n"))

    def is_whole(self) -> bool:
        """Three nodes, green."""
        for number in self._nodes:
            try:
                health = self._ask(number, "/_cluster/health")
            except (URLError, OSError):
                return False
            if health["status"] != "green" or health["number_of_nodes"] != 3:
                return False
        return True

    def _ask(self, number: int, path: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.http[number]}{path}", timeout=5) as answer:
            return json.load(answer)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
