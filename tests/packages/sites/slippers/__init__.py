"""Settings of the site for slippers."""

SETTINGS = {"INSTALLED_APPS": ["slippers"], "OPTIONS": {"builtins": ["slippers.templatetags.slippers"]}}
