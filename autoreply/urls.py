from django.urls import path

from autoreply.views import lines, loading, log, polls, rules

app_name = "autoreply"
urlpatterns = [
    path("", rules.rule_list, name="rules"),
    path("new/", rules.new_rule, name="new_rule"),
    path("<int:pk>/", rules.rule, name="rule"),
    path("selected/", rules.selected, name="selected"),
    path("test/", rules.test_box, name="test"),
    path("lines/", lines.line_list, name="lines"),
    path("lines/<int:pk>/", lines.line, name="line"),
    path("log/", log.log, name="log"),
    path("upload/", loading.upload, name="upload"),
    path("upload/sample.xlsx", loading.sample, name="upload_sample"),
    path("upload/<str:token>/", loading.review, name="upload_review"),
    path("upload/<str:token>/rejects.xlsx", loading.rejects, name="upload_rejects"),
    path("polls/", polls.poll_list, name="polls"),
    path("polls/new/", polls.new_poll, name="new_poll"),
    path("polls/<int:pk>/", polls.poll, name="poll"),
    path("polls/<int:pk>/edit/", polls.edit_poll, name="edit_poll"),
    path("polls/<int:pk>/delete/", polls.delete, name="delete_poll"),
    path("polls/<int:pk>/draw/", polls.draw, name="draw"),
    path("polls/<int:pk>/participants.xlsx", polls.participants, name="participants"),
]
