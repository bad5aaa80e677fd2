import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config.installation import refuse_demonstration_in_public  # noqa: E402  needs the apps

refuse_demonstration_in_public()
