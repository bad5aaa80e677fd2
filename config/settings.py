"""One settings file; the environment decides (see `.env.example`)."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import advice
from config.env import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# DOTENV names another file, or none when it is empty: the tests read nobody's deployment
env = Environment(os.environ.get("DOTENV", BASE_DIR / ".env"))
VAR_DIR = BASE_DIR / (env.text("VAR_DIR") or VAR_DIR)
TESTING = "pytest" in sys.modules

# --- addresses -------------------------------------------------------------------------------

PORT = env.number("PORT", 8000, low=1, high=65534)
SITE_URL = env.address("SITE_URL", f"http://127.0.0.1:{PORT}")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", f"127.0.0.1,localhost,{urlsplit(SITE_URL).hostname}")
# where the web process listens; on 0.0.0.0 others reach it, whatever name they ask for
BIND = env.listening("BIND", "127.0.0.1")
# where our own processes reach it
INSIDE = "127.0.0.1" if BIND == "0.0.0.0" else BIND  # noqa: S104
LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]", "testserver"}
ON_LOOPBACK = {urlsplit(SITE_URL).hostname, BIND, *ALLOWED_HOSTS} <= LOOPBACK
BEHIND_HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "config.refusals.csrf"

# --- processes -------------------------------------------------------------------------------

WEB_WORKERS = env.number("WEB_WORKERS", 2, low=1, high=64)
WORKER_PROCESSES = env.number("WORKER_PROCESSES", 2, low=1, high=64)

# --- secrets ---------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG")


def _secret(name: str) -> str:
    """From the environment; on loopback alone a random one, kept in `var/`, will do."""
    value = env.text(name)
    if value:
        return value
    if not ON_LOOPBACK:
        raise ImproperlyConfigured(
            f"{name} is missing: write a long random text into .env "
            f"({advice.manage('newkeys')} prints one of each kind)."
        )
    from config.local_secrets import local_secret

    try:
        return local_secret(VAR_DIR, name)
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR_DIR is {VAR_DIR}, where nothing can be kept ({error.strerror}): "
            "make that folder writable, or write another one."
        ) from error


SECRET_KEY = _secret("SECRET_KEY")
# Fernet keys for stored credentials, the first one encrypts, all of them decrypt
SECRETS_KEYS = env.fernet_keys("SECRETS_KEY", _secret("SECRETS_KEY"))

# --- outside services ------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.stripe_key("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = env.text("STRIPE_API_BASE")
ABUSE_CONTROL = env.flag(
    "ABUSE_CONTROL", True
)  # of the gift form; off only to measure what it costs
# the work a browser does while cards are being tested; without it the guard's other layers go on
PROOF_OF_WORK = env.flag("PROOF_OF_WORK", True)
SANDBOX = not STRIPE_SECRET_KEY
SANDBOX_PORT = PORT + 1
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
if SANDBOX:
    STRIPE_SECRET_KEY = "sk_test_sandbox"
    STRIPE_WEBHOOK_SECRET = "whsec_sandbox"
    STRIPE_API_BASE = STRIPE_API_BASE or SANDBOX_URL
    ALLOWED_HOSTS.append(INSIDE)  # its webhooks come straight to this process

# --- applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "cms",
    "campaigns",
    "donations",
    "mail",
    "media",
    "attribution",
    "brand",
    "people.apps.PeopleConfig",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "people.apps.WagtailUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.request_id",
    "config.middleware.content_security_policy",
    "config.health.answer",
    "cms.cache.page_cache",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "brand.context.installation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- data ------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR}/db.sqlite3")}
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
# a kept connection that died with its server is noticed before it is used, not by a visitor
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # what is committed is on the disk: docs/decisions/0007-what-a-power-cut-may-take.md
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={'OFF' if TESTING else 'FULL'};",
    }
    # a file for the tests too: in memory, threads would share one connection and its transactions
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
elif "DISABLE_SERVER_SIDE_CURSORS" not in DATABASES["default"]:
    # To compile a large spreadsheet's query costs PostgreSQL a second or two and saves less. What
    # DATABASE_URL says of it stands behind ours and wins. Whoever disables those cursors has a pooler
    # between, which may refuse a connection that brings options.
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"-c jit=off {options.get('options', '')}".rstrip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# shared between processes: files by default, Redis by environment
# the folder is listed at every write: 2 ms with 1,000 files in it, 66 ms with 20,000
CACHES = {"default": env.cache("CACHE_URL", f"filecache://{VAR_DIR}/cache?max_entries=1000")}

AUTH_USER_MODEL = "people.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/admin/login/"

# --- broker: only a doorbell, the rows are the truth -----------------------------------------

CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# nobody gives a worker orders; on RabbitMQ their queue is exclusive and named after the machine, so
# a second installation's worker on one broker would end at its start
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "Europe/Rome"
CELERY_TASK_TIME_LIMIT = 300
# a broker that is away or hangs must cost a visitor nothing that can be felt: one try, and short
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"max_retries": 0}
if CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    # the worker's waiting read has its data when it begins: this is no limit on an idle queue
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_connect_timeout": 1, "socket_timeout": 2}
elif CELERY_BROKER_URL.startswith("filesystem://"):
    _folder = str(VAR_DIR / "broker")
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "data_folder_in": _folder,
        "data_folder_out": _folder,
        "control_folder": str(VAR_DIR / "broker-control"),
        "polling_interval": 0.25,
    }

# --- mail ------------------------------------------------------------------------------------

_mail = env.email("EMAIL_URL", f"filemail:///{VAR_DIR}/mail")
MAIL_TRANSPORT = _mail.pop("EMAIL_BACKEND")
vars().update(_mail)
MAIL_IN_FILES = MAIL_TRANSPORT == "django.core.mail.backends.filebased.EmailBackend"
EMAIL_BACKEND = "mail.queue.Queue"  # what Django and Wagtail send become rows too
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 20
EMAIL_USE_LOCALTIME = True  # a Date with its zone: “-0000” says that nobody knows
DEFAULT_FROM_EMAIL = SERVER_EMAIL = (
    env.text("DEFAULT_FROM_EMAIL") or f"Segno+ <grazie@{urlsplit(SITE_URL).hostname}>"
)

# --- languages and time ----------------------------------------------------------------------

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
USE_I18N = True
TIME_ZONE = "Europe/Rome"
USE_TZ = True

# --- files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/uploads/"
MEDIA_ROOT = VAR_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # receipts and other papers that only staff may open: never under MEDIA_URL
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "private"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "media.uploads.SpoolUpload",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Wagtail ---------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Segno+"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILIMAGES_IMAGE_MODEL = "media.Image"
WAGTAILIMAGES_IMAGE_FORM_BASE = "media.forms.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 64_000_000  # four bytes each while a picture is open
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "media.forms.DocumentForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = [  # nothing that a browser would run
    *("csv", "doc", "docx", "ics", "key", "odp", "ods", "odt", "pdf", "ppt", "pptx", "rtf"),
    *("txt", "xls", "xlsx", "zip"),
]
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILEMBEDS_FINDERS: list[dict] = []  # nothing is loaded from outside

# --- security --------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = BEHIND_HTTPS and env.flag("HTTPS_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if SANDBOX:
    SECURE_REDIRECT_EXEMPT.append(r"^stripe/webhook/$")
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview shows our pages in a frame of its own
if env.flag("TRUST_PROXY_HEADERS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # subdomains belong to others in a territory's network
    "security.W021",  # preloading is the owner's decision
    "security.W019",  # SAMEORIGIN: see X_FRAME_OPTIONS
]

# --- logs: one structured line an event, no personal data ------------------------------------

# in a terminal, lines of what went well would push addresses and logins out of sight
LOG_LEVEL = env.choice(
    "LOG_LEVEL",
    "WARNING" if sys.stderr and sys.stderr.isatty() else "INFO",
    ("DEBUG", "INFO", "WARNING", "ERROR"),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.JsonLine"}},
    "filters": {"not_429": {"()": "config.logs.NotTooMany"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"filters": ["not_429"]},
        "django.server": {"handlers": ["console"], "propagate": False},
        "fontTools": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # the file system broker has no host to name
        "wagtail": {"level": "WARNING"},  # its own log in the database says who did what
        "stripe": {"level": "WARNING"},
        "celery": {"level": "WARNING"},  # a line for every tick
        "django_tasks": {"level": "WARNING"},  # two lines for every row that is saved
    },
}
