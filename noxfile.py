"""Every task of the project, once: `nox` runs them, and so does this file by itself.

`python3 noxfile.py demo` and `python3 noxfile.py test` set everything up first; see README.md.
All sessions share one virtual environment in `.cache/venv`, except those of the matrix.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tests import environment  # noqa: E402 - this line needs the one before

REPORTS = environment.CACHE / "reports"
DEMO_SITE = ROOT / "demo_site"

#: What a word on the command line of this file runs.
COMMANDS = {
    "demo": ["demo"],
    "test": ["lint", "types", "rust", "pytest", "demo_tests", "newest", "upstream"],
}

#: The oldest Python of each Django among the classifiers.
OLDEST_PYTHON = {"5.2": "3.10", "6.0": "3.12", "6.1": "3.12"}


def main(arguments: list[str]) -> int:
    """Prepare the workbench and hand the named command, or any of nox's sessions, to nox."""
    if not arguments or arguments[0].startswith("-"):
        print(f"{__doc__}\nCommands: {', '.join(COMMANDS)}; any name of a session works as well.")
        return 2
    command, *rest = arguments
    # As nox takes them: `bench -- --quick` means what `bench --quick` means.
    rest = rest[rest[:1] == ["--"] :]
    started = time.monotonic()
    try:
        environment.check_toolchain(environment.variables())
        python = environment.workbench(Path(sys.executable))
    except environment.CannotPrepareError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    shutil.rmtree(REPORTS, ignore_errors=True)
    sessions = COMMANDS.get(command, [command])
    nox_command = [str(python), "-m", "nox", "-f", str(ROOT / "noxfile.py"), "-s", *sessions]
    status = subprocess.call([*nox_command, "--", *rest], env=environment.variables())
    if command == "test":
        print_totals(time.monotonic() - started)
        if status:
            print("Something failed: the list of sessions above says what.", file=sys.stderr)
    return status


def print_totals(seconds: float) -> None:
    """Print a line for each run of pytest, and their sum in pytest's words as the last one."""
    totals = [0, 0, 0]
    for report in sorted(REPORTS.glob("*.xml")):
        counts = [0, 0, 0]
        for suite in ElementTree.parse(report).iter("testsuite"):
            tests, failures, errors, skipped = (
                int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
            )
            failed = failures + errors
            counts = add(counts, [tests - failed - skipped, failed, skipped])
        print("{:<24} {:>6} passed, {} failed, {} skipped".format(report.stem, *counts))
        totals = add(totals, counts)
    print(f"All runs of pytest, and {seconds / 60:.1f} minutes for everything:")
    print("{} passed, {} failed, {} skipped".format(*totals))


def add(left: list[int], right: list[int]) -> list[int]:
    """Add numbers place by place."""
    return [a + b for a, b in zip(left, right, strict=True)]


try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    # The first call on a fresh machine: nox is in the workbench that `main` makes.
    sys.exit(main(sys.argv[1:]))

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["build", "lint", "types", "rust", "pytest"]
nox.options.error_on_missing_interpreters = "CI" in os.environ


def run(session: nox.Session, *command: str | Path, **more: object) -> None:
    """Run a command with the workbench's programs first on the PATH."""
    env = {**environment.variables(), **more.pop("env", {})}  # type: ignore[dict-item]
    # nox itself would look on the PATH it was called with.
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        session.error(f"{command[0]} is not installed")
    session.run(program, *map(str, command[1:]), external=True, env=env, **more)


def python(session: nox.Session, *arguments: str | Path, **more: object) -> None:
    """Run the workbench's Python."""
    run(session, environment.workbench(), *arguments, **more)


def extension(session: nox.Session) -> None:
    """Build the extension once for all sessions; cargo knows when there is nothing to do."""
    try:
        build_release()
    except subprocess.CalledProcessError:
        session.error("the extension could not be built")


def build_as_released(session: nox.Session) -> None:
    """Build the extension as a release wheel has it: what is reported is what users get."""
    try:
        environment.build_trained(environment.workbench())
    except (environment.CannotPrepareError, subprocess.CalledProcessError) as problem:
        session.error(f"the extension could not be built: {problem}")


def measured_extension(session: nox.Session) -> None:
    """Build the extension for a measurement: `--trained` for that of release wheels."""
    if "--trained" in session.posargs:
        session.posargs.remove("--trained")
        build_as_released(session)
    else:
        extension(session)


@functools.cache
def build_release() -> None:
    """Build for the workbench; raises CalledProcessError."""
    environment.build(environment.workbench(), release=True)


ORM = ["-c", "tests/orm/pytest.ini", "tests/orm"]

