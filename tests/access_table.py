"""Every address of the platform, and what each kind of person gets there. See tests/test_access_table.py.

A line a request: method, path, then the answer to each. ``{key}`` in a path is a row of the first account, made in
tests/access_world.py. The stranger owns another account: where a row of the first is asked for they get 404. Staff are
superusers without an account. The clerk is staff without any right.

Answers: a status; ``login`` (sent to log in); ``in`` (sent on, as somebody who is logged in may); ``401`` is the web
service, which knows keys only, not people.
"""

PEOPLE = ("owner", "sender", "viewer", "stranger", "staff", "anonymous")

TABLE = """
#                                                   owner  sender viewer strngr staff  anonymous

# Login, passwords, the person
GET  /accounts/login/                               in     in     in     in     in     200
POST /accounts/logout/                              login  login  login  login  login  login
GET  /accounts/logout/                              405    405    405    405    405    405
GET  /accounts/password/                            200    200    200    200    200    login
GET  /accounts/password/reset/                      200    200    200    200    200    200
POST /accounts/password/reset/                      200    200    200    200    200    200
GET  /accounts/password/reset/sent/                 200    200    200    200    200    200
GET  /accounts/password/reset/{uid}/{token}/        200    200    200    200    200    200
GET  /accounts/password/reset/done/                 200    200    200    200    200    200
GET  /accounts/account/                             200    200    200    200    200    login
POST /accounts/account/                             400    400    400    400    400    login
GET  /accounts/profile/                             200    200    200    200    200    login
GET  /accounts/activity/                            200    403    403    200    403    login
POST /accounts/activity/                            405    405    405    405    405    405
GET  /accounts/activity/activity.xlsx               200    403    403    200    403    login
GET  /accounts/login/code/                          login  login  login  login  login  login
POST /accounts/login/code/                          login  login  login  login  login  login
POST /accounts/login/code/again/                    login  login  login  login  login  login
GET  /accounts/profile/code/                        in     in     in     in     in     login
GET  /accounts/two-factor/                          200    200    200    200    200    login
POST /accounts/two-factor/on/                       422    422    422    422    422    login
POST /accounts/two-factor/sms/                      in     in     in     in     in     login
POST /accounts/two-factor/sms/on/                   422    422    422    422    422    login
POST /accounts/two-factor/off/                      422    422    422    422    422    login
POST /accounts/two-factor/codes/                    422    422    422    422    422    login
POST /accounts/two-factor/devices/                  in     in     in     in     in     login
GET  /accounts/sessions/                            200    200    200    200    200    login
POST /accounts/sessions/{session}/end/              in     404    404    404    404    login
POST /accounts/sessions/others/end/                 in     in     in     in     in     login
GET  /accounts/members/                             200    403    403    200    403    login
GET  /accounts/members/invite/                      200    403    403    200    403    login
POST /accounts/members/invite/                      200    403    403    200    403    login
POST /accounts/members/leave/                       in     in     in     in     403    login
POST /accounts/members/second-step/                 in     403    403    in     403    login
POST /accounts/members/{member}/role/               in     403    403    404    403    login
POST /accounts/members/{member}/remove/             in     403    403    404    403    login
POST /accounts/members/{member}/transfer/           in     403    403    404    403    login
POST /accounts/members/invitations/{invitation}/withdraw/ in 403  403    404    403    login
GET  /accounts/impersonate/{account}/               403    403    403    403    200    login
POST /accounts/impersonate/{account}/               403    403    403    403    200    login
POST /accounts/impersonate/end/                     403    403    403    403    in     login
GET  /accounts/join/{join}/                         200    200    200    200    200    200
POST /accounts/join/{join}/                         409    409    409    in     in     200
GET  /language/                                     405    405    405    405    405    405
POST /language/                                     400    400    400    400    400    400
POST /theme/                                        400    400    400    400    400    400

# Desk
GET  /                                              200    200    200    200    403    login
GET  /search/                                       200    200    200    200    403    login
POST /announcements/{announcement}/dismiss/         in     in     in     in     403    login

# Reports
GET  /reports/                                      200    200    200    200    403    login
GET  /reports/received/                             200    200    200    200    403    login
GET  /reports/bulk/                                 200    200    200    200    403    login
GET  /reports/{report}/report.{form}                200    200    200    200    403    login
GET  /reports/exports/                              200    200    200    200    403    login
POST /reports/exports/new/                          404    404    404    404    403    login
GET  /reports/exports/{export}/file/                200    200    200    404    403    login
POST /reports/exports/{export}/delete/              in     in     in     404    403    login

# Composing
GET  /send/                                         200    200    403    200    403    login
POST /send/                                         200    200    403    200    403    login
GET  /send/people/                                  200    200    403    200    403    login
POST /send/file/                                    422    422    403    422    403    login
POST /send/advice/                                  200    200    403    200    403    login
GET  /send/p2p/                                     200    200    403    200    403    login
POST /send/p2p/                                     200    200    403    200    403    login
POST /send/p2p/file/                                422    422    403    422    403    login
POST /send/p2p/rows/                                200    200    403    200    403    login
GET  /send/p2p/sample.xlsx                          200    200    403    200    403    login
GET  /send/recurring/                               200    200    200    200    403    login
GET  /send/recurring/new/                           200    200    403    200    403    login
POST /send/recurring/new/                           200    200    403    200    403    login
GET  /send/recurring/{recurring}/                   200    200    200    404    403    login
POST /send/recurring/{recurring}/pause/             in     in     403    404    403    login
POST /send/recurring/{recurring}/resume/            in     in     403    404    403    login
POST /send/recurring/{recurring}/end/               in     in     403    404    403    login
POST /send/preview/                                 422    422    403    422    403    login
POST /send/test/                                    in     in     403    in     403    login

# Support desk
GET  /support/                                      200    200    200    200    403    login
GET  /support/tickets.xlsx                          200    200    200    200    403    login
GET  /support/new/                                  200    200    200    200    403    login
POST /support/new/                                  200    200    200    200    403    login
GET  /support/report/                               404    404    404    404    403    login
POST /support/preview/                              200    200    200    200    403    login
GET  /support/questions/                            200    200    200    200    403    login
GET  /support/files/{ticket_file}/                  200    200    200    404    403    login
GET  /support/{ticket}/                             200    200    200    404    403    login
GET  /support/{ticket}/transcript/                  200    200    200    404    403    login
POST /support/{ticket}/reply/                       200    200    200    404    403    login
POST /support/{ticket}/close/                       in     in     in     404    403    login
POST /support/{ticket}/rate/                        in     in     in     404    403    login
GET  /staff/support/                                403    403    403    403    200    login
GET  /staff/support/figures/                        403    403    403    403    200    login
GET  /staff/support/files/{ticket_file}/            403    403    403    403    200    login
GET  /staff/support/{ticket}/                       403    403    403    403    200    login
GET  /staff/support/{ticket}/watchers/              403    403    403    403    200    login
POST /staff/support/{ticket}/answer/                403    403    403    403    200    login
POST /staff/support/{ticket}/note/                  403    403    403    403    200    login
POST /staff/support/{ticket}/assign/                403    403    403    403    in     login
POST /staff/support/{ticket}/refer/                 403    403    403    403    200    login
POST /staff/support/{ticket}/priority/              403    403    403    403    200    login
POST /staff/support/{ticket}/close/                 403    403    403    403    200    login
POST /staff/support/{ticket}/merge/                 403    403    403    403    200    login
POST /staff/support/messages/{ticket_message}/split/ 403   403    403    403    in     login

# The provider's own pages
GET  /staff/messages/                               403    403    403    403    200    login
GET  /staff/messages/{sent}/                        403    403    403    403    200    login
GET  /staff/                                        403    403    403    403    200    login
GET  /staff/activations/                            403    403    403    403    200    login
GET  /staff/activations/activations.xlsx            403    403    403    403    200    login
POST /staff/activations/{activation}/read/          403    403    403    403    in     login
GET  /staff/announcements/                          403    403    403    403    200    login
GET  /staff/announcements/new/                      403    403    403    403    200    login
POST /staff/announcements/new/                      403    403    403    403    422    login
GET  /staff/announcements/{announcement}/           403    403    403    403    200    login
POST /staff/announcements/{announcement}/           403    403    403    403    422    login
POST /staff/announcements/{announcement}/end/       403    403    403    403    in     login
GET  /staff/gateways/                               403    403    403    403    200    login
GET  /staff/gateways/{gateway}/                     403    403    403    403    200    login
POST /staff/gateways/{gateway}/switch/              403    403    403    403    in     login
POST /staff/gateways/{gateway}/flow/                403    403    403    403    422    login
POST /staff/gateways/{gateway}/test/                403    403    403    403    422    login
GET  /staff/accounts/                               403    403    403    403    200    login
GET  /staff/accounts/accounts.xlsx                  403    403    403    403    200    login
GET  /staff/accounts/{account}/                     403    403    403    403    200    login
POST /staff/accounts/{account}/suspend/             403    403    403    403    422    login
POST /staff/accounts/{account}/reopen/              403    403    403    403    422    login
POST /staff/accounts/{account}/credit/              403    403    403    403    422    login
POST /staff/accounts/{account}/limits/              403    403    403    403    422    login
POST /staff/accounts/{account}/ticket/              403    403    403    403    422    login
GET  /staff/requests/                               403    403    403    403    200    login
GET  /staff/requests/requests.xlsx                  403    403    403    403    200    login
GET  /staff/requests/papers/{paper}/                403    403    403    403    200    login
GET  /staff/requests/{line_request}/                403    403    403    403    200    login
POST /staff/requests/{line_request}/approve/        403    403    403    403    422    login
POST /staff/requests/{line_request}/refuse/         403    403    403    403    422    login
GET  /staff/slips/                                  403    403    403    403    200    login
GET  /staff/slips/slips.xlsx                        403    403    403    403    200    login
GET  /staff/slips/{slip}/                           403    403    403    403    200    login
GET  /staff/slips/{slip}/picture/                   403    403    403    403    200    login
POST /staff/slips/{slip}/confirm/                   403    403    403    403    in     login
POST /staff/slips/{slip}/refuse/                    403    403    403    403    422    login
GET  /staff/templates/                              403    403    403    403    200    login
GET  /staff/templates/templates.xlsx                403    403    403    403    200    login
GET  /staff/templates/{template}/                   403    403    403    403    200    login
POST /staff/templates/{template}/approve/           403    403    403    403    in     login
POST /staff/templates/{template}/refuse/            403    403    403    403    422    login
# Tariffs
GET  /staff/tariffs/                                403    403    403    403    200    login
GET  /staff/tariffs/{plan}/                         403    403    403    403    200    login
POST /staff/tariffs/{plan}/draft/                   403    403    403    403    in     login
GET  /staff/tariffs/revisions/{revision}/           403    403    403    403    200    login
GET  /staff/tariffs/revisions/{draft}/edit/         403    403    403    403    200    login
POST /staff/tariffs/revisions/{draft}/edit/         403    403    403    403    422    login
POST /staff/tariffs/revisions/{draft}/drop/         403    403    403    403    in     login
GET  /staff/tariffs/revisions/{draft}/preview/      403    403    403    403    200    login
GET  /staff/tariffs/revisions/{draft}/traffic/      403    403    403    403    200    login
POST /staff/tariffs/revisions/{draft}/publish/      403    403    403    403    422    login
POST /staff/tariffs/revisions/{revision}/withdraw/  403    403    403    403    in     login

# Campaigns
GET  /campaigns/                                    200    200    200    200    403    login
GET  /campaigns/{campaign}/                         200    200    200    404    403    login
POST /campaigns/{campaign}/                         405    405    405    405    405    405
POST /campaigns/{campaign}/pause/                   in     in     403    404    403    login
POST /campaigns/{campaign}/resume/                  in     in     403    404    403    login
POST /campaigns/{campaign}/cancel/                  in     in     403    404    403    login
POST /campaigns/{campaign}/undo/                    in     in     403    404    403    login
POST /campaigns/{campaign}/now/                     in     in     403    404    403    login
GET  /campaigns/{unpaid}/review/                    200    200    200    404    403    login
POST /campaigns/{unpaid}/confirm/                   in     in     403    404    403    login
POST /campaigns/{unpaid}/edit/                      in     in     403    404    403    login
POST /campaigns/{unpaid}/discard/                   in     in     403    404    403    login
GET  /campaigns/{unpaid}/rejects.csv                200    200    200    404    403    login

# Sending to the number bank
GET  /bulk/regional/                                200    200    403    200    403    login
POST /bulk/regional/                                200    200    403    200    403    login
GET  /bulk/suburbs/                                 200    200    403    200    403    login
POST /bulk/suburbs/                                 200    200    403    200    403    login
GET  /bulk/guilds/                                  200    200    403    200    403    login
POST /bulk/guilds/                                  200    200    403    200    403    login
GET  /bulk/operator/                                200    200    403    200    403    login
POST /bulk/operator/                                200    200    403    200    403    login
GET  /bulk/operator/gender/                         200    200    403    200    403    login
POST /bulk/operator/gender/                         200    200    403    200    403    login
GET  /bulk/operator/region/                         200    200    403    200    403    login
POST /bulk/operator/region/                         200    200    403    200    403    login
GET  /bulk/city/                                    200    200    403    200    403    login
POST /bulk/city/                                    200    200    403    200    403    login
GET  /bulk/postal/                                  200    200    403    200    403    login
POST /bulk/postal/                                  200    200    403    200    403    login
GET  /bulk/cities/{province}/                       200    200    403    200    403    login
GET  /bulk/audiences/                               200    200    403    200    403    login
GET  /bulk/audiences/{audience}/count/              200    200    403    404    403    login
POST /bulk/audiences/{audience}/delete/             in     in     403    404    403    login

# Boxes
GET  /sent/                                         200    200    200    200    403    login
GET  /sent/sent.xlsx                                200    200    200    200    403    login
GET  /sent/{sent}/                                  200    200    200    404    403    login
GET  /sent/{sent}/story/                            200    403    403    404    403    login
GET  /scheduled/                                    200    200    200    200    403    login
POST /scheduled/                                    in     in     403    in     403    login
GET  /scheduled/scheduled.xlsx                      200    200    200    200    403    login
GET  /scheduled/messages.xlsx                       200    200    200    200    403    login
GET  /scheduled/messages/                           200    200    200    200    403    login
POST /scheduled/messages/                           in     in     403    in     403    login
POST /scheduled/{campaign}/time/                    in     in     403    404    403    login
GET  /inbox/                                        200    200    200    200    403    login
POST /inbox/                                        in     in     403    in     403    login
GET  /inbox/inbox.xlsx                              200    200    200    200    403    login
GET  /inbox/{received}/                             200    200    200    404    403    login
POST /inbox/{received}/reply/                       200    200    403    404    403    login
GET  /trash/                                        200    200    200    200    403    login
POST /trash/                                        in     in     403    in     403    login

# Sample messages
GET  /samples/                                      200    200    200    200    403    login
POST /samples/                                      200    200    403    200    403    login
POST /samples/add/                                  in     in     403    in     403    login
GET  /samples/{sample}/                             200    200    403    404    403    login
POST /samples/{sample}/                             200    200    403    404    403    login
GET  /templates/                                    200    200    200    200    403    login
POST /templates/                                    200    200    403    200    403    login
POST /templates/{template}/delete/                  in     in     403    404    403    login
POST /samples/{sample}/delete/                      in     in     403    404    403    login

# Auto-responder
GET  /auto-replies/                                 200    200    200    200    403    login
GET  /auto-replies/new/                             200    200    403    200    403    login
POST /auto-replies/new/                             200    200    403    200    403    login
GET  /auto-replies/{rule}/                          200    200    403    404    403    login
POST /auto-replies/{rule}/                          200    200    403    404    403    login
POST /auto-replies/selected/                        in     in     403    in     403    login
GET  /auto-replies/test/                            200    200    200    200    403    login
GET  /auto-replies/lines/                           200    200    200    200    403    login
GET  /auto-replies/lines/{line}/                    200    200    403    404    403    login
POST /auto-replies/lines/{line}/                    200    200    403    404    403    login
GET  /auto-replies/log/                             200    200    200    200    403    login
GET  /auto-replies/upload/                          200    200    403    200    403    login
POST /auto-replies/upload/                          200    200    403    200    403    login
GET  /auto-replies/upload/sample.xlsx               200    200    403    200    403    login
GET  /auto-replies/upload/{reply_file}/             200    200    403    404    403    login
POST /auto-replies/upload/{reply_file}/             in     in     403    404    403    login
GET  /auto-replies/upload/{reply_file}/rejects.xlsx 200    200    403    404    403    login
GET  /auto-replies/polls/                           200    200    200    200    403    login
GET  /auto-replies/polls/new/                       200    200    403    200    403    login
POST /auto-replies/polls/new/                       200    200    403    200    403    login
GET  /auto-replies/polls/{poll}/                    200    200    200    404    403    login
GET  /auto-replies/polls/{poll}/edit/               200    200    403    404    403    login
POST /auto-replies/polls/{poll}/edit/               200    200    403    404    403    login
POST /auto-replies/polls/{poll}/delete/             in     in     403    404    403    login
POST /auto-replies/polls/{poll}/draw/               in     in     403    404    403    login
GET  /auto-replies/polls/{poll}/participants.xlsx   200    200    200    404    403    login

# Phonebook
GET  /phonebook/                                    200    200    200    200    403    login
POST /phonebook/                                    200    200    200    200    403    login
GET  /phonebook/groups/                             200    200    200    200    403    login
POST /phonebook/groups/                             200    200    200    200    403    login
GET  /phonebook/groups/new/                         200    200    403    200    403    login
POST /phonebook/groups/new/                         200    200    403    200    403    login
GET  /phonebook/groups/{group}/                     200    200    403    404    403    login
POST /phonebook/groups/{group}/                     200    200    403    404    403    login
POST /phonebook/groups/{group}/delete/              in     in     403    404    403    login
POST /phonebook/groups/{group}/merge/               in     in     403    404    403    login
GET  /phonebook/contacts.csv                        200    200    200    200    403    login
POST /phonebook/contacts.csv                        405    405    405    405    405    405
GET  /phonebook/contacts.xlsx                       200    200    200    200    403    login
GET  /phonebook/fields/                             200    200    200    200    403    login
GET  /phonebook/fields/new/                         200    200    403    200    403    login
POST /phonebook/fields/new/                         200    200    403    200    403    login
GET  /phonebook/fields/{field}/                     200    200    403    404    403    login
POST /phonebook/fields/{field}/                     200    200    403    404    403    login
POST /phonebook/fields/{field}/delete/              in     in     403    404    403    login
POST /phonebook/fields/{field}/move/                in     in     403    404    403    login
GET  /phonebook/import/                             200    200    403    200    403    login
POST /phonebook/import/                             200    200    403    200    403    login
GET  /phonebook/import/{import}/                    200    200    403    404    403    login
POST /phonebook/import/{import}/                    200    200    403    404    403    login
POST /phonebook/import/{import}/cancel/             in     in     403    404    403    login
GET  /phonebook/import/{import}/rejects.csv         200    200    403    404    403    login
GET  /phonebook/opt-outs/                           200    200    200    200    403    login
GET  /phonebook/opt-outs/opt-outs.csv               200    200    200    200    403    login
GET  /phonebook/opt-outs/add/                       200    200    403    200    403    login
POST /phonebook/opt-outs/add/                       200    200    403    200    403    login
POST /phonebook/opt-outs/remove/                    in     in     403    in     403    login
GET  /phonebook/opt-outs/words/                     200    200    403    200    403    login
POST /phonebook/opt-outs/words/                     200    200    403    200    403    login
GET  /phonebook/new/                                200    200    403    200    403    login
POST /phonebook/new/                                200    200    403    200    403    login
GET  /phonebook/trash/                              200    200    200    200    403    login
POST /phonebook/trash/change/                       in     in     403    in     403    login
POST /phonebook/trash/undo/{deletion}/              in     in     403    in     403    login
POST /phonebook/selected/                           in     in     403    in     403    login
GET  /phonebook/{contact}/                          200    200    403    404    403    login
POST /phonebook/{contact}/                          200    200    403    404    403    login

# Lines, credit
GET  /numbers/                                      200    200    200    200    403    login
POST /numbers/                                      200    200    200    200    403    login
GET  /numbers/lines.xlsx                            200    200    200    200    403    login
GET  /numbers/requests/requests.xlsx                200    200    200    200    403    login
GET  /numbers/quiet-hours/                          200    403    403    200    403    login
POST /numbers/quiet-hours/                          in     403    403    in     403    login
GET  /numbers/inquiry/                              200    200    200    200    403    login
GET  /numbers/requests/                             200    200    200    200    403    login
GET  /numbers/requests/number/                      200    403    403    200    403    login
POST /numbers/requests/number/                      200    403    403    200    403    login
GET  /numbers/requests/service/                     200    403    403    200    403    login
POST /numbers/requests/service/                     200    403    403    200    403    login
GET  /numbers/requests/{line_request}/              200    200    200    404    403    login
POST /numbers/requests/{line_request}/              in     200    200    404    403    login
POST /numbers/requests/{line_request}/cancel/       in     403    403    404    403    login
GET  /numbers/papers/{paper}/                       200    200    200    404    403    login
GET  /billing/                                      200    200    200    200    403    login
POST /billing/                                      200    200    200    200    403    login
GET  /billing/download/                             200    200    200    200    403    login
POST /billing/download/                             200    200    200    200    403    login
POST /billing/warning/                              in     403    403    in     403    login
GET  /billing/purchases/                            200    200    200    200    403    login
GET  /billing/purchases/purchases.xlsx              200    200    200    200    403    login
GET  /billing/transfers/                            200    200    200    200    403    login
GET  /billing/transfers/transfers.xlsx              200    200    200    200    403    login
GET  /billing/transfers/new/                        200    403    403    200    403    login
POST /billing/transfers/new/                        200    403    403    200    403    login
GET  /billing/invoices/invoices.xlsx                200    200    200    200    403    login
GET  /billing/credit-notes/{credit_note}/           200    200    200    404    403    login
GET  /billing/credit-notes/{credit_note}/pdf/       200    200    200    404    403    login
GET  /billing/slips/slips.xlsx                      200    200    200    200    403    login
GET  /billing/invoices/                             200    200    200    200    403    login
GET  /billing/invoices/{invoice}/                   200    200    200    404    403    login
GET  /billing/invoices/{invoice}/pdf/               200    200    200    404    403    login
GET  /billing/proformas/{proforma}/pdf/             200    200    200    404    403    login
GET  /billing/proformas/{proforma}/                 200    200    200    404    403    login
POST /billing/proformas/{proforma}/pay/             in     403    403    404    403    login
POST /billing/proformas/{proforma}/cancel/          in     403    403    404    403    login
GET  /billing/proformas/{proforma}/slip/            200    403    403    404    403    login
POST /billing/proformas/{proforma}/slip/            200    403    403    404    403    login
GET  /billing/slips/                                200    200    200    200    403    login
POST /billing/slips/{slip}/void/                    in     403    403    404    403    login
GET  /billing/slips/{slip}/picture/                 200    200    200    404    403    login
GET  /billing/buyer/                                200    403    403    200    403    login
POST /billing/buyer/                                200    403    403    200    403    login
GET  /credit/add/                                   200    403    403    200    403    login
POST /credit/add/                                   200    403    403    200    403    login
GET  /credit/price/                                 200    403    403    200    403    login

# Back from the bank, and the bank of the demo: open to whoever has the address, which nobody can guess
GET  /billing/payments/{paid}/                      200    200    200    200    200    200
GET  /billing/payments/{paid}/back/                 in     in     in     in     in     in
POST /billing/payments/{paid}/back/                 in     in     in     in     in     in
GET  /mockbank/{visit}/                             200    200    200    200    200    200

# Web service: pages
GET  /web-service/keys/                             200    403    403    200    403    login
GET  /web-service/activation/                       200    403    403    200    403    login
POST /web-service/activation/                       200    403    403    200    403    login
GET  /web-service/keys/new/                         200    403    403    200    403    login
POST /web-service/keys/new/                         200    403    403    200    403    login
POST /web-service/keys/{key}/revoke/                in     403    403    404    403    login
GET  /web-service/requests/                         200    403    403    200    403    login
GET  /web-service/requests/export/                  200    403    403    200    403    login

# Web service: for keys, not for people
GET  /api/v1/balance                                401    401    401    401    401    401
GET  /api/v1/lines                                  401    401    401    401    401    401
GET  /api/v1/lines/{message}                        401    401    401    401    401    401
GET  /api/v1/line-inquiry                           401    401    401    401    401    401
GET  /api/v1/line-requests                          401    401    401    401    401    401
POST /api/v1/line-requests                          401    401    401    401    401    401
GET  /api/v1/line-requests/{message}                401    401    401    401    401    401
GET  /api/v1/reports/daily                          401    401    401    401    401    401
GET  /api/v1/reports/lines                          401    401    401    401    401    401
GET  /api/v1/reports/operators                      401    401    401    401    401    401
GET  /api/v1/reports/statuses                       401    401    401    401    401    401
GET  /api/v1/reports/errors                         401    401    401    401    401    401
POST /api/v1/exports                                401    401    401    401    401    401
GET  /api/v1/exports/{message}                      401    401    401    401    401    401
GET  /api/v1/exports/{message}/file                 401    401    401    401    401    401
GET  /api/v1/ledger                                 401    401    401    401    401    401
GET  /api/v1/invoices                               401    401    401    401    401    401
GET  /api/v1/invoices/{message}                     401    401    401    401    401    401
POST /api/v1/topups                                 401    401    401    401    401    401
GET  /api/v1/topups/{message}                       401    401    401    401    401    401
POST /api/v1/messages                               401    401    401    401    401    401
GET  /api/v1/messages/{message}                     401    401    401    401    401    401
POST /api/v1/messages/cancel                        401    401    401    401    401    401
POST /api/v1/messages/{message}/cancel              401    401    401    401    401    401
GET  /api/v1/campaigns                              401    401    401    401    401    401
POST /api/v1/campaigns                              401    401    401    401    401    401
GET  /api/v1/campaigns/{campaign}                   401    401    401    401    401    401
POST /api/v1/campaigns/{campaign}/recipients        401    401    401    401    401    401
POST /api/v1/campaigns/{campaign}/quote             401    401    401    401    401    401
POST /api/v1/campaigns/{campaign}/start             401    401    401    401    401    401
POST /api/v1/campaigns/{campaign}/pause             401    401    401    401    401    401
POST /api/v1/campaigns/{campaign}/resume            401    401    401    401    401    401
POST /api/v1/campaigns/{campaign}/cancel            401    401    401    401    401    401
GET  /api/v1/bank/{method}                          401    401    401    401    401    401
GET  /api/v1/requests                               401    401    401    401    401    401
POST /api/v1/quotes                                 401    401    401    401    401    401
GET  /api/v1/inbox                                  401    401    401    401    401    401
POST /api/v1/inbox/read                             401    401    401    401    401    401
GET  /api/v1/inbox/{message}                        401    401    401    401    401    401
POST /api/v1/inbox/{message}/reply                  401    401    401    401    401    401
POST /api/v1/inbox/{message}/restore                401    401    401    401    401    401
GET  /api/v1/auto-replies                           401    401    401    401    401    401
POST /api/v1/auto-replies/test                      401    401    401    401    401    401
GET  /api/v1/auto-replies/defaults                  401    401    401    401    401    401
GET  /api/v1/auto-replies/{message}                 401    401    401    401    401    401
GET  /api/v1/polls                                  401    401    401    401    401    401
GET  /api/v1/polls/{message}                        401    401    401    401    401    401
POST /api/v1/polls/{message}/draws                  401    401    401    401    401    401
GET  /api/v1/samples                                401    401    401    401    401    401
GET  /api/v1/samples/{message}                      401    401    401    401    401    401
GET  /api/v1/contacts                               401    401    401    401    401    401
GET  /api/v1/contacts/{message}                     401    401    401    401    401    401
POST /api/v1/contacts/bulk                          401    401    401    401    401    401
GET  /api/v1/groups                                 401    401    401    401    401    401
GET  /api/v1/groups/{message}                       401    401    401    401    401    401
POST /api/v1/groups/{message}/contacts              401    401    401    401    401    401
POST /api/v1/groups/{message}/contacts/remove       401    401    401    401    401    401
GET  /api/v1/fields                                 401    401    401    401    401    401
GET  /api/v1/fields/{message}                       401    401    401    401    401    401
GET  /api/v1/opt-outs                               401    401    401    401    401    401
GET  /api/v1/opt-outs/{message}                     401    401    401    401    401    401
GET  /api/v1/problems                               200    200    200    200    200    200
GET  /api/v1/schema/                                200    200    200    200    200    200
GET  /api/v1/docs/                                  200    200    200    200    200    200

# Events, webhooks, one-time passwords, templates of the web service: for keys
POST /api/v1/verifications                          401    401    401    401    401    401
GET  /api/v1/verifications/{message}                401    401    401    401    401    401
POST /api/v1/verifications/{message}/check          401    401    401    401    401    401
GET  /api/v1/templates                              401    401    401    401    401    401
POST /api/v1/templates                              401    401    401    401    401    401
GET  /api/v1/templates/{message}                    401    401    401    401    401    401
DELETE /api/v1/templates/{message}                    401    401    401    401    401    401
GET  /api/v1/events                                 401    401    401    401    401    401
GET  /api/v1/webhooks                               401    401    401    401    401    401
POST /api/v1/webhooks                               401    401    401    401    401    401
GET  /api/v1/webhooks/{webhook}                     401    401    401    401    401    401
PATCH /api/v1/webhooks/{webhook}                     401    401    401    401    401    401
DELETE /api/v1/webhooks/{webhook}                     401    401    401    401    401    401
GET  /api/v1/webhooks/{webhook}/attempts            401    401    401    401    401    401
POST /api/v1/webhooks/{webhook}/pause               401    401    401    401    401    401
POST /api/v1/webhooks/{webhook}/replay              401    401    401    401    401    401
POST /api/v1/webhooks/{webhook}/resume              401    401    401    401    401    401
POST /api/v1/webhooks/{webhook}/rotate-secret       401    401    401    401    401    401
POST /api/v1/webhooks/{webhook}/test                401    401    401    401    401    401

# Webhooks
GET  /web-service/webhooks/                         200    403    403    200    403    login
GET  /web-service/webhooks/new/                     200    403    403    200    403    login
POST /web-service/webhooks/new/                     200    403    403    200    403    login
GET  /web-service/webhooks/{webhook}/               200    403    403    404    403    login
GET  /web-service/webhooks/{webhook}/edit/          200    403    403    404    403    login
POST /web-service/webhooks/{webhook}/rotate/        200    403    403    404    403    login
POST /web-service/webhooks/{webhook}/edit/          200    403    403    404    403    login
POST /web-service/webhooks/{webhook}/pause/         in     403    403    404    403    login
POST /web-service/webhooks/{webhook}/resume/        in     403    403    404    403    login
POST /web-service/webhooks/{webhook}/test/          in     403    403    404    403    login
POST /web-service/webhooks/{webhook}/replay/        in     403    403    404    403    login
POST /web-service/webhooks/{webhook}/delete/        in     403    403    404    403    login

# Dialects: for keys, in words of their own; the last has HTTP 200 for every refusal
POST /v1/{token}/{method}                           404    404    404    404    404    404
POST /webservice/v2rest/{method}                    404    404    404    404    404    404
POST /webservice/v1rest/{method}                    404    404    404    404    404    404
POST /api/{sendsms}/{method}                        200    200    200    200    200    200

GET  /metrics                                       200    200    200    200    200    200
GET  /healthz                                       200    200    200    200    200    200
GET  /readyz                                        200    200    200    200    200    200
"""
