from django.urls import path

from mail import views

app_name = "mail"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("<str:name>/<int:number>/", views.show, name="show"),
    path("<str:name>/<int:number>/html/", views.html, name="html"),
    path("<str:name>/<int:number>/allegato/<int:part>/", views.attachment, name="attachment"),
]