#: What depends on the database's own types, order and way of sending: of the traps, these.
TRAPS_OF_DATABASES = (
    "column_types", "columns_of_postgresql", "keys_in_other_spellings", "one_instance",
    "other_database", "queries_sent_together", "querysets_of_every_shape", "random_views",
    "statements_sent_before", "time_zones_of_databases", "timestamps_of_postgresql",
    "wrappers_of_statements",
)  # fmt: skip

#: Folders whose tests start or break servers and browsers: each is a suite of its own.
WITH_PROCESSES = ("tests/browser", "tests/cache", "tests/fleet")

#: Runs of pytest: arguments and variables of each. The tests of the ORM have a site of their own.
SUITES: dict[str, tuple[list[str], dict[str, str]]] = {
    "orm-postgresql": (ORM, {"ORM_DATABASE": "postgresql"}),
    "orm-mariadb": (ORM, {"ORM_DATABASE": "mariadb"}),
    "orm-sqlite": (ORM, {}),
    "orm-of-postgresql": (
        [*ORM[:2], *(f"tests/orm/traps/test_{name}.py" for name in TRAPS_OF_DATABASES)],
        {"ORM_DATABASE": "postgresql"},
    ),
    "tests": ([f"--ignore={folder}" for folder in WITH_PROCESSES], {}),
    **{folder.removeprefix("tests/"): ([folder], {}) for folder in WITH_PROCESSES},
}

#: Measures how servers behave under load, so nothing else runs then.
ALONE = "fleet"

#: What a further Django need not show again: what a driver and a browser give, and how servers
#: behave, was compared on the first.
ONCE = ("orm-postgresql", "orm-mariadb", "browser", "fleet")


def run_suites(
    session: nox.Session, interpreter: Path, prefix: str, *further: str, without: Sequence[str] = ()
) -> None:
    """Run suites, as many at once as there are cores, also after a failure.

    The reports are kept for the totals.
    """
    # Where all of it runs, its part need not.
    covered = () if "orm-postgresql" in without else ("orm-of-postgresql",)
    names = [name for name in SUITES if name not in (*without, *covered)]
    # Before the suites are beside each other: apt does not let two install at once.
    for variables in {tuple(SUITES[name][1].items()) for name in names}:
        env = {**environment.variables(interpreter.parents[1]), **dict(variables)}
        services = [str(interpreter), "-m", "tests.services"]
        if subprocess.run(services, cwd=ROOT, env=env).returncode:
            session.error("a service that the tests need can't be had")
    commands = {name: suite(interpreter, prefix, name, *further) for name in names}
    for command, _ in commands.values():
        session.log(" ".join(command))
    beside = [name for name in names if name != ALONE]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(functools.partial(run_suite, alone=False), map(commands.get, beside))
        failed = [name for name, is_passed in zip(beside, done, strict=True) if not is_passed]
    if ALONE in names and not run_suite(commands[ALONE], alone=True):
        failed.append(ALONE)
    if failed:
        session.error(f"failed: {', '.join(failed)}")


def suite(
    interpreter: Path, prefix: str, name: str, *further: str
) -> tuple[list[str], dict[str, str]]:
    """Return the command of a suite, and its environment."""
    arguments, variables = SUITES[name]
    command = pytest_with_services(interpreter, prefix + name, *arguments, *further)
    return command, {**environment.variables(interpreter.parents[1]), **variables}


def run_suite(found: tuple[list[str], dict[str, str]], *, alone: bool) -> bool:
    """Run a suite and tell whether it passed; beside others, its output comes at its end."""
    command, env = found
    if alone:
        return subprocess.run(command, cwd=ROOT, env=env).returncode == 0
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)  # fmt: skip
    print(done.stdout, flush=True)
    return done.returncode == 0


def pytest_with_services(interpreter: Path, report: str, *arguments: str) -> list[str]:
    """Return the command that runs pytest once, with servers named in its environment."""
    command = [str(interpreter), "-m", "tests.services", str(interpreter), "-m", "pytest"]
    return [*command, f"--junitxml={REPORTS / report}.xml", *arguments]


@nox.session(venv_backend="none")
def build(session: nox.Session) -> None:
    """Build the extension and install the package in place."""
    extension(session)


def run_all(session: nox.Session, commands: list[list[str]], env: dict[str, str]) -> None:
    """Run every command, also after one that failed, and fail in the end if any did."""
    failed = []
    for command in commands:
        try:
            run(session, *command, env=env)
        except nox.command.CommandFailed:
            failed.append(" ".join(command[:3]))
    if failed:
        session.error(f"failed: {'; '.join(failed)}")


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Style, format, directions of imports, sizes, the typed door to Rust, links in documents."""
    extension(session)
    commands = [
        ["ruff", "check"],
        ["ruff", "format", "--check", "--quiet"],
        ["lint-imports"],
        ["python", "-m", "tests.lint.sources"],
        ["python", "-m", "tests.lint.documents"],
        ["stubtest", "djust_backend._native", "--mypy-config-file", "pyproject.toml"],
    ]
    run_all(session, commands, {"PYTHONPATH": str(ROOT)})


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Check the package's types."""
    python(session, "-m", "mypy")


