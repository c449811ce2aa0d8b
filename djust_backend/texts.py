"""Tells functions of Django by their text: what runs natively is what somebody has read."""

from __future__ import annotations

import linecache
from types import FunctionType
from zlib import crc32


def digest(function: FunctionType) -> str | None:
    """A number for the text of a function. `None`: there is none.

    `inspect.getsource` splits each text into tokens to find its end, and `inspect.findsource` looks
    at every module there is: both take longer than the page that waits for them.
    """
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if len(lines) < code.co_firstlineno:
        return None
    text: list[str] = []
    outer, has_head = 0, False
    for line in lines[code.co_firstlineno - 1 :]:
        rest = line.lstrip()
        depth = len(line) - len(rest)
        # A body ends where its indentation does; a bracket that closes the head does not end it.
        if has_head and rest and depth <= outer and not rest.startswith(")"):
            break
        if not has_head:
            outer = depth
            has_head = rest.startswith("def ")
        text.append(line)
    return f"{crc32(''.join(text).rstrip().encode()):08x}"
