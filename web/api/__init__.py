"""The REST API, `/api/v1`: the console's services for programs, under the same permissions and scopes.

    request --> rate limit --> token, permission --> parameters --> service --> answer, or a problem (RFC 9457)
                (limits)       (entrance)            (parameters)   (resources) (operations)  (problems)

A function in `resources` is declared once, with `operations.operation`: from that declaration come its route, its
permission, the checking of what is sent, the OpenAPI 3.1 document (`document`) and the page for people
(`web.pages.reference`), so none of them can say something else than the others.

Tokens are taken from the Authorization header and from nowhere else: a cookie opens nothing here, so no other site can
make a browser act, and a token opens no page of the console.
"""
