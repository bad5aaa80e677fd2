from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(AppConfig):
    name = "people"


class WagtailUsersConfig(WagtailUsersAppConfig):
    user_viewset = "people.views.People"
