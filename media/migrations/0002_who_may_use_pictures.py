from django.db import migrations

# People's roles by name: rooms beside each other import nothing of one another.
ROLES = ("Redazione", "Campagne", "Coordinamento")
# Wagtail keeps the permissions of any image model under its own
CODENAMES = ("add_image", "change_image", "choose_image")


def grant(apps, schema_editor):
    """Pictures are granted on collections, the root one reaches all of them."""
    root = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="wagtailimages", codename__in=CODENAMES
    )
    granted = apps.get_model("wagtailcore", "GroupCollectionPermission").objects
    for name in ROLES:
        group, _made = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for permission in permissions:
            granted.get_or_create(group=group, collection=root, permission=permission)


def take_back(apps, schema_editor):
    apps.get_model("wagtailcore", "GroupCollectionPermission").objects.filter(
        group__name__in=ROLES,
        permission__content_type__app_label="wagtailimages",
        permission__codename__in=CODENAMES,
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0001_images_and_cards"),
        ("wagtailimages", "0012_copy_image_permissions_to_collections"),
        ("wagtailimages", "0023_add_choose_permissions"),
        ("wagtailcore", "0026_group_collection_permission"),
    ]

    operations = [migrations.RunPython(grant, take_back)]
