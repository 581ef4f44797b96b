"""What a key may do: its scopes (W1)."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from webservice.problems import Code, Problem


class HasScope(BasePermission):
    """A view names the scope of each method in ``scopes = {"GET": Scope.READ}``; a method without one is closed."""

    def has_permission(self, request: Request, view) -> bool:
        if request.method == "OPTIONS" or not hasattr(view, request.method.lower()):
            return True  # the answer is the list of methods, or 405
        scope = view.scopes.get("GET" if request.method == "HEAD" else request.method)
        if scope is None or scope not in request.auth.scopes:
            raise Problem(Code.SCOPE_MISSING, more={"scope": str(scope)} if scope else {})
        return True
