from django.urls import path

from support.views import desk, staff, tickets, writing

app_name = "support"
urlpatterns = [
    path("support/", tickets.ticket_list, name="tickets"),
    path("support/tickets.xlsx", tickets.export, name="export"),
    path("support/new/", writing.new, name="new"),
    path("support/report/", writing.report_message, name="report_message"),
    path("support/preview/", writing.preview, name="preview"),
    path("support/questions/", tickets.questions, name="questions"),
    path("support/files/<int:pk>/", tickets.file, name="file"),
    path("support/<int:pk>/", tickets.ticket, name="ticket"),
    path("support/<int:pk>/transcript/", tickets.transcript, name="transcript"),
    path("support/<int:pk>/reply/", writing.reply, name="reply"),
    path("support/<int:pk>/close/", writing.close, name="close"),
    path("support/<int:pk>/rate/", writing.rate, name="rate"),
    path("staff/support/", desk.ticket_list, name="desk"),
    path("staff/support/figures/", desk.figures_page, name="desk_figures"),
    path("staff/support/files/<int:pk>/", desk.file, name="desk_file"),
    path("staff/support/<int:pk>/", staff.ticket, name="desk_ticket"),
    path("staff/support/<int:pk>/watchers/", desk.watchers_fragment, name="desk_watchers"),
    path("staff/support/<int:pk>/answer/", staff.answer, name="desk_answer"),
    path("staff/support/<int:pk>/note/", staff.note, name="desk_note"),
    path("staff/support/<int:pk>/assign/", staff.assign, name="desk_assign"),
    path("staff/support/<int:pk>/refer/", staff.refer, name="desk_refer"),
    path("staff/support/<int:pk>/priority/", staff.priority, name="desk_priority"),
    path("staff/support/<int:pk>/close/", staff.close, name="desk_close"),
    path("staff/support/<int:pk>/merge/", staff.merge, name="desk_merge"),
    path("staff/support/messages/<int:pk>/split/", staff.split, name="desk_split"),
]
