"""The demo site's settings in production, watched; FLEET_CONFIG is its DJUST_CONFIG as JSON."""

import json
import os

from config.settings import *  # noqa: F403 - the site's own, whatever there is
from config.settings import MIDDLEWARE as OF_THE_SITE

DEBUG = False
ROOT_URLCONF = "fleet_site.urls"
MIDDLEWARE = [
    "djust_backend.middleware.QueryCountMiddleware",
    "fleet_site.forgetful.ForgetfulMiddleware",
    *OF_THE_SITE,
]
DJUST_CONFIG = {
    "JIT_METRICS": True,
    "JIT_SERVER_TIMING": True,
    **json.loads(os.environ["FLEET_CONFIG"]),
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
