"""The composer's sections. Each is a group of Wagtail's field panels with a template of ours, so
that validation, history and comparison stay Wagtail's."""

from functools import partial
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import compare
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList

from campaigns.admin import composer
from campaigns.admin.forms import VARIANTS, PostForm, date_widget, text_widget, time_widget


class Section(MultiFieldPanel):
    """Fields by name for `template`."""

    def __init__(self, children: Any = (), *args: Any, template: str = "", **kwargs: Any) -> None:
        super().__init__(children, *args, **kwargs)
        self.template = template

    def clone_kwargs(self) -> dict[str, Any]:
        return super().clone_kwargs() | {"template": self.template}

    class BoundPanel(MultiFieldPanel.BoundPanel):
        @property
        def template_name(self) -> str:
            return str(self.panel.template)

        @cached_property
        def by_name(self) -> dict[str, Any]:
            return {child.field_name: child for child in self.visible_children}

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            return context | {"form": self.form, "fields": self.by_name, "post": self.instance}


class TextSection(Section):
    class BoundPanel(Section.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            return context | composer.text_context(self.instance)


class WhenSection(Section):
    class BoundPanel(Section.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            return context | {"reading": composer.reading_of(self.instance)}


class AccountsSection(Section):
    """“Dove esce”: the accounts with their figures, problems and own texts."""

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        return options | {"fields": [*options.get("fields", []), *VARIANTS]}

    class BoundPanel(Section.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            problems = composer.problems_of(self.instance) if self.instance.pk else {}
            return context | {
                "rows": composer.account_rows(self.instance, self.form, problems),
                "notes": composer.general_notes(problems),
                "can_connect": self.request.user.has_perm("campaigns.add_account"),
            }

        def get_comparison(self) -> list[Any]:
            relation = type(self.instance)._meta.get_field("variants")
            text = relation.related_model._meta.get_field("text")
            network = relation.related_model._meta.get_field("channel")
            fields = [
                partial(compare.FieldComparison, network),
                partial(compare.TextFieldComparison, text),
            ]
            return [
                *super().get_comparison(),
                partial(
                    compare.ChildRelationComparison,
                    relation,
                    fields,
                    label=_("texts for single networks"),
                ),
            ]


def composer_panels() -> ObjectList:
    folder = "campaigns/admin/sections"
    return ObjectList(
        [
            TextSection(
                [FieldPanel("campaign"), FieldPanel("text", widget=text_widget())],
                heading=_("Text"),
                template=f"{folder}/text.html",
            ),
            AccountsSection(
                [FieldPanel("accounts")],
                heading=_("Where it goes out"),
                template=f"{folder}/accounts.html",
            ),
            Section(
                [
                    FieldPanel(
                        "image",
                        help_text=_(
                            "A large picture is made smaller by itself for each network. Where it "
                            "stays too heavy, that stands beside the account."
                        ),
                    ),
                    FieldPanel("alt_text"),
                    FieldPanel("card"),
                    FieldPanel(
                        "card_headline",
                        help_text=_("Left empty, the card says the campaign’s name."),
                    ),
                ],
                heading=_("Picture"),
                template=f"{folder}/picture.html",
            ),
            WhenSection(
                [
                    FieldPanel("planned_date", widget=date_widget()),
                    FieldPanel("planned_time", widget=time_widget()),
                    FieldPanel("zone"),
                ],
                heading=_("When"),
                template=f"{folder}/when.html",
            ),
        ],
        base_form_class=PostForm,
    )
