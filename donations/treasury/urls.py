from django.urls import path

from donations.treasury import (
    by_hand,
    desk,
    donations,
    donor_notes,
    donors,
    ledger,
    mails,
    receipts,
    refunds,
)

app_name = "treasury"
urlpatterns = [
    path("", donations.DonationList.as_view(), name="donations"),
    path("donazione/<uuid:public_id>/", donations.DonationPage.as_view(), name="donation"),
    path("donazione/<uuid:public_id>/rimborso/", refunds.Refund.as_view(), name="refund"),
    path("rimborsi/<int:pk>/decidi/", refunds.decide_refund, name="decide_refund"),
    path("frodi/<int:pk>/lascia/", refunds.leave_warning, name="leave_warning"),
    path("a-mano/", by_hand.EnterGift.as_view(), name="enter"),
    path("donazione/<uuid:public_id>/storno/", by_hand.ReverseGift.as_view(), name="reverse"),
    path("donatori/", donors.DonorList.as_view(), name="donors"),
    path("donatori/<uuid:public_id>/", donors.DonorPage.as_view(), name="donor"),
    path("donatori/<uuid:public_id>/note/", donor_notes.write, name="write_note"),
    path("donatori/note/<int:pk>/", donor_notes.take_back, name="take_note_back"),
    path("donatori/<uuid:public_id>/etichette/", donor_notes.tag, name="tag"),
    path("donatori/<uuid:public_id>/etichette/<int:pk>/", donor_notes.untag, name="untag"),
    path("donatori/<uuid:public_id>/unisci/", donor_notes.merge, name="merge"),
    path("donatori/unioni/<int:pk>/separa/", donor_notes.part, name="part"),
    path("prima-nota/", ledger.Ledger.as_view(), name="ledger"),
    path("ricevute/", receipts.ReceiptList.as_view(), name="receipts"),
    path("ricevute/<int:pk>/", receipts.stored, name="receipt"),
    path("ricevute/<int:pk>/duplicato/", receipts.reprint, name="reprint"),
    path("posta/<int:pk>/", mails.MailPage.as_view(), name="mail"),
    path("posta/<int:pk>/corpo/", mails.body, name="mail_body"),
    path("posta/<int:pk>/decidi/", desk.decide_mail, name="decide_mail"),
    path("posta/da-scrivere/<int:pk>/", desk.write_again, name="write_again"),
    path("allegati/<int:pk>/", mails.attachment, name="attachment"),
    path("da-decidere/", desk.Desk.as_view(), name="desk"),
    path("notizie/<int:pk>/decidi/", desk.decide_stripe_event, name="decide_event"),
    path("cancellazioni/<int:pk>/rispondi/", desk.answer_erasure, name="answer_erasure"),
]
