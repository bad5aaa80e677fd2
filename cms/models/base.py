"""What every page of the site has: a lead, a picture, a card to be shared with."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.images import get_image_model_string
from wagtail.models import Page, Site
from wagtail.search import index

from brand.linked_data import Node
from brand.templatetags.brand_tags import menu_pages
from cms import address, cache, share


def must_be_free(slug: str, parent: Page) -> None:
    if address.taken(slug, parent):
        raise ValidationError(
            {"slug": gettext("“%(slug)s” is an address of the site itself: choose another one.")
             % {"slug": slug}}
        )  # fmt: skip


class SitePageForm(WagtailAdminPageForm):
    """Knows where a new page will stand, which the page itself does not yet."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.parent_page and not self.instance.path:
            try:
                must_be_free(cleaned.get("slug", ""), self.parent_page)
            except ValidationError as problem:
                self.add_error(None, problem)
        return cleaned


class SiteCopyForm(CopyForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        parent = cleaned.get("new_parent_page") or self.page.get_parent()
        try:
            must_be_free(cleaned.get("new_slug", ""), parent)
        except ValidationError as problem:
            self.add_error("new_slug", problem.messages)
        return cleaned


class SitePage(Page):
    """Abstract. `summary` is the lead, and the description wherever the page is shared."""

    summary = models.TextField(
        _("lead"), max_length=300, blank=True, help_text=_("One or two sentences, up to 300.")
    )
    picture = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("At the head of the page and on its card when it is shared."),
    )

    base_form_class = SitePageForm
    copy_form_class = SiteCopyForm
    shared_as = "website"  # Open Graph's type

    content_panels = Page.content_panels + [
        MultiFieldPanel([FieldPanel("summary"), FieldPanel("picture")], _("Head")),
    ]
    search_fields = Page.search_fields + [index.SearchField("summary")]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """For whoever makes pages without the form."""
        super().clean()
        if self.path and (parent := self.get_parent()):
            must_be_free(self.slug, parent)

    def get_url_parts(self, request: Any = None) -> Any:
        parts = super().get_url_parts(request)
        return parts and (parts[0], address.spoken(parts[1]), parts[2])

    @property
    def description(self) -> str:
        return str(self.search_description or self.summary)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        if site := Site.find_for_request(request):
            request.menu_pages = cache.part(f"menu:{site.pk}", lambda: menu_pages(site))
        # nobody shares a preview: while an editor types, no card is stored
        if not getattr(request, "is_preview", False):
            context["card"] = share.card_of(self, request)
        return context

    def share_spec(self, request: Any = None) -> Any:
        """The card's frozen spec; page types with more to say override it."""
        return share.page_spec(self, request)

    def described(self, image: str) -> Node | None:
        """What the page says of itself to machines, beside the body; `image` is its card's address."""
        return None
