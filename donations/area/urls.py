from django.urls import path

from donations.area import views

app_name = "area"
urlpatterns = [
    path("", views.area, name="page"),
    path("entra/<slug:token>/", views.entry, name="entry"),
    path("ricevuta/<int:pk>/", views.receipt, name="receipt"),
    path("dati/", views.details, name="details"),
    path("lettera/", views.letter, name="letter"),
    path("muro/", views.wall, name="wall"),
    path("copia/", views.copy, name="copy"),
    path("cancellazione/", views.erasure, name="erasure"),
    path("esci/", views.leave, name="leave"),
]
