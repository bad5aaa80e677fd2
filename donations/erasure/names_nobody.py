"""Columns that hold no word of a donor, model by model ("*": all of them), so that a new column has to
be thought of: `tests/donations/test_erasure_table.py` fails until it stands here or in `parts`.

Columns with choices hold words of ours; numbers, days and keys to other rows are not asked for.
"""

# Leased: who works on a row. `last_error` is written without addresses (`mail.masks`); where it may hold
# more, it stands in `parts`.
LEASE = "lease_token last_error"

COLUMNS: dict[str, str] = {
    # --- giving: our own numbers, Stripe's, and words of ours
    "donations.Donor": "public_id",
    # `form_token`: of a gift that came from a file, a digest of its line; it keeps the file from being
    # entered twice
    "donations.Donation": "public_id form_token meaning meaning_en currency language",
    "donations.CheckoutAttempt": "idempotency_key session_id invoice_id payment_intent",
    "donations.RecurringDonation": (
        "public_id currency language method method_id open_invoice customer_id subscription_id"
        " trouble dealt_with"
    ),
    "donations.PromiseChange": "lease_token key payment_method invoice",
    "donations.Mandate": "mandate_id method_id",
    "donations.RefundRequest": "lease_token key refund_id refusal_code refusal",
    "donations.TransferPromise": "reference",
    "donations.Consent": "words",  # those that the form showed
    "donations.ConsentChange": "words",
    "donations.ErasureRequest": "language",
    "donations.Erasure": "counts kept",
    "donations.CustomerRemoval": f"{LEASE} customer_id",
    "donations.Acknowledgement": "lease_token kind key",
    "donations.Receipt": "issuer sha256",
    "donations.ReceiptCounter": "issuer",
    "donations.ReceiptLine": "",
    "donations.ReceiptRun": "",
    "donations.Statement": "lease_token language sha256",
    "donations.StatementRun": f"{LEASE} issuer",
    "donations.StripeEvent": "lease_token event_id type object_id",
    "donations.SweepMark": "refusal",
    "donations.Dispute": "alert dispute_id reason",  # Stripe's own words
    "donations.FraudWarning": "alert warning_id fraud_type",
    "donations.JournalEntry": "currency origin",
    "donations.Account": "code name",
    "donations.ClosedMonth": "figures sha256",  # sums
    "donations.Payout": "payout_id currency failure",
    "donations.PayoutLine": "transaction_id type source",
    "donations.Explanation": "",
    "donations.Correction": "reason",  # of a whole payout, not of a gift
    "donations.BankAccount": "iban columns",  # our own
    "donations.BankStatement": "name sha256 currency",  # the file's name
    "donations.BankLine": "key",  # a digest of what the line says
    "donations.GiftImport": f"{LEASE} sha256 name columns method",
    "donations.ClosedDoor": "alert key note",
    "donations.OpenEvening": "hint key note",
    "donations.SentAgain": "",
    "donations.DonorTag": "name key",  # a tag that nobody has is deleted with its last donor
    "donations.DonorMerge_moved": "",  # goes with the merge
    "donations.Premium": "*",
    "donations.Premium_places": "",
    "donations.PickUpPlace": "*",
    "donations.Fund": "*",
    "donations.SuggestedAmount": "*",
    "donations.MailText": "*",
    "donations.GivingSettings": "*",
    # --- mails: what is about donors stands in `parts`
    "mail.Message": "lease_token key kind reply_to language message_id headers",
    "mail.Attachment": "*",  # goes with its mail
    "mail.GoneFile": "name",
    "mail.Sender": LEASE,
    # --- where a gift came from: opaque keys
    "attribution.Source": "*",
    "attribution.ShortLink": "*",
    "attribution.Visit": "*",
    "attribution.Credit": "ref currency gift donor",
    "attribution.Stamp": "*",
    # --- who uses the site: staff, never donors; `Tries` are digests that live for minutes
    "people.User": "*",
    "people.User_groups": "",
    "people.User_user_permissions": "",
    "people.Tries": "key",
    "sessions.Session": "*",
    "auth.Group": "*",
    "auth.Group_permissions": "",
    "auth.Permission": "*",
    "contenttypes.ContentType": "*",
    "wagtailusers.UserProfile": "*",
    "wagtailcore.APIToken": "*",
    "wagtailcore.ModelLogEntry": "action data uuid object_id",
    "wagtailcore.PageLogEntry": "*",
    "wagtailadmin.EditingSession": "*",
    "wagtailadmin.FormState": "*",
    "wagtailadmin.Admin": "",
    # --- what the site says: written by staff, shown to everybody
    "config.Heartbeat": "",
    "config.Demonstration": "*",
    "config.DemonstrationRun": "",
    "brand.BrandSettings": "*",
    "brand.SocialProfile": "*",
    "brand.LegalSettings": "*",
    "cms.ActionPage": "*",
    "cms.ArticlePage": "*",
    "cms.CampaignPage": "*",
    "cms.DonatePage": "*",
    "cms.HomePage": "*",
    "cms.NewsIndexPage": "*",
    "cms.StandardPage": "*",
    "campaigns.Account": "*",
    "campaigns.Campaign": "*",
    "campaigns.Delivery": "*",
    "campaigns.DeliveryLog": "*",
    "campaigns.Post": "*",
    "campaigns.Post_accounts": "",
    "campaigns.PostVariant": "*",
    "campaigns.ReviewTask": "",
    "campaigns.ReviewTask_groups": "",
    "campaigns.WallEntry": "*",
    "media.Image": "*",
    "media.Rendition": "*",
    "media.StoredCard": "*",
    "taggit.Tag": "*",
    "taggit.TaggedItem": "",
    "wagtaildocs.Document": "*",
    "wagtailembeds.Embed": "*",
    "wagtailimages.Image": "*",
    "wagtailimages.Rendition": "*",
    "wagtailredirects.Redirect": "*",
    "wagtailsearch.IndexEntry": "*",  # of pages, pictures, documents
    "wagtailsearch.SQLiteFTSIndexEntry": "*",
    "wagtailcore.Collection": "*",
    "wagtailcore.CollectionViewRestriction": "*",
    "wagtailcore.CollectionViewRestriction_groups": "",
    "wagtailcore.Comment": "*",
    "wagtailcore.CommentReply": "*",
    "wagtailcore.GroupApprovalTask": "",
    "wagtailcore.GroupApprovalTask_groups": "",
    "wagtailcore.GroupCollectionPermission": "",
    "wagtailcore.GroupPagePermission": "",
    "wagtailcore.GroupSitePermission": "",
    "wagtailcore.Locale": "*",
    "wagtailcore.Page": "*",
    "wagtailcore.PageSubscription": "",
    "wagtailcore.PageViewRestriction": "*",
    "wagtailcore.PageViewRestriction_groups": "",
    "wagtailcore.ReferenceIndex": "*",
    "wagtailcore.Revision": "*",
    "wagtailcore.Site": "*",
    "wagtailcore.Task": "*",
    "wagtailcore.TaskState": "*",
    "wagtailcore.UploadedFile": "*",
    "wagtailcore.Workflow": "*",
    "wagtailcore.WorkflowContentType": "",
    "wagtailcore.WorkflowPage": "",
    "wagtailcore.WorkflowState": "*",
    "wagtailcore.WorkflowTask": "",
}
