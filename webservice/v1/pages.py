"""The OpenAPI 3.1 document and the page that shows it; every asset comes from here."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import TemplateHTMLRenderer


class Schema(SpectacularAPIView):
    """JSON, or YAML where it is asked for. English, whatever the reader's language."""

    throttle_classes = []

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with override("en"):
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response


class ScriptRenderer(TemplateHTMLRenderer):
    """The page's own script, which is a template too."""

    media_type = "application/javascript"


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI without inline script or style, as the content security policy demands."""

    url_name = "webservice:schema"
    template_name = "webservice/docs.html"
    title = spectacular_settings.TITLE
    renderer_classes = [TemplateHTMLRenderer, ScriptRenderer]

    @extend_schema(exclude=True)
    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        response["Content-Language"] = "en"
        return response