@nox.session(venv_backend="none")
def rust(session: nox.Session) -> None:
    """Format, lint and test the Rust crates."""
    manifest = ["--manifest-path", "native/Cargo.toml"]
    crates = ["--locked", *manifest, "-p", "djust-syntax", "-p", "djust-text"]
    clippy = ["cargo", "clippy", "--workspace", "--all-targets", "--locked", *manifest]
    commands = [
        ["cargo", "fmt", "--all", *manifest, "--check"],
        [*clippy, "--", "-D", "warnings"],
    ]
    if shutil.which("cargo-nextest"):
        commands += [["cargo", "nextest", "run", *crates], ["cargo", "test", "--doc", *crates]]
    else:
        commands += [["cargo", "test", *crates]]
    run_all(session, commands, {"PYO3_PYTHON": str(environment.workbench())})


@nox.session(name="pytest", venv_backend="none")
def pytest_(session: nox.Session) -> None:
    """Run our tests, those of the ORM on three databases; or what the arguments name."""
    extension(session)
    workbench = environment.workbench()
    if session.posargs:
        command = pytest_with_services(workbench, "named", *session.posargs)
        session.run(*command, external=True, env=environment.variables())
    else:
        run_suites(session, workbench, "")


@nox.session(venv_backend="none")
def trained(session: nox.Session) -> None:
    """Run the tests of stacks and threads on the build of release wheels, whose frames are others.

    Compiling it takes too long for the command `test`; `release` runs this.
    """
    build_as_released(session)
    names = ["tests/template/test_recursion.py", "tests/laws/test_threads_render.py"]
    command = pytest_with_services(environment.workbench(), "trained", *names)
    session.run(*command, external=True, env=environment.variables())


@nox.session(venv_backend="none")
def demo_tests(session: nox.Session) -> None:
    """Run the demo site's own tests."""
    extension(session)
    with session.chdir(DEMO_SITE):
        python(session, "manage.py", "test", "--verbosity=1")


@nox.session(venv_backend="none")
def upstream(session: nox.Session) -> None:
    """Run Django's own test suites on our engine; arguments are passed on."""
    extension(session)
    arguments = session.posargs or ["all", "--parallel", "2"]
    python(session, "tests/upstream/run.py", *arguments)


def classified(prefix: str) -> list[str]:
    """Return the versions after a prefix among the package's classifiers."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return re.findall(rf'"{re.escape(prefix)} :: (\d+\.\d+)"', text)


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, to compare it."""
    return tuple(map(int, version.split(".")))


MATRIX = [
    (python_version, django)
    for django in classified("Framework :: Django")
    for python_version in classified("Programming Language :: Python")
    if numbers(python_version) >= numbers(OLDEST_PYTHON[django])
]


