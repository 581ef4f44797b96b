"""The links of the OpenAPI document: from an operation that makes a thing to those that read and change it."""

_THINGS = {
    "create_campaign": ("campaign_id", ["get_campaign", "add_recipients", "price_campaign", "cancel_campaign"]),
    "price_campaign": ("campaign_id", ["get_campaign", "start_campaign"]),
    "start_campaign": ("campaign_id", ["get_campaign", "pause_campaign", "resume_campaign"]),
    "start_verification": ("verification_id", ["get_verification", "check_verification"]),
    "request_template": ("template_id", ["get_template", "delete_template"]),
    "add_sample": ("sample_id", ["get_sample", "delete_sample"]),
    "add_contact": ("contact_id", ["get_contact", "change_contact", "delete_contact"]),
    "add_group": ("group_id", ["get_group", "rename_group", "delete_group", "join_group", "leave_group"]),
    "add_field": ("field_id", ["get_field", "change_field", "delete_field"]),
    "add_poll": ("poll_id", ["get_poll", "draw_winners", "delete_poll"]),
    "add_auto_reply": ("rule_id", ["get_auto_reply", "change_auto_reply", "delete_auto_reply"]),
    "create_webhook": ("webhook_id", ["get_webhook", "change_webhook", "test_webhook", "list_webhook_attempts"]),
    "ask_for_line": ("request_id", ["get_line_request"]),
    "buy_credit": ("topup_id", ["get_topup"]),
}
_OTHERS = {
    "send_messages": [
        ("get_message", {"message_id": "$response.body#/messages/0/id"}),
        ("cancel_message", {"message_id": "$response.body#/messages/0/id"}),
        ("list_messages", {"campaign": "$response.body#/campaign"}),
        ("get_campaign", {"campaign_id": "$response.body#/campaign"}),
    ],
    "list_messages": [
        ("get_message", {"message_id": "$response.body#/messages/0/id"}),
        ("list_messages", {"cursor": "$response.body#/next"}),
    ],
    "list_campaigns": [("get_campaign", {"campaign_id": "$response.body#/campaigns/0/id"})],
    "list_inbox": [
        ("get_received", {"received_id": "$response.body#/messages/0/id"}),
        ("reply_to_received", {"received_id": "$response.body#/messages/0/id"}),
    ],
    "list_events": [("list_events", {"after": "$response.body#/next"})],
    "list_invoices": [("get_invoice", {"invoice_id": "$response.body#/invoices/0/id"})],
    "list_opt_outs": [("get_opt_out", {"opt_out_id": "$response.body#/opt_outs/0/id"})],
}


def add_links(result: dict, **_options) -> dict:
    """A hook of drf-spectacular, run over the finished document: each success gets its links."""
    operations = {
        operation["operationId"]: operation
        for item in result["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    for name, operation in operations.items():
        links = {target: {"operationId": target, "parameters": where} for target, where in _of(name)}
        if name == "make_quote":
            links["send_quote"] = {"operationId": "send_messages", "requestBody": {"quote": "$response.body#/quote"}}
        for status, response in operation["responses"].items():
            if links and status.startswith("2"):
                response["links"] = links
    return result


def _of(name: str) -> list[tuple[str, dict[str, str]]]:
    parameter, targets = _THINGS.get(name, ("", []))
    return [(target, {parameter: "$response.body#/id"}) for target in targets] + _OTHERS.get(name, [])
