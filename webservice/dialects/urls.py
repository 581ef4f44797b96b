"""Where other providers' clients knock. Each view knows its provider's methods itself: an unknown one is its error."""

from django.urls import path, register_converter

from webservice.dialects.asanak import views as asanak
from webservice.dialects.kavenegar import views as kavenegar
from webservice.dialects.melipayamak import views as melipayamak


class SendSms:
    """``SendSMS`` in any letter case, as on the provider's IIS."""

    regex = "(?i:SendSMS)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SendSms, "sendsms")

urlpatterns = [
    path("v1/<str:key>/<path:method>", kavenegar.call),
    path("webservice/v2rest/<path:method>", asanak.call),
    path("webservice/v1rest/<path:method>", asanak.call_v1),
    path("api/<sendsms:service>/<path:method>", melipayamak.call),
]
