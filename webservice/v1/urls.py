from django.urls import path

from webservice.v1 import bank, campaigns, cancelling, inbox, pages, samples, views

urlpatterns = [
    path("messages", views.Messages.as_view()),
    path("messages/cancel", cancelling.Cancellations.as_view()),
    path("messages/<int:message_id>", views.MessageDetail.as_view()),
    path("messages/<int:message_id>/cancel", cancelling.MessageCancellation.as_view()),
    path("campaigns", campaigns.Campaigns.as_view()),
    path("campaigns/<int:campaign_id>", campaigns.CampaignDetail.as_view()),
    path("campaigns/<int:campaign_id>/recipients", campaigns.CampaignRecipients.as_view()),
    path("campaigns/<int:campaign_id>/quote", campaigns.CampaignQuote.as_view()),
    path("campaigns/<int:campaign_id>/start", campaigns.CampaignStart.as_view()),
    path("campaigns/<int:campaign_id>/pause", campaigns.CampaignPause.as_view()),
    path("campaigns/<int:campaign_id>/resume", campaigns.CampaignResume.as_view()),
    path("campaigns/<int:campaign_id>/cancel", campaigns.CampaignCancel.as_view()),
    path("bank/<str:field>", bank.Bank.as_view()),
    path("quotes", views.Quotes.as_view()),
    path("balance", views.Balance.as_view()),
    path("lines", views.Lines.as_view()),
    path("inbox", inbox.Inbox.as_view()),
    path("inbox/read", inbox.ManyRead.as_view()),
    path("inbox/<int:received_id>", inbox.ReceivedDetail.as_view()),
    path("inbox/<int:received_id>/reply", inbox.Replies.as_view()),
    path("inbox/<int:received_id>/restore", inbox.Restoration.as_view()),
    path("samples", samples.Samples.as_view()),
    path("samples/<int:sample_id>", samples.SampleDetail.as_view()),
    path("problems", views.Problems.as_view()),
    path("schema/", pages.Schema.as_view(), name="schema"),
    path("docs/", pages.Docs.as_view(), name="docs"),
]
