"""Admin of the blog."""

from django.contrib import admin

from blog.models import Comment, Post, Tag


class CommentInline(admin.TabularInline):
    """Comments below their post."""

    model = Comment
    extra = 0
    autocomplete_fields = ["author"]


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    """Posts with their comments."""

    list_display = ["title", "kind", "author", "published_at"]
    list_filter = ["kind", "tags"]
    search_fields = ["title", "body"]
    autocomplete_fields = ["author"]
    filter_horizontal = ["tags"]
    prepopulated_fields = {"slug": ["title"]}
    date_hierarchy = "published_at"
    inlines = [CommentInline]


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    """Comments of all posts."""

    list_display = ["post", "author", "created_at"]
    search_fields = ["body"]
    autocomplete_fields = ["post", "author"]


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """Tags."""

    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
