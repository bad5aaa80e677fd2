from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from attribution import views as attribution_views
from brand import views as brand_views
from cms import views as cms_views
from donations import webhook
from media import views as media_views
from people import sign_in

handler400 = brand_views.bad_request
handler500 = brand_views.server_error

urlpatterns = [
    path("brand.css", brand_views.colours, name="brand_colours"),
    path("admin/login/", sign_in.SignIn.as_view()),
    path("admin/password_reset/", sign_in.NewPassword.as_view()),
    path("admin/", include(wagtailadmin_urls)),
    path("", include("donations.urls")),
    path("dona/area/", include("donations.area.urls")),
    path("stripe/webhook/", webhook.receive, name="stripe_webhook"),
    path("posta-di-prova/", include("mail.urls")),
    path("s/<slug:code>", attribution_views.follow, name="short_link"),
    path("", include("campaigns.urls")),
    path("privacy/", cms_views.privacy, name="privacy"),
    path("robots.txt", cms_views.robots),
    path("sitemap.xml", sitemap),
    path("documenti/", include(wagtaildocs_urls)),
    # a server in front may take this address over, but for documents/: docs/operations.md
    path("uploads/<path:path>", media_views.upload),
    *static(settings.STATIC_URL),
    path("", include(wagtail_urls)),
]
