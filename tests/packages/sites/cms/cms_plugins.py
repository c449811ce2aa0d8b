"""Two plugins: a text and a box of plugins."""

from typing import Any

from cms.plugin_base import CMSPluginBase
from cms.plugin_pool import plugin_pool

from .models import Text


@plugin_pool.register_plugin
class TextPlugin(CMSPluginBase):
    model = Text
    name = "Text"
    render_template = "plugins/text.html"

    def render(self, context: Any, instance: Any, placeholder: Any) -> Any:
        context = super().render(context, instance, placeholder)
        context["shout"] = instance.text.upper()
        return context


@plugin_pool.register_plugin
class BoxPlugin(CMSPluginBase):
    name = "Box"
    allow_children = True
    render_template = "plugins/box.html"
