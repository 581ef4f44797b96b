"""The Celery application: ``celery -A smsplatform worker …``."""

import logging
import os
import time

import redis
from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_prerun, task_success

from common import context

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsplatform.settings")

app = Celery("smsplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

log = logging.getLogger(__name__)


@setup_logging.connect
def _keep_our_logging(**_) -> None:
    """Celery's own handlers would write what ours mask."""


@before_task_publish.connect
def _give_request_id(headers: dict, **_) -> None:
    """The id of the call goes with the task that it enqueues."""
    if request_id := context.request_id():
        headers["request_id"] = request_id


@task_prerun.connect
def _take_request_id(task, **_) -> None:
    context.begin(request_id=getattr(task.request, "request_id", None))


@task_success.connect
def _note_run(sender, **_) -> None:
    """When each task of the timetable last ended well, for /metrics."""
    if sender.name not in _timetable():
        return
    try:
        with redis.Redis.from_url(_settings().REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as valkey:
            valkey.hset(context.LAST_RUNS, sender.name, f"{time.time():.3f}")
    except redis.RedisError as error:
        log.warning("the run of %s is not noted: %s", sender.name, error)


def _timetable() -> set[str]:
    return {entry["task"] for entry in app.conf.beat_schedule.values()}


def _settings():
    from django.conf import settings

    return settings
