"""Environments of the rivals: each has one of its own, with the Django that is measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import django

from tests import environment
from tests.benchmarks.engine.backends import BACKENDS, Backend


def folder(backend: Backend) -> Path:
    """Where a rival's environment for this Python is, or would be."""
    version = "{}.{}".format(*sys.version_info)
    return environment.CACHE / f"rival-{backend.name}-python{version}"


def python(name: str) -> Path:
    """The interpreter for a backend: its own environment's, if it has been made."""
    backend = BACKENDS[name]
    inside = folder(backend) / "bin" / "python"
    return inside if backend.packages and inside.exists() else Path(sys.executable)


def install(names: list[str]) -> list[str]:
    """Make the environments of rivals among these backends; say which could not be made."""
    failed = []
    for name in names:
        backend = BACKENDS[name]
        if not backend.packages:
            continue
        packages = [f"Django=={django.__version__}", *backend.packages]
        try:
            environment.filled(folder(backend), Path(sys.executable), packages, "")
        except subprocess.CalledProcessError:
            failed.append(f"{name}: pip can't install {' '.join(backend.packages)} for this Python")
    return failed
