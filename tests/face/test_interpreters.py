"""One interpreter of a process is served; a second one, as mod_wsgi makes, is told what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Makes interpreters that share the process's lock, which is what mod_wsgi does.
MANY = """
import sys
if sys.version_info >= (3, 13):
    import _interpreters as interpreters
    make = lambda: interpreters.create("legacy")
elif sys.version_info >= (3, 12):
    import _xxsubinterpreters as interpreters
    make = lambda: interpreters.create(isolated=False)
else:
    import _xxsubinterpreters as interpreters
    make = interpreters.create
kept = [make() for _ in range({count})]
for interpreter in kept:
    interpreters.run_string(interpreter, {code!r})
"""

PAGE = """
import sys
sys.path[:] = {path!r}
from django.conf import settings
settings.configure(TEMPLATES=[{{"BACKEND": "djust_backend.DjustTemplates"}}])
import django
django.setup()
from django.template import engines
from django.utils.safestring import SafeString
try:
    engine = engines["djust_backend"]
except ImportError as error:
    print("refused:", error, flush=True)
else:
    page = engine.from_string("{{{{ text }}}} {{{{ safe }}}}").render(
        {{"text": "a<b", "safe": SafeString("<i>")}}
    )
    print("rendered:", page, type(page) is SafeString, flush=True)
"""


def output_of(count: int) -> list[str]:
    """Render a page in so many interpreters of one process, one after the other."""
    code = PAGE.format(path=[str(ROOT), *sys.path])
    script = MANY.format(count=count, code=code)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.splitlines()


def test_an_interpreter_that_is_not_the_main_one_is_served() -> None:
    """mod_wsgi runs every site in a sub-interpreter unless it is told otherwise."""
    assert output_of(1) == ["rendered: a&lt;b <i> True"]


def test_a_second_interpreter_is_refused_with_what_to_do() -> None:
    """The first one's classes are not the second one's: its pages would be wrong."""
    first, second = output_of(2)
    assert first == "rendered: a&lt;b <i> True"
    assert second.startswith("refused: djust_backend serves one Python interpreter of a process")
    assert "WSGIApplicationGroup %{GLOBAL}" in second


LAST_WORDS = """
import sys
from django.conf import settings
settings.configure(TEMPLATES=[{"BACKEND": "djust_backend.DjustTemplates"}])
import django
django.setup()
from django.template import Library, engines
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext_lazy

class Site:
    @cached_property
    def name(self):
        return f"{gettext_lazy('Yes')} {hasattr(settings, 'NOWHERE')}"

class Last:
    def __init__(self):
        self.me, self.site, self.lazy = self, Site, SimpleLazyObject(Site)
        self.text, self.is_over, self.out = gettext_lazy("No"), sys.is_finalizing, sys.__stdout__
    def __del__(self):
        words = self.site().name, self.lazy.name, f"{self.text}", self.is_over()
        self.out.write(" ".join(map(repr, words)))
        self.out.flush()

register = Library()
register.simple_tag(lambda: Site().name, name="site")
engine = engines["djust_backend"]
engine.engine.template_builtins.append(register)
template = engine.from_string("{% site %}")
for _ in range(20):
    assert template.render({}) == "Yes False"
sys.modules["last"] = Last()
"""


def test_lazy_objects_can_be_asked_when_the_interpreter_shuts_down() -> None:
    """Nothing can be attached to it any more then; what has a native body is asked like this."""
    done = subprocess.run(
        [sys.executable, "-c", LAST_WORDS],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "'Yes False' 'Yes False' 'No' True"
