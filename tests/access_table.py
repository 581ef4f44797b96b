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
GET  /language/                                     405    405    405    405    405    405
POST /language/                                     400    400    400    400    400    400
POST /theme/                                        400    400    400    400    400    400

# Web service: pages
GET  /web-service/keys/                             200    403    403    200    403    login
GET  /web-service/keys/new/                         200    403    403    200    403    login
POST /web-service/keys/new/                         200    403    403    200    403    login
POST /web-service/keys/{key}/revoke/                in     403    403    404    403    login

# Web service: for keys, not for people
GET  /api/v1/balance                                401    401    401    401    401    401
GET  /api/v1/lines                                  401    401    401    401    401    401
POST /api/v1/messages                               401    401    401    401    401    401
GET  /api/v1/messages/{message}                     401    401    401    401    401    401
POST /api/v1/quotes                                 401    401    401    401    401    401
GET  /api/v1/problems                               200    200    200    200    200    200
GET  /api/v1/schema/                                200    200    200    200    200    200
GET  /api/v1/docs/                                  200    200    200    200    200    200
GET  /healthz                                       200    200    200    200    200    200
GET  /readyz                                        200    200    200    200    200    200
"""
