"""The WSGI application that granian or gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsplatform.settings")

application = get_wsgi_application()

from webservice.dialects.shim import absorb  # noqa: E402 - after the settings are known

application = absorb(application)
