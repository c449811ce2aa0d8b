"""What the browser tests share: a running demo site with its own database, and Chromium.

Nothing here knows the engine; the site is started as a person would start it.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

DEMO_SITE = Path(__file__).resolve().parents[2] / "demo_site"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 30


def find_chromium() -> str:
    """Return the path of Chromium; without one, end with what to install."""
    for name in CHROMIUM_NAMES:
        path = shutil.which(name)
        if path:
            return path
    pytest.fail(
        "The browser tests drive Chromium and there is none on the PATH: install the Debian "
        "package chromium (apt-get install chromium).",
        pytrace=False,
    )


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Tell whether a server answers at ``url``; what it answers is for the tests to judge."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when ``url`` answers; fail with the server's own words when it ends or hangs."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if answers(url):
            return
        time.sleep(0.2)
    pytest.fail(f"The demo site did not start:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the demo site on a seeded database of its own and yield its address."""
    folder = tmp_path_factory.mktemp("demo_site")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO_SQLITE_PATH": str(folder / "demo.sqlite3"),
        "DEMO_DEBUG": "1",
    }
    environment.pop("DEMO_PG_NAME", None)

    def command(*arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    for arguments in (("migrate", "--verbosity=0"), ("seed_demo", "--verbosity=0")):
        subprocess.run(command(*arguments), cwd=DEMO_SITE, env=environment, check=True)
    address = f"127.0.0.1:{free_port()}"
    log = folder / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command("runserver", "--noreload", address),
            cwd=DEMO_SITE,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            wait_until_up(f"http://{address}/", server, log)
            yield f"http://{address}"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium without a window."""
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to run as root, as CI does.
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Open an empty tab on the site; afterwards fail on what the browser complained about."""
    context = browser.new_context(base_url=site, locale="en-US", timezone_id="America/New_York")
    tab = context.new_page()
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text} ({message.location})")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            complaints.append(f"status {response.status}: {response.url}")

    def on_error(error: Any) -> None:
        complaints.append(f"script error: {error}")

    tab.on("console", on_console)
    tab.on("response", on_response)
    tab.on("pageerror", on_error)
    yield tab
    context.close()
    assert complaints == []
