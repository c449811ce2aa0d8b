"""A site of models only, on the database of ORM_DATABASE; ORM_ROW_MODE=off turns row mode off."""

import os

_ENGINE = os.environ.get("ORM_DATABASE", "sqlite")


def _database(name: str) -> dict[str, object]:
    if _ENGINE == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"file:{name}?mode=memory&cache=shared",
            "TEST": {"NAME": f"file:{name}?mode=memory&cache=shared"},
        }
    if _ENGINE == "mariadb":
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": "mysql",
            "USER": os.environ.get("MARIADB_USER", "root"),
            "HOST": os.environ.get("MARIADB_HOST", "127.0.0.1"),
            "PORT": os.environ.get("MARIADB_PORT", "3306"),
            "TEST": {"NAME": f"djust_orm_{name}_{os.getpid()}", "CHARSET": "utf8mb4"},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": os.environ.get("PGUSER", "postgres"),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "TEST": {"NAME": f"djust_orm_{name}_{os.getpid()}"},
    }


DATABASES = {"default": _database("main"), "other": _database("other")}
INSTALLED_APPS = ["django.contrib.contenttypes", "zoo"]
MIGRATION_MODULES = {"contenttypes": None}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Each test derives its own plans; those of the cache name a store.
# SQL that is used again is compared with what Django compiles.
DJUST_CONFIG = {
    "JIT_CACHE_BACKEND": "memory",
    "JIT_ROW_MODE": os.environ.get("ORM_ROW_MODE", "on") == "on",
    "JIT_SQL_CHECK": True,
}

SECRET_KEY = "tests only"
USE_TZ = True
