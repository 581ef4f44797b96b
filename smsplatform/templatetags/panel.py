"""Tags of the panel's own parts: form fields, the tone of a state. Icons and figures are common.templatetags.show's."""

from urllib.parse import urlencode

from django import forms, template
from django.forms.boundfield import BoundField

register = template.Library()

# Campaign states are words, message statuses are the numbers of messaging's Status; a tone names a pair of colours.
TONES = {
    "delivered": "ok", "finished": "ok", "active": "ok", "bound": "ok", "approved": "ok", 50: "ok",
    "running": "run", "queued": "run", "planning": "run", "connecting": "run", 20: "run", 30: "run", 40: "run",
    "scheduled": "wait", "review": "wait", "paused": "wait", "pending": "wait", 10: "wait", 35: "wait",
    "paid": "ok", "verified": "ok", "confirmed": "ok",
    "open": "wait", "started": "run", "returned": "wait", "submitted": "wait",
    "failed": "bad", "rejected": "bad", "suspended": "bad", "refused": "bad", "disconnected": "bad",
    "sent": "ok", "waiting": "wait", "missed": "bad", 51: "bad", 52: "bad", 53: "bad", 60: "bad",
}  # fmt: skip
NOTE_ICONS = {"ok": "circle-check", "run": "info-circle", "wait": "alert-triangle", "bad": "circle-x"}
MESSAGE_TONES = {"success": "ok", "warning": "wait", "error": "bad"}


@register.filter
def tone(state) -> str:
    """``ok``, ``run``, ``wait``, ``bad`` or ``mute`` for a campaign's state or a message's status."""
    return TONES.get(state, "mute")


@register.filter
def note_icon(tone_name: str) -> str:
    return NOTE_ICONS.get(tone_name, "info-circle")


@register.filter
def message_tone(level_tag: str) -> str:
    return MESSAGE_TONES.get(level_tag, "run")


@register.filter
def initials(user) -> str:
    """The first letters of at most two words of a name, kept apart so that Persian letters do not join."""
    return "\u200c".join(word[0] for word in str(user).split()[:2])


@register.filter
def percent_of(part: int, whole: int) -> int:
    """Whole per cent, never 100 before all is there."""
    return int(part * 100 / whole) if whole else 0


@register.filter
def is_narrowed(form: forms.Form) -> bool:
    """Whether somebody chose a filter: a hidden one is the tab, or the thing, that the list is of."""
    return any(bound.data not in (None, "", [], False) for bound in form.visible_fields())


@register.filter
def of_the_tab(form: forms.Form) -> str:
    """The query of the same list without a filter: «?state=paid», or nothing; to be put behind a path."""
    kept = [(bound.html_name, bound.data) for bound in form.hidden_fields() if bound.data not in (None, "")]
    return f"?{urlencode(kept)}" if kept else ""


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, icon: str = "", direction: str = "", hint: str = "", optional: bool = False) -> dict:
    """Label, control, help and errors of a form's field, tied together for screen readers."""
    widget = bound.field.widget
    checkbox = isinstance(widget, forms.CheckboxInput)
    choices = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    attrs = {"class": _control_class(widget, checkbox), **({"dir": direction} if direction else {})}
    if hint and not bound.help_text:
        bound.help_text = hint
    return {
        "field": bound,
        "control": bound.as_widget() if choices else bound.as_widget(attrs=attrs),
        "icon": icon,
        "is_checkbox": checkbox,
        "is_group": choices,
        "is_password": isinstance(widget, forms.PasswordInput),
        "is_optional": optional,
    }


def _control_class(widget, checkbox: bool) -> str:
    kept = widget.attrs.get("class", "")
    kind = "form-check-input" if checkbox else "form-select" if isinstance(widget, forms.Select) else "form-control"
    return f"{kind} {kept}".strip()
