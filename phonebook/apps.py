from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhonebookConfig(AppConfig):
    name = "phonebook"
    verbose_name = _("Phonebook")

    def ready(self) -> None:
        from accounts import audit

        audit.name_actions(
            {
                "contact.created": _("Contact added"),
                "contact.changed": _("Contact changed"),
                "contacts.upserted": _("Contacts added by a program"),
                "contacts.deleted": _("Contacts deleted"),
                "contacts.restored": _("Contacts restored from the trash"),
                "contacts.erased": _("Contacts deleted for ever"),
                "group.created": _("Group added"),
                "group.renamed": _("Group renamed"),
                "group.filled": _("Contacts put in a group"),
                "group.thinned": _("Contacts taken out of a group"),
                "group.deleted": _("Group deleted"),
                "field.created": _("Own field added"),
                "field.changed": _("Own field changed"),
                "field.deleted": _("Own field deleted"),
                "import.started": _("Import of contacts started"),
                "import.cancelled": _("Import of contacts cancelled"),
                "groups.merged": _("Groups merged"),
                "contacts.exported": _("Contacts downloaded"),
                "opt_out.created": _("Opt-out added"),
                "opt_out.deleted": _("Opt-out deleted"),
                "opt_out.words": _("Opt-out words changed"),
                "blocked_number.created": _("Blocked number added"),
                "blocked_number.deleted": _("Blocked number deleted"),
                "blocklist.loaded": _("Block list loaded"),
            }
        )
