from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """For papers that only staff may open; asked at run time, so that settings decide."""
    return storages["private"]
