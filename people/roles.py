"""The staff's roles. Each room grants its own permissions to them, in its own migration."""

from collections.abc import Iterable
from typing import Any

EDITORS = "Redazione"
CAMPAIGNERS = "Campagne"
TREASURY = "Tesoreria"
COORDINATION = "Coordinamento"
PACKERS = "Omaggi"
REVIEW_COOPERATION = "Revisione cooperazione"
REVIEW_VOLUNTEERING = "Revisione volontariato"
REVIEW_PUBLIC_BODY = "Revisione ente pubblico"

REVIEWERS = (REVIEW_COOPERATION, REVIEW_VOLUNTEERING, REVIEW_PUBLIC_BODY)
ALL = (EDITORS, CAMPAIGNERS, TREASURY, COORDINATION, PACKERS, *REVIEWERS)


def grant(apps: Any, *, role: str, app_label: str, codenames: Iterable[str]) -> None:
    """For migrations: gives `role` permissions of `app_label`, making the rows that are not there yet.

    Django makes permission rows after all migrations; a migration that grants one has to make it.
    A codename is `<action>_<model>`.
    """
    types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name=role)
    for codename in codenames:
        found = permissions.filter(content_type__app_label=app_label, codename=codename).first()
        if found is None:
            action, model = codename.split("_", 1)
            kind, _made = types.get_or_create(app_label=app_label, model=model)
            found = permissions.create(
                content_type=kind, codename=codename, name=f"Can {action} {model}"
            )
        group.permissions.add(found)
