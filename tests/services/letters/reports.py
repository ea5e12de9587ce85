"""Delivery status notifications as mail servers write them (RFC 3464)."""

from __future__ import annotations

from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from ncre.clients.mail import MailEnvelope


def report(
    envelope: MailEnvelope, status: str = "5.1.1", action: str = "failed", *, head: bool = True
) -> bytes:
    """What a server writes to the return address of a letter; `head`: with the head of the letter."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole["From"] = "MAILER-DAEMON@mx.example"
    whole["To"] = envelope.return_path
    whole["Subject"] = "Undelivered Mail Returned to Sender"
    whole.attach(MIMEText("I could not deliver your message.\n"))
    status_part = MIMEBase("message", "delivery-status")
    about, recipient = EmailMessage(), EmailMessage()
    about["Reporting-MTA"] = "dns; mx.example"
    recipient["Final-Recipient"] = "rfc822; wenjing@example.com"
    recipient["Action"] = action
    recipient["Status"] = status
    status_part.attach(about)
    status_part.attach(recipient)
    whole.attach(status_part)
    if head:
        whole.attach(MIMEText(f"Subject: letter\nMessage-ID: {envelope.message_id}\n", "rfc822-headers"))
    return whole.as_bytes()
