from django.urls import path

from donations.treasury import packing

app_name = "packing"
urlpatterns = [
    path("", packing.PackingList.as_view(), name="list"),
    path("segna/", packing.mark, name="mark"),
]
