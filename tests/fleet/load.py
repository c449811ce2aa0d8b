"""Visitors who ask servers for pages all the time, and how long they wait."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fleet.fleet_site.forgetful import HEADER
from tests.fleet.servers import Answer, Server, ask

# One request in so many meets a process that has no plan in its memory, as after its start.
COLD_EVERY = 8
# Of each server.
VISITORS = 2


@dataclass(frozen=True)
class Window:
    """The answers of some seconds."""

    answers: tuple[Answer, ...]

    def percentile(self, share: float) -> float:
        """The seconds that this share of the visitors had to wait at most."""
        ordered = sorted(answer.seconds for answer in self.answers)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def visit(servers: Sequence[Server], paths: Sequence[str], least: int = 100) -> list[Window]:
    """What the visitors of each of these servers get, all at the same time.

    Each server has as many visitors, who ask for the same pages in the same order, until every
    server has answered so often.
    """
    answers: list[list[Answer]] = [[] for _ in servers]
    errors: list[BaseException] = []
    enough = threading.Event()

    def visitor(at: int) -> None:
        connection = servers[at].connect()
        try:
            for number in itertools.count():
                if enough.is_set():
                    return
                headers = {HEADER: "1"} if number % COLD_EVERY == 0 else {}
                answers[at].append(ask(connection, paths[number % len(paths)], headers))
                if min(map(len, answers)) >= least:
                    enough.set()
        except Exception as error:  # noqa: BLE001 - raised again below, in the test's own thread
            errors.append(error)
            enough.set()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=visitor, args=(at,))
        for _ in range(VISITORS)
        for at in range(len(servers))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [Window(tuple(found)) for found in answers]
