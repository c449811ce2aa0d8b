"""Which statements leave everything as it is: rows, locks and the session."""

from __future__ import annotations

import re
from functools import lru_cache

_REMEMBERED = 1024

# What is written before a bracket by PostgreSQL's grammar, its types and its functions without
# effects. Any other function may do anything.
_HARMLESS = frozenset(
    name
    for line in (
        "ALL AND ANY AS BETWEEN BY CASE CAST DISTINCT ELSE EXCEPT EXISTS FILTER FROM GROUP HAVING",
        "IN INTERSECT JOIN LATERAL LIKE LIMIT NOT OFFSET ON OR OVER SELECT SOME THEN UNION USING",
        "VALUES WHEN WHERE WITHIN",
        "CHAR CHARACTER DECIMAL FLOAT INTERVAL NUMERIC TIME TIMESTAMP VARCHAR",
        "ARRAY_AGG AVG BIT_AND BIT_OR BOOL_AND BOOL_OR COUNT EVERY JSONB_AGG JSON_AGG MAX MIN",
        "STDDEV_POP STDDEV_SAMP STRING_AGG SUM VAR_POP VAR_SAMP",
        "CUME_DIST DENSE_RANK FIRST_VALUE LAG LAST_VALUE LEAD NTH_VALUE NTILE PERCENT_RANK RANK",
        "ROW_NUMBER",
        "ABS CEIL CEILING EXP FLOOR LN LOG MOD PI POWER RANDOM ROUND SIGN SQRT TRUNC",
        "ASCII BTRIM CHR CONCAT CONCAT_WS INITCAP LEFT LENGTH LOWER LPAD LTRIM MD5 REPEAT REPLACE",
        "REVERSE RIGHT RPAD RTRIM STRPOS SUBSTRING TO_CHAR TRIM UPPER",
        "COALESCE GREATEST LEAST NULLIF",
        "DATE_PART DATE_TRUNC EXTRACT NOW STATEMENT_TIMESTAMP",
        "CARDINALITY JSONB_BUILD_ARRAY JSONB_BUILD_OBJECT JSON_ARRAY JSON_OBJECT UNNEST",
    )
    for name in line.split()
)
# Compiled, and kept by `re`, when the first statement is looked at.
_CALL = r'([\w$"]+)\s*\('
_INTO = r"(?i)\bINTO\b"

#: How statements begin that leave all rows as they are, whatever functions of a SELECT may do.
READING = ("SELECT", "SAVEPOINT", "RELEASE")


def leaves_all(sql: str) -> bool:
    """Whether a statement is a SELECT that only reads, or one about a savepoint that stays."""
    return sql.startswith(READING) and (not sql.startswith("SELECT") or only_reads(sql))


@lru_cache(maxsize=_REMEMBERED)
def only_reads(sql: str) -> bool:
    """Whether a SELECT calls no functions that might write, take locks, or change the session."""
    return re.search(_INTO, sql) is None and all(
        name.upper() in _HARMLESS for name in re.findall(_CALL, sql)
    )
