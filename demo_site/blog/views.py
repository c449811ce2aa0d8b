"""Pages of the blog."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from blog.models import Post, Tag

POSTS_PER_PAGE = 100


def post_list(request: HttpRequest) -> HttpResponse:
    """Show the newest posts: articles at length, notes in short."""
    posts = Post.objects.order_by("-published_at", "-pk")[:POSTS_PER_PAGE]
    return render(request, "blog/post_list.html", {"posts": posts})


def tag_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the posts about one subject."""
    tag = get_object_or_404(Tag, slug=slug)
    posts = tag.posts.order_by("-published_at", "-pk")
    return render(request, "blog/tag_detail.html", {"tag": tag, "posts": posts})


def post_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one post with its comments."""
    post = get_object_or_404(Post, slug=slug)
    return render(request, "blog/post_detail.html", {"post": post})
