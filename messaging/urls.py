from django.urls import path

from messaging.forms.bulk_modes import MODES
from messaging.views import bulk, campaigns, compose, conversation, inbox, p2p, review, samples, scheduled, sent, trash

app_name = "messaging"

urlpatterns = [
    *(path(f"bulk/{slug.replace('_', '/')}/", bulk.page, {"mode": slug}, name=f"bulk_{slug}") for slug in MODES),
    path("bulk/cities/<int:province>/", bulk.cities, name="bulk_cities"),
    path("bulk/audiences/", bulk.audiences, name="audiences"),
    path("bulk/audiences/<int:pk>/count/", bulk.audience_count, name="audience_count"),
    path("bulk/audiences/<int:pk>/delete/", bulk.audience_delete, name="audience_delete"),
    path("send/", compose.compose, name="compose"),
    path("send/p2p/", p2p.page, name="p2p"),
    path("send/p2p/file/", p2p.upload, name="p2p_upload"),
    path("send/p2p/rows/", p2p.rows, name="p2p_rows"),
    path("send/p2p/sample.xlsx", p2p.sample, name="p2p_sample"),
    path("send/people/", compose.people, name="people"),
    path("send/file/", compose.upload, name="upload"),
    path("send/advice/", compose.advice, name="advice"),
    path("send/test/", compose.test_send, name="test_send"),
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/<int:pk>/", campaigns.campaign_page, name="campaign"),
    path("campaigns/<int:pk>/pause/", campaigns.pause, name="pause"),
    path("campaigns/<int:pk>/resume/", campaigns.resume, name="resume"),
    path("campaigns/<int:pk>/cancel/", campaigns.cancel, name="cancel"),
    path("campaigns/<int:pk>/undo/", campaigns.undo, name="undo"),
    path("campaigns/<int:pk>/now/", campaigns.send_now, name="send_now"),
    path("campaigns/<int:pk>/review/", review.review, name="review"),
    path("campaigns/<int:pk>/confirm/", review.confirm, name="confirm"),
    path("campaigns/<int:pk>/edit/", review.edit, name="edit"),
    path("campaigns/<int:pk>/discard/", review.discard, name="discard"),
    path("campaigns/<int:pk>/rejects.csv", review.rejects, name="rejects"),
    path("sent/", sent.sent, name="sent"),
    path("sent/sent.xlsx", sent.sent_export, name="sent_export"),
    path("sent/<int:pk>/", sent.message_page, name="message"),
    path("scheduled/", scheduled.scheduled_list, name="scheduled"),
    path("inbox/", inbox.inbox_list, name="inbox"),
    path("inbox/inbox.xlsx", inbox.inbox_export, name="inbox_export"),
    path("inbox/<int:pk>/", conversation.received, name="received"),
    path("inbox/<int:pk>/reply/", conversation.reply, name="reply"),
    path("trash/", trash.trash_list, name="trash"),
    path("samples/", samples.sample_list, name="samples"),
    path("samples/add/", samples.sample_add, name="sample_add"),
    path("samples/<int:pk>/", samples.sample_edit, name="sample_edit"),
    path("samples/<int:pk>/delete/", samples.sample_delete, name="sample_delete"),
]
