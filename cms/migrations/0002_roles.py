from django.db import migrations

from people import roles

PAGES = {
    roles.EDITORS: ("add", "change", "publish"),
    roles.COORDINATION: ("add", "change", "publish", "lock", "unlock"),
}
DOCUMENTS = ("add_document", "change_document", "choose_document")


def grant(apps, schema_editor):
    """Pages from the root down, pictures and documents in every collection."""
    model = lambda name: apps.get_model("wagtailcore", name).objects  # noqa: E731
    groups = apps.get_model("auth", "Group").objects
    types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects

    def permission(app, kind, codename):
        content_type, _ = types.get_or_create(app_label=app, model=kind)
        found, _ = permissions.get_or_create(
            content_type=content_type,
            codename=codename,
            defaults={"name": codename.replace("_", " ")},
        )
        return found

    root = model("Page").filter(depth=1).first()
    for role, actions in PAGES.items():
        for action in actions:
            model("GroupPagePermission").get_or_create(
                group=groups.get(name=role),
                page=root,
                permission=permission("wagtailcore", "page", f"{action}_page"),
            )
    collection = model("Collection").filter(depth=1).first()
    for role in PAGES:
        for codename in DOCUMENTS:
            model("GroupCollectionPermission").get_or_create(
                group=groups.get(name=role),
                collection=collection,
                permission=permission("wagtaildocs", "document", codename),
            )
    for role in (roles.COORDINATION,):
        for name in ("change_brandsettings", "change_legalsettings"):
            groups.get(name=role).permissions.add(permission("brand", name.split("_")[1], name))


def withdraw(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.filter(name__in=roles.ALL)
    apps.get_model("wagtailcore", "GroupPagePermission").objects.filter(group__in=groups).delete()
    apps.get_model("wagtailcore", "GroupCollectionPermission").objects.filter(
        group__in=groups
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_pages"),
        ("people", "0002_roles"),
        ("brand", "0001_identity"),
        ("media", "0002_who_may_use_pictures"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(grant, withdraw)]
