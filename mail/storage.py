from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """For papers that only staff may open. Asked once, when a model's field is made."""
    return storages["private"]
