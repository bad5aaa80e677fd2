"""What one person may hand on: roles that allow nothing they may not do themselves.

Whoever gives a role, or sets the password of someone who has it, could otherwise take its rights.
"""

from functools import cached_property

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from people.models import User

Right = tuple[int, str, str]  # permission, what kind of tree, path in it: below the path, too
EVERYWHERE = ("", "")


class Reach:
    def __init__(self, giver: User) -> None:
        self.giver = giver

    def roles(self) -> QuerySet[Group]:
        """Those the giver may hand on, as a form offers them."""
        return Group.objects.exclude(pk__in=self.out_of_reach).order_by("name")

    def covers(self, person: User) -> bool:
        """Whether the giver may change this person's entry at all."""
        if self.giver.is_superuser:
            return True
        if person.is_superuser:
            return False
        own = {(permission.pk, *EVERYWHERE) for permission in person.user_permissions.all()}
        return own <= self.rights and not self.out_of_reach & {
            role.pk for role in person.groups.all()
        }

    @cached_property
    def out_of_reach(self) -> set[int]:
        if self.giver.is_superuser:
            return set()
        return {
            role
            for role, rights in self._by_role.items()
            if any(not self._holds(right) for right in rights)
        }

    @cached_property
    def rights(self) -> set[Right]:
        found: set[Right] = {
            (pk, *EVERYWHERE) for pk in self.giver.user_permissions.values_list("pk", flat=True)
        }
        for role in self.giver.groups.all():
            found |= self._by_role[role.pk]
        return found

    @cached_property
    def _by_role(self) -> dict[int, set[Right]]:
        found: dict[int, set[Right]] = {
            pk: set() for pk in Group.objects.values_list("pk", flat=True)
        }
        for role, pk in Permission.objects.filter(group__isnull=False).values_list("group", "pk"):
            found[role].add((pk, *EVERYWHERE))
        for model, tree in (
            (GroupPagePermission, "page"),
            (GroupCollectionPermission, "collection"),
        ):
            rows = model.objects.values_list("group", "permission", f"{tree}__path")
            for role, pk, path in rows:
                found[role].add((pk, tree, path))
        return found

    def _holds(self, right: Right) -> bool:
        permission, tree, path = right
        return any(
            permission == held and tree == where and path.startswith(above)
            for held, where, above in self.rights
        )
