"""Settings of the site for django-compressor."""

import tempfile
from pathlib import Path

HERE = Path(__file__).parent

SETTINGS = {
    "INSTALLED_APPS": ["compressor"],
    "STATICFILES_DIRS": [HERE / "static"],
    "STATICFILES_FINDERS": [
        "django.contrib.staticfiles.finders.FileSystemFinder",
        "django.contrib.staticfiles.finders.AppDirectoriesFinder",
        "compressor.finders.CompressorFinder",
    ],
    "STATIC_ROOT": tempfile.mkdtemp(),
    "COMPRESS_ENABLED": True,
    "COMPRESS_OFFLINE_CONTEXT": [{"site": "A & B", "dark": True}, {"site": "C", "dark": False}],
}
