"""Copy-ready first programs with the account's own line, and how other providers' clients are pointed here (S1)."""

import json
from dataclasses import dataclass

PLACEHOLDER = "live_…"
RECIPIENT = "09121234567"


@dataclass(frozen=True, slots=True)
class Example:
    """``id`` is the page's anchor; ``title`` is a name that needs no translation."""

    id: str
    title: str
    code: str
    is_dialect: bool = False


def examples_for(*, scheme: str, host: str, line: str, secret: str = "") -> list[Example]:
    """With ``line`` named where the account has one; ``secret`` is shown once, on the page of a new key."""
    body = json.dumps({"to": RECIPIENT, "text": "Hello"} | ({"line": line} if line else {}))
    words = {
        "URL": f"{scheme}://{host}", "HOST": host, "KEY": secret or PLACEHOLDER, "TO": RECIPIENT, "BODY": body,
        "ESCAPED": body.replace('"', '\\"'), "ARGUMENT": f', line="{line}"' if line else "",
        "PHP": f"'to' => '{RECIPIENT}', 'text' => 'Hello'" + (f", 'line' => '{line}'" if line else ""),
        "LINE": line or "3000…",
    }  # fmt: skip
    return [Example(name, title, _filled(code, words), is_dialect) for name, title, is_dialect, code in _EXAMPLES]


def _filled(code: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        code = code.replace(f"<{name}>", value)
    return code.strip()


_EXAMPLES = [
    ("curl", "curl", False, """
curl <URL>/api/v1/messages -H "Authorization: Bearer <KEY>" \\
     -H "Content-Type: application/json" -H "Idempotency-Key: $(uuidgen)" \\
     -d '<BODY>'
"""),
    ("python", "Python (smsplatform-client)", False, """
from smsplatform_client import Client

with Client("<KEY>", url="<URL>") as sms:
    sent = sms.messages.send("<TO>", "Hello"<ARGUMENT>)
    print(sent["messages"][0]["id"], sent["price"])
"""),
    ("httpx", "Python (httpx)", False, """
import uuid

import httpx

answer = httpx.post(
    "<URL>/api/v1/messages",
    headers={"Authorization": "Bearer <KEY>", "Idempotency-Key": str(uuid.uuid4())},
    json=<BODY>,
)
print(answer.status_code, answer.json())
"""),
    ("php", "PHP", False, """
<?php
$call = curl_init('<URL>/api/v1/messages');
curl_setopt_array($call, [
    CURLOPT_POST => true,
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => [
        'Authorization: Bearer <KEY>',
        'Content-Type: application/json',
        'Idempotency-Key: ' . bin2hex(random_bytes(16)),
    ],
    CURLOPT_POSTFIELDS => json_encode([<PHP>]),
]);
echo curl_exec($call);
"""),
    ("javascript", "JavaScript (Node)", False, """
const answer = await fetch("<URL>/api/v1/messages", {
  method: "POST",
  headers: {
    Authorization: "Bearer <KEY>",
    "Content-Type": "application/json",
    "Idempotency-Key": crypto.randomUUID(),
  },
  body: JSON.stringify(<BODY>),
});
console.log(answer.status, await answer.json());
"""),
    ("csharp", "C#", False, """
using System.Net.Http.Headers;
using System.Text;

using var http = new HttpClient();
var call = new HttpRequestMessage(HttpMethod.Post, "<URL>/api/v1/messages");
call.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "<KEY>");
call.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
call.Content = new StringContent("<ESCAPED>", Encoding.UTF8, "application/json");
var answer = await http.SendAsync(call);
Console.WriteLine(await answer.Content.ReadAsStringAsync());
"""),
    ("kavenegar", "Kavenegar", True, """
from kavenegar import KavenegarAPI

api = KavenegarAPI("<KEY>")
api.host = "<HOST>"
api.sms_send({"sender": "<LINE>", "receptor": "<TO>", "message": "Hello"})
"""),
    ("asanak", "Asanak", True, """
from asanak_sms_client import AsanakSmsClient

client = AsanakSmsClient("KEY'S NAME", "<KEY>", base_url="<URL>")
client.send_sms("<LINE>", "<TO>", "Hello")
"""),
    ("melipayamak", "Melipayamak", True, """
from melipayamak import Api
from melipayamak.sms.rest import Rest

Rest.PATH = "<URL>/api/SendSMS/%s"
Api("KEY'S NAME", "<KEY>").sms().send("<TO>", "<LINE>", "Hello")
"""),
]  # fmt: skip
