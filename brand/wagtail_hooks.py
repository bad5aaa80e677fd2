"""The admin's look: our colours and parts over Wagtail's own, and the shapes of every state."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

ICONS = (
    "approval",
    "cancelled",
    "checking",
    "draft",
    "euro",
    "expiring",
    "person",
    "planned",
    "plus",
    "published",
    "rejected",
    "retry",
    "sending",
    "stopped",
)


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html(
        '<link rel="stylesheet" href="{}">', static("brand/admin/segnopiu-admin.css")
    )


@hooks.register("insert_global_admin_js")
def admin_js() -> SafeString:
    return format_html('<script src="{}" defer></script>', static("brand/admin/names.js"))


@hooks.register("register_icons")
def icons(known: list[str]) -> list[str]:
    return known + [f"brand/admin/icons/sp-{name}.svg" for name in ICONS]


@hooks.register("construct_help_menu")
def help_for_our_staff(request: HttpRequest, items: list[Any]) -> None:
    """Wagtail's own guide and news are in English, elsewhere, and show another product."""
    items[:] = [item for item in items if item.name == "keyboard-shortcuts-trigger"]
