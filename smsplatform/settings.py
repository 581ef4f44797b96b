"""Every setting, read from the environment in this one file. Each variable has a line in .env.example."""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} in the environment; .env.example says what it is.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def env_int(name: str, default: int) -> int:
    return int(env(name, str(default)))


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


# --- What kind of run -------------------------------------------------------------------------------------------------

STATE_DIR = Path(env("STATE_DIR", str(BASE_DIR / "var")))
DEBUG = env_bool("DEBUG")
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "accounts",
    "billing",
    "credit",
    "numbers",
    "numberbank",
    "phonebook",
    "messaging",
    "autoreply",
    "support",
    "reports",
    "webservice",
    "staff",
    "common",
    "smsplatform.apps.SmsPlatformConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "webservice.metrics.middleware.MetricsMiddleware",
    "webservice.requests.middleware.RequestLogMiddleware",
    "webservice.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "webservice.middleware.FastLaneMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smsplatform.compression.PageCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.AccountMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "smsplatform.urls"
WSGI_APPLICATION = "smsplatform.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "smsplatform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smsplatform.context.panel",
            ],
            "builtins": ["common.templatetags.show", "django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------------------------------


def database(url: str) -> dict:
    """Django's database entry for a libpq URL, such as ``postgresql://user:password@/name?host=/socket/folder&port=5433``."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    known = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": known.pop("dbname", ""),
        "USER": known.pop("user", ""),
        "PASSWORD": known.pop("password", ""),
        "HOST": known.pop("host", ""),
        "PORT": str(known.pop("port", "")),
        "CONN_MAX_AGE": env_int("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": env("PROCESS_NAME", "smsplatform"), **known},
        "TEST": {"TEMPLATE": "template0"},
    }


DATABASES = {"default": database(env("DATABASE_URL"))}
REDIS_URL = env("REDIS_URL")  # redis://, rediss:// or unix:///path/to.sock?db=0
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "c"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

MEDIA_ROOT = STATE_DIR / "media"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "common.uploads.TemporaryFiles"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
UPLOAD_MAX_BYTES = env_int("UPLOAD_MAX_BYTES", 200 * 1024 * 1024)

# --- Static files: WhiteNoise serves them hashed and compressed -------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "smsplatform.storage.HashedStaticFiles"
    },
}

# --- Who --------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.NotAboutYou"},
    {"NAME": "accounts.passwords.Length", "OPTIONS": {"min_length": 8}},
    {"NAME": "accounts.passwords.NotCommon"},
    {"NAME": "accounts.passwords.NotOnlyDigits"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "reports:desk"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_RESET_TIMEOUT = env_int("PASSWORD_RESET_TIMEOUT", 3600)

STAFF_TWO_FACTOR = env_bool("STAFF_TWO_FACTOR", env_bool("HTTPS"))  # staff must have a second step of login
TWO_FACTOR_REMEMBER_DAYS = env_int("TWO_FACTOR_REMEMBER_DAYS", 30)
INVITATION_DAYS = env_int("INVITATION_DAYS", 7)
IMPERSONATION_MINUTES = env_int("IMPERSONATION_MINUTES", 30)  # staff look into an account so long at most
# Pages, or whole apps ("phonebook:"), by which staff with that right change things in a member's place; all others are
# closed to them. Nothing here pays, sends, or touches passwords, keys and members: a draft waits for the customer.
IMPERSONATION_MAY_CHANGE = frozenset(
    {"phonebook:", "autoreply:"}
    | {f"messaging:{page}" for page in ("sample_add", "sample_edit", "sample_delete", "templates", "template_delete")}
    | {f"messaging:{page}" for page in ("compose", "people", "upload", "advice", "merge_preview", "edit", "discard")}
    | {f"messaging:{page}" for page in ("p2p", "p2p_upload", "p2p_rows", "audience_delete", "pause")}
)
INVITATIONS_A_DAY = env_int("INVITATIONS_A_DAY", 50)

# Lockout: 3 failures close the door for 30 minutes, per (user name, address); see accounts.addresses for the address.
AXES_FAILURE_LIMIT = env_int("LOGIN_FAILURE_LIMIT", 3)
AXES_COOLOFF_TIME = timedelta(minutes=env_int("LOGIN_LOCKOUT_MINUTES", 30))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
LOGIN_ADDRESS_FAILURE_LIMIT = env_int("LOGIN_ADDRESS_FAILURE_LIMIT", 30)  # any names; many people share an address
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HTTP_RESPONSE_CODE = 429
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.lockout_address"
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_DISABLE_ACCESS_LOG = True  # logins are in the audit trail
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_ENABLE_ADMIN = False  # accounts.admin shows the counters in our words
TRUSTED_PROXIES = env_list("TRUSTED_PROXIES", "127.0.0.0/8,::1/128")

# --- Safety -----------------------------------------------------------------------------------------------------------

HTTPS = env_bool("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", HTTPS)
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$", r"^readyz$", r"^metrics$",  # probes come from inside, without TLS
    r"^v1/",  # npm kavenegar speaks plain HTTP only and follows no redirect; who opens port 80 to it decides
]  # fmt: skip
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 31536000 if HTTPS else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_TLS_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env_int("SESSION_SECONDS", 14 * 24 * 3600)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],  # progress bars set their width; attributes cannot load anything
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Key that encrypts what must be read back (bind passwords); several, comma-separated, while one is being replaced.
FIELD_ENCRYPTION_KEYS = env_list("FIELD_ENCRYPTION_KEYS", SECRET_KEY)

# Addresses that customers give are never called inside a private network (common.outbound); these are ours as well.
OUTBOUND_FORBIDDEN_NETWORKS = env_list("OUTBOUND_FORBIDDEN_NETWORKS")
OUTBOUND_LOOPBACK_PORTS = {int(port) for port in env_list("OUTBOUND_LOOPBACK_PORTS")}  # for tests and the demo only

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "smsplatform" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"
USE_THOUSAND_SEPARATOR = False
PLATFORM_NAME = env("PLATFORM_NAME", "پیام‌یار")
PLATFORM_NAME_EN = env("PLATFORM_NAME_EN", "Payamyar")
PUBLIC_URL = env("PUBLIC_URL", "http://127.0.0.1:8000")

# --- Demo: script/server sets these -----------------------------------------------------------------------------------

DEMO = env_bool("DEMO")
SIMULATOR_HOST = env("SIMULATOR_HOST", "127.0.0.1")
SIMULATOR_PORT = env_int("SIMULATOR_PORT", 2775)

# --- E-mail (password reset, notices) ---------------------------------------------------------------------------------

EMAIL_BACKEND = env("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = STATE_DIR / "mail"
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "no-reply@localhost")
NOTICE_SMS_BACKEND = "messaging.notices.send_notice"  # what carries the SMS of common.notify

# --- Celery: rows are the queue, a task is the nudge ------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")  # kombu's words
CELERY_IMPORTS = ["messaging.delivery.worker"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "Asia/Tehran"
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "messaging-release-due": {"task": "messaging.release_due", "schedule": 1.0, "options": {"expires": 1}},
    "messaging-confirm-opt-outs": {"task": "messaging.confirm_opt_outs", "schedule": 5.0, "options": {"expires": 5}},
    "messaging-run-recurring": {"task": "messaging.run_recurring", "schedule": 5.0, "options": {"expires": 5}},
    "messaging-sweep": {"task": "messaging.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "messaging-watch-gateways": {"task": "messaging.watch_gateways", "schedule": 5.0, "options": {"expires": 5}},
    "messaging-match-receipts": {"task": "messaging.match_receipts", "schedule": 5.0, "options": {"expires": 5}},
    "messaging-squash-counts": {"task": "messaging.squash_counts", "schedule": 60.0, "options": {"expires": 60}},
    "autoreply-answer": {"task": "autoreply.answer", "schedule": 5.0, "options": {"expires": 5}},
    "autoreply-forward": {"task": "autoreply.forward", "schedule": 15.0, "options": {"expires": 15}},
    "messaging-settle-unknown": {"task": "messaging.settle_unknown", "schedule": 300.0, "options": {"expires": 300}},
    "messaging-show-incomplete": {"task": "messaging.show_incomplete", "schedule": 60.0, "options": {"expires": 60}},
    "messaging-empty-trash": {"task": "messaging.empty_old_trash", "schedule": 3600.0, "options": {"expires": 3600}},
    "messaging-clean": {"task": "messaging.clean", "schedule": 3600.0, "options": {"expires": 3600}},
    "phonebook-clean": {"task": "phonebook.clean", "schedule": 3600.0, "options": {"expires": 3600}},
    "autoreply-clean": {"task": "autoreply.clean", "schedule": 3600.0, "options": {"expires": 3600}},
    "billing-check-ledger": {"task": "credit.check_ledger", "schedule": 24 * 3600.0},
    "accounts-forget-sessions": {"task": "accounts.forget_sessions", "schedule": 24 * 3600.0},
    "common-deliver-notices": {"task": "common.deliver_notices", "schedule": 30.0, "options": {"expires": 30}},
    "phonebook-empty-trash": {"task": "phonebook.empty_trash", "schedule": 3600.0, "options": {"expires": 3600}},
    "phonebook-go-on": {"task": "phonebook.go_on", "schedule": 10.0, "options": {"expires": 10}},
    "billing-ask-banks": {"task": "billing.ask_banks", "schedule": 15.0, "options": {"expires": 15}},
    "billing-expire-proformas": {"task": "billing.expire_proformas", "schedule": 300.0, "options": {"expires": 300}},
    "numberbank-go-on": {"task": "numberbank.go_on", "schedule": 30.0, "options": {"expires": 30}},
    "reports-roll-up": {"task": "reports.roll_up", "schedule": 300.0, "options": {"expires": 300}},
    "reports-go-on": {"task": "reports.go_on", "schedule": 15.0, "options": {"expires": 15}},
    "support-discard-orphans": {"task": "support.discard_orphans", "schedule": 24 * 3600.0},
    "support-sweep": {"task": "support.sweep", "schedule": 900.0, "options": {"expires": 900}},
    "webservice-forget": {"task": "webservice.forget_idempotency_keys", "schedule": 3600.0},
    "webservice-events": {"task": "webservice.publish_events", "schedule": 1.0, "options": {"expires": 1}},
    "webservice-forget-events": {"task": "webservice.forget_events", "schedule": 3600.0, "options": {"expires": 3600}},
    "webservice-keep-requests": {"task": "webservice.keep_requests", "schedule": 2.0, "options": {"expires": 2}},
    "webservice-forget-requests": {"task": "webservice.forget_requests", "schedule": 3600.0},
    "webservice-quotes": {"task": "webservice.discard_expired_quotes", "schedule": 300.0, "options": {"expires": 300}},
}

# --- The trade --------------------------------------------------------------------------------------------------------

SIMPLE_SEND_MAX_RECIPIENTS = env_int("SIMPLE_SEND_MAX_RECIPIENTS", 1000)  # 2.1
SAMPLE_MESSAGES_MAX = env_int("SAMPLE_MESSAGES_MAX", 100)  # 7
REPLY_RULES_MAX = env_int("REPLY_RULES_MAX", 20_000)  # 6: auto-reply rules of one account
MESSAGE_MAX_PARTS = env_int("MESSAGE_MAX_PARTS", 20)
UNDO_SECONDS = env_int("UNDO_SECONDS", 30)  # 2.5: the hold before the first message of a panel send leaves
QUOTE_MINUTES = env_int("QUOTE_MINUTES", 15)
ABANDONED_HOURS = env_int("ABANDONED_HOURS", 72)  # campaigns nobody confirmed and files nobody used go after so long
ADVERTISING_HOURS = env("ADVERTISING_HOURS", "08:00-22:00")  # R4, Tehran time; a line may have its own
INBOUND_PARTS_WAIT_MINUTES = env_int("INBOUND_PARTS_WAIT_MINUTES", 10)  # 4.5: then a long message is shown with a gap
SENT_TEXT_SEARCH_DAYS = env_int(
    "SENT_TEXT_SEARCH_DAYS", 90
)  # 5.4: how far back a text is looked for unless a day is chosen
TRASH_DAYS = env_int("TRASH_DAYS", 30)  # 9.1, 15: deleted contacts and received messages are kept so long
UNKNOWN_SETTLE_HOURS = env_int("UNKNOWN_SETTLE_HOURS", 24)
BANK_UPLOAD_MAX_BYTES = env_int("BANK_UPLOAD_MAX_BYTES", 2 * 1024 * 1024 * 1024)  # 3.6: files for the number bank
BANK_LOAD_BATCH = env_int("BANK_LOAD_BATCH", 50_000)  # rows committed at once, with the checkpoint
CONTACT_IMPORT_BATCH = env_int("CONTACT_IMPORT_BATCH", 5_000)  # 9.4: rows committed at once, with the checkpoint

# --- Selling ----------------------------------------------------------------------------------------------------------

VAT_PERCENT = env_int("VAT_PERCENT", 10)  # before the first row of the table of rates
PROFORMA_HOURS = env_int("PROFORMA_HOURS", 72)
TOP_UP_LEAST = env_int("TOP_UP_LEAST", 100_000)  # rials of credit in one purchase
TOP_UP_MOST = env_int("TOP_UP_MOST", 2_000_000_000)
TRANSFER_LEAST = env_int("TRANSFER_LEAST", 10_000)  # rials of credit from one account to another at once
TRANSFER_MOST = env_int("TRANSFER_MOST", 500_000_000)
TRANSFER_DAY_MOST = env_int("TRANSFER_DAY_MOST", 1_000_000_000)  # all together from one account in a day of Tehran
# Banks' gateways in the order in which they are offered: zarinpal, zibal; mockbank takes no real money.
PAYMENT_GATEWAYS = env_list("PAYMENT_GATEWAYS", "mockbank" if DEMO else "")
ZARINPAL_URL = env("ZARINPAL_URL", "https://payment.zarinpal.com")
ZARINPAL_MERCHANT_ID = env("ZARINPAL_MERCHANT_ID", "")
ZARINPAL_CURRENCY = env("ZARINPAL_CURRENCY", "IRR")  # IRR (rials) or IRT (tomans), as the contract says
ZIBAL_URL = env("ZIBAL_URL", "https://gateway.zibal.ir")
ZIBAL_MERCHANT = env("ZIBAL_MERCHANT", "")
# Paying is a form whose answer leads to the bank, which the browser counts as the form's action.
_BANKS = {"zarinpal": ZARINPAL_URL, "zibal": ZIBAL_URL}
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] += [_BANKS[code] for code in PAYMENT_GATEWAYS if code in _BANKS]
SELLER = {  # as invoices show it
    "name": env("SELLER_NAME", PLATFORM_NAME),
    "national_id": env("SELLER_NATIONAL_ID", ""),
    "economic_code": env("SELLER_ECONOMIC_CODE", ""),
    "registration_number": env("SELLER_REGISTRATION_NUMBER", ""),
    "postal_code": env("SELLER_POSTAL_CODE", ""),
    "address": env("SELLER_ADDRESS", ""),
    "phone": env("SELLER_PHONE", ""),
}
SELLER_BANK_ACCOUNT = env("SELLER_BANK_ACCOUNT", "")  # where deposits are made to, shown beside the slip form

# --- Reports ----------------------------------------------------------------------------------------------------------

EXPORT_AT_ONCE_MAX = env_int("EXPORT_AT_ONCE_MAX", 20_000)  # rows; longer lists become files in the background
EXPORT_DAYS = env_int("EXPORT_DAYS", 7)  # how long such files are kept

# --- Support desk -----------------------------------------------------------------------------------------------------

SUPPORT_HOURS = env("SUPPORT_HOURS", "08:00-17:00")  # Saturday to Wednesday, Tehran time
SUPPORT_THURSDAY_HOURS = env("SUPPORT_THURSDAY_HOURS", "08:00-13:00")
SUPPORT_URGENT_A_DAY = env_int("SUPPORT_URGENT_A_DAY", 2)  # SUP-2.5
SUPPORT_REOPEN_DAYS = env_int("SUPPORT_REOPEN_DAYS", 7)  # SUP-4.4
SUPPORT_CLOSE_DAYS = env_int("SUPPORT_CLOSE_DAYS", 5)
SUPPORT_REMIND_DAYS_BEFORE = env_int("SUPPORT_REMIND_DAYS_BEFORE", 2)
SUPPORT_ATTACHMENTS_MAX = env_int("SUPPORT_ATTACHMENTS_MAX", 5)  # SUP-2.10: of one message
SUPPORT_ATTACHMENT_MAX_BYTES = env_int("SUPPORT_ATTACHMENT_MAX_BYTES", 5 * 1024 * 1024)

# --- Web service ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["webservice.authentication.BearerKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["webservice.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "webservice.refusals.problem_response",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "iso-8601",
    "URL_FORMAT_OVERRIDE": None,
}
WEBHOOK_TIMEOUT_SECONDS = env_int("WEBHOOK_TIMEOUT_SECONDS", 10)  # W11: for one call, everything together
# W6: one-time passwords
VERIFICATION_ATTEMPTS = env_int("VERIFICATION_ATTEMPTS", 5)  # wrong codes
VERIFICATION_INTERVAL_SECONDS = env_int("VERIFICATION_INTERVAL_SECONDS", 60)  # between codes to a number
VERIFICATIONS_PER_NUMBER = env_int("VERIFICATIONS_PER_NUMBER", 5)  # an hour, of one account; twice that of all
VERIFICATIONS_PER_ACCOUNT = env_int("VERIFICATIONS_PER_ACCOUNT", 10_000)  # an hour
VERIFICATIONS_PER_PREFIX = env_int("VERIFICATIONS_PER_PREFIX", 50)  # in ten minutes, to numbers equal but for 4 digits
API_RATE_PER_MINUTE = env_int("API_RATE_PER_MINUTE", 6000)  # requests of one key
API_BODY_MAX_BYTES = env_int("API_BODY_MAX_BYTES", 8 * 1024 * 1024)
METRICS_TOKEN = env("METRICS_TOKEN", "")  # W12: who brings it may read /metrics
PROMETHEUS_MULTIPROC_DIR = env("PROMETHEUS_MULTIPROC_DIR", "")  # read by prometheus_client too, when it is imported
METRICS_SECONDS = env_int("METRICS_SECONDS", 5)  # how long figures of the tables are given again
METRICS_NETWORKS = env_list("METRICS_NETWORKS", "127.0.0.0/8,::1/128")
SPECTACULAR_SETTINGS = {
    "TITLE": "SMS web service",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "DESCRIPTION": "Send SMS and read what became of them. Times are RFC 3339 in UTC, money is integer rials.",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]",
    "ENUM_NAME_OVERRIDES": {
        "MessageState": "webservice.v1.answers.MESSAGE_STATES",
        "CampaignState": "webservice.v1.answers.CAMPAIGN_STATES",
        "FullCampaignState": "webservice.v1.campaign_bodies.STATES",
        "ExportList": "webservice.v1.exports.LISTS",
        "ExportFormat": "webservice.v1.exports.FORMATS",
        "ExportState": "webservice.v1.exports.STATES",
        "CampaignKind": "webservice.v1.campaign_bodies.KINDS",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "webservice.v1.links.add_links"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
}

# --- Logs: to standard error; numbers are masked by common.logs -------------------------------------------------------

LOG_FORMAT = env("LOG_FORMAT", "line")
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured("LOG_FORMAT is line or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "common.logs.MaskNumbers"}, "mask_keys": {"()": "webservice.logs.MaskKeys"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "common.logs.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["mask", "mask_keys"]},
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {"smpplib": {"level": "WARNING"}, "httpx": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
