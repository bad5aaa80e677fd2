from django.urls import path

from donations.area import premiums, promises, tributes, views

app_name = "area"
urlpatterns = [
    path("", views.area, name="page"),
    path("entra/<slug:token>/", views.entry, name="entry"),
    path("promessa/<uuid:public_id>/", promises.page, name="promise"),
    path("promessa/<uuid:public_id>/cifra/", promises.amount, name="promise_amount"),
    path("promessa/<uuid:public_id>/pausa/", promises.pause, name="promise_pause"),
    path("promessa/<uuid:public_id>/salta/", promises.skip, name="promise_skip"),
    path("promessa/<uuid:public_id>/riprendi/", promises.resume, name="promise_resume"),
    path("promessa/<uuid:public_id>/carta/", promises.card, name="promise_card"),
    path("promessa/<uuid:public_id>/fine/", promises.end, name="promise_end"),
    path("dedica/<uuid:public_id>/", tributes.page, name="tribute"),
    path("dedica/<uuid:public_id>/ferma/", tributes.stop, name="tribute_stop"),
    path("omaggio/<uuid:public_id>/", premiums.page, name="premium"),
    path("omaggio/<uuid:public_id>/lascia/", premiums.leave, name="premium_leave"),
    path("ricevuta/<int:pk>/", views.receipt, name="receipt"),
    path("ricevuta/adesso/", views.receipt_now, name="receipt_now"),
    path("riepilogo/<int:pk>/", views.statement, name="statement"),
    path("dati/", views.details, name="details"),
    path("lettera/", views.letter, name="letter"),
    path("muro/", views.wall, name="wall"),
    path("opposizione/", views.objection, name="objection"),
    path("copia/", views.copy, name="copy"),
    path("cancellazione/", views.erasure, name="erasure"),
    path("esci/", views.leave, name="leave"),
]