def find_python(version: str) -> Path | None:
    """Return an interpreter that really runs: on the PATH, or one that pyenv keeps."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    pyenv = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    for candidate in (shutil.which(f"python{version}"), *pyenv):
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return Path(candidate)
    return None


def of_pair(interpreter: Path, version: str, django: str) -> Path:
    """Return the Python of the environment for one Python and one Django."""
    packages = ["--group", "test", "maturin", f"Django~={django}.0"]
    name = f"python{version}-django{django}"
    return environment.filled(environment.CACHE / name, interpreter, packages, "")


def run_pair(session: nox.Session, interpreter: Path, version: str, django: str) -> None:
    """Run our tests under one Python and one Django, in an environment and target of their own."""
    inside = of_pair(interpreter, version, django)
    target = ROOT / "native" / "target" / f"python{version}"
    environment.build(inside, release=False, target=target)
    prefix = f"python{version}-django{django}-"
    run_suites(session, inside, prefix, without=ONCE)


def newest_pair(session: nox.Session) -> tuple[Path, str, str] | None:
    """Return the newest Django with a Python of this machine; None if the workbench has it."""
    question = "import django, sys; print('{}.{}'.format(*sys.version_info), django.VERSION[:2])"
    answer = subprocess.check_output([environment.workbench(), "-c", question], text=True)
    newest_first = sorted(MATRIX, key=lambda pair: (numbers(pair[1]), numbers(pair[0])))[::-1]
    for version, django in newest_first:
        if answer.strip() == f"{version} {numbers(django)}":
            session.log(f"nothing newer than Python {version} and Django {django} is here")
            return None
        interpreter = find_python(version)
        if interpreter is not None:
            session.log(f"Python {version}, Django {django}")
            return interpreter, version, django
    return session.error("no Python of the classifiers is on the PATH")


def newest_measured(session: nox.Session) -> Path | None:
    """Build as for a release wheel for the newest pair; return its Python, if there is one."""
    pair = newest_pair(session)
    if pair is None:
        return None
    inside = of_pair(*pair)
    try:
        environment.build_trained(inside, f"trained-python{pair[1]}")
    except (environment.CannotPrepareError, subprocess.CalledProcessError) as problem:
        session.error(f"the extension could not be built: {problem}")
    return inside


@nox.session(venv_backend="none")
@nox.parametrize(("version", "django"), MATRIX)
def tests(session: nox.Session, version: str, django: str) -> None:
    """Run our tests on a Python and a Django of the classifiers."""
    interpreter = find_python(version)
    if interpreter is None:
        session.error(f"there is no Python {version} on the PATH")
    run_pair(session, interpreter, version, django)


@nox.session(venv_backend="none")
def newest(session: nox.Session) -> None:
    """Run our tests on the newest Django that a Python of this machine can run."""
    pair = newest_pair(session)
    if pair is not None:
        run_pair(session, *pair)


@nox.session(venv_backend="none")
def fuzz(session: nox.Session) -> None:
    """Run the property tests for long, and each fuzz target of cargo fuzz for a minute."""
    targets = sorted((ROOT / "native" / "fuzz" / "targets").glob("*.rs"))
    if not targets:
        session.error("there are no fuzz targets")
    if subprocess.run(["cargo", "+nightly", "fuzz", "--version"], check=False).returncode:
        session.error("run `rustup toolchain install nightly` and `cargo install cargo-fuzz` first")
    extension(session)
    workbench = environment.workbench()
    further = ["-m", "hypothesis", "--hypothesis-profile=long"]
    run_suites(session, workbench, "fuzz-", *further, without=("browser", ALONE))
    with session.chdir(ROOT / "native"):
        for target in targets:
            fuzzed = ("cargo", "+nightly", "fuzz", "run", target.stem)
            run(session, *fuzzed, "--", "-max_total_time=60", "-timeout=10")


@nox.session(venv_backend="none")
def bench(session: nox.Session) -> None:
    """Measure our engine against stock Django; `--newest`: on the newest of this machine."""
    if "--newest" in session.posargs:
        session.posargs.remove("--newest")
        newest = newest_measured(session)
        if newest is not None:
            run(session, newest, "-m", "tests.benchmarks.engine", *session.posargs)
        return
    measured_extension(session)
    python(session, "-m", "tests.benchmarks.engine", *session.posargs)


@nox.session(name="bench-orm", venv_backend="none")
def bench_orm(session: nox.Session) -> None:
    """Measure naive views on our engine against an expert's on stock; arguments are passed on."""
    measured_extension(session)
    python(session, "-m", "tests.benchmarks.orm", *session.posargs)


@nox.session(name="bench-plans", venv_backend="none")
def bench_plans(session: nox.Session) -> None:
    """Measure what plans cost in memory, in a folder and in Redis; arguments are passed on."""
    measured_extension(session)
    python(session, "-m", "tests.benchmarks.plans", *session.posargs)


@nox.session(name="bench-apps", venv_backend="none")
def bench_apps(session: nox.Session) -> None:
    """Measure the rendering of real applications' pages; arguments are passed on."""
    measured_extension(session)
    python(session, "-m", "tests.benchmarks.applications", *session.posargs)


@nox.session(venv_backend="none")
def report(session: nox.Session) -> None:
    """Run all benchmarks and write docs/performance.md; arguments are passed on."""
    newest = None
    if "--no-measure" not in session.posargs:
        build_as_released(session)
        newest = newest_measured(session)
    options = [] if newest is None else ["--newest", newest]
    python(session, "-m", "tests.benchmarks.report", *options, *session.posargs)


@nox.session(venv_backend="none")
def release(session: nox.Session) -> None:
    """Build a release wheel in dist/: compiled twice, the second time by what pages execute."""
    try:
        environment.build_wheel(environment.workbench(), ROOT / "dist")
    except (environment.CannotPrepareError, subprocess.CalledProcessError) as problem:
        session.error(f"the wheel could not be built: {problem}")
    session.notify("trained")


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Check that links and commands in the documents lead somewhere."""
    python(session, "-m", "tests.lint.documents")


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """Build, seed the demo site and compare both engines; with --serve, open the site."""
    extension(session)
    with session.chdir(DEMO_SITE):
        session.log("making the demo's database (SQLite)")
        python(session, "manage.py", "migrate", "--verbosity=0")
        python(session, "manage.py", "seed_demo")
        session.log("rendering the pages on both engines")
        python(session, "manage.py", "compare_engines")
        if "--serve" in session.posargs:
            python(session, "manage.py", "runserver", "127.0.0.1:8000")
    session.log("Open the site yourself: python3 noxfile.py demo --serve")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
