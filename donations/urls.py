from django.urls import path

from donations import views

app_name = "donations"
urlpatterns = [
    path("dona/", views.give, name="give"),
    path("dona/grazie/<uuid:public_id>/", views.thanks, name="thanks"),
]
