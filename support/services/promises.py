"""The promised times of a ticket, in working minutes. They stand still while the user is waited for."""

from datetime import datetime

from support.calendar import after_working, working_minutes
from support.models import ServiceLevel, Ticket


def start(ticket: Ticket, *, now: datetime) -> None:
    level = _level(ticket.priority)
    if level:
        ticket.response_due_at = after_working(now, level.response_minutes)
        ticket.resolution_due_at = after_working(now, level.resolution_minutes)


def first_answer(ticket: Ticket, *, now: datetime) -> None:
    if ticket.answered_at is None:
        ticket.answered_at = now
        ticket.response_minutes = max(working_minutes(ticket.created_at, now), 0)
        ticket.response_due_at = None


def pause(ticket: Ticket, *, now: datetime) -> None:
    if ticket.resolution_due_at:
        ticket.resolution_left = working_minutes(now, ticket.resolution_due_at)
        ticket.resolution_due_at = None


def resume(ticket: Ticket, *, now: datetime) -> None:
    if ticket.resolution_left is not None:
        ticket.resolution_due_at = after_working(now, ticket.resolution_left)
        ticket.resolution_left = None


def end(ticket: Ticket, *, now: datetime) -> None:
    """Write down how much working time the solution took, without the time in which the user was waited for."""
    pause(ticket, now=now)
    level = _level(ticket.priority)
    ticket.response_due_at = None
    if level and ticket.resolution_left is not None:
        ticket.resolution_minutes = max(level.resolution_minutes - ticket.resolution_left, 0)


def change(ticket: Ticket, priority: int, *, now: datetime) -> None:
    """Another priority, another promise; what has passed of the old one counts."""
    old, new = _level(ticket.priority), _level(priority)
    ticket.priority = priority
    if old is None or new is None:
        return
    if ticket.response_due_at:
        left = working_minutes(now, ticket.response_due_at) + new.response_minutes - old.response_minutes
        ticket.response_due_at = after_working(now, left)
    more = new.resolution_minutes - old.resolution_minutes
    if ticket.resolution_due_at:
        left = working_minutes(now, ticket.resolution_due_at) + more
        ticket.resolution_due_at = after_working(now, left)
    elif ticket.resolution_left is not None:
        ticket.resolution_left += more


def _level(priority: int) -> ServiceLevel | None:
    return ServiceLevel.objects.filter(priority=priority).first()
