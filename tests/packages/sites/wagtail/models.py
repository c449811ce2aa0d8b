"""Two types of pages, one with a stream field."""

from django.db import models
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.snippets.models import register_snippet


class Quote(blocks.StructBlock):
    text = blocks.CharBlock()
    author = blocks.CharBlock(required=False)

    class Meta:
        template = "blocks/quote.html"
        icon = "openquote"


class Home(Page):
    intro = RichTextField(blank=True)
    content_panels = [*Page.content_panels, FieldPanel("intro")]


class Article(Page):
    date = models.DateField()
    body = StreamField(
        [
            ("heading", blocks.CharBlock(template="blocks/heading.html")),
            ("paragraph", blocks.RichTextBlock()),
            ("quote", Quote()),
            ("list", blocks.ListBlock(blocks.CharBlock())),
        ]
    )
    content_panels = [*Page.content_panels, FieldPanel("date"), FieldPanel("body")]


@register_snippet
class Note(models.Model):
    text = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.text
