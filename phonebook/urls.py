from django.urls import path

from phonebook.views import contacts, fields, groups, imports, opt_outs, trash

app_name = "phonebook"
urlpatterns = [
    path("", contacts.contacts, name="contacts"),
    path("contacts.csv", contacts.export, {"kind": "csv"}, name="contacts_csv"),
    path("contacts.xlsx", contacts.export, {"kind": "xlsx"}, name="contacts_xlsx"),
    path("new/", contacts.new_contact, name="new_contact"),
    path("<int:pk>/", contacts.contact, name="contact"),
    path("selected/", contacts.selected, name="selected"),
    path("trash/", trash.trash_list, name="trash"),
    path("trash/change/", trash.trash_change, name="trash_change"),
    path("trash/undo/<uuid:deletion>/", trash.undo, name="undo"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.new_group, name="new_group"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/delete/", groups.delete_group, name="delete_group"),
    path("groups/<int:pk>/merge/", groups.merge_group, name="merge_group"),
    path("fields/", fields.field_list, name="fields"),
    path("fields/new/", fields.new_field, name="new_field"),
    path("fields/<int:pk>/", fields.field, name="field"),
    path("fields/<int:pk>/delete/", fields.delete_field, name="delete_field"),
    path("fields/<int:pk>/move/", fields.move_field, name="move_field"),
    path("import/", imports.imports, name="imports"),
    path("import/<int:pk>/", imports.one_import, name="import"),
    path("import/<int:pk>/cancel/", imports.cancel, name="cancel_import"),
    path("import/<int:pk>/rejects.csv", imports.rejects, name="import_rejects"),
    path("opt-outs/", opt_outs.opt_out_list, name="opt_outs"),
    path("opt-outs/opt-outs.csv", opt_outs.export, name="opt_outs_csv"),
    path("opt-outs/add/", opt_outs.add, name="opt_out_add"),
    path("opt-outs/remove/", opt_outs.remove, name="opt_out_remove"),
    path("opt-outs/words/", opt_outs.words, name="opt_out_words"),
]
