from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from cms import offered, receivers
        from donations.offered import kept_by

        receivers.connect()
        kept_by(offered.behind)
