from django.urls import path

from campaigns.views import wall

urlpatterns = [
    path("muro/", wall.page, name="wall"),
    path("muro/feed.atom", wall.atom, name="wall_atom"),
    path("muro/feed.json", wall.feed, name="wall_json"),
    path("muro/<int:pk>/", wall.entry, name="wall_entry"),
]
