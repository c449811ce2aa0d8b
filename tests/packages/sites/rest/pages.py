"""The browsable API, its forms, pagers and filters, template renderers, and forms of serializers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from rest_framework import renderers, routers, serializers, viewsets
from rest_framework.decorators import api_view, renderer_classes
from rest_framework.response import Response
from sites.shelf.data import fill
from sites.shelf.models import Author, Book

prepare = fill
LOGIN = True


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = "__all__"


class AuthorSerializer(serializers.HyperlinkedModelSerializer):
    books = serializers.StringRelatedField(many=True, read_only=True)

    class Meta:
        model = Author
        fields = ["url", "name", "born", "books"]


class Styled(serializers.Serializer):
    text = serializers.CharField(style={"base_template": "textarea.html", "rows": 4}, help_text="help <me>")
    choice = serializers.ChoiceField(choices=[("a", "A & B"), ("b", "B")], style={"base_template": "radio.html"})
    many = serializers.MultipleChoiceField(choices=["x", "y"], style={"base_template": "checkbox_multiple.html"})
    secret = serializers.CharField(style={"input_type": "password"}, label="S <s>")
    nested = AuthorSerializer(required=False)
    flags = serializers.ListField(child=serializers.BooleanField(), required=False)


class Books(viewsets.ModelViewSet):
    """All books. *Markdown* is `shown`."""

    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filterset_fields = ["author", "kind"]
    search_fields = ["title"]
    ordering_fields = ["title", "price"]


class Authors(viewsets.ModelViewSet):
    queryset = Author.objects.all()
    serializer_class = AuthorSerializer
    filterset_fields = ["name"]


@api_view()
@renderer_classes([renderers.TemplateHTMLRenderer])
def html(request: Any) -> Response:
    return Response({"books": Book.objects.all()[:3]}, template_name="books.html")


@api_view()
@renderer_classes([renderers.StaticHTMLRenderer, renderers.TemplateHTMLRenderer])
def static(request: Any) -> Response:
    return Response("<b>static</b>")


def forms(request: HttpRequest) -> HttpResponse:
    bound = Styled(data={"text": "", "choice": "z"})
    bound.is_valid()
    return render(request, "forms.html", {"empty": Styled(), "bound": bound, "book": BookSerializer(Book.objects.first())})


router = routers.DefaultRouter()
router.register("books", Books)
router.register("authors", Authors)
urlpatterns = [
    path("api/", include(router.urls)),
    path("auth/", include("rest_framework.urls")),
    path("html/", html),
    path("static/", static),
    path("forms/", forms),
]


def browse(address: str, **data: Any) -> Any:
    def step(client: Any) -> Any:
        if data:
            return client.post(address, data, HTTP_ACCEPT="text/html")
        return client.get(address, HTTP_ACCEPT="text/html")

    return f"{address} {data or ''}", step


PAGES = [
    browse("/api/"), browse("/api/books/"), browse("/api/books/?page=3&kind=n"), browse("/api/books/?search=2&ordering=title"),
    browse("/api/books/1/"), browse("/api/books/99/"), browse("/api/authors/"), browse("/api/authors/1/"),
    browse("/api/books/", title=""), browse("/api/books/", title="x", author=1, kind="q"), "/api/books/?format=api",
    "/api/books/?format=json", "/auth/login/", "/html/", "/static/", "/forms/",
]  # fmt: skip
