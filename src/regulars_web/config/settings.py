"""Django's settings. Everything that differs between two businesses comes from the environment that `serve` sets.

========================  ================================================================
REGULARS_FOLDER           the business folder; the database lies in it unless DATABASE_URL names another
DATABASE_URL              postgresql://user:password@host:port/name
REGULARS_HOSTS            host names the server answers to, separated by commas
REGULARS_HTTPS            1 behind a proxy that speaks HTTPS: cookies then travel by it alone
REGULARS_API_RATE         requests a token may make in a minute (600)
REGULARS_WEBHOOK_HOSTS    host names of one's own network that signed messages may go to, by plain http too; commas
REGULARS_UPLOAD_MB        how many megabytes of files may come at once (1024)
REGULARS_SETUP_CODE       what the first visitor must know to make the owner's account; without it they must be on this
                          machine
REGULARS_INLINE           1: work is done at once in the request, for tests and for trying out
========================  ================================================================
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from django.utils.csp import CSP

from regulars_web.config.database import database
from regulars_web.shared.secret import secret

FOLDER = Path(os.environ.get("REGULARS_FOLDER", ".")).absolute()
HTTPS = os.environ.get("REGULARS_HTTPS") == "1"
UPLOAD_MB = int(os.environ.get("REGULARS_UPLOAD_MB", "1024"))
SETUP_CODE = os.environ.get("REGULARS_SETUP_CODE", "")
INLINE = os.environ.get("REGULARS_INLINE") == "1"

API_PER_MINUTE = int(os.environ.get("REGULARS_API_RATE", "600"))
API_PRIVATE_HOSTS = [host for host in os.environ.get("REGULARS_WEBHOOK_HOSTS", "").lower().split(",") if host]
API_MOST_FILE = 200_000_000  # bytes of files in one request
API_PUSH_SECONDS, API_PUSH_ROWS = 2, 50_000  # rows pushed are stored together: after so long, so many at once

SECRET_KEY = secret(FOLDER / "web-secret", founding=os.environ.get("REGULARS_FOUNDING") == "1")
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("REGULARS_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "regulars_web.shared",  # before the sign-in library: its pages are framed by ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "regulars_web.company",
    "regulars_web.vault",
    "regulars_web.privacy",
    "regulars_web.people",
    "regulars_web.duplicates",
    "regulars_web.intake",
    "regulars_web.insight",
    "regulars_web.strategy",
    "regulars_web.desk",
    "regulars_web.rest",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "regulars_web.company.middleware.Tongue",
    "regulars_web.company.middleware.Gatekeeper",
    "regulars_web.intake.limits.Uploads",
    "regulars_web.company.twice.Once",
]
ROOT_URLCONF = "regulars_web.config.urls"
WSGI_APPLICATION = "regulars_web.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regulars_web.shared.context.page",
                "regulars_web.company.context.here",
            ],
            "builtins": ["regulars_web.shared.templatetags.words"],
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL"), FOLDER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "company.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by those who may, with the address they know
ACCOUNT_ADAPTER = "regulars_web.company.adapter.Adapter"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0  # who asks is told by the proxy, where there is one
PASSWORD_RESET_TIMEOUT = 2 * 86_400  # of links behind which a password is chosen
MFA_ADAPTER = "regulars_web.company.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Regulars"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATICFILES_DIRS = [("report", str(files("regulars.report") / "static"))]  # how the core's blocks look
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 86_400

CACHES = {
    # The sign-in library counts attempts here: over all processes, and so many that nobody is crowded out.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_remembered",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
SESSION_COOKIE_AGE = 14 * 86_400
CSRF_FAILURE_VIEW = "regulars_web.shared.errors.stale"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # larger files go to disk while they arrive
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "regulars_web.intake.limits.IntoTheFolder",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

#: Nothing from outside the server's own origin, no script in a page. Pictures carry their geometry in style attributes.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src-elem": [CSP.SELF],
    "style-src-attr": [CSP.UNSAFE_INLINE],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
