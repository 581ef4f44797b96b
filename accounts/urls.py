from django.urls import path

from accounts.views import impersonating, login, members, person, second_steps, traces

app_name = "accounts"

urlpatterns = [
    path("login/", login.Login.as_view(), name="login"),
    path("login/code/", login.second_step_page, name="second_step"),
    path("login/code/again/", login.another_code, name="another_code"),
    path("logout/", login.Logout.as_view(), name="logout"),
    path("password/", person.PasswordChange.as_view(), name="password_change"),
    path("password/reset/", login.PasswordReset.as_view(), name="password_reset"),
    path("password/reset/sent/", login.PasswordResetDone.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", login.PasswordResetConfirm.as_view(), name="password_reset_confirm"),
    path("password/reset/done/", login.PasswordResetComplete.as_view(), name="password_reset_complete"),
    path("account/", person.choose_account, name="choose_account"),
    path("profile/", person.profile, name="profile"),
    path("profile/code/", person.confirm_contact, name="confirm_contact"),
    path("two-factor/", second_steps.two_factor, name="two_factor"),
    path("two-factor/on/", second_steps.enable, name="two_factor_on"),
    path("two-factor/sms/", second_steps.send_sms, name="two_factor_sms"),
    path("two-factor/sms/on/", second_steps.enable_sms, name="two_factor_sms_on"),
    path("two-factor/off/", second_steps.disable, name="two_factor_off"),
    path("two-factor/codes/", second_steps.renew, name="two_factor_codes"),
    path("two-factor/devices/", second_steps.forget_devices, name="two_factor_devices"),
    path("sessions/", traces.session_list, name="sessions"),
    path("sessions/others/end/", traces.end_other_sessions, name="end_other_sessions"),
    path("sessions/<int:pk>/end/", traces.end_session, name="end_session"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/leave/", members.leave, name="leave"),
    path("members/second-step/", members.second_step_policy, name="members_second_step"),
    path("members/<int:pk>/role/", members.change_role, name="member_role"),
    path("members/<int:pk>/remove/", members.remove, name="member_remove"),
    path("members/<int:pk>/transfer/", members.transfer, name="member_transfer"),
    path("members/invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw_invitation"),
    path("join/<str:token>/", members.join, name="join"),
    path("impersonate/end/", impersonating.end, name="end_impersonation"),
    path("impersonate/<int:pk>/", impersonating.begin, name="impersonate"),
    path("activity/", traces.activity, name="activity"),
    path("activity/activity.xlsx", traces.activity_export, name="activity_export"),
]
