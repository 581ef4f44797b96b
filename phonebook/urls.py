from django.urls import path

from phonebook import views

app_name = "phonebook"
urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("new/", views.new_contact, name="new_contact"),
    path("<int:pk>/", views.contact, name="contact"),
    path("selected/", views.selected, name="selected"),
    path("groups/", views.groups, name="groups"),
    path("groups/new/", views.new_group, name="new_group"),
    path("groups/<int:pk>/", views.group, name="group"),
    path("groups/<int:pk>/delete/", views.delete_group, name="delete_group"),
]
