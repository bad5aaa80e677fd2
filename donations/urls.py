from django.urls import path

from donations import thanks, transfer_code, views

app_name = "donations"
urlpatterns = [
    path("dona/", views.give, name="give"),
    path("dona/grazie/<uuid:public_id>/", thanks.page, name="thanks"),
    path("dona/grazie/<uuid:public_id>/codice.<str:kind>", transfer_code.code, name="code"),
]
