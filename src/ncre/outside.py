"""The outside world as the settings name it: letters and messages, payment channels, photos, the certificate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ncre.clients.mail import MailFolder, Smtp
from ncre.clients.messages import Mailer, Relay
from ncre.clients.payment_channel import PaymentChannel
from ncre.clients.rsa_signing import KeyUnusable
from ncre.clients.wallets.apple import AppleWallet
from ncre.clients.wallets.card import WalletUnusable
from ncre.clients.wallets.google import GoogleWallet
from ncre.config import Misconfigured, Settings
from ncre.documents.pdf.signature import Certificate, SigningUnusable
from ncre.photo.file_store import PhotoFolder, PhotoStore
from ncre.photo.object_store import BucketUnusable, PhotoBucket


def post_office(settings: Settings, outbox: MailFolder, clock: Callable[[], datetime]) -> Mailer:
    """Letters and messages as the settings say; all into the outbox where no server mails."""
    messages = Relay(settings.messages) if settings.messages else None
    if settings.smtp is None:
        return Mailer(outbox, messages or outbox)
    return Mailer(Smtp(settings.smtp, clock), messages)


def payment_channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, PaymentChannel]:
    """The payment channels of the settings, the usual one first. Raises Misconfigured."""
    lines: dict[str, PaymentChannel] = {}
    try:
        if settings.alipay:
            from ncre.clients.alipay import Alipay

            lines[Alipay.name] = Alipay(settings.alipay, clock)
        if settings.wechat:
            from ncre.clients.wechat import WeChat

            lines[WeChat.name] = WeChat(settings.wechat, clock)
    except KeyUnusable as unusable:
        raise Misconfigured(f"支付渠道的密钥不能使用 / a payment channel's key: {unusable}") from None
    return lines


def certificate(settings: Settings) -> Certificate | None:
    """What signs the papers, where the installation has it. Raises Misconfigured."""
    if settings.certificate is None:
        return None
    try:
        return Certificate(settings.certificate, settings.passphrase)
    except SigningUnusable as unusable:
        raise Misconfigured(str(unusable)) from None


def apple_wallet(settings: Settings) -> AppleWallet | None:
    """What signs passes for Apple's wallet, where the installation has it. Raises Misconfigured."""
    try:
        return AppleWallet(settings.apple_pass) if settings.apple_pass else None
    except WalletUnusable as unusable:
        raise Misconfigured(f"Apple 钱包的密钥不能使用 / the key of Apple Wallet: {unusable}") from None


def google_wallet(settings: Settings, clock: Callable[[], datetime]) -> GoogleWallet | None:
    """What signs links for Google's wallet, where the installation has it. Raises Misconfigured."""
    try:
        return GoogleWallet(settings.google_wallet, clock) if settings.google_wallet else None
    except WalletUnusable as unusable:
        raise Misconfigured(f"Google 钱包的密钥不能使用 / the key of Google Wallet: {unusable}") from None


def kept_photos(settings: Settings) -> PhotoStore:
    """Where the photos that facts name lie. Raises Misconfigured."""
    return photos_on(settings, "kept")


def photos_on(settings: Settings, collection: str) -> PhotoStore:
    """Where the photos of a collection lie; in a bucket both do, as any node may answer. Raises Misconfigured."""
    if not settings.photo_store:
        folders = {"drafts": settings.drafts, "exports": settings.data / "exports"}
        return PhotoFolder(folders.get(collection, settings.photos))
    try:
        return PhotoBucket(f"{settings.photo_store.rstrip('/')}/{collection}", settings.s3_endpoint)
    except BucketUnusable as unusable:
        raise Misconfigured(str(unusable)) from None
