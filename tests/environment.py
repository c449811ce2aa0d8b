"""Makes the environment that every task runs in: a virtual environment, its packages, cargo.

Only the standard library is used, for this runs before anything is installed. Nothing is written
outside the repository, unless the home folder already serves pip and cargo as their cache.
"""

from __future__ import annotations

import functools
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
WORKBENCH = CACHE / "venv"

OLDEST_PYTHON = (3, 10)

#: `pip install --group` came with this release.
PIP = "pip>=25.1"

#: Where Debian keeps the wheel of pip that its own tools unpack.
DEBIAN_WHEELS = Path("/usr/share/python-wheels")

SHOWN_OF_PIP = re.compile(r"^(Collecting|Installing|Building|Successfully)\b")


class CannotPrepareError(Exception):
    """Something that a stranger must install first is missing; the text says what and how."""


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"==> {text}", flush=True)  # noqa: T201


def run(command: Sequence[str | Path], env: Mapping[str, str], **more: Path) -> None:
    """Run a command in the repository, its output shown; raises CalledProcessError."""
    subprocess.run([*map(str, command)], env={**env}, cwd=more.get("cwd", ROOT), check=True)


def run_shown(
    command: Sequence[str | Path], env: Mapping[str, str], shown: re.Pattern[str]
) -> None:
    """Run a talkative command: print the lines that match, or everything when it fails."""
    arguments = [*map(str, command)]
    output: list[str] = []
    with subprocess.Popen(
        arguments,
        cwd=ROOT,
        env={**env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)
            if shown.match(line):
                say(f"  {line.strip()[:120]}")
    if process.returncode:
        sys.stdout.writelines(output)
        raise subprocess.CalledProcessError(process.returncode, arguments)


# The variables ------------------------------------------------------------------------------


def variables(virtual_environment: Path = WORKBENCH) -> dict[str, str]:
    """Return the environment of a task: a writable home, a working cargo, the venv's programs."""
    env = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        env.pop(name, None)
    env["VIRTUAL_ENV"] = str(virtual_environment)
    env["PATH"] = os.pathsep.join([str(virtual_environment / "bin"), env.get("PATH", os.defpath)])
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    env.setdefault("PYTHONUNBUFFERED", "1")
    _give_home(env)
    _give_rust(env)
    return env


def _give_home(env: dict[str, str]) -> None:
    """Put a home into the cache where there is none to write to; settings found there stay."""
    home = Path(env["HOME"]) if env.get("HOME") else None
    if home is not None and home.is_dir() and os.access(home, os.W_OK):
        return
    replacement = CACHE / "home"
    (replacement / ".cargo").mkdir(parents=True, exist_ok=True)
    env["HOME"] = str(replacement)
    if home is None:
        return
    for settings in (home / ".config/pip/pip.conf", home / ".pip/pip.conf"):
        if os.access(settings, os.R_OK):
            env.setdefault("PIP_CONFIG_FILE", str(settings))
    if os.access(home / ".cargo/config.toml", os.R_OK):
        shutil.copyfile(home / ".cargo/config.toml", replacement / ".cargo/config.toml")
    if os.access(home / ".rustup", os.R_OK):
        env.setdefault("RUSTUP_HOME", str(home / ".rustup"))


def _give_rust(env: dict[str, str]) -> None:
    """Tell rustup where its toolchains are when cargo was installed under another home."""
    cargo = shutil.which("cargo", path=env["PATH"])
    if cargo is None or "RUSTUP_HOME" in env:
        return
    neighbour = Path(cargo).absolute().parents[2] / ".rustup"
    if neighbour.is_dir() and not (Path(env["HOME"]) / ".rustup").exists():
        env["RUSTUP_HOME"] = str(neighbour)


def check_toolchain(env: Mapping[str, str]) -> None:
    """Raise CannotPrepareError unless this Python, a C compiler and cargo can do the work."""
    if sys.version_info < OLDEST_PYTHON:
        raise CannotPrepareError(
            f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed; "
            f"this is {sys.version.split()[0]}."
        )
    if not any(shutil.which(name, path=env["PATH"]) for name in ("cc", "gcc", "clang")):
        raise CannotPrepareError("A C compiler is needed (Debian's package gcc).")
    for program in ("cargo", "rustc"):
        answer = None
        if shutil.which(program, path=env["PATH"]):
            answer = subprocess.run([program, "--version"], env=env, capture_output=True, text=True)
        if answer is None or answer.returncode:
            detail = answer.stderr.strip() if answer else f"{program} is not on the PATH."
            raise CannotPrepareError(f"A Rust toolchain is needed: {detail}")


# The virtual environment --------------------------------------------------------------------


@functools.cache
def workbench(python: Path | None = None) -> Path:
    """Return the Python of the environment of all tasks, made and filled when it is not.

    Without a `python` to make it with, the one it was made with stays, else this one is taken.
    """
    inside = WORKBENCH / "bin" / "python"
    python = python or (inside if inside.exists() else Path(sys.executable))
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    groups = re.search(r"^\[dependency-groups\]$.*?^\[", pyproject, re.MULTILINE | re.DOTALL)
    dependencies = re.search(r"^dependencies = .*?\]$", pyproject, re.MULTILINE | re.DOTALL)
    if groups is None or dependencies is None:
        raise CannotPrepareError("pyproject.toml lacks [dependency-groups] or dependencies.")
    wanted = f"{groups.group()}\n{dependencies.group()}"
    return filled(WORKBENCH, python, ["--group", "dev", "Django"], wanted)


def filled(folder: Path, python: Path, packages: Sequence[str], wanted: str) -> Path:
    """Return the Python of a virtual environment with these packages.

    It is made anew when `python` changed, filled anew when `wanted` (a text that stands for the
    packages' versions) did.
    """
    inside = folder / "bin" / "python"
    stamp = folder / "ready"
    version = subprocess.run(
        [python, "-c", "import sys; print(sys.version, sys.base_prefix)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    content = hashlib.sha256(f"{version}{wanted}{packages}".encode()).hexdigest()
    made_for = folder / "made-for"
    if made_for.exists() and made_for.read_text() != version:
        shutil.rmtree(folder)
    if stamp.exists() and stamp.read_text() == content:
        return inside
    env = variables(folder)
    if not made_for.exists():
        _make(folder, python, env)
        made_for.write_text(version)
    say(f"installing packages into {folder.relative_to(ROOT)}")
    pip = [inside, "-m", "pip", "install", "--progress-bar", "off"]
    run_shown([*pip, "--upgrade", PIP], env, SHOWN_OF_PIP)
    run_shown([*pip, *packages], env, SHOWN_OF_PIP)
    stamp.write_text(content)
    return inside


def _make(folder: Path, python: Path, env: dict[str, str]) -> None:
    """Make a virtual environment with pip, also where Debian's python3-venv is missing."""
    say(f"making a virtual environment in {folder.relative_to(ROOT)}")
    shutil.rmtree(folder, ignore_errors=True)
    outside = {**env, "PATH": os.environ.get("PATH", os.defpath)}
    outside.pop("VIRTUAL_ENV")
    try:
        run([python, "-m", "venv", "--without-pip", folder], outside)
    except subprocess.CalledProcessError as problem:
        text = f"{python} has no module venv (Debian: python3-venv)."
        raise CannotPrepareError(text) from problem
    inside = folder / "bin" / "python"
    attempts = (
        lambda: _quietly([inside, "-m", "ensurepip", "--default-pip"], env),
        lambda: _quietly([python, "-m", "pip", "--python", inside, "install", "pip"], outside),
        lambda: _from_wheel(inside, _local_wheel(env), env),
        lambda: _from_wheel(inside, _wheel_of_the_index(env), env),
        lambda: _from_debian(inside, env),
    )
    if not any(attempt() for attempt in attempts):
        raise CannotPrepareError(
            "This Python has no pip and none was found: install it (Debian: python3-venv), or name "
            "a folder or an index that has its wheel in PIP_FIND_LINKS, PIP_INDEX_URL or pip.conf."
        )


def _quietly(command: Sequence[str | Path], env: Mapping[str, str]) -> bool:
    """Tell whether a command that may well fail succeeded."""
    return subprocess.run([*map(str, command)], env={**env}, capture_output=True).returncode == 0


def _from_wheel(inside: Path, wheel: Path | None, env: Mapping[str, str]) -> bool:
    """Let pip install itself out of its own wheel, which Python can run as it is."""
    return wheel is not None and _quietly(
        [inside, wheel / "pip", "install", "--no-index", "--no-cache-dir", wheel], env
    )


def _local_wheel(env: Mapping[str, str]) -> Path | None:
    """Return a wheel of pip in a folder of PIP_FIND_LINKS, or Debian's."""
    links = [link.removeprefix("file://") for link in env.get("PIP_FIND_LINKS", "").split()]
    folders = [Path(link) for link in links if link.startswith("/")]
    for folder in (*folders, DEBIAN_WHEELS):
        wheels = sorted(folder.glob("pip-*-py3-none-any.whl"), key=_release)
        if wheels:
            return wheels[-1]
    return None


def _release(wheel: Path) -> list[int]:
    """Return the version in a wheel's name as a key to sort by; pre-releases come first."""
    version = wheel.name.split("-")[1]
    return [int(part) if part.isdecimal() else -1 for part in version.split(".")]


def _wheel_of_the_index(env: Mapping[str, str]) -> Path | None:
    """Fetch pip's newest wheel from the index that PIP_INDEX_URL or a pip.conf names."""
    index = _index(env)
    if index is None:
        return None
    page = f"{index.rstrip('/')}/pip/"
    with urllib.request.urlopen(page, timeout=60) as answer:
        address, text = answer.geturl(), answer.read().decode()
    links = re.findall(r"""<a[^>]*\bhref=["']([^"']+)["']""", text, re.IGNORECASE)
    addresses = [urllib.parse.urljoin(address, html.unescape(link)) for link in links]
    wheels = {
        Path(urllib.parse.urlsplit(link).path): link
        for link in addresses
        if re.search(r"/pip-[\d.]+-py3-none-any\.whl$", urllib.parse.urlsplit(link).path)
    }
    if not wheels:
        return None
    newest = max(wheels, key=_release)
    say(f"fetching {newest.name}")
    (CACHE / "wheels").mkdir(parents=True, exist_ok=True)
    target = CACHE / "wheels" / newest.name
    with urllib.request.urlopen(wheels[newest], timeout=120) as answer:
        content = answer.read()
    kind, _, digest = urllib.parse.urlsplit(wheels[newest]).fragment.partition("=")
    if kind == "sha256" and hashlib.sha256(content).hexdigest() != digest:
        raise CannotPrepareError(f"{newest.name} does not have the digest that its index states.")
    target.write_bytes(content)
    return target


def _index(env: Mapping[str, str]) -> str | None:
    """Return the package index that pip would be told to use."""
    if env.get("PIP_INDEX_URL"):
        return env["PIP_INDEX_URL"]
    home = Path(env["HOME"])
    named = env.get("PIP_CONFIG_FILE")
    files = [Path(named)] if named else []
    files += [home / ".config/pip/pip.conf", home / ".pip/pip.conf", Path("/etc/pip.conf")]
    for file in files:
        if file.is_file():
            found = re.search(r"^\s*index[-_]url\s*[=:]\s*(\S+)", file.read_text(), re.MULTILINE)
            if found:
                return found.group(1)
    return None


def _from_debian(inside: Path, env: Mapping[str, str]) -> bool:
    """Install Debian's package of pip as root, then use the wheel it brings."""
    if not can_install():
        return False
    install("python3-pip-whl")
    return _from_wheel(inside, _local_wheel(env), env)


# Debian's packages --------------------------------------------------------------------------


def can_install() -> bool:
    """Tell whether Debian's packages can be installed: as root, where there is apt-get."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> None:
    """Install a Debian package; raises CannotPrepareError when this can't be done here."""
    if not can_install():
        raise CannotPrepareError(f"Debian's package {package} is needed: apt-get install {package}")
    say(f"installing Debian's package {package}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    shown = re.compile(r"^(Setting up|Need to get)\b")
    # A machine that has just started may be busy with upgrades of its own.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600"]
    try:
        run_shown([*apt, "update"], env, shown)
        run_shown([*apt, "install", "--yes", "--no-install-recommends", package], env, shown)
    except subprocess.CalledProcessError as problem:
        raise CannotPrepareError(f"Debian's package {package} could not be installed.") from problem


# The extension ------------------------------------------------------------------------------


def build(python: Path, *, release: bool, target: Path = ROOT / "native" / "target") -> None:
    """Compile the extension for this Python and install the package in place."""
    kind = "release" if release else "development"
    say(f"building the extension ({kind}; the first time takes minutes)")
    command = [python, "-m", "maturin", "develop", *(["--release"] if release else [])]
    run(command, _building(python, target))


def build_trained(python: Path, folder: str = "trained") -> None:
    """Compile the extension as for a release wheel, by what pages execute; install it in place.

    Another folder of the target than that of `build`, because nothing that one has compiled can be
    used.
    """
    say("building the extension twice, with a day on the demo site in between (some minutes)")
    run([python, "-m", "maturin", "develop", "--pgo"], _training(python, folder))


def build_wheel(python: Path, folder: Path) -> None:
    """Build a release wheel for this Python, by what pages execute."""
    say("building a wheel, with a day on the demo site between two builds (some minutes)")
    options = ["--release", "--pgo", "--interpreter", python, "--out", folder]
    run([python, "-m", "maturin", "build", *options], _training(python, "trained"))


def _building(python: Path, target: Path) -> dict[str, str]:
    env = variables(python.parents[1])
    env["CARGO_TARGET_DIR"] = str(target)
    env.setdefault("PIP_QUIET", "1")
    return env


def _training(python: Path, folder: str) -> dict[str, str]:
    env = _building(python, ROOT / "native" / "target" / folder)
    # In front: an older one on the PATH cannot read them.
    env["PATH"] = os.pathsep.join([str(_profile_tools(env)), env["PATH"]])
    return env


def _profile_tools(env: Mapping[str, str]) -> Path:
    """The folder of an `llvm-profdata` that reads what this rustc's programs count.

    Raises CannotPrepareError if there is none, and none can be installed.
    """
    described = subprocess.check_output(["rustc", "-vV"], env={**env}, text=True)
    found = re.search(r"^LLVM version: (\d+)", described, re.MULTILINE)
    version = found.group(1) if found else ""
    beside = subprocess.check_output(["rustc", "--print", "target-libdir"], env={**env}, text=True)
    folders = [Path(beside.strip()).parent / "bin", Path(f"/usr/lib/llvm-{version}/bin")]
    for folder in folders:
        if (folder / "llvm-profdata").exists():
            return folder
    try:
        install(f"llvm-{version}")
    except CannotPrepareError as problem:
        raise CannotPrepareError(
            f"llvm-profdata of LLVM {version} is needed: rustup component add llvm-tools"
        ) from problem
    return folders[-1]
