"""Wagtail's forms for people, with the roles the one who fills them in may give."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.forms import BaseForm
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.users.views.bulk_actions import AssignRoleBulkAction
from wagtail.users.views.users import CreateView, EditView, IndexView, UserViewSet

from people.models import User
from people.reach import Reach


class GivesRoles:
    """A form's fields are what it accepts: a role that is not offered cannot be posted either."""

    request: Any

    def get_form(self, *args: Any, **kwargs: Any) -> BaseForm:
        form: BaseForm = super().get_form(*args, **kwargs)  # type: ignore[misc]
        user = self.request.user
        if user.is_superuser:
            return form
        form.fields["groups"].queryset = Reach(user).roles()  # type: ignore[attr-defined]
        if "is_superuser" in form.fields:
            form.initial["is_superuser"] = False  # a copy of an administrator is none
            form.fields["is_superuser"].disabled = True
            form.fields["is_superuser"].help_text = _("Only an administrator makes another one.")
        return form


class Create(GivesRoles, CreateView):
    pass


class Edit(GivesRoles, EditView):
    def get_form(self, *args: Any, **kwargs: Any) -> BaseForm:
        form = super().get_form(*args, **kwargs)
        if self.editing_self and not self.request.user.is_superuser:
            form.fields["groups"].queryset = Group.objects.all()  # type: ignore[attr-defined]
            form.fields["groups"].disabled = True
            form.fields["groups"].help_text = _("Your own roles are changed by somebody else.")
        return form


class Index(IndexView):
    @cached_property
    def reach(self) -> Reach:
        return Reach(self.request.user)

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().prefetch_related("groups", "user_permissions")

    def get_edit_url(self, instance: User) -> str | None:
        return super().get_edit_url(instance) if self.reach.covers(instance) else None


class People(UserViewSet):
    index_view_class = Index
    add_view_class = Create
    edit_view_class = Edit


class AssignRole(AssignRoleBulkAction):
    """In the place of Wagtail's action of that name, which offers every role."""

    models = [get_user_model()]

    def get_form(self, *args: Any, **kwargs: Any) -> BaseForm:
        form: BaseForm = super().get_form(*args, **kwargs)
        form.fields["role"].queryset = Reach(self.request.user).roles()  # type: ignore[attr-defined]
        return form

    def check_perm(self, obj: User) -> bool:
        """Nobody gives themselves a role."""
        giver = self.request.user
        return super().check_perm(obj) and (giver.is_superuser or obj != giver)
