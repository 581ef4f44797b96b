from django.urls import path

from credit import views

app_name = "credit"
urlpatterns = [
    path("add/", views.add, name="add"),
    path("price/", views.price, name="price"),
]
