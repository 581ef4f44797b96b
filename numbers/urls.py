from django.urls import path

from numbers import views

app_name = "numbers"
urlpatterns = [path("", views.lines, name="lines")]
